//! What is to be done with files, and what was done with one.

use super::{Existing, GzipError, Origin, Outputs, Settings, Totals, suffix};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

pub use super::input::{Counted, Input, Root, open};
pub use super::task::taken;

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make `NAME.gz` of `NAME`.
    Compress,
    /// Make `NAME` of `NAME.gz`.
    Decompress,
    /// Decompress, and make nothing of it.
    Test,
}

/// What becomes of an input once its output is in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Original {
    /// It stays.
    Keep,
    /// It is removed, unless anything is doubtful: something follows the gzip data in it, it was
    /// changed while it was read, or its output is not a regular file.
    Remove,
}

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Beside the input.
    Beside,
    /// Into this directory.
    In(PathBuf),
    /// To what this path stands for: links are followed, and what is no regular file, such as
    /// `/dev/stdout`, is written to. There must be one input only.
    At(PathBuf),
}

/// What a header says of the file that the data was. By default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Its name.
    pub name: bool,
    /// The time of its last modification.
    pub time: bool,
}

/// What to do with files.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which way.
    pub action: Action,
    /// What to do where the output's name is taken.
    pub existing: Existing,
    /// What becomes of the input.
    pub original: Original,
    /// Where the output goes.
    pub place: Place,
    /// What a gzip file's name ends in; decompressing, other usual endings are known as well.
    pub suffix: OsString,
    /// Symbolic links are followed; a file that has other links or the sticky bit, or whose name
    /// ends as a gzip file's does, is compressed all the same.
    pub force: bool,
    /// What of the input is stored in the header, or taken from there.
    pub stored: Stored,
    /// Outputs are on the disk, names included, before they count as made.
    pub synchronous: bool,
    /// Knows the outputs of the run: those under way, and those that no other may overwrite.
    pub outputs: Outputs,
    /// Counts the bytes read, of all inputs together, for whoever watches.
    pub read: Arc<AtomicU64>,
    /// How.
    pub settings: Settings,
}

impl Options {
    /// Into `NAME.gz` or back, beside the input, which stays; replaces nothing, stores no name, and
    /// is interrupted by nobody.
    #[must_use]
    pub fn new(action: Action, settings: Settings) -> Self {
        Self {
            action,
            existing: Existing::Keep,
            original: Original::Keep,
            place: Place::Beside,
            suffix: suffix::USUAL.into(),
            force: false,
            stored: Stored::default(),
            synchronous: false,
            outputs: Outputs::default(),
            read: Arc::default(),
            settings,
        }
    }

    /// Sets what to do where the output's name is taken.
    #[must_use]
    pub fn existing(self, existing: Existing) -> Self {
        Self { existing, ..self }
    }
}

/// What was done with a file.
#[derive(Debug)]
pub struct Done {
    /// How much went in and came out.
    pub totals: Totals,
    /// What was made, or would have been.
    pub target: PathBuf,
    /// What the header says of the original, where that was asked for.
    pub origin: Origin,
    /// Whether the input is gone.
    pub removed: bool,
    /// What else there is to know of it, though it was done.
    pub warnings: Vec<GzipError>,
}

/// What became of a file.
pub type Outcome = Result<Done, GzipError>;

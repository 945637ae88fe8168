//! A file and the one that is made beside it. The original stays.

use super::place::{Existing, Output, Unfinished};
use super::{GzipError, Settings};
use rustix::fs::OFlags;
use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{BufWriter, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What a gzip file's name ends in.
const SUFFIX: &[u8] = b".gz";

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make `NAME.gz` of `NAME`.
    Compress,
    /// Make `NAME` of `NAME.gz`.
    Decompress,
}

/// What to do with files.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which way.
    pub action: Action,
    /// What to do where the output's name is taken.
    pub existing: Existing,
    /// Knows the outputs while they are under way.
    pub unfinished: Unfinished,
    /// How.
    pub settings: Settings,
}

impl Options {
    /// Compresses or decompresses, replaces nothing, and is interrupted by nobody.
    #[must_use]
    pub fn new(action: Action, settings: Settings) -> Self {
        Self { action, existing: Existing::Keep, unfinished: Unfinished::default(), settings }
    }

    /// Sets what to do where the output's name is taken.
    #[must_use]
    pub fn existing(self, existing: Existing) -> Self {
        Self { existing, ..self }
    }
}

/// An input that is open and an output that is begun.
pub(super) struct Task {
    pub(super) input: File,
    pub(super) metadata: Metadata,
    pub(super) output: BufWriter<Output>,
}

impl Task {
    pub(super) fn begin(path: &Path, options: &Options) -> Result<Self, GzipError> {
        let target = target(path, options.action)?;
        let (input, metadata) = open_regular(path)?;
        // Found out early, to spare the work; the commit is what makes sure.
        if options.existing == Existing::Keep && target.symlink_metadata().is_ok() {
            return Err(GzipError::Exists(target));
        }
        let output = Output::create(&target, &options.unfinished).map_err(GzipError::Write)?;
        Ok(Self { input, metadata, output: BufWriter::new(output) })
    }
}

/// Writes what is still in the buffer and puts the output in place.
pub(super) fn commit(
    output: BufWriter<Output>,
    metadata: &Metadata,
    options: &Options,
) -> Result<(), GzipError> {
    let output = output.into_inner().map_err(|failed| GzipError::Write(failed.into_error()))?;
    let target = output.target().to_owned();
    output.commit(metadata.permissions(), options.existing).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => GzipError::Exists(target),
        _ => GzipError::Write(error),
    })
}

/// Opens a regular file to read. What it is is asked of the open file, so that nothing can be put
/// in its place in between, and a FIFO does not block the opening.
fn open_regular(path: &Path) -> Result<(File, Metadata), GzipError> {
    let at_once = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY).bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(at_once).open(path);
    let file = file.map_err(GzipError::Read)?;
    let metadata = file.metadata().map_err(GzipError::Read)?;
    if metadata.is_dir() {
        return Err(GzipError::Directory);
    }
    if !metadata.is_file() {
        return Err(GzipError::NotRegular);
    }
    Ok((file, metadata))
}

/// Opens whatever can be read, to go to standard output; only a directory is refused.
pub fn open(path: &Path) -> Result<File, GzipError> {
    let file = File::open(path).map_err(GzipError::Read)?;
    if file.metadata().map_err(GzipError::Read)?.is_dir() {
        return Err(GzipError::Directory);
    }
    Ok(file)
}

/// The name of the output, which only the input's name decides.
fn target(path: &Path, action: Action) -> Result<PathBuf, GzipError> {
    let name = path.as_os_str().as_bytes();
    match (action, name.strip_suffix(SUFFIX)) {
        (Action::Compress, None) => Ok(PathBuf::from(OsStr::from_bytes(&[name, SUFFIX].concat()))),
        (Action::Compress, Some(_)) => Err(GzipError::HasSuffix),
        (Action::Decompress, Some(stem)) if !stem.is_empty() && !stem.ends_with(b"/") => {
            Ok(PathBuf::from(OsStr::from_bytes(stem)))
        }
        (Action::Decompress, _) => Err(GzipError::NoSuffix),
    }
}

//! What is reported about a file.

use crate::gzip::{Error, HeaderInfo, Totals};
use std::path::PathBuf;

/// What was done with a file.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileReport {
    /// How much was read and written.
    pub totals: Totals,
    /// The output's path; when testing, what it would be.
    pub output: PathBuf,
    /// Whether the input was removed.
    pub input_removed: bool,
    /// What went wrong although the output is in place: the errors whose documentation begins with
    /// "A warning".
    pub warnings: Vec<Error>,
    /// What the header says about the file, as far as that was asked for.
    pub(crate) header_info: HeaderInfo,
}

/// What became of a file.
pub(crate) type FileResult = Result<FileReport, Error>;

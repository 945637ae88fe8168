//! What can go wrong.

use super::partial::LineError;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why words could not be counted, merged or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting makes no sense, such as 0 threads.
    #[error("{setting} must be at least {minimum}")]
    Setting {
        /// The name of the setting.
        setting: &'static str,
        /// The least value allowed.
        minimum: usize,
    },
    /// The input could not be read.
    #[error("cannot read the input")]
    Read(#[source] io::Error),
    /// A file could not be read.
    #[error("cannot read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error, or what is wrong with the compressed data.
        source: io::Error,
    },
    /// One of several inputs could not be read, or is malformed.
    #[error("input {number}")]
    Input {
        /// The position of the input, from 0.
        number: usize,
        /// [`Error::Read`] or [`Error::Line`].
        source: Box<Error>,
    },
    /// A line of a partial tally is malformed.
    #[error("line {line}")]
    Line {
        /// The number of the line, from 1.
        line: u64,
        /// What is wrong with it.
        source: LineError,
    },
    /// The sum of a word's counts does not fit a `u64`.
    #[error("the sum of the counts of {word:?} overflows 64 bits")]
    Overflow {
        /// The word, or the first characters of a long one.
        word: String,
    },
    /// Words that are held in memory take more of it than the settings allow.
    #[error("the words take more than {} MiB of memory", limit >> 20)]
    Memory {
        /// The limit in bytes.
        limit: usize,
    },
    /// A temporary file could not be created, written or read; the disk may be full.
    #[error("cannot keep a temporary file in {}", directory.display())]
    Temporary {
        /// The directory it is in.
        directory: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The output could not be written.
    #[error("cannot write the output")]
    Write(#[source] io::Error),
}

impl Error {
    pub(super) fn temporary(directory: &Path, source: io::Error) -> Self {
        Self::Temporary { directory: directory.to_owned(), source }
    }

    #[cold]
    pub(super) fn overflow(word: &[u8]) -> Self {
        Self::Overflow { word: String::from_utf8_lossy(word).chars().take(40).collect() }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Setting { .. } => ErrorKind::InvalidInput,
            Self::Line { .. } | Self::Overflow { .. } => ErrorKind::InvalidData,
            Self::Memory { .. } => ErrorKind::OutOfMemory,
            Self::Input { source, .. } => source.kind(),
            Self::Read(source)
            | Self::Write(source)
            | Self::File { source, .. }
            | Self::Temporary { source, .. } => source.kind(),
        }
    }
}

/// Reading and writing errors are returned as they are; others are wrapped.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Read(source) | Error::Write(source) => source,
            error => Self::new(error.kind(), error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_io_error_has_the_kind_and_the_text() {
        let denied = || io::Error::from(ErrorKind::PermissionDenied);
        let error = Error::File { path: "x".into(), source: denied() };
        let error = io::Error::from(error);
        assert_eq!(
            (error.kind(), &*error.to_string()),
            (ErrorKind::PermissionDenied, "cannot read x")
        );
        let error = io::Error::from(Error::Read(denied()));
        assert_eq!(error.to_string(), denied().to_string());
        let line = Error::Line { line: 7, source: LineError::NoTab };
        let error = io::Error::from(Error::Input { number: 1, source: line.into() });
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    }
}

//! What can go wrong with a gzip file.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// Why a file or a stream was not compressed or decompressed.
#[derive(Debug, thiserror::Error)]
pub enum GzipError {
    /// The input could not be opened or read.
    #[error("{0}")]
    Read(#[source] io::Error),
    /// The output could not be made, written or put in place.
    #[error("cannot write the output: {0}")]
    Write(#[source] io::Error),
    /// The output is there already and was not to be replaced.
    #[error("{} already exists; not overwritten", .0.display())]
    Exists(PathBuf),
    /// The input is a directory.
    #[error("is a directory -- ignored")]
    Directory,
    /// The input is a device, a FIFO or a socket.
    #[error("is not a directory or a regular file -- ignored")]
    NotRegular,
    /// The name of a file to compress ends in `.gz` already.
    #[error("already has .gz suffix -- unchanged")]
    HasSuffix,
    /// The name of a file to decompress does not end in `.gz`.
    #[error("unknown suffix -- ignored")]
    NoSuffix,
    /// The input does not begin as a gzip file does.
    #[error("not in gzip format")]
    NotGzip,
    /// The input ends before its data does.
    #[error("unexpected end of file")]
    Truncated,
    /// The compressed data, its checksum or its length is wrong.
    #[error("invalid compressed data--{0}")]
    Corrupt(&'static str),
    /// The header asks for what RFC 1952 does not define.
    #[error("unknown {0} -- not supported")]
    Unsupported(&'static str),
    /// The other side of the work ended first; its own error is what is reported.
    #[error("abandoned")]
    Abandoned,
    /// What was compressed did not decode to the input again, and was not written.
    #[error("internal error: the compressed data does not decode to the input; not written")]
    Unproved,
}

impl GzipError {
    /// A failed read; an early end is the gzip file's fault.
    pub(super) fn from_read(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::UnexpectedEof => Self::Truncated,
            _ => Self::Read(error),
        }
    }

    /// The system's error behind it, if that is what it was.
    #[must_use]
    pub fn io(&self) -> Option<&io::Error> {
        match self {
            Self::Read(error) | Self::Write(error) => Some(error),
            _ => None,
        }
    }
}

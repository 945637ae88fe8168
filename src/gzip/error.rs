//! What can go wrong with a gzip file.

use std::io;
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
    #[error("invalid compressed data: {0}")]
    Corrupt(String),
}

impl GzipError {
    /// The system's error behind it, if that is what it was.
    #[must_use]
    pub fn io(&self) -> Option<&io::Error> {
        match self {
            Self::Read(error) | Self::Write(error) => Some(error),
            _ => None,
        }
    }
}

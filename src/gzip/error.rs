//! Why data or a file was not compressed or decompressed.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why data or a file was not compressed or decompressed.
///
/// A message does not repeat its cause, which [`source`](std::error::Error::source) returns.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The settings have more than level 12.
    #[error("the compression level must be at most 12, not {0}")]
    InvalidLevel(u32),
    /// The settings have 0 threads.
    #[error("the number of threads must be at least 1")]
    NoThreads,
    /// The settings have chunks that are not between 64 KiB and 16 MiB.
    #[error("the chunk size must be from 64 KiB to 16 MiB, not {0} bytes")]
    InvalidChunkSize(usize),
    /// The suffix is empty or contains a `/`.
    #[error("the suffix must not be empty or contain a '/': '{}'", Path::new(.0).display())]
    InvalidSuffix(OsString),
    /// An index beside the output is wanted, but the output is not BGZF.
    #[error("only BGZF files have an index beside them")]
    IndexFormat,
    /// The input could not be opened or read.
    #[error("cannot read the input")]
    Read(#[source] io::Error),
    /// The output could not be created, written or put in place.
    #[error("cannot write the output")]
    Write(#[source] io::Error),
    /// The output exists, and was not to be overwritten.
    #[error("{} already exists", .0.display())]
    Exists(PathBuf),
    /// The input is a directory.
    #[error("is a directory")]
    Directory,
    /// The input is a device, a FIFO or a socket.
    #[error("is not a regular file")]
    NotRegular,
    /// The input would be removed, but has this many other hard links.
    #[error("has {} other hard link{}", .0, if *.0 == 1 { "" } else { "s" })]
    Linked(u64),
    /// The input is a set-user-ID program.
    #[error("is set-user-ID on execution")]
    SetUserId,
    /// The input is a set-group-ID program.
    #[error("is set-group-ID on execution")]
    SetGroupId,
    /// The input has the sticky bit set.
    #[error("has the sticky bit set")]
    Sticky,
    /// The name of a file to compress already ends as a gzip file's does.
    #[error("already has a gzip suffix")]
    HasSuffix,
    /// The file to compress is compressed already, and such files were to be left out.
    #[error("already compressed")]
    AlreadyCompressed,
    /// The name of a file to decompress does not end as a gzip file's does.
    #[error("unknown suffix")]
    NoSuffix,
    /// The name stored in the header, which was to be restored, cannot be a file's.
    #[error("the stored name is empty, . or ..")]
    BadName,
    /// The output would overwrite the input.
    #[error("the input and the output are the same file")]
    SameFile,
    /// The output would overwrite another output of the same call.
    #[error("{} was already written by this run", .0.display())]
    AlreadyWritten(PathBuf),
    /// A warning: the output is in place, but its owner, mode or times could not be set.
    #[error("cannot set the owner, mode or times of {}", target.display())]
    Attributes {
        /// The output.
        target: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A warning: the output is in place, but the input's size changed while it was read.
    #[error("file size changed while it was read")]
    SizeChanged,
    /// A warning: the input was not removed, since the output went to something that is not a
    /// regular file and cannot be read again.
    #[error("not removed, since {} is not a regular file", .0.display())]
    NotKept(PathBuf),
    /// The output is in place, but the index beside it is not. The input was not removed.
    #[error("cannot write the index")]
    Index(#[source] io::Error),
    /// The output is in place, but the input was not removed: it was replaced or written to after
    /// it was opened.
    #[error("changed while it was read; not removed")]
    Changed,
    /// The output is in place, but the input could not be removed.
    #[error("cannot remove the input")]
    Remove(#[source] io::Error),
    /// The input is in no format that can be decompressed.
    #[error("not in gzip format")]
    NotGzip,
    /// The input ends before its data does.
    #[error("unexpected end of file")]
    Truncated,
    /// The compressed data, its checksum or its length is wrong.
    #[error("invalid compressed data: {0}")]
    Corrupt(&'static str),
    /// The data uses a feature that its format does not define, or that is not supported.
    #[error("{0}: not supported")]
    Unsupported(&'static str),
    /// The first entry of the zip archive cannot be decompressed.
    #[error("zip archive not supported: {0}")]
    Zip(&'static str),
    /// A fault of this library: the compressed data does not decode to the input, so it was not
    /// written.
    #[error("internal error: the compressed data does not decode to the input; not written")]
    VerifyFailed,
    /// The output was to be [verified](super::FileOptions::verify_output), but could not be read
    /// back. It was not put in place, and the input was not removed.
    #[error("cannot read the output back")]
    ReadBack(#[source] io::Error),
    /// The output was to be [verified](super::FileOptions::verify_output), and what was read back
    /// from the file does not decode to the input. It was not put in place, and the input was not
    /// removed.
    #[error("verification failed: the output {0}; not written")]
    NotVerified(&'static str),
    /// The output was to be [verified](super::FileOptions::verify_output), but is not a regular
    /// file.
    #[error("cannot verify the output: {} is not a regular file", .0.display())]
    Unverifiable(PathBuf),
}

impl Error {
    /// A failed read; an early end is the gzip file's fault.
    pub(super) fn from_read(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::UnexpectedEof => Self::Truncated,
            _ => Self::Read(error),
        }
    }

    /// For a side of the work that ends because the other one did. That one's own error is the one
    /// that is returned.
    pub(super) fn closed() -> Self {
        Self::Write(ErrorKind::BrokenPipe.into())
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Read(error)
            | Self::Write(error)
            | Self::Index(error)
            | Self::Remove(error)
            | Self::ReadBack(error) => error.kind(),
            Self::Attributes { source, .. } => source.kind(),
            Self::InvalidLevel(_)
            | Self::NoThreads
            | Self::InvalidChunkSize(_)
            | Self::InvalidSuffix(_)
            | Self::IndexFormat => ErrorKind::InvalidInput,
            Self::Truncated => ErrorKind::UnexpectedEof,
            Self::NotGzip | Self::Corrupt(_) | Self::NotVerified(_) => ErrorKind::InvalidData,
            Self::Unsupported(_) | Self::Zip(_) => ErrorKind::Unsupported,
            Self::Exists(_) | Self::AlreadyWritten(_) => ErrorKind::AlreadyExists,
            Self::Directory => ErrorKind::IsADirectory,
            _ => ErrorKind::Other,
        }
    }
}

/// The system's own error where there is one; otherwise an error of the nearest kind, with the
/// [`Error`] in it.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Read(error)
            | Error::Write(error)
            | Error::Index(error)
            | Error::Remove(error)
            | Error::ReadBack(error) => error,
            error => Self::new(error.kind(), error),
        }
    }
}

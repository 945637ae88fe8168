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
    #[error("is not a directory or a regular file - ignored")]
    NotRegular,
    /// The input would be removed, and has this many names besides.
    #[error("has {} other link{} -- file ignored", .0, if *.0 == 1 { "" } else { "s" })]
    Linked(u64),
    /// The input is a program that runs with the rights of its owner.
    #[error("is set-user-ID on execution - ignored")]
    SetUserId,
    /// The input is a program that runs with the rights of its group.
    #[error("is set-group-ID on execution - ignored")]
    SetGroupId,
    /// The input has the sticky bit set.
    #[error("has the sticky bit set - file ignored")]
    Sticky,
    /// The name of a file to compress ends as a gzip file's does, see [`suffix::of`](super::suffix::of).
    #[error("already has a gzip suffix -- unchanged")]
    HasSuffix,
    /// The name of a file to decompress does not end as a gzip file's does.
    #[error("unknown suffix -- ignored")]
    NoSuffix,
    /// The name stored in the header, which was asked for, cannot be a file's.
    #[error("the stored name is empty, . or .. -- ignored")]
    BadName,
    /// The output would take the place of the input.
    #[error("the input and the output are the same file")]
    SameFile,
    /// The output would take the place of another one of the same run.
    #[error("{} was already written by this run; not overwritten", .0.display())]
    AlreadyWritten(PathBuf),
    /// The output is in place, but its owner, mode or times could not be set.
    #[error("cannot set the mode or the times of {}: {source}", target.display())]
    Attributes {
        /// The output.
        target: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The output is in place, but more or less was read than the input had when it was opened.
    #[error("file size changed while it was read")]
    SizeChanged,
    /// The output went to what is no regular file, where it cannot be had again. So the input was
    /// not removed.
    #[error("not removed, since {} is not a regular file", .0.display())]
    NotKept(PathBuf),
    /// The output is in place, but the input is not what it was when it was opened: it is another
    /// file, or was written to. It was not removed.
    #[error("changed while it was read -- not removed")]
    Changed,
    /// The output is in place, but the input could not be removed.
    #[error("cannot be removed: {0}")]
    Remove(#[source] io::Error),
    /// The input begins like nothing that can be decompressed.
    #[error("not in gzip format")]
    NotGzip,
    /// The input ends before its data does.
    #[error("unexpected end of file")]
    Truncated,
    /// The compressed data, its checksum or its length is wrong.
    #[error("invalid compressed data--{0}")]
    Corrupt(&'static str),
    /// The data asks for what its format does not define, or for what nothing here decodes.
    #[error("{0} -- not supported")]
    Unsupported(&'static str),
    /// The zip archive's first entry is not one that can be decompressed here.
    #[error("{0} -- use unzip")]
    Zip(&'static str),
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
            Self::Read(error) | Self::Write(error) | Self::Remove(error) => Some(error),
            Self::Attributes { source, .. } => Some(source),
            _ => None,
        }
    }
}

//! Where words come from, and what is found there.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

/// Where words come from. What begins as a gzip file does is decompressed, but for
/// [`Source::Plain`].
pub enum Source {
    /// A file, opened when its turn comes and for no longer than it takes.
    File(PathBuf),
    /// The same, but passed over if it is binary: if there is a NUL in its first 8 KiB.
    Text(PathBuf),
    /// A file that is open, such as standard input, from where it is. Read by many threads if it
    /// is a regular file.
    Open(File),
    /// The same, but text whatever it begins with, as the pieces of a text may begin with anything.
    Plain(File),
    /// Anything else.
    Reader(Box<dyn Read + Send>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Text(path) => f.debug_tuple("Text").field(path).finish(),
            Self::Open(file) => f.debug_tuple("Open").field(file).finish(),
            Self::Plain(file) => f.debug_tuple("Plain").field(file).finish(),
            Self::Reader(_) => f.write_str("Reader"),
        }
    }
}

/// How a gzip file with compressed data begins (RFC 1952, section 2.3.1).
pub(super) const GZIP: [u8; 3] = [0x1F, 0x8B, 0x08];
/// How much of a file is looked at to tell whether it is binary.
const LOOK: usize = 8 * 1024;

/// How a source is to be read.
pub(super) enum Opened {
    /// Anywhere, by anybody.
    Regular(Regular),
    /// From beginning to end, by one thread.
    Stream(Box<dyn Read + Send>),
    /// The same, and it is text.
    PlainStream(Box<dyn Read + Send>),
    /// Not at all.
    Binary,
}

/// A regular file that is not compressed, and the part of it that counts.
pub(super) struct Regular {
    pub(super) file: File,
    pub(super) start: u64,
    /// What was its end when it was opened.
    pub(super) end: u64,
}

impl Source {
    pub(super) fn open(self) -> io::Result<Opened> {
        match self {
            Self::File(path) => open_any(File::open(path)?, GZIP.len()),
            Self::Text(path) => open_any(File::open(path)?, LOOK),
            Self::Open(file) => open_any(file, GZIP.len()),
            Self::Plain(file) if is_regular(&file)? => regular(file),
            Self::Plain(file) => Ok(Opened::PlainStream(Box::new(file))),
            Self::Reader(reader) => Ok(Opened::Stream(reader)),
        }
    }
}

/// Opens what may be compressed, or, if that much of it is looked at, binary.
fn open_any(mut file: File, looked_at: usize) -> io::Result<Opened> {
    if !is_regular(&file)? {
        return Ok(Opened::Stream(Box::new(file)));
    }
    let mut first = [0; LOOK];
    let start = file.stream_position()?;
    let first = read_at_most(&file, &mut first[..looked_at], start)?;
    if first.starts_with(&GZIP) {
        Ok(Opened::Stream(Box::new(file)))
    } else if looked_at == LOOK && first.contains(&0) {
        Ok(Opened::Binary)
    } else {
        regular(file)
    }
}

/// Files of the system's that are made as they are read claim to be empty, and are not.
fn is_regular(file: &File) -> io::Result<bool> {
    let metadata = file.metadata()?;
    Ok(metadata.is_file() && metadata.len() > 0)
}

/// From where it is to what is its end now. Whoever has the file open as well finds it read.
fn regular(mut file: File) -> io::Result<Opened> {
    let start = file.stream_position()?;
    let end = file.seek(SeekFrom::End(0))?;
    Ok(Opened::Regular(Regular { file, start, end }))
}

/// Fills the buffer from that offset on, or as much of it as there is of the file.
pub(super) fn read_at_most<'b>(
    file: &File,
    buffer: &'b mut [u8],
    offset: u64,
) -> io::Result<&'b mut [u8]> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(&mut buffer[..filled])
}

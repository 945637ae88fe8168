//! What the tally needs to know of files, on Windows.

use super::retry;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::windows::fs::{FileExt as _, MetadataExt};
use std::path::Path;

/// Reads and writes at an offset, with the names that they have on Unix.
pub(crate) trait FileExt {
    /// Leaves the file's position as it was, unless it is changed elsewhere at the same time.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;
}

impl FileExt for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut file = self;
        let position = file.stream_position()?;
        let read = self.seek_read(buffer, offset);
        file.seek(SeekFrom::Start(position))?;
        read
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut filled = 0;
        while filled < buffer.len() {
            match retry(|| self.seek_read(&mut buffer[filled..], offset + filled as u64))? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => filled += count,
            }
        }
        Ok(())
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.seek_write(bytes, offset)
    }
}

/// Opens a file for reading.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Whether it is a socket, which no file is.
pub(crate) fn is_socket(_: &Metadata) -> bool {
    false
}

/// The length and times of a file, which stay the same as long as nobody writes to it. A program that
/// sets the modification time back hides what it wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) length: u64,
    created: u64,
    modified: u64,
}

impl From<&Metadata> for Version {
    fn from(metadata: &Metadata) -> Self {
        let (created, modified) = (metadata.creation_time(), metadata.last_write_time());
        Self { length: metadata.len(), created, modified }
    }
}

/// A stream whose reads block, as all do, and continue after a signal.
#[derive(Debug)]
pub(crate) struct Blocking<T>(T);

impl<T> Blocking<T> {
    pub(crate) fn new(stream: T) -> Self {
        Self(stream)
    }
}

impl<T: Read> Read for Blocking<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        retry(|| self.0.read(buffer))
    }
}

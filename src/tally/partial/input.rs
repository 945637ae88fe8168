//! The files that partial tallies are merged from.

use crate::gzip::{GzipError, Settings, stream};
use crate::tally::source::{GZIP, read_at_most};
use std::error::Error;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::num::NonZeroUsize;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A partial tally to be merged. What begins as a gzip file does is decompressed.
#[derive(Debug)]
pub enum Input {
    /// A file. A regular one is open only while it is read from, so that there may be more of them
    /// than file handles.
    File(PathBuf),
    /// A file that is open, such as standard input, from where it is.
    Open(File),
}

/// Why an input could not be opened.
pub(super) enum OpenError {
    /// There is something wrong with it.
    Input(io::Error),
    /// There is no room to decompress it.
    Scratch(io::Error),
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Input(error)
    }
}

fn invalid(error: impl Into<Box<dyn Error + Send + Sync>>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

/// An input as it is read.
#[derive(Debug)]
pub(super) enum Text {
    /// A regular file, opened anew for every piece of it.
    Closed { path: PathBuf, identity: Identity, at: u64 },
    /// What can only be read in order: its first bytes, and the rest.
    Stream(io::Chain<io::Cursor<Vec<u8>>, File>),
    /// A stretch of a temporary file.
    Stretch { file: Arc<File>, at: u64, end: u64 },
}

impl Input {
    /// Opens it, and decompresses it into the temporary file if it is a gzip file: the decoders of
    /// thousands of files would take more memory than all else.
    pub(super) fn open(self, scratch: &mut Scratch<'_>) -> Result<Text, OpenError> {
        let (mut file, path) = match self {
            Self::File(path) => (File::open(&path)?, Some(path)),
            Self::Open(file) => (file, None),
        };
        let metadata = file.metadata()?;
        let mut first = Vec::new();
        (&mut file).take(GZIP.len() as u64).read_to_end(&mut first)?;
        if first == GZIP {
            return scratch.decompress(first.chain(file));
        }
        match path {
            // Files of the system's that are made as they are read claim to be empty.
            Some(path) if metadata.is_file() && first.is_empty() == (metadata.len() == 0) => {
                Ok(Text::Closed { path, identity: Identity::of(&metadata), at: 0 })
            }
            _ => Ok(Text::Stream(io::Cursor::new(first).chain(file))),
        }
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (read, at) = match self {
            Self::Stream(stream) => return stream.read(buffer),
            Self::Closed { identity, at, .. } if *at >= identity.length => return Ok(0),
            Self::Closed { path, identity, at } => {
                let file = File::open(path)?;
                if Identity::of(&file.metadata()?) != *identity {
                    return Err(io::Error::other("changed while it was read"));
                }
                (read_at_most(&file, buffer, *at)?.len(), at)
            }
            Self::Stretch { file, at, end } => {
                let left = usize::try_from(*end - *at).unwrap_or(usize::MAX).min(buffer.len());
                file.read_exact_at(&mut buffer[..left], *at)?;
                (left, at)
            }
        };
        *at += read as u64;
        Ok(read)
    }
}

/// What stays the same as long as a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

/// A temporary file without a name, made when there is something to write.
#[derive(Debug)]
pub(super) struct Scratch<'a> {
    directory: &'a Path,
    file: Option<Arc<File>>,
    end: u64,
    threads: NonZeroUsize,
}

impl<'a> Scratch<'a> {
    pub(super) fn new(directory: &'a Path, threads: NonZeroUsize) -> Self {
        Self { directory, file: None, end: 0, threads }
    }

    /// How much has been written.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// What was written from there on, to be read.
    pub(super) fn since(&mut self, start: u64) -> io::Result<Text> {
        Ok(Text::Stretch { file: self.file()?, at: start, end: self.end })
    }

    fn file(&mut self) -> io::Result<Arc<File>> {
        let file = match self.file.take() {
            Some(file) => file,
            None => Arc::new(tempfile::tempfile_in(self.directory)?),
        };
        Ok(Arc::clone(self.file.insert(file)))
    }

    fn decompress(&mut self, input: impl Read + Send) -> Result<Text, OpenError> {
        let start = self.end;
        let settings = Settings::new(self.threads);
        match stream::decompress(input, &mut *self, &settings) {
            Ok(totals) if !totals.trailing_garbage => self.since(start).map_err(OpenError::Scratch),
            Ok(_) => Err(invalid("garbage after the compressed data").into()),
            Err(GzipError::Read(error)) => Err(error.into()),
            Err(GzipError::Write(error)) => Err(OpenError::Scratch(error)),
            Err(error) => Err(invalid(error).into()),
        }
    }
}

impl Write for Scratch<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file()?.write_at(bytes, self.end)?;
        self.end += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

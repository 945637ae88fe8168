//! The files that partial tallies are merged from.

use crate::gzip::{self, Settings};
use crate::io::{Version, open};
use crate::tally::source::{self, GZIP, in_order, read_at_most};
use crate::tally::stream::PACKET;
use std::error::Error;
use std::fs::{File, Metadata};
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::num::NonZeroUsize;
use std::os::unix::fs::{FileExt, FileTypeExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes asked for at a time, at least, of what is no socket: pipes have no larger packets.
const LEAST_READ: usize = 4 * 1024;

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
pub(super) enum Text {
    /// A regular file, opened anew for every piece of it.
    Closed { path: PathBuf, version: Version, at: u64, ended: bool },
    /// What can only be read in order: its first bytes, and the rest.
    Stream(io::Chain<io::Cursor<Vec<u8>>, BufReader<Box<dyn Read + Send>>>),
    /// A stretch of a temporary file.
    Stretch { file: Arc<File>, at: u64, end: u64 },
}

impl Input {
    /// Opens it, and decompresses it into the temporary file if it is a gzip file: the decoders of
    /// thousands of files would take more memory than all else.
    pub(super) fn open(self, scratch: &mut Scratch<'_>) -> Result<Text, OpenError> {
        let file = match self {
            Self::File(path) => {
                let file = open(&path)?;
                let metadata = file.metadata()?;
                if is_text(&file, &metadata)? {
                    let version = Version::from(&metadata);
                    return Ok(Text::Closed { path, version, at: 0, ended: false });
                }
                file
            }
            Self::Open(file) => file,
        };
        let is_socket = file.metadata()?.file_type().is_socket();
        let capacity = if is_socket { PACKET } else { LEAST_READ };
        let mut input = BufReader::with_capacity(capacity, in_order(file)?);
        let (first, read) = source::first(&mut input);
        read?;
        if first == GZIP {
            return scratch.decompress(first.chain(input));
        }
        Ok(Text::Stream(io::Cursor::new(first).chain(input)))
    }
}

/// Whether it is a regular file and not compressed. Files of the system's that are made as they are
/// read, and claim to be empty, are none here.
fn is_text(file: &File, metadata: &Metadata) -> io::Result<bool> {
    if !metadata.is_file() || metadata.len() == 0 {
        return Ok(false);
    }
    let mut first = [0; GZIP.len()];
    let (filled, read) = read_at_most(file, &mut first, 0);
    read.map(|()| filled > 0 && first != GZIP)
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (read, at) = match self {
            Self::Stream(stream) => return stream.read(buffer),
            Self::Closed { ended: true, .. } => return Ok(0),
            Self::Closed { path, version, at, ended } => {
                let file = open(path)?;
                let (filled, read) = read_at_most(&file, buffer, *at);
                // Afterwards, as it may have changed in between.
                version.check(&file)?;
                read?;
                // Whatever its size says.
                *ended = filled < buffer.len();
                (filled, at)
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
        let settings = Settings::default().threads(self.threads.get());
        match gzip::decompress(input, &mut *self, &settings) {
            Ok(totals) if !totals.trailing_garbage => self.since(start).map_err(OpenError::Scratch),
            Ok(_) => Err(source::garbage().into()),
            Err(gzip::Error::Read(error)) => Err(error.into()),
            Err(gzip::Error::Write(error)) => Err(OpenError::Scratch(error)),
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

//! Partial tallies as they are read, decompressed into a temporary file where necessary.

use crate::io::{FileExt, Metered, Version, is_socket, open};
use crate::tally::input::stream::PACKET;
use crate::tally::input::{Kind, gzip, in_order, read_at_most};
use crate::tally::{Progress, Settings, Source};
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes asked for at a time, at least, of anything but a socket: pipes have no larger packets.
const LEAST_READ: usize = 4 * 1024;

/// Why an input could not be opened.
pub(super) enum OpenError {
    /// It could not be read, or is damaged.
    Input(io::Error),
    /// It could not be decompressed into the temporary file.
    Scratch(io::Error),
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Input(error)
    }
}

/// A stream that is counted into the progress.
type Input<'a> = BufReader<Metered<Box<dyn Read + Send + 'a>>>;

/// An input as it is read.
pub(super) enum Text<'a> {
    /// A regular file, opened anew for every read: there can be more of them than file handles.
    Closed { path: PathBuf, version: Version, at: u64, ended: bool, progress: Progress },
    /// A stream: its first bytes, and the rest.
    Stream(io::Chain<io::Cursor<Vec<u8>>, io::Take<Input<'a>>>),
    /// An extent of a temporary file.
    Extent { file: Arc<File>, at: u64, end: u64 },
}

/// Opens a source. If it is a gzip file, decompresses it into the temporary file: the decoders of
/// thousands of files would take more memory than everything else.
pub(super) fn open_source<'a>(
    source: Source<'a>,
    scratch: &mut Scratch<'_>,
) -> Result<Text<'a>, OpenError> {
    let (kind, decompress) = source.into_parts();
    let (capacity, reader) = match kind {
        Kind::Path(path) => {
            let file = open(&path)?;
            let metadata = file.metadata()?;
            if is_text(&file, &metadata, decompress)? {
                let version = Version::from(&metadata);
                let progress = scratch.progress.clone();
                return Ok(Text::Closed { path, version, at: 0, ended: false, progress });
            }
            (capacity(&metadata), in_order(file)?)
        }
        Kind::Open(file) => (capacity(&file.metadata()?), in_order(file)?),
        Kind::Reader(reader) => (PACKET, reader),
    };
    let reader = scratch.progress.meter(reader);
    let mut input = BufReader::with_capacity(capacity, reader);
    let (first, more) = if decompress { gzip::first(&mut input) } else { (Vec::new(), Ok(true)) };
    let rest = if more? { u64::MAX } else { 0 };
    if first == gzip::MAGIC {
        return scratch.decompress(first.chain(input));
    }
    Ok(Text::Stream(io::Cursor::new(first).chain(input.take(rest))))
}

/// Returns how many bytes are asked for at a time.
fn capacity(metadata: &Metadata) -> usize {
    if is_socket(metadata) { PACKET } else { LEAST_READ }
}

/// Returns whether it is a regular file and not compressed. Files that the kernel generates as they
/// are read, whose size is wrong, do not count as regular here.
fn is_text(file: &File, metadata: &Metadata, decompress: bool) -> io::Result<bool> {
    if !metadata.is_file() {
        return Ok(false);
    }
    let mut first = [0; gzip::MAGIC.len()];
    let (filled, read) = read_at_most(file, &mut first, 0);
    if metadata.len() == 0 {
        return Ok(filled == 0 && read.is_ok());
    }
    read.map(|()| filled > 0 && !(decompress && first == gzip::MAGIC))
}

impl Read for Text<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (read, at) = match self {
            Self::Stream(stream) => return stream.read(buffer),
            Self::Closed { ended: true, .. } => return Ok(0),
            Self::Closed { path, version, at, ended, progress } => {
                let file = open(path)?;
                let (filled, read) = read_at_most(&file, buffer, *at);
                // Checked afterwards: it may have changed in between.
                version.check(&file)?;
                read?;
                // Its size does not matter.
                *ended = filled < buffer.len();
                progress.advance(filled as u64);
                (filled, at)
            }
            Self::Extent { file, at, end } => {
                let left = usize::try_from(*end - *at).unwrap_or(usize::MAX).min(buffer.len());
                file.read_exact_at(&mut buffer[..left], *at)?;
                (left, at)
            }
        };
        *at += read as u64;
        Ok(read)
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").finish_non_exhaustive()
    }
}

/// A temporary file without a name, created at the first write.
#[derive(Debug)]
pub(super) struct Scratch<'a> {
    directory: &'a Path,
    file: Option<Arc<File>>,
    end: u64,
    threads: usize,
    /// Counts the bytes read of the inputs.
    progress: &'a Progress,
}

impl<'a> Scratch<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        let (directory, progress) = (settings.directory(), settings.shared_progress());
        Self { directory, file: None, end: 0, threads: settings.thread_count(), progress }
    }

    /// Returns the number of bytes written.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Returns what was written from `start` on, to be read.
    pub(super) fn since<'t>(&mut self, start: u64) -> io::Result<Text<'t>> {
        Ok(Text::Extent { file: self.file()?, at: start, end: self.end })
    }

    fn file(&mut self) -> io::Result<Arc<File>> {
        let file = match self.file.take() {
            Some(file) => file,
            None => Arc::new(tempfile::tempfile_in(self.directory)?),
        };
        Ok(Arc::clone(self.file.insert(file)))
    }

    fn decompress<'t>(&mut self, input: impl Read + Send) -> Result<Text<'t>, OpenError> {
        let start = self.end;
        let threads = self.threads;
        match gzip::decompress(input, &mut *self, threads) {
            Ok(false) => self.since(start).map_err(OpenError::Scratch),
            Ok(true) => Err(gzip::garbage().into()),
            Err(gzip::Failure::Input(error)) => Err(OpenError::Input(error)),
            Err(gzip::Failure::Output(error)) => Err(OpenError::Scratch(error)),
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

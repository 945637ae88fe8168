//! A reader compressed or decompressed into a writer.

use super::{GzipError, Level};
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};

/// Bytes read or written at a time.
const BUFFER: usize = 128 * 1024;

/// How much went in and came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes of the uncompressed data.
    pub plain: u64,
    /// Bytes of the gzip file.
    pub packed: u64,
}

/// Compresses all of `input` into one gzip member (RFC 1952, section 2.3) without name and time.
pub fn compress(input: impl Read, output: impl Write, level: Level) -> Result<Totals, GzipError> {
    let mut encoder = GzEncoder::new(Counted::new(output), Compression::new(level.get().into()));
    let plain = copy(input, &mut encoder).map_err(Failed::into_gzip)?;
    let output = encoder.finish().map_err(GzipError::Write)?;
    Ok(Totals { plain, packed: output.count })
}

/// Decompresses all the members of `input` (RFC 1952, section 2.2), one after the other.
pub fn decompress(input: impl Read, output: impl Write) -> Result<Totals, GzipError> {
    let mut input = BufReader::with_capacity(BUFFER, Counted::new(input));
    if input.fill_buf().map_err(GzipError::Read)?.is_empty() {
        return Err(GzipError::Truncated);
    }
    let mut decoder = MultiGzDecoder::new(input);
    let plain = copy(&mut decoder, output).map_err(|failed| match failed {
        Failed::Read(error) => explain(error),
        Failed::Write(error) => GzipError::Write(error),
    })?;
    let input = decoder.into_inner();
    Ok(Totals { plain, packed: input.get_ref().count - input.buffer().len() as u64 })
}

/// Which side of a copy failed.
enum Failed {
    Read(io::Error),
    Write(io::Error),
}

impl Failed {
    fn into_gzip(self) -> GzipError {
        match self {
            Self::Read(error) => GzipError::Read(error),
            Self::Write(error) => GzipError::Write(error),
        }
    }
}

/// [`io::copy`], but it tells which side failed.
fn copy(mut from: impl Read, mut to: impl Write) -> Result<u64, Failed> {
    let mut buffer = vec![0; BUFFER];
    let mut copied = 0;
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failed::Read(error)),
        };
        to.write_all(&buffer[..count]).map_err(Failed::Write)?;
        copied += count as u64;
    }
    to.flush().map_err(Failed::Write)?;
    Ok(copied)
}

/// What the decoder's error means. It reports bad data as errors that did not come from the
/// system.
fn explain(error: io::Error) -> GzipError {
    match error.kind() {
        _ if error.raw_os_error().is_some() => GzipError::Read(error),
        ErrorKind::UnexpectedEof => GzipError::Truncated,
        ErrorKind::InvalidInput if error.to_string() == "invalid gzip header" => GzipError::NotGzip,
        ErrorKind::InvalidInput | ErrorKind::InvalidData => GzipError::Corrupt(error.to_string()),
        _ => GzipError::Read(error),
    }
}

/// Counts the bytes that pass.
struct Counted<T> {
    inner: T,
    count: u64,
}

impl<T> Counted<T> {
    fn new(inner: T) -> Self {
        Self { inner, count: 0 }
    }
}

impl<T: Read> Read for Counted<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

impl<T: Write> Write for Counted<T> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buffer)?;
        self.count += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

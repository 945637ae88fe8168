//! A range of what is decoded in order from the beginning.

use super::ByteRange;
use crate::gzip::settings::Checked;
use crate::gzip::{Error, decode};
use std::io::{self, Read, Write};

/// Writes a range of what an input decompresses to, and decodes all that comes before it. Stops soon
/// after the range.
pub(in crate::gzip) fn decompress(
    input: impl Read + Send,
    range: ByteRange,
    output: impl Write,
    settings: &Checked,
) -> Result<u64, Error> {
    if range.is_empty() {
        return Ok(0);
    }
    let length = range.end - range.start;
    let mut window = Window { output, skip: range.start, left: length, stopped: false };
    let decoded = decode::decompress(input, &mut window, settings);
    let stopped = window.stopped;
    decoded.map(drop).or_else(|error| if stopped { Ok(()) } else { Err(error) })?;
    Ok(length - window.left)
}

/// Passes on the bytes of a range.
struct Window<W> {
    output: W,
    /// Bytes before the range.
    skip: u64,
    /// Bytes in the range.
    left: u64,
    stopped: bool,
}

impl<W: Write> Write for Window<W> {
    /// Fails with the first bytes after the range that come by themselves, so that the checksum of a
    /// short member that ends with the range is still compared.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 && !bytes.is_empty() {
            self.stopped = true;
            return Err(io::Error::other("after the range"));
        }
        let range = ByteRange { start: self.skip, end: self.skip.saturating_add(self.left) };
        let part = range.within(0, bytes.len());
        self.output.write_all(&bytes[part.clone()])?;
        self.skip = self.skip.saturating_sub(bytes.len() as u64);
        self.left -= part.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

//! The input of a decoder: bytes can be looked at before they are taken, and put back.

use crate::io::retry;
use std::io::{self, BufRead, Read};

/// Bytes read at a time.
const BLOCK: usize = 128 * 1024;

/// A buffered reader that counts what is taken from it.
pub(in crate::gzip) struct PeekReader<R> {
    input: R,
    buffer: Vec<u8>,
    /// Up to here, the buffer was taken.
    start: usize,
    taken: u64,
}

impl<R: Read> PeekReader<R> {
    pub(in crate::gzip) fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), start: 0, taken: 0 }
    }

    /// A reader whose first bytes were read already.
    pub(in crate::gzip) fn preloaded(buffer: Vec<u8>, input: R) -> Self {
        Self { input, buffer, start: 0, taken: 0 }
    }

    /// The bytes that were read and not taken yet.
    pub(in crate::gzip) fn buffered(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// The buffer, to be used again.
    pub(in crate::gzip) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    /// The number of bytes taken and not put back.
    pub(in crate::gzip) fn taken(&self) -> u64 {
        self.taken
    }

    /// The next `count` bytes, without taking them; fewer at the end of the input.
    pub(in crate::gzip) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        let bytes = self.peek_all(count)?;
        Ok(&bytes[..count.min(bytes.len())])
    }

    /// All the bytes that are buffered, without taking them: at least `count`, fewer only at the end of
    /// the input.
    pub(in crate::gzip) fn peek_all(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.start < count && self.read_more()? > 0 {}
        Ok(&self.buffer[self.start..])
    }

    /// Appends the next `count` bytes, fewer at the end of the input. Memory is allocated as they are
    /// read, so that a wrong count in a header costs nothing.
    pub(in crate::gzip) fn read_into(
        &mut self,
        count: usize,
        into: &mut Vec<u8>,
    ) -> io::Result<()> {
        self.take(count as u64).read_to_end(into)?;
        Ok(())
    }

    /// Puts back the bytes that were taken last.
    pub(in crate::gzip) fn put_back(&mut self, mut bytes: Vec<u8>) {
        self.taken -= bytes.len() as u64;
        bytes.extend(&self.buffer[self.start..]);
        self.buffer = bytes;
        self.start = 0;
    }

    fn read_more(&mut self) -> io::Result<usize> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let filled = self.buffer.len();
        self.buffer.resize(filled + BLOCK, 0);
        let read = retry(|| self.input.read(&mut self.buffer[filled..]));
        self.buffer.truncate(filled + *read.as_ref().unwrap_or(&0));
        read
    }
}

impl<R: Read> Read for PeekReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.start == self.buffer.len() && into.len() >= BLOCK {
            let read = self.input.read(into)?;
            self.taken += read as u64;
            return Ok(read);
        }
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for PeekReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek_all(1)
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
        self.taken += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_put_back_are_read_again() {
        let text: Vec<u8> = (0..=255).cycle().take(3 * BLOCK).collect();
        let mut source = PeekReader::new(&text[..]);
        assert_eq!(source.peek(3).unwrap(), &text[..3]);
        let mut first = Vec::new();
        source.read_into(2 * BLOCK, &mut first).unwrap();
        assert_eq!(source.taken(), 2 * BLOCK as u64);
        assert_eq!(source.peek(1).unwrap(), &text[2 * BLOCK..][..1]);
        source.put_back(first.split_off(5));
        let mut rest = Vec::new();
        source.read_to_end(&mut rest).unwrap();
        assert_eq!([first, rest].concat(), text);
        assert_eq!(source.taken(), text.len() as u64);
    }
}

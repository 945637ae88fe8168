//! What is compressed.

use std::io::{self, Read};

/// What is compressed: bytes, of which some may be known to be zeros without being read.
pub(crate) trait Source: Read {
    /// Skips the next `count` bytes if they are known to be zeros. Returns whether they are.
    fn skip_zeros(&mut self, count: usize) -> io::Result<bool>;
}

/// A source of which nothing is known before it is read.
pub(super) struct Unknown<R>(pub(super) R);

impl<R: Read> Read for Unknown<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl<R: Read> Source for Unknown<R> {
    fn skip_zeros(&mut self, _: usize) -> io::Result<bool> {
        Ok(false)
    }
}

//! Buffers that are filled, passed on, and reused.

use super::retry;
use std::io::{self, Read};
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

/// A fixed number of bytes, of which the first `filled` are in use. They are zeroed once, when it
/// is created. It derefs to the bytes in use.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
}

impl Buffer {
    pub(crate) fn new(size: usize) -> Self {
        Self { bytes: vec![0; size], filled: 0 }
    }

    /// Returns whether there is no room left.
    pub(crate) fn is_full(&self) -> bool {
        self.filled == self.bytes.len()
    }

    pub(crate) fn clear(&mut self) {
        self.filled = 0;
    }

    /// Keeps at most the first `count` bytes in use.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.filled = self.filled.min(count);
    }

    /// Returns the bytes that are not filled yet.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        &mut self.bytes[self.filled..]
    }

    /// Marks the first `count` bytes of the room as filled.
    pub(crate) fn grow(&mut self, count: usize) {
        self.filled = self.bytes.len().min(self.filled + count);
    }

    /// Marks the next `count` bytes as filled and returns them; `None` if there is too little room.
    pub(crate) fn more(&mut self, count: usize) -> Option<&mut [u8]> {
        let space = self.bytes.get_mut(self.filled..self.filled + count)?;
        self.filled += count;
        Some(space)
    }

    /// Makes exactly `count` bytes filled and returns them. Grows the buffer if it is smaller.
    pub(crate) fn space(&mut self, count: usize) -> &mut [u8] {
        if self.bytes.len() < count {
            self.bytes.resize(count, 0);
        }
        self.filled = count;
        &mut self.bytes[..count]
    }

    /// Reads once, into the start of the buffer. Returns 0 at the end of the input.
    pub(crate) fn read_once(&mut self, mut input: impl Read) -> io::Result<usize> {
        self.filled = retry(|| input.read(&mut self.bytes))?;
        Ok(self.filled)
    }

    /// Reads until the buffer is full or the input ends. Returns the number of bytes.
    pub(crate) fn fill(&mut self, mut input: impl Read) -> io::Result<usize> {
        self.filled = 0;
        while self.filled < self.bytes.len() {
            match retry(|| input.read(&mut self.bytes[self.filled..]))? {
                0 => break,
                count => self.filled += count,
            }
        }
        Ok(self.filled)
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }
}

/// A pool of buffers of one size. Returned buffers are reused, since fresh memory costs a page
/// fault for every 4 KiB; so there are at most as many as were in use at once.
#[derive(Debug)]
pub(crate) struct Buffers {
    size: usize,
    free: Mutex<Vec<Buffer>>,
}

impl Buffers {
    pub(crate) fn new(size: usize) -> Self {
        Self { size, free: Mutex::default() }
    }

    /// Returns the size of each buffer.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn take(&self) -> Buffer {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.unwrap_or_else(|| Buffer::new(self.size))
    }

    pub(crate) fn give(&self, buffer: Buffer) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}

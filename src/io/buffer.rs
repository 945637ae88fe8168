//! Buffers that are filled, passed on, and reused.

use super::retry;
use std::io::{self, Read};
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

/// A fixed number of items, of which the first `filled` are in use. They are zeroed once, when it
/// is created. It derefs to the items in use.
#[derive(Debug)]
pub(crate) struct Buffer<T = u8> {
    items: Vec<T>,
    filled: usize,
}

impl<T: Copy + Default> Buffer<T> {
    pub(crate) fn new(size: usize) -> Self {
        Self { items: vec![T::default(); size], filled: 0 }
    }

    /// Returns whether there is no room left.
    pub(crate) fn is_full(&self) -> bool {
        self.filled == self.items.len()
    }

    pub(crate) fn clear(&mut self) {
        self.filled = 0;
    }

    /// Keeps at most the first `count` items in use.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.filled = self.filled.min(count);
    }

    /// Returns the items that are not filled yet.
    pub(crate) fn room(&mut self) -> &mut [T] {
        &mut self.items[self.filled..]
    }

    /// Marks the first `count` items of the room as filled.
    pub(crate) fn grow(&mut self, count: usize) {
        self.filled = self.items.len().min(self.filled + count);
    }

    /// Marks the next `count` items as filled and returns them; `None` if there is too little room.
    pub(crate) fn more(&mut self, count: usize) -> Option<&mut [T]> {
        let space = self.items.get_mut(self.filled..self.filled + count)?;
        self.filled += count;
        Some(space)
    }

    /// Makes exactly `count` items filled and returns them. Grows the buffer if it is smaller.
    pub(crate) fn space(&mut self, count: usize) -> &mut [T] {
        if self.items.len() < count {
            self.items.resize(count, T::default());
        }
        self.filled = count;
        &mut self.items[..count]
    }
}

impl Buffer {
    /// Reads once, into the start of the buffer. Returns 0 at the end of the input.
    pub(crate) fn read_once(&mut self, mut input: impl Read) -> io::Result<usize> {
        self.filled = retry(|| input.read(&mut self.items))?;
        Ok(self.filled)
    }

    /// Reads until the buffer is full or the input ends. Returns the number of bytes.
    pub(crate) fn fill(&mut self, mut input: impl Read) -> io::Result<usize> {
        self.filled = 0;
        while self.filled < self.items.len() {
            match retry(|| input.read(&mut self.items[self.filled..]))? {
                0 => break,
                count => self.filled += count,
            }
        }
        Ok(self.filled)
    }
}

impl<T> From<Vec<T>> for Buffer<T> {
    /// A full buffer.
    fn from(items: Vec<T>) -> Self {
        Self { filled: items.len(), items }
    }
}

impl<T> From<Buffer<T>> for Vec<T> {
    fn from(buffer: Buffer<T>) -> Self {
        buffer.items
    }
}

impl<T> Deref for Buffer<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items[..self.filled]
    }
}

/// A pool of buffers of one size. Returned buffers are reused, since fresh memory costs a page
/// fault for every 4 KiB; so there are at most as many as were in use at once.
#[derive(Debug)]
pub(crate) struct Buffers<T = u8> {
    size: usize,
    free: Mutex<Vec<Buffer<T>>>,
}

impl<T: Copy + Default> Buffers<T> {
    pub(crate) fn new(size: usize) -> Self {
        Self { size, free: Mutex::new(Vec::new()) }
    }

    /// Returns the size of each buffer.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn take(&self) -> Buffer<T> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.unwrap_or_else(|| Buffer::new(self.size))
    }

    /// Takes a buffer of which nothing is in use.
    pub(crate) fn take_empty(&self) -> Buffer<T> {
        let mut buffer = self.take();
        buffer.clear();
        buffer
    }

    pub(crate) fn give(&self, buffer: Buffer<T>) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}

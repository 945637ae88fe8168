//! A reader that counts.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Adds the number of bytes read to a count, which others can watch.
#[derive(Debug)]
pub(crate) struct Metered<R> {
    input: R,
    count: Arc<AtomicU64>,
}

impl<R> Metered<R> {
    pub(crate) fn new(input: R, count: &Arc<AtomicU64>) -> Self {
        Self { input, count: Arc::clone(count) }
    }

    /// Returns a reference to the input.
    pub(crate) fn get_ref(&self) -> &R {
        &self.input
    }

    /// Returns a reference to the input, to change it.
    pub(crate) fn get_mut(&mut self) -> &mut R {
        &mut self.input
    }

    /// Returns the input.
    pub(crate) fn into_inner(self) -> R {
        self.input
    }

    /// Counts bytes that were not read through this reader.
    pub(crate) fn add(&self, count: u64) {
        self.count.fetch_add(count, Ordering::Relaxed);
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        self.add(count as u64);
        Ok(count)
    }
}

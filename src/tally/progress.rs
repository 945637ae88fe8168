//! How far a count is.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number of bytes read so far. Clones share the number, so one can be watched from another
/// thread while the other is in [`Settings`](super::Settings).
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// Returns the bytes read so far; compressed bytes where the source is compressed.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn advance(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A reader that counts the bytes read.
#[derive(Debug)]
pub(super) struct Metered<R> {
    input: R,
    progress: Progress,
}

impl<R> Metered<R> {
    pub(super) fn new(input: R, progress: &Progress) -> Self {
        Self { input, progress: progress.clone() }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.progress.advance(count as u64);
        Ok(count)
    }
}

//! How far a count is.

use crate::io::Metered;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number of bytes read so far. Clones share the number, so one can be watched from another
/// thread while the other is in [`Settings`](super::Settings).
#[derive(Clone, Debug, Default)]
pub struct Progress {
    bytes: Arc<AtomicU64>,
    skipped: Arc<AtomicU64>,
}

impl Progress {
    /// Returns the bytes read so far; compressed bytes where the source is compressed.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Returns how many sources have been skipped so far because they are binary: see
    /// [`Source::skip_binary`](super::Source::skip_binary).
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped.load(Ordering::Relaxed)
    }

    pub(super) fn skip(&self) {
        self.skipped.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn advance(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Returns the reader, whose bytes advance this as they are read.
    pub(super) fn meter<R>(&self, input: R) -> Metered<R> {
        Metered::new(input, &self.bytes)
    }
}

//! What the engine is told.

use super::Level;
use super::index::CHUNK_SIZES;
use crate::sync::pool::Pool;
use std::num::NonZeroUsize;

/// How to compress and decompress. Only [`level`](Self::level), the chunk's size and
/// [`rsyncable`](Self::rsyncable) and
/// [`index`](Self::index()) change the bytes that come out; the number of threads never does.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How hard to try.
    pub level: Level,
    /// How many threads compress, or decompress what can be decompressed in parallel; more than
    /// 1024 are as many as 1024.
    pub threads: NonZeroUsize,
    /// Whether chunks end where the data says so, so that a change of the data changes the output
    /// near it only. Such a file has no index.
    pub rsyncable: bool,
    pub(super) chunk: usize,
    pub(super) index: bool,
}

impl Settings {
    /// Level 6 on that many threads, in chunks of 1 MiB.
    #[must_use]
    pub fn new(threads: NonZeroUsize) -> Self {
        Self { level: Level::default(), threads, rsyncable: false, chunk: 1 << 20, index: true }
    }

    /// Sets the level.
    #[must_use]
    pub fn level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// Sets how many plain bytes go into a chunk; `None` if that is not between 64 KiB and 16 MiB.
    #[must_use]
    pub fn chunk(self, chunk: usize) -> Option<Self> {
        CHUNK_SIZES.contains(&chunk).then_some(Self { chunk, ..self })
    }

    /// Sets whether the header of a compressed file has an index of its chunks, by which it is
    /// decompressed in parallel.
    #[must_use]
    pub fn index(self, index: bool) -> Self {
        Self { index, ..self }
    }

    pub(super) fn pool(&self) -> Pool {
        Pool::new(self.threads)
    }
}

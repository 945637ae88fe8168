//! What the engine is told.

use super::Level;
use super::index::CHUNK_SIZES;
use crate::sync::pool::Pool;
use std::num::NonZeroUsize;

/// What becomes of bytes that begin no member, where the input begins or after its members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Foreign {
    /// An input that begins with them is refused. After members, zeros are ignored, and anything
    /// else is ignored and [reported](super::Totals::trailing_garbage).
    #[default]
    Report,
    /// They are copied as they are, with all that follows, as `gzip -cdf` does it.
    Copy,
}

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
    /// Whether a large file's header says where its chunks are, so that it can be decompressed in
    /// parallel. Readers that take no notice of an extra field, as the Linux kernel's, cannot read
    /// such a file.
    pub index: bool,
    /// What becomes of what cannot be decompressed.
    pub foreign: Foreign,
    pub(super) chunk: usize,
}

impl Settings {
    /// Level 6 on that many threads, in chunks of 1 MiB.
    #[must_use]
    pub fn new(threads: NonZeroUsize) -> Self {
        let (level, foreign) = (Level::default(), Foreign::default());
        Self { level, threads, rsyncable: false, index: true, foreign, chunk: 1 << 20 }
    }

    /// Sets the level.
    #[must_use]
    pub fn level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// Sets whether large files have an index.
    #[must_use]
    pub fn index(self, index: bool) -> Self {
        Self { index, ..self }
    }

    /// Sets how many plain bytes go into a chunk; `None` if that is not between 64 KiB and 16 MiB.
    #[must_use]
    pub fn chunk(self, chunk: usize) -> Option<Self> {
        CHUNK_SIZES.contains(&chunk).then_some(Self { chunk, ..self })
    }

    /// Sets what becomes of what cannot be decompressed.
    #[must_use]
    pub fn foreign(self, foreign: Foreign) -> Self {
        Self { foreign, ..self }
    }

    pub(super) fn pool(&self) -> Pool {
        Pool::new(self.threads.get())
    }
}

//! Shared counters without a lock (listing 3.5).
//!
//! What the book's program does to a map cannot be written in safe Rust. This can: words are found
//! in chains that only grow, so threads may walk them without a lock, and counts are atomic, so
//! threads may change them. But `add` does what the book's `add` does: it loads the count and
//! stores a greater one, two steps, and what another thread stores in between is overwritten. No
//! rule is broken, nothing crashes, and the tally is wrong. With `fetch_add` it would be right.

use super::{Share, each_word, stored};
use crate::tally::store::Store;
use crate::tally::{Config, TallyError};
use std::hash::{BuildHasher, RandomState};
use std::iter::successors;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Enough for chains to be short.
const CHAINS: usize = 1 << 16;

pub(super) struct Racy<'c> {
    config: &'c Config,
    hasher: RandomState,
    chains: Vec<Link>,
}

/// What a chain goes on with, once there is anything.
type Link = OnceLock<Box<Entry>>;

struct Entry {
    word: Box<[u8]>,
    count: AtomicU64,
    next: Link,
}

impl<'c> Racy<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
        let chains = (0..CHAINS).map(|_| Link::new()).collect();
        Self { config, hasher: RandomState::new(), chains }
    }

    fn add(&self, word: &[u8], n: u64) {
        let found = self.entry(word);
        let count = found.count.load(Ordering::Relaxed);
        found.count.store(count + n, Ordering::Relaxed);
    }

    /// The word's entry, appended to its chain if it is not there. Of two threads that append at
    /// once one comes first, and the other goes on from there: no entry is ever lost.
    fn entry(&self, word: &[u8]) -> &Entry {
        let chain = self.hasher.hash_one(word) % CHAINS as u64;
        let mut link = &self.chains[usize::try_from(chain).unwrap_or(0)];
        loop {
            let new = || Entry { word: word.into(), count: AtomicU64::new(0), next: Link::new() };
            let entry = link.get_or_init(|| Box::new(new()));
            if *entry.word == *word {
                return entry;
            }
            link = &entry.next;
        }
    }
}

impl<'c> Share<'c> for Racy<'c> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), TallyError> {
        each_word(self.config.rules, &buffer[text], |word| self.add(word, 1));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, TallyError> {
        let entries = self.chains.iter().flat_map(|first| {
            successors(first.get(), |entry| entry.next.get())
                .map(|entry| (&entry.word, entry.count.load(Ordering::Relaxed)))
        });
        Ok(stored(self.config, entries))
    }
}

impl Drop for Racy<'_> {
    /// From the front: dropped as it is, a long chain would be dropped from its end, one call
    /// within the other.
    fn drop(&mut self) {
        for first in &mut self.chains {
            let mut next = first.take();
            while let Some(mut entry) = next {
                next = entry.next.take();
            }
        }
    }
}

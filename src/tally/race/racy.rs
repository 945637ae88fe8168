//! Shared counters without a lock (listing 3.5).
//!
//! The data race of the book's program cannot be written in safe Rust. This can: words are in chains
//! that only grow, so threads can walk them without a lock, and counts are atomic, so threads can
//! change them. But `add` works like the book's `add`: it loads the count and stores a greater one,
//! in two steps, and overwrites what another thread stores in between. No rule is broken, nothing
//! crashes, and the counts are wrong. With `fetch_add` they would be right.

use super::counter::{StrategyCounter, each_word, stored};
use crate::tally::engine::SharedCounter;
use crate::tally::table::Store;
use crate::tally::{Error, Settings};
use std::hash::{BuildHasher, RandomState};
use std::iter::successors;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Enough for chains to be short.
const CHAINS: usize = 1 << 16;

pub(super) struct Racy<'c> {
    settings: &'c Settings,
    hasher: RandomState,
    chains: Vec<Link>,
}

/// The next entry of a chain, once there is one.
type Link = OnceLock<Box<Entry>>;

struct Entry {
    word: Box<[u8]>,
    count: AtomicU64,
    next: Link,
}

impl<'c> Racy<'c> {
    pub(super) fn new(settings: &'c Settings) -> Self {
        let chains = (0..CHAINS).map(|_| Link::new()).collect();
        Self { settings, hasher: RandomState::new(), chains }
    }

    fn add(&self, word: &[u8], n: u64) {
        let found = self.entry(word);
        let count = found.count.load(Ordering::Relaxed);
        found.count.store(count + n, Ordering::Relaxed);
    }

    /// Returns the word's entry, appended to its chain if it is not there. If two threads append at
    /// once, one comes first and the other goes on from there: no entry is ever lost.
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

impl SharedCounter for Racy<'_> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), Error> {
        each_word(self.settings.rules(), &buffer[text], |word| self.add(word, 1));
        Ok(())
    }
}

impl<'c> StrategyCounter<'c> for Racy<'c> {
    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, Error> {
        let entries = self.chains.iter().flat_map(|first| {
            successors(first.get(), |entry| entry.next.get())
                .map(|entry| (&entry.word, entry.count.load(Ordering::Relaxed)))
        });
        Ok(stored(self.settings, entries))
    }
}

impl Drop for Racy<'_> {
    /// Drops chains from the front: by default each entry would drop the next one recursively, too
    /// deep for a long chain.
    fn drop(&mut self) {
        for first in &mut self.chains {
            let mut next = first.take();
            while let Some(mut entry) = next {
                next = entry.next.take();
            }
        }
    }
}

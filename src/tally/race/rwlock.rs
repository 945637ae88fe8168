//! One map behind a readers-writer lock, which the book mentions.
//!
//! After the first pages hardly a word is new, so the map is hardly ever write-locked: its counts are
//! atomic, and adding to one only reads the map. But readers write too: each is counted in and out
//! of the lock, so all threads still compete for one cache line.

use super::counter::{StrategyCounter, each_word, stored};
use crate::tally::engine::SharedCounter;
use crate::tally::table::Store;
use crate::tally::{Error, Settings};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

pub(super) struct ReadMostly<'c> {
    settings: &'c Settings,
    found: RwLock<HashMap<Box<[u8]>, AtomicU64>>,
}

impl<'c> ReadMostly<'c> {
    pub(super) fn new(settings: &'c Settings) -> Self {
        Self { settings, found: RwLock::default() }
    }

    fn add(&self, word: &[u8], n: u64) {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = found.get(word) {
            count.fetch_add(n, Ordering::Relaxed);
            return;
        }
        drop(found);
        // Another thread may have inserted it between the locks.
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        *found.entry(word.into()).or_default().get_mut() += n;
    }
}

impl SharedCounter for ReadMostly<'_> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), Error> {
        each_word(self.settings.rules(), &buffer[text], |word| self.add(word, 1));
        Ok(())
    }
}

impl<'c> StrategyCounter<'c> for ReadMostly<'c> {
    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, Error> {
        let found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let counts = found.into_iter().map(|(word, count)| (word, count.into_inner()));
        Ok(stored(self.settings, counts))
    }
}

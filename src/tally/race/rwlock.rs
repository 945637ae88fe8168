//! One map behind a readers-writer lock, which the text of the book names.
//!
//! After the first pages hardly a word is new, so hardly ever is the map written: its counts are
//! atomic, and bumping one only reads the map. But readers write, too: each must be counted in and
//! out of the lock, so that all threads still pull at one cache line.

use super::{Share, each_word, stored};
use crate::tally::store::Store;
use crate::tally::{Config, TallyError};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

pub(super) struct ReadMostly<'c> {
    config: &'c Config,
    found: RwLock<HashMap<Box<[u8]>, AtomicU64>>,
}

impl<'c> ReadMostly<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
        Self { config, found: RwLock::default() }
    }

    fn add(&self, word: &[u8], n: u64) {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = found.get(word) {
            count.fetch_add(n, Ordering::Relaxed);
            return;
        }
        drop(found);
        // Between the locks somebody else may have found it: so not a plain insertion.
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        *found.entry(word.into()).or_default().get_mut() += n;
    }
}

impl<'c> Share<'c> for ReadMostly<'c> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), TallyError> {
        each_word(self.config.rules, &buffer[text], |word| self.add(word, 1));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, TallyError> {
        let found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let counts = found.into_iter().map(|(word, count)| (word, count.into_inner()));
        Ok(stored(self.config, counts))
    }
}

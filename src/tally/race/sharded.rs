//! Many maps, each behind a mutex of its own.
//!
//! The hash of a word decides which map it is in. Two threads meet only if they have words of the
//! same shard at the same time. But the most frequent word of a text is every fifteenth of all words,
//! so its shard is never idle, and an uncontended lock still has a cost.

use super::counter::{StrategyCounter, each_word, stored};
use crate::tally::engine::SharedCounter;
use crate::tally::table::Store;
use crate::tally::{Error, Settings};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Far more than threads, so that they rarely meet by chance.
const SHARDS: usize = 64;

pub(super) struct Sharded<'c> {
    settings: &'c Settings,
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<Box<[u8]>, u64>>>,
}

impl<'c> Sharded<'c> {
    pub(super) fn new(settings: &'c Settings) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { settings, hasher: RandomState::new(), shards }
    }

    fn add(&self, word: &[u8], n: u64) {
        let shard = self.hasher.hash_one(word) % SHARDS as u64;
        let shard = &self.shards[usize::try_from(shard).unwrap_or(0)];
        let mut found = shard.lock().unwrap_or_else(PoisonError::into_inner);
        match found.get_mut(word) {
            Some(count) => *count += n,
            None => {
                found.insert(word.into(), n);
            }
        }
    }
}

impl SharedCounter for Sharded<'_> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), Error> {
        each_word(self.settings.rules(), &buffer[text], |word| self.add(word, 1));
        Ok(())
    }
}

impl<'c> StrategyCounter<'c> for Sharded<'c> {
    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, Error> {
        let shards = self.shards.into_iter();
        let maps = shards.map(|shard| shard.into_inner().unwrap_or_else(PoisonError::into_inner));
        Ok(stored(self.settings, maps.flatten()))
    }
}

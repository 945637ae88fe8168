//! Many maps, each behind a mutex of its own.
//!
//! A word's hash says which map it is in. Two threads meet only when they have words of the same
//! shard at the same time, but the most frequent word of a text is every fifteenth of all, so that
//! its shard is never idle, and a lock that nobody else wants is still a lock.

use super::{Share, each_word, stored};
use crate::tally::store::Store;
use crate::tally::{Config, TallyError};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Far more than threads, so that they seldom meet by chance.
const SHARDS: usize = 64;

pub(super) struct Sharded<'c> {
    config: &'c Config,
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<Box<[u8]>, u64>>>,
}

impl<'c> Sharded<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { config, hasher: RandomState::new(), shards }
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

impl<'c> Share<'c> for Sharded<'c> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), TallyError> {
        each_word(self.config.rules, &buffer[text], |word| self.add(word, 1));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, TallyError> {
        let shards = self.shards.into_iter();
        let maps = shards.map(|shard| shard.into_inner().unwrap_or_else(PoisonError::into_inner));
        Ok(stored(self.config, maps.flatten()))
    }
}

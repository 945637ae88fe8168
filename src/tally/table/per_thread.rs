//! A table for each thread, added up at the end: the cure, and the engine.
//!
//! Nothing is shared while words are counted. A thread takes a counter that nobody uses for as long
//! as a piece of text takes, half a mebibyte at a time, so the one lock here is taken once for a
//! hundred thousand words. Adding up is parallel too, by the hashes of the words.

use super::Share;
use crate::tally::counter::Counter;
use crate::tally::hash::Hasher;
use crate::tally::store::Store;
use crate::tally::{Config, TallyError};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

pub(super) struct Private<'c> {
    config: &'c Config,
    /// The same for all tables, so that a word is in the same part of each.
    hasher: Hasher,
    /// As many as threads have ever counted at once.
    idle: Mutex<Vec<Counter<'c>>>,
}

impl<'c> Private<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
        Self { config, hasher: Hasher::random(), idle: Mutex::default() }
    }

    fn counter(&self) -> Counter<'c> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| {
            let store = Store::new(self.hasher, self.config.bounds());
            Counter::new(self.config.rules, store)
        })
    }
}

impl<'c> Share<'c> for Private<'c> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), TallyError> {
        let mut counter = self.counter();
        counter.count(buffer, text)?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(counter);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, TallyError> {
        let idle = self.idle.into_inner().unwrap_or_else(PoisonError::into_inner);
        idle.into_iter().map(Counter::finish).collect()
    }
}

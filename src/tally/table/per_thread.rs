//! A table for each thread, added up at the end: the cure for the race, and the engine.
//!
//! Nothing is shared while words are counted. A thread takes an idle counter for one piece of text,
//! half a mebibyte, so the one lock here is taken once per hundred thousand words. Adding up is
//! parallel too, by the hashes of the words.

use super::counter::Counter;
use super::{Bounds, Hasher, Store};
use crate::tally::Error;
use crate::tally::words::Rules;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

pub(in crate::tally) struct PerThread<'c> {
    rules: Rules,
    bounds: Bounds<'c>,
    /// The same for all tables, so that a word is in the same partition of each.
    hasher: Hasher,
    /// As many as threads have ever counted at once.
    idle: Mutex<Vec<Counter<'c>>>,
}

impl<'c> PerThread<'c> {
    pub(in crate::tally) fn new(rules: Rules, bounds: Bounds<'c>) -> Self {
        Self { rules, bounds, hasher: Hasher::random(), idle: Mutex::default() }
    }

    fn counter(&self) -> Counter<'c> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| Counter::new(self.rules, Store::new(self.hasher, self.bounds)))
    }

    /// Counts the words of `buffer[text]`, which neither begins nor ends within a word. The buffer is
    /// overwritten.
    pub(in crate::tally) fn count(
        &self,
        buffer: &mut Vec<u8>,
        text: Range<usize>,
    ) -> Result<(), Error> {
        let mut counter = self.counter();
        counter.count(buffer, text)?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(counter);
        Ok(())
    }

    /// Returns all that was counted, once all threads are done.
    pub(in crate::tally) fn finish(self) -> Result<Vec<Store<'c>>, Error> {
        let idle = self.idle.into_inner().unwrap_or_else(PoisonError::into_inner);
        idle.into_iter().map(Counter::finish).collect()
    }
}

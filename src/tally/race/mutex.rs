//! One map behind one mutex (listing 3.6).
//!
//! Every word takes the lock, so the threads take turns, and a lock that another processor has just
//! held costs far more than the counting: more threads are slower than one.

use super::counter::{StrategyCounter, each_word, stored};
use crate::tally::engine::SharedCounter;
use crate::tally::table::Store;
use crate::tally::{Error, Settings};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

pub(super) struct Locked<'c> {
    settings: &'c Settings,
    found: Mutex<HashMap<Box<[u8]>, u64>>,
}

impl<'c> Locked<'c> {
    pub(super) fn new(settings: &'c Settings) -> Self {
        Self { settings, found: Mutex::default() }
    }

    fn add(&self, word: &[u8], n: u64) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        match found.get_mut(word) {
            Some(count) => *count += n,
            None => {
                found.insert(word.into(), n);
            }
        }
    }
}

impl SharedCounter for Locked<'_> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), Error> {
        each_word(self.settings.rules(), &buffer[text], |word| self.add(word, 1));
        Ok(())
    }
}

impl<'c> StrategyCounter<'c> for Locked<'c> {
    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, Error> {
        let found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(stored(self.settings, found))
    }
}

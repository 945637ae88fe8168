//! One map behind one mutex (listing 3.6).
//!
//! Every word takes the lock, so the threads take turns, and a lock that has just been in another
//! processor's hands costs far more than the counting: more threads are slower than one.

use super::{Share, each_word, stored};
use crate::tally::store::Store;
use crate::tally::{Config, TallyError};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

pub(super) struct Locked<'c> {
    config: &'c Config,
    found: Mutex<HashMap<Box<[u8]>, u64>>,
}

impl<'c> Locked<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
        Self { config, found: Mutex::default() }
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

impl<'c> Share<'c> for Locked<'c> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), TallyError> {
        each_word(self.config.rules, &buffer[text], |word| self.add(word, 1));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, TallyError> {
        let found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(stored(self.config, found))
    }
}

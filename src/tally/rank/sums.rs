//! How many words there are, without a list of them.

use super::{Error, Filter, Take};

/// The numbers of words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tally) struct Sums {
    /// All words, each as often as it occurs.
    pub(in crate::tally) words: u64,
    /// Each word once.
    pub(in crate::tally) distinct: u64,
}

impl Sums {
    pub(super) fn plus(self, other: Self) -> Self {
        Self { words: self.words + other.words, distinct: self.distinct + other.distinct }
    }
}

/// Counts the words that pass a filter.
pub(super) struct Summing<'f> {
    filter: &'f Filter<'f>,
    pub(super) sums: Sums,
}

impl<'f> Summing<'f> {
    pub(super) fn new(filter: &'f Filter<'f>) -> Self {
        Self { filter, sums: Sums::default() }
    }
}

impl Take for Summing<'_> {
    fn take(&mut self, word: &[u8], count: u64) -> Result<(), Error> {
        if self.filter.keeps(word, count) {
            self.sums = self.sums.plus(Sums { words: count, distinct: 1 });
        }
        Ok(())
    }
}

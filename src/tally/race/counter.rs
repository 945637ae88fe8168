//! What every strategy is: something that several threads count into.

use crate::tally::engine::SharedCounter;
use crate::tally::table::{Hasher, PerThread, Store};
use crate::tally::words::{self, Rules};
use crate::tally::{Error, Settings};

/// What the threads of a strategy count into.
pub(super) trait StrategyCounter<'c>: SharedCounter + Send {
    /// Returns the counts, once all threads are done.
    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, Error>;
}

impl<'c> StrategyCounter<'c> for PerThread<'c> {
    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, Error> {
        PerThread::finish(*self)
    }
}

/// Calls `found` for each word of a piece of text.
pub(super) fn each_word(rules: Rules, text: &[u8], found: impl FnMut(&[u8])) {
    words::for_each_of(text, rules, found);
}

/// Returns a finished map in the form in which the engine ranks it.
pub(super) fn stored<W: AsRef<[u8]>>(
    settings: &Settings,
    counts: impl IntoIterator<Item = (W, u64)>,
) -> Vec<Store<'_>> {
    let mut store = Store::new(Hasher::random(), settings.bounds());
    for (word, count) in counts {
        store.table.add(word.as_ref(), count);
    }
    vec![store]
}

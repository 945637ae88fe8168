//! Ways for threads to count words together, from the race of listing 3.5 to a table for each.
//!
//! All do the same work on the same pieces of text and differ in one thing only: what happens
//! between threads when a word is counted. Each is a module of its own behind one trait, written as
//! one would write it without the others in mind.

mod channel;
mod mutex;
mod private;
mod racy;
mod rwlock;
mod sharded;

use super::store::Store;
use super::words::{self, Rules};
use super::{Config, TallyError};
use std::ops::Range;

/// How threads share what they count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Strategy {
    /// Shared counters without a lock, updated by a load and a store: loses updates (listing 3.5)
    Racy,
    /// One map behind one mutex, locked for every word (listing 3.6)
    Mutex,
    /// One map behind a readers-writer lock: only a new word is written
    #[cfg_attr(feature = "cli", value(name = "rwlock"))]
    RwLock,
    /// Many maps, each behind a mutex of its own, chosen by hash
    Sharded,
    /// One thread owns the map, the others send it words
    Channel,
    /// A table for each thread, added up at the end
    #[default]
    Private,
}

impl Strategy {
    /// All of them, from the race to the cure.
    pub const ALL: [Self; 6] =
        [Self::Racy, Self::Mutex, Self::RwLock, Self::Sharded, Self::Channel, Self::Private];

    /// What it is called on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Racy => "racy",
            Self::Mutex => "mutex",
            Self::RwLock => "rwlock",
            Self::Sharded => "sharded",
            Self::Channel => "channel",
            Self::Private => "private",
        }
    }

    /// Whether every word counts. Where not, it shows only with two threads or more.
    #[must_use]
    pub fn is_exact(self) -> bool {
        self != Self::Racy
    }

    /// Makes ready to count.
    pub(super) fn begin(self, config: &Config) -> Box<dyn Share<'_> + '_> {
        match self {
            Self::Racy => Box::new(racy::Racy::new(config)),
            Self::Mutex => Box::new(mutex::Locked::new(config)),
            Self::RwLock => Box::new(rwlock::ReadMostly::new(config)),
            Self::Sharded => Box::new(sharded::Sharded::new(config)),
            Self::Channel => Box::new(channel::Owned::new(config)),
            Self::Private => Box::new(private::Private::new(config)),
        }
    }
}

/// What several threads count into together.
pub(super) trait Share<'c>: Send + Sync {
    /// Counts the words of `buffer[text]`, which neither begins nor ends within a word. Called by
    /// many threads at once. The buffer may be scribbled over.
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), TallyError>;

    /// Whether no more text is wanted.
    fn is_full(&self) -> bool {
        false
    }

    /// What was counted, once all threads are done.
    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, TallyError>;
}

/// The words of a piece of text, one after the other.
fn each_word(rules: Rules, text: &[u8], mut found: impl FnMut(&[u8])) {
    if let Err(error) = words::for_each_by(rules, text, &mut found) {
        unreachable!("reading from memory does not fail: {error}");
    }
}

/// A finished map as what the engine ranks.
fn stored<W: AsRef<[u8]>>(
    config: &Config,
    counts: impl IntoIterator<Item = (W, u64)>,
) -> Vec<Store<'_>> {
    let mut store = Store::new(super::hash::Hasher::random(), config.bounds());
    for (word, count) in counts {
        store.table.add(word.as_ref(), count);
    }
    vec![store]
}

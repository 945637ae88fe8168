//! The strategies by name.

use super::counter::StrategyCounter;
use super::{channel, mutex, racy, rwlock, sharded};
use crate::tally::engine::count_into;
use crate::tally::table::PerThread;
use crate::tally::{Counts, Error, Settings, Source, count_sources};
use std::io;

/// How threads share what they count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strategy {
    /// Shared counters without a lock, updated by a load and a store: loses updates (listing 3.5).
    Racy,
    /// One map behind one mutex, locked for every word (listing 3.6).
    Mutex,
    /// One map behind a readers-writer lock, write-locked only for a new word.
    RwLock,
    /// Many maps, each behind a mutex of its own, chosen by hash.
    Sharded,
    /// One thread owns the map, and the others send it words.
    Channel,
    /// A table for each thread, added up at the end.
    #[default]
    Private,
}

impl Strategy {
    /// All strategies, from the race to the cure.
    pub const ALL: [Self; 6] =
        [Self::Racy, Self::Mutex, Self::RwLock, Self::Sharded, Self::Channel, Self::Private];

    /// Returns the name on the command line.
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

    /// Returns whether every word is counted. If not, it shows only with two threads or more.
    #[must_use]
    pub fn is_exact(self) -> bool {
        self != Self::Racy
    }

    /// Prepares to count.
    pub(super) fn begin(self, settings: &Settings) -> Box<dyn StrategyCounter<'_> + '_> {
        match self {
            Self::Racy => Box::new(racy::Racy::new(settings)),
            Self::Mutex => Box::new(mutex::Locked::new(settings)),
            Self::RwLock => Box::new(rwlock::ReadMostly::new(settings)),
            Self::Sharded => Box::new(sharded::Sharded::new(settings)),
            Self::Channel => Box::new(channel::Owned::new(settings)),
            Self::Private => Box::new(PerThread::new(settings.rules(), settings.bounds())),
        }
    }
}

/// Counts the words of all the sources as [`count_sources`] does, with the given strategy. All but
/// [`Strategy::Private`] ignore [`Settings::memory`] while they count.
///
/// # Errors
///
/// As [`count_sources`].
pub fn count_with<'s>(
    strategy: Strategy,
    sources: Vec<Source<'_>>,
    settings: &'s Settings,
    mut failed: impl FnMut(usize, io::Error),
) -> Result<Counts<'s>, Error> {
    if strategy == Strategy::Private {
        return count_sources(sources, settings, failed);
    }
    settings.validate()?;
    let counter = strategy.begin(settings);
    for (number, error) in count_into(&*counter, sources, settings)? {
        failed(number, error);
    }
    Ok(Counts::new(settings, counter.finish()?))
}

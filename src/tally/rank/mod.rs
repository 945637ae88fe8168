//! From the tables of the workers to one list: merged, filtered, sorted.
//!
//! The hashes of the words fall into 256 partitions, and a word is in the same partition of every
//! table. Each thread takes one partition after the other and adds up all tables' parts of it. A
//! partition that is on disk and too big for memory is partitioned once more, by other hashes.

mod filter;
mod order;
mod patterns;
mod rows;
mod sorter;
mod sums;

pub use filter::{Filter, SortKey};
pub use patterns::{PatternError, Patterns};

use super::table::{Bounds, Extent, Hasher, PARTITIONS, Spill, Store, Table};
use super::{Error, Settings};
use crate::sync::fan_out;
use order::Order;
use sorter::{Merge, SortedRun, Sorter};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use sums::{Summing, Sums};

/// Bytes read at a time from a partition on disk.
const READ: usize = 64 * 1024;

/// Counts as the threads left them, not yet merged.
pub struct Counts<'c> {
    settings: &'c Settings,
    stores: Vec<Store<'c>>,
}

impl fmt::Debug for Counts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counts").field("settings", self.settings).finish_non_exhaustive()
    }
}

impl<'c> Counts<'c> {
    pub(super) fn new(settings: &'c Settings, stores: Vec<Store<'c>>) -> Self {
        Self { settings, stores }
    }

    /// Merges the counts and returns the words that pass the filter, in order. Uses the threads and
    /// the memory of the settings they were counted with. Blocks until all is sorted.
    ///
    /// # Errors
    ///
    /// [`Error::Temporary`] if a temporary file fails.
    pub fn rank(self, filter: &Filter<'_>) -> Result<Ranking<'c>, Error> {
        let bounds = self.settings.bounds();
        // Half for the merged table, half for sorting.
        let bounds = Bounds { memory: bounds.memory / 2, ..bounds };
        let runs = self.merge(bounds, || Selection::new(filter, bounds), Selection::finish)?;
        Ranking::new(runs.into_iter().flatten().collect(), filter, bounds)
    }

    /// Merges the counts and returns how many words there are, and how many distinct ones, of those
    /// that pass the filter. Its order and its top have no meaning here.
    pub(super) fn sums(self, filter: &Filter<'_>) -> Result<Sums, Error> {
        let bounds = self.settings.bounds();
        let parts = self.merge(bounds, || Summing::new(filter), |summing| Ok(summing.sums))?;
        Ok(parts.into_iter().fold(Sums::default(), Sums::plus))
    }

    /// Merges the counts on all threads. Each has a taker of its own, whose result is returned.
    fn merge<T: Take, R: Send>(
        mut self,
        bounds: Bounds<'c>,
        taker: impl Fn() -> T + Sync,
        finish: impl Fn(T) -> Result<R, Error> + Sync,
    ) -> Result<Vec<R>, Error> {
        let on_disk = self.make_room()?;
        let next = AtomicUsize::new(0);
        fan_out(self.settings.workers(), |_| {
            let mut merger = Merger { bounds, taker: taker() };
            merger.run(&self.stores, on_disk, &next)?;
            finish(merger.taker)
        })
    }

    /// Merges the counts into one table, which must fit the memory of the settings.
    pub(super) fn into_table(mut self) -> Result<Table, Error> {
        let on_disk = self.make_room()?;
        if !on_disk && self.stores.len() == 1 {
            return Ok(self.stores.remove(0).table);
        }
        let limit = self.settings.memory_limit();
        let mut merged = Table::new(Hasher::random());
        for store in &self.stores {
            store.table.iter().for_each(|(word, count)| merged.add(word, count));
            for (spill, extent) in store.extents() {
                let mut entries = spill.read(extent, READ);
                while let Some((word, count)) = entries.next()? {
                    merged.add(word, count);
                    if merged.bytes() > limit {
                        return Err(Error::Memory { limit });
                    }
                }
            }
        }
        Ok(merged)
    }

    /// Frees memory, so that merging has as much as counting had: if the tables take more than half
    /// of it, all are written to disk. Returns whether they were.
    fn make_room(&mut self) -> Result<bool, Error> {
        let bytes: usize = self.stores.iter().map(|store| store.table.bytes()).sum();
        let spilled = self.stores.iter().any(|store| store.spilled.is_some());
        let on_disk = spilled || bytes > self.settings.memory_limit() / 2;
        if on_disk {
            let threads = self.stores.len();
            let stores = Mutex::new(self.stores.iter_mut());
            let next = || stores.lock().unwrap_or_else(PoisonError::into_inner).next();
            fan_out(threads, |_| {
                while let Some(store) = next() {
                    store.spill_all()?;
                }
                Ok(())
            })?;
        }
        Ok(on_disk)
    }
}

/// What becomes of the merged words.
pub(super) trait Take {
    /// Takes a word. Each word must come once.
    fn take(&mut self, word: &[u8], count: u64) -> Result<(), Error>;
}

/// The words that pass a filter, on their way into order.
pub(super) struct Selection<'c, 'f> {
    filter: &'f Filter<'f>,
    bounds: Bounds<'c>,
    sorter: Sorter<'c>,
}

impl<'c, 'f> Selection<'c, 'f> {
    pub(super) fn new(filter: &'f Filter<'f>, bounds: Bounds<'c>) -> Self {
        let (first, top) = filter.first();
        Self { filter, bounds, sorter: Sorter::new(first, top, bounds) }
    }

    fn finish(self) -> Result<Vec<SortedRun<'c>>, Error> {
        self.sorter.finish()
    }

    /// Returns the words that were taken, in order.
    pub(super) fn rank(self) -> Result<Ranking<'c>, Error> {
        let (filter, bounds) = (self.filter, self.bounds);
        Ranking::new(self.finish()?, filter, bounds)
    }
}

impl Take for Selection<'_, '_> {
    fn take(&mut self, word: &[u8], count: u64) -> Result<(), Error> {
        if self.filter.keeps(word, count) { self.sorter.push(word, count) } else { Ok(()) }
    }
}

/// One of the threads that merge tables.
struct Merger<'c, T> {
    bounds: Bounds<'c>,
    taker: T,
}

impl<'c, T: Take> Merger<'c, T> {
    /// Takes one partition after the other, until all are taken.
    fn run(
        &mut self,
        stores: &[Store<'c>],
        on_disk: bool,
        next: &AtomicUsize,
    ) -> Result<(), Error> {
        let mut merged = Store::new(Hasher::random(), self.bounds);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= PARTITIONS {
                return Ok(());
            }
            if on_disk {
                let parts = stores.iter().filter_map(|store| store.spilled.as_ref());
                let parts = parts.flat_map(|spilled| spilled.partition(number));
                self.merge_spilled(&mut merged, parts)?;
            } else if let [one] = stores {
                self.take(one.table.partition(number))?;
            } else {
                for (word, count) in stores.iter().flat_map(|store| store.table.partition(number)) {
                    merged.table.add(word, count);
                }
                self.take(merged.table.iter())?;
                merged.table.clear();
            }
        }
    }

    /// Adds up the extents, and leaves `merged` empty.
    fn merge_spilled<'s>(
        &mut self,
        merged: &mut Store<'c>,
        parts: impl Iterator<Item = (&'s Spill<'c>, Extent)>,
    ) -> Result<(), Error>
    where
        'c: 's,
    {
        for (spill, extent) in parts {
            let mut entries = spill.read(extent, READ);
            while let Some((word, count)) = entries.next()? {
                merged.reserve(1)?;
                merged.table.add(word, count);
            }
        }
        if merged.spilled.is_none() {
            self.take(merged.table.iter())?;
            merged.table.clear();
            return Ok(());
        }
        merged.spill_all()?;
        if let Some(spilled) = merged.spilled.take() {
            for number in 0..PARTITIONS {
                // A new table hashes differently, which splits what was one partition into many.
                merged.table = Table::new(Hasher::random());
                let parts: Vec<_> = spilled.partition(number).collect();
                self.merge_spilled_again(merged, parts)?;
            }
        }
        Ok(())
    }

    /// One level further down. The list keeps the type of the iterator from nesting without end.
    fn merge_spilled_again(
        &mut self,
        merged: &mut Store<'c>,
        parts: Vec<(&Spill<'c>, Extent)>,
    ) -> Result<(), Error> {
        self.merge_spilled(merged, parts.into_iter())
    }

    fn take<'w>(&mut self, mut words: impl Iterator<Item = (&'w [u8], u64)>) -> Result<(), Error> {
        words.try_for_each(|(word, count)| self.taker.take(word, count))
    }
}

/// Words and counts in order, read from memory or temporary files.
pub struct Ranking<'c> {
    merge: Merge<'c>,
    /// Whether the first word of the merge has been returned.
    returned: bool,
    /// How many words are still to come, at most.
    left: usize,
}

impl fmt::Debug for Ranking<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ranking").field("left", &self.left).finish_non_exhaustive()
    }
}

impl<'c> Ranking<'c> {
    /// Takes runs in the order in which the filter finds the top words.
    fn new(
        runs: Vec<SortedRun<'c>>,
        filter: &Filter<'_>,
        bounds: Bounds<'c>,
    ) -> Result<Self, Error> {
        let (first, top) = filter.first();
        let found = Self { merge: Merge::new(runs)?, returned: false, left: top };
        if first == filter.order() { Ok(found) } else { found.sorted(filter.order(), bounds) }
    }

    /// Returns the next word, which is UTF-8, and its count, until there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Temporary`] if a temporary file fails.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend what it yields")]
    pub fn next(&mut self) -> Result<Option<(&[u8], u64)>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        if self.returned {
            self.merge.advance()?;
        }
        self.returned = true;
        let first = self.merge.first().filter(|(head, _)| head.is_some());
        Ok(first.map(|(_, run)| run.row()))
    }

    /// Returns the same words in another order.
    fn sorted(mut self, order: Order, bounds: Bounds<'c>) -> Result<Self, Error> {
        let mut sorter = Sorter::new(order, usize::MAX, bounds);
        while let Some((word, count)) = self.next()? {
            sorter.push(word, count)?;
        }
        Ok(Self { merge: Merge::new(sorter.finish()?)?, returned: false, left: usize::MAX })
    }
}

//! From the workers' tables to one list: merged, chosen from, sorted.
//!
//! The hashes of the words fall into 256 partitions, and a word is in the same one in every table.
//! Threads take a partition each, and add up what all tables have of it. Where the tables are on
//! disk, and a partition is too big for memory still, it is partitioned once more by other hashes.

use super::hash::Hasher;
use super::partial::{self, MergeError};
use super::rows::Order;
use super::sorter::{Lane, Merge, Sorter};
use super::spill::{Spill, Stretch};
use super::store::{Bounds, Store};
use super::table::{PARTITIONS, Table};
use super::{Choice, Config, TallyError};
use crate::sync::fan_out;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bytes read at a time from a partition on disk.
const READ: usize = 64 * 1024;

/// Adds up partial tallies, and puts the words of the choice in order.
///
/// Uses the memory of `config` for sorting, and temporary files for what does not fit; otherwise as
/// [`partial::merge()`].
pub fn merge<'c>(
    inputs: Vec<partial::Input>,
    config: &'c Config,
    choice: &Choice<'_>,
) -> Result<Ranking<'c>, MergeError> {
    let bounds = Bounds { memory: config.memory / 2, directory: &config.directory };
    let (first, top) = choice.first();
    let mut sorter = Sorter::new(first, top, bounds);
    partial::merge(inputs, config, |word, count| {
        if choice.has(word, count) {
            sorter.push(word, count)?;
        }
        Ok::<(), MergeError>(())
    })?;
    Ok(Ranking::new(sorter.finish()?, choice, bounds)?)
}

/// What was counted, not yet put together.
pub struct Counted<'c> {
    config: &'c Config,
    stores: Vec<Store<'c>>,
}

impl std::fmt::Debug for Counted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Counted").field("config", self.config).finish_non_exhaustive()
    }
}

impl<'c> Counted<'c> {
    pub(super) fn new(config: &'c Config, stores: Vec<Store<'c>>) -> Self {
        Self { config, stores }
    }

    /// Puts the words of the choice in order, on the threads and in the memory that they were
    /// counted with.
    pub fn choose(mut self, choice: &Choice<'_>) -> Result<Ranking<'c>, TallyError> {
        let on_disk = self.make_room()?;
        let bounds = self.config.bounds();
        // Half for the merged table, half for the sorting.
        let bounds = Bounds { memory: bounds.memory / 2, ..bounds };
        let (first, top) = choice.first();
        let next = AtomicUsize::new(0);
        let lanes = fan_out(self.config.workers().get(), |_| {
            let mut merger = Merger { choice, bounds, sorter: Sorter::new(first, top, bounds) };
            merger.run(&self.stores, on_disk, &next)?;
            merger.sorter.finish()
        })?;
        drop(self.stores);
        Ranking::new(lanes.into_iter().flatten().collect(), choice, bounds)
    }

    /// Sees to it that there is as much memory for merging as there was for counting. Tells
    /// whether all tables have been written to disk for that.
    fn make_room(&mut self) -> Result<bool, TallyError> {
        let bytes: usize = self.stores.iter().map(|store| store.table.bytes()).sum();
        let spilled = self.stores.iter().any(|store| store.spilled.is_some());
        let on_disk = spilled || bytes > self.config.memory / 2;
        if on_disk {
            let threads = NonZeroUsize::new(self.stores.len()).unwrap_or(NonZeroUsize::MIN);
            let stores = Mutex::new(self.stores.iter_mut());
            let next = || stores.lock().unwrap_or_else(PoisonError::into_inner).next();
            fan_out(threads.get(), |_| {
                while let Some(store) = next() {
                    store.spill_all()?;
                }
                Ok(())
            })?;
        }
        Ok(on_disk)
    }
}

/// One of the threads that put tables together.
struct Merger<'c, 'm> {
    choice: &'m Choice<'m>,
    bounds: Bounds<'c>,
    sorter: Sorter<'c>,
}

impl<'c> Merger<'c, '_> {
    /// Takes one partition after the other, until all are taken.
    fn run(
        &mut self,
        stores: &[Store<'c>],
        on_disk: bool,
        next: &AtomicUsize,
    ) -> Result<(), TallyError> {
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

    /// Adds up what is in the stretches, and leaves `merged` empty.
    fn merge_spilled<'s>(
        &mut self,
        merged: &mut Store<'c>,
        parts: impl Iterator<Item = (&'s Spill<'c>, Stretch)>,
    ) -> Result<(), TallyError>
    where
        'c: 's,
    {
        for (spill, stretch) in parts {
            let mut entries = spill.read(stretch, READ);
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
                // A new table hashes differently, so that what was one partition falls into many.
                merged.table = Table::new(Hasher::random());
                let parts: Vec<_> = spilled.partition(number).collect();
                self.merge_spilled_again(merged, parts)?;
            }
        }
        Ok(())
    }

    /// A level further down. The list is what keeps the type of the iterator from nesting for ever.
    fn merge_spilled_again(
        &mut self,
        merged: &mut Store<'c>,
        parts: Vec<(&Spill<'c>, Stretch)>,
    ) -> Result<(), TallyError> {
        self.merge_spilled(merged, parts.into_iter())
    }

    fn take<'w>(&mut self, words: impl Iterator<Item = (&'w [u8], u64)>) -> Result<(), TallyError> {
        for (word, count) in words {
            if self.choice.has(word, count) {
                self.sorter.push(word, count)?;
            }
        }
        Ok(())
    }
}

/// Words and counts in order, from memory or from temporary files as they are read.
pub struct Ranking<'c> {
    merge: Merge<'c>,
    /// How many are still to come, at most.
    left: usize,
}

impl std::fmt::Debug for Ranking<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ranking").field("left", &self.left).finish_non_exhaustive()
    }
}

impl<'c> Ranking<'c> {
    /// Of lanes in the order that the choice is made in.
    fn new(
        lanes: Vec<Lane<'c>>,
        choice: &Choice<'_>,
        bounds: Bounds<'c>,
    ) -> Result<Self, TallyError> {
        let (first, top) = choice.first();
        let chosen = Self { merge: Merge::new(first, lanes)?, left: top };
        if first == choice.order { Ok(chosen) } else { chosen.sorted(choice.order, bounds) }
    }

    /// The next word and its count, until there is none. Fails when a temporary file does.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend what it yields")]
    pub fn next(&mut self) -> Result<Option<(&[u8], u64)>, TallyError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.merge.next()
    }

    /// The same words in another order.
    fn sorted(mut self, order: Order, bounds: Bounds<'c>) -> Result<Self, TallyError> {
        let mut sorter = Sorter::new(order, usize::MAX, bounds);
        while let Some((word, count)) = self.next()? {
            sorter.push(word, count)?;
        }
        Ok(Self { merge: Merge::new(order, sorter.finish()?)?, left: usize::MAX })
    }
}

//! Words and counts put in order, in bounded memory.
//!
//! Rows are gathered in memory. When there are too many, they are sorted and written to a temporary
//! file as a run. At the end the runs are merged, all at once, as they are read.

use super::order::Order;
use super::rows::Rows;
use crate::tally::Error;
use crate::tally::key::Key;
use crate::tally::table::{Bounds, Entries, Extent, Spill};
use crate::tally::tree::{Run, Tree};
use std::cmp::Ordering;

/// Bytes read at a time from a run, at most and at least, by the memory there is.
const MAX_READ: usize = 64 * 1024;
const MIN_READ: usize = 4 * 1024;

/// Takes rows in any order.
pub(super) struct Sorter<'a> {
    order: Order,
    /// How many rows matter: the first ones in the order.
    top: usize,
    bounds: Bounds<'a>,
    rows: Rows,
    extents: Vec<Extent>,
    spill: Option<Spill<'a>>,
}

impl<'a> Sorter<'a> {
    pub(super) fn new(order: Order, top: usize, bounds: Bounds<'a>) -> Self {
        Self { order, top, bounds, rows: Rows::default(), extents: Vec::new(), spill: None }
    }

    pub(super) fn push(&mut self, word: &[u8], count: u64) -> Result<(), Error> {
        // Pruned only at twice that number, so that the work is spread over many rows.
        if self.rows.len() / 2 > self.top.max(1000) {
            self.rows.keep(self.top, self.order);
        }
        if self.rows.len() > 0 && self.rows.bytes_to_push(word) > self.bounds.memory {
            self.write_run()?;
        }
        self.rows.push(word, count);
        Ok(())
    }

    fn write_run(&mut self) -> Result<(), Error> {
        self.rows.sort(self.order);
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill::create(self.bounds.directory)?),
        };
        self.extents.push(spill.write(self.rows.iter().take(self.top))?);
        self.rows.clear();
        Ok(())
    }

    /// Returns the rows as a sorted run in memory and, if there were too many, others in a file.
    pub(super) fn finish(mut self) -> Result<Vec<SortedRun<'a>>, Error> {
        let order = self.order;
        let mut runs = Vec::new();
        if let Some(mut spill) = self.spill.take() {
            spill.finish()?;
            let read = (self.bounds.memory / (self.extents.len() + 1)).clamp(MIN_READ, MAX_READ);
            let entries = self.extents.iter().map(|&extent| spill.read(extent, read));
            runs.extend(entries.map(|entries| SortedRun { order, rows: Place::File(entries) }));
        }
        self.rows.sort(self.order);
        runs.push(SortedRun { order, rows: Place::Memory(self.rows, 0) });
        Ok(runs)
    }
}

/// Sorted rows, read from the first to the last.
pub(super) struct SortedRun<'a> {
    order: Order,
    rows: Place<'a>,
}

enum Place<'a> {
    /// In memory, and how many have been read.
    Memory(Rows, usize),
    File(Entries<'a>),
}

/// Several sorted runs as one.
pub(super) type Merge<'a> = Tree<SortedRun<'a>>;

impl SortedRun<'_> {
    /// Returns the current row.
    pub(super) fn row(&self) -> (&[u8], u64) {
        match &self.rows {
            Place::Memory(rows, read) => rows.get(read - 1),
            Place::File(entries) => (entries.word(), entries.count()),
        }
    }
}

impl Run for SortedRun<'_> {
    /// The count and the key of a word; `None` at the end.
    type Head = Option<(u64, Key)>;
    const END: Self::Head = None;

    fn advance(&mut self) -> Result<bool, Error> {
        match &mut self.rows {
            Place::Memory(rows, read) => {
                let more = *read < rows.len();
                *read += usize::from(more);
                Ok(more)
            }
            Place::File(entries) => entries.advance(),
        }
    }

    fn head(&self) -> Self::Head {
        let (word, count) = self.row();
        Some((count, Key::of(word)))
    }

    fn is_before(one: (Self::Head, &Self), other: (Self::Head, &Self)) -> bool {
        let (Some((one_count, one_key)), one) = one else { return false };
        let (Some((other_count, other_key)), other) = other else { return true };
        let words = || one_key.cmp(&other_key).then_with(|| one.row().0.cmp(other.row().0));
        one.order.compare((one_count, other_count), words) == Ordering::Less
    }
}

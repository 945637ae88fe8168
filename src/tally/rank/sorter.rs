//! Words and counts put in order, in bounded memory.
//!
//! Rows are gathered in memory. When there are too many, they are sorted and written to a temporary
//! file as a run, and in the end the runs are merged, all at once, as they are read.

use super::TallyError;
use super::rows::{Order, Rows};
use super::spill::{Entries, Spill, Stretch};
use super::store::Bounds;
use std::cmp::Ordering;

/// Bytes read at a time from a run, where there is memory for that.
const READ: usize = 64 * 1024;
const LEAST_READ: usize = 4 * 1024;

/// Takes rows in any order.
pub(super) struct Sorter<'a> {
    order: Order,
    /// How many rows matter: the first ones in the order.
    top: usize,
    bounds: Bounds<'a>,
    rows: Rows,
    runs: Vec<Stretch>,
    spill: Option<Spill<'a>>,
}

impl<'a> Sorter<'a> {
    pub(super) fn new(order: Order, top: usize, bounds: Bounds<'a>) -> Self {
        Self { order, top, bounds, rows: Rows::default(), runs: Vec::new(), spill: None }
    }

    pub(super) fn push(&mut self, word: &[u8], count: u64) -> Result<(), TallyError> {
        // Pruned at twice as many and some, so that the work is spread over many rows.
        if self.rows.len() / 2 > self.top.max(1000) {
            self.rows.keep(self.top, self.order);
        }
        if self.rows.len() > 0 && self.rows.bytes_to_push(word) > self.bounds.memory {
            self.write_run()?;
        }
        self.rows.push(word, count);
        Ok(())
    }

    fn write_run(&mut self) -> Result<(), TallyError> {
        self.rows.sort(self.order);
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill::create(self.bounds.directory)?),
        };
        self.runs.push(spill.write(self.rows.iter().take(self.top))?);
        self.rows.clear();
        Ok(())
    }

    /// The rows as a sorted lane in memory and, if there were too many, others in a file.
    pub(super) fn finish(mut self) -> Result<Vec<Lane<'a>>, TallyError> {
        let mut lanes = Vec::new();
        if let Some(mut spill) = self.spill.take() {
            spill.finish()?;
            let read = (self.bounds.memory / (self.runs.len() + 1)).clamp(LEAST_READ, READ);
            lanes.extend(self.runs.iter().map(|&run| Lane::File(spill.read(run, read))));
        }
        self.rows.sort(self.order);
        lanes.push(Lane::Memory(self.rows, 0));
        Ok(lanes)
    }
}

/// Sorted rows, from the first to the last.
pub(super) enum Lane<'a> {
    /// In memory; so many have been taken.
    Memory(Rows, usize),
    File(Entries<'a>),
}

/// The next row of a lane.
#[derive(Default)]
struct Head {
    word: Vec<u8>,
    count: u64,
}

impl Lane<'_> {
    /// Takes the next row, if there is one.
    fn take(&mut self, head: &mut Head) -> Result<bool, TallyError> {
        let row = match self {
            Self::Memory(rows, taken) if *taken < rows.len() => {
                *taken += 1;
                Some(rows.get(*taken - 1))
            }
            Self::Memory(..) => None,
            Self::File(entries) => entries.next()?,
        };
        if let Some((word, count)) = row {
            head.word.clear();
            head.word.extend_from_slice(word);
            head.count = count;
        }
        Ok(row.is_some())
    }
}

/// Several sorted lanes merged into one.
pub(super) struct Merge<'a> {
    order: Order,
    lanes: Vec<(Lane<'a>, Head)>,
    /// The numbers of the lanes that have a head, as a binary heap: the first head on top.
    heap: Vec<usize>,
    /// Whether the head on top has been given out.
    taken: bool,
}

impl<'a> Merge<'a> {
    pub(super) fn new(order: Order, lanes: Vec<Lane<'a>>) -> Result<Self, TallyError> {
        let lanes = lanes.into_iter().map(|lane| (lane, Head::default())).collect();
        let mut merge = Self { order, lanes, heap: Vec::new(), taken: false };
        for (number, (lane, head)) in merge.lanes.iter_mut().enumerate() {
            if lane.take(head)? {
                merge.heap.push(number);
            }
        }
        for at in (0..merge.heap.len()).rev() {
            merge.sink(at);
        }
        Ok(merge)
    }

    /// The next row of them all.
    pub(super) fn next(&mut self) -> Result<Option<(&[u8], u64)>, TallyError> {
        if self.taken {
            self.advance()?;
        }
        self.taken = !self.heap.is_empty();
        Ok(self.heap.first().map(|&top| {
            let head = &self.lanes[top].1;
            (&head.word[..], head.count)
        }))
    }

    /// Has the lane on top take its next row.
    fn advance(&mut self) -> Result<(), TallyError> {
        let (lane, head) = &mut self.lanes[self.heap[0]];
        if !lane.take(head)? {
            self.heap.swap_remove(0);
        }
        self.sink(0);
        Ok(())
    }

    fn sink(&mut self, mut at: usize) {
        loop {
            let mut least = at;
            for child in [2 * at + 1, 2 * at + 2] {
                if child < self.heap.len() && self.compare(child, least) == Ordering::Less {
                    least = child;
                }
            }
            if least == at {
                return;
            }
            self.heap.swap(at, least);
            at = least;
        }
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        let [a, b] = [a, b].map(|at| &self.lanes[self.heap[at]].1);
        self.order.compare((a.count, b.count), || a.word.cmp(&b.word))
    }
}

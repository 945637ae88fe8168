//! What one worker has counted, in bounded memory.

use super::TallyError;
use super::hash::Hasher;
use super::spill::{Spill, Stretch};
use super::table::{PARTITIONS, Table};
use std::path::Path;

/// How much memory a worker's tables may use, and where the rest goes.
#[derive(Clone, Copy)]
pub(super) struct Bounds<'a> {
    /// In bytes.
    pub(super) memory: usize,
    pub(super) directory: &'a Path,
}

/// A table, and what was written to a file whenever it became too big.
pub(super) struct Store<'a> {
    pub(super) table: Table,
    bounds: Bounds<'a>,
    pub(super) spilled: Option<Spilled<'a>>,
}

/// Words by hash partition. A word may be in its partition more than once.
pub(super) struct Spilled<'a> {
    spill: Spill<'a>,
    /// The partitions of one table after the other.
    stretches: Vec<[Stretch; PARTITIONS]>,
}

impl<'a> Store<'a> {
    pub(super) fn new(hasher: Hasher, bounds: Bounds<'a>) -> Self {
        Self { table: Table::new(hasher), bounds, spilled: None }
    }

    /// Has room for that many more words: makes the table bigger where need be, or writes it to
    /// the file and empties it. One long word may still be longer than the memory there is.
    #[inline]
    pub(super) fn reserve(&mut self, more: usize) -> Result<(), TallyError> {
        if self.table.has_room(more) && self.table.bytes() <= self.bounds.memory {
            Ok(())
        } else {
            self.make_room()
        }
    }

    #[cold]
    fn make_room(&mut self) -> Result<(), TallyError> {
        if self.table.bytes_to_grow() <= self.bounds.memory {
            self.table.grow();
            Ok(())
        } else {
            self.spill()
        }
    }

    /// Writes the table to the file and empties it.
    pub(super) fn spill(&mut self) -> Result<(), TallyError> {
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            none => none.insert(Spilled {
                spill: Spill::create(self.bounds.directory)?,
                stretches: Vec::new(),
            }),
        };
        let mut stretches = [Stretch::default(); PARTITIONS];
        for (number, stretch) in stretches.iter_mut().enumerate() {
            *stretch = spilled.spill.write(self.table.partition(number))?;
        }
        spilled.stretches.push(stretches);
        self.table.clear();
        Ok(())
    }

    /// Writes all that is left to the file, and gives back the memory. The table left is a new one,
    /// of other hashes.
    pub(super) fn spill_all(&mut self) -> Result<(), TallyError> {
        self.spill()?;
        self.table = Table::new(Hasher::random());
        self.spilled.as_mut().map_or(Ok(()), |spilled| spilled.spill.finish())
    }
}

impl<'a> Spilled<'a> {
    /// Where the words of a partition are.
    pub(super) fn partition(&self, number: usize) -> impl Iterator<Item = (&Spill<'a>, Stretch)> {
        self.stretches.iter().map(move |stretches| (&self.spill, stretches[number]))
    }
}

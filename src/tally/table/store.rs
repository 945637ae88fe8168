//! The counts of one worker, in bounded memory.

use super::spill::{Extent, Spill};
use super::{Hasher, PARTITIONS, Table};
use crate::tally::Error;
use std::path::Path;

/// The memory that the tables of a worker can use, and the directory that the rest spills to.
#[derive(Clone, Copy, Debug)]
pub(in crate::tally) struct Bounds<'a> {
    /// In bytes.
    pub(in crate::tally) memory: usize,
    pub(in crate::tally) directory: &'a Path,
}

/// A table, and the file it was written to whenever it became too big.
pub(in crate::tally) struct Store<'a> {
    pub(in crate::tally) table: Table,
    bounds: Bounds<'a>,
    pub(in crate::tally) spilled: Option<Spilled<'a>>,
}

/// Words by hash partition. A word can be in its partition more than once.
pub(in crate::tally) struct Spilled<'a> {
    spill: Spill<'a>,
    /// The partitions of each table that was written.
    extents: Vec<[Extent; PARTITIONS]>,
}

impl<'a> Store<'a> {
    pub(in crate::tally) fn new(hasher: Hasher, bounds: Bounds<'a>) -> Self {
        Self { table: Table::new(hasher), bounds, spilled: None }
    }

    /// Makes room for `more` words: if necessary the table grows, or is written to the file and
    /// emptied. One long word can still be longer than the memory.
    #[inline]
    pub(in crate::tally) fn reserve(&mut self, more: usize) -> Result<(), Error> {
        if self.table.has_room(more) && self.table.bytes() <= self.bounds.memory {
            Ok(())
        } else {
            self.make_room()
        }
    }

    #[cold]
    fn make_room(&mut self) -> Result<(), Error> {
        if self.table.bytes_to_grow() <= self.bounds.memory {
            self.table.grow();
            Ok(())
        } else {
            self.spill()
        }
    }

    /// Writes the table to the file and empties it.
    pub(in crate::tally) fn spill(&mut self) -> Result<(), Error> {
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            none => none.insert(Spilled {
                spill: Spill::create(self.bounds.directory)?,
                extents: Vec::new(),
            }),
        };
        let mut extents = [Extent::default(); PARTITIONS];
        for (number, extent) in extents.iter_mut().enumerate() {
            *extent = spilled.spill.write(self.table.partition(number))?;
        }
        spilled.extents.push(extents);
        self.table.clear();
        Ok(())
    }

    /// Returns where the words in the file are.
    pub(in crate::tally) fn extents(&self) -> impl Iterator<Item = (&Spill<'a>, Extent)> {
        self.spilled.iter().flat_map(Spilled::all)
    }

    /// Writes the rest to the file, and frees the memory. Leaves a new table with other hashes.
    pub(in crate::tally) fn spill_all(&mut self) -> Result<(), Error> {
        self.spill()?;
        self.table = Table::new(Hasher::random());
        self.spilled.as_mut().map_or(Ok(()), |spilled| spilled.spill.finish())
    }
}

impl<'a> Spilled<'a> {
    /// Returns where the words of a partition are.
    pub(in crate::tally) fn partition(
        &self,
        number: usize,
    ) -> impl Iterator<Item = (&Spill<'a>, Extent)> {
        self.extents.iter().map(move |extents| (&self.spill, extents[number]))
    }

    fn all(&self) -> impl Iterator<Item = (&Spill<'a>, Extent)> {
        self.extents.iter().flatten().map(|&extent| (&self.spill, extent))
    }
}

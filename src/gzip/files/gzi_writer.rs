//! The index that is written beside a BGZF file.

use crate::gzip::bgzf;
use crate::gzip::gzi::{self, Offsets};
use crate::io::{AtomicFile, Outputs, Target};
use rustix::fs::RawMode;
use std::io::{self, BufWriter, Write};

/// An index being written, block by block.
#[derive(Debug)]
pub(crate) struct GziWriter {
    file: BufWriter<AtomicFile>,
    entries: u64,
    /// Where the next block begins.
    next: Offsets,
}

impl GziWriter {
    /// Creates the index of an output, with that mode until another is set.
    pub(crate) fn beside(output: Target, mode: RawMode, outputs: &Outputs) -> io::Result<Self> {
        let Target::Name(dir, file) = output else {
            return Err(io::Error::other("only a regular file can have an index beside it"));
        };
        let mut file = BufWriter::new(AtomicFile::create(dir, gzi::name(file), mode, outputs)?);
        file.write_all(&0_u64.to_le_bytes())?;
        Ok(Self { file, entries: 0, next: Offsets::default() })
    }

    /// Notes the next blocks, which are whole.
    pub(in crate::gzip) fn add(&mut self, blocks: &[u8]) -> io::Result<()> {
        for (packed, plain) in bgzf::lengths(blocks) {
            if self.next.packed > 0 {
                self.file.write_all(&self.next.packed.to_le_bytes())?;
                self.file.write_all(&self.next.plain.to_le_bytes())?;
                self.entries += 1;
            }
            self.next.packed += packed as u64;
            self.next.plain += plain as u64;
        }
        Ok(())
    }

    /// Fills in the count. The file is complete, and not in place yet.
    pub(crate) fn finish(self) -> io::Result<AtomicFile> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.write_at(&self.entries.to_le_bytes(), 0)?;
        Ok(file)
    }
}

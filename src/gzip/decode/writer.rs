//! The writer: writes the results in order, compares checksums, and keeps what may have to be decoded
//! again.

use super::worker::{Decoded, Inflated, MemberEnd};
use crate::gzip::Error;
use crate::gzip::header::Trailer;
use crate::gzip::inflate::WINDOW;
use crate::io::buffer::{Buffer, Buffers};
use crc32fast::Hasher;
use crossbeam_channel::Sender;
use std::io::Write;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};

/// The writer's verdict on the pieces so far.
pub(super) enum Verdict {
    Good,
    /// The rest has to be decoded again, in order.
    Redo {
        /// The compressed bytes of the first piece that was not accepted and of all after it.
        packed: Vec<u8>,
        /// The uncompressed bytes of this member before it, as far back as a distance can reach.
        window: Vec<u8>,
    },
}

pub(super) struct MemberWriter<'a, W> {
    output: W,
    /// Tells the reader to ask for a verdict soon.
    doubt: &'a AtomicBool,
    buffers: &'a Buffers,
    /// Of this member, as far as it is written.
    crc: Hasher,
    length: u64,
    window: Vec<u8>,
    /// The piece that was not accepted, and all after it.
    refused: Option<Vec<u8>>,
    /// The checksum that the last member ended with.
    last_crc: u32,
    /// Of all members.
    plain: u64,
}

impl<'a, W: Write> MemberWriter<'a, W> {
    pub(super) fn new(output: W, doubt: &'a AtomicBool, buffers: &'a Buffers) -> Self {
        let (crc, window) = (Hasher::new(), Vec::with_capacity(2 * WINDOW));
        Self {
            output,
            doubt,
            buffers,
            crc,
            length: 0,
            window,
            refused: None,
            last_crc: 0,
            plain: 0,
        }
    }

    /// The number of bytes written.
    pub(super) fn plain(&self) -> u64 {
        self.plain
    }

    /// The checksum that the last member ended with.
    pub(super) fn crc(&self) -> u32 {
        self.last_crc
    }

    pub(super) fn flush(&mut self) -> Result<(), Error> {
        self.output.flush().map_err(Error::Write)
    }

    pub(super) fn take(&mut self, done: Decoded, verdicts: &Sender<Verdict>) -> Result<(), Error> {
        match done {
            Decoded::Plain { plain, crc } => {
                self.add_crc(crc, plain.len());
                self.write(plain)?;
            }
            Decoded::Members { plain, ends, crcs } => self.take_members(plain, &ends, &crcs)?,
            Decoded::Piece { packed, plain } => self.take_piece(packed, plain)?,
            Decoded::Check(trailer) => self.check(trailer)?,
            Decoded::End => drop(self.end()),
            Decoded::Ask => {
                let verdict = match self.refused.take() {
                    None => Verdict::Good,
                    Some(packed) => Verdict::Redo { packed, window: self.window.clone() },
                };
                // Fails if the reader has panicked, which the pool passes on.
                let _ = verdicts.send(verdict);
            }
        }
        Ok(())
    }

    fn take_members(
        &mut self,
        mut plain: Buffer,
        ends: &[MemberEnd],
        crcs: &[u32],
    ) -> Result<(), Error> {
        let mut start = 0;
        for (&MemberEnd { at, trailer }, &crc) in ends.iter().zip(crcs) {
            self.add_crc(crc, at - start);
            if let Err(error) = self.check(trailer) {
                // As gzip does it, a member is written before it turns out to be damaged.
                plain.truncate(at);
                self.write(plain)?;
                return Err(error);
            }
            start = at;
        }
        self.add_crc(crcs[ends.len()], plain.len() - start);
        self.write(plain)
    }

    fn take_piece(&mut self, packed: Vec<u8>, plain: Option<Inflated>) -> Result<(), Error> {
        if let Some(refused) = &mut self.refused {
            refused.extend(packed);
            return Ok(());
        }
        let Some(Inflated { plain, crc }) = plain else {
            self.doubt.store(true, Ordering::Relaxed);
            self.refused = Some(packed);
            return Ok(());
        };
        if let Some(crc) = crc {
            self.add_crc(crc, plain.len());
            self.remember(&plain);
        } else if let Some(trailer) = packed.last_chunk() {
            self.last_crc = Trailer::from_bytes(*trailer).crc;
        }
        self.write(plain)
    }

    /// Adds the checksum of the next `length` bytes of this member.
    fn add_crc(&mut self, crc: u32, length: usize) {
        let next = Hasher::new_with_initial_len(crc, length as u64);
        if self.length == 0 {
            // To combine takes long, beside a small member.
            self.crc = next;
        } else {
            self.crc.combine(&next);
        }
        self.length += length as u64;
    }

    /// Ends a member, and compares it with its trailer.
    fn check(&mut self, trailer: Trailer) -> Result<(), Error> {
        let (crc, length) = self.end();
        self.last_crc = trailer.crc;
        trailer.check(crc, length)
    }

    fn remember(&mut self, plain: &[u8]) {
        self.window.extend(&plain[plain.len().saturating_sub(WINDOW)..]);
        let old = self.window.len().saturating_sub(WINDOW);
        self.window.drain(..old);
    }

    fn write(&mut self, plain: Buffer) -> Result<(), Error> {
        self.output.write_all(&plain).map_err(Error::Write)?;
        self.plain += plain.len() as u64;
        self.buffers.give(plain);
        Ok(())
    }

    /// Ends a member; returns the checksum and the length of what was decoded.
    fn end(&mut self) -> (u32, u64) {
        self.window.clear();
        (mem::take(&mut self.crc).finalize(), mem::take(&mut self.length))
    }
}

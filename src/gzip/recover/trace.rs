//! Decoding from some bit on, to see how far that goes. Nothing is written.

use super::bytes::{Bytes, Run};
use super::members::Kept;
use crate::gzip::Error;
use crate::gzip::header::Trailer;
use crate::gzip::inflate::{Inflater, Status, Stream, WINDOW};
use crc32fast::Hasher;
use std::io::{Read, Seek};

/// The symbol for the oldest byte of a window that is not known.
const FIRST: u16 = 256;
/// Symbols that are decoded at a time.
const STEP: usize = 64 << 10;
/// Compressed bytes in which a trial must show that it is no accident.
const TRIAL: u64 = 1 << 20;
/// Headers that show it, if they follow each other; see [`Trace::is_in_step`].
const HEADERS: usize = 3;
/// Equal bytes that follow each other, as many as in the smallest sector, are what a rescued disk has
/// in place of those that could not be read.
const SECTOR: u64 = 512;
/// Unless they are the code of many more bytes than this each: one bit is a match of 258 at most, so
/// eight are over a thousand in a long run; of damage, they are mostly literals.
const DENSE: u64 = 100;
/// The most places of that kind that are remembered.
const RUNS: usize = 1 << 16;

/// What comes before the first bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// A member begins here, or a piece that can be decoded by itself.
    Nothing,
    /// Bytes that are not known, to which the data refers.
    Unknown,
}

/// What is to be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Whether the data has the right checksum.
    Checksum,
    /// How far data goes that has not.
    Extent,
    /// Whether a block begins here at all.
    Trial,
}

/// A part of what was decoded.
pub(super) enum Copied<'a> {
    Known(&'a [u8]),
    /// This many bytes, which come from the window that is not known.
    Unknown(u64),
}

/// A place in the data.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark {
    pub(super) bit: u64,
    /// Bytes decoded up to here.
    pub(super) plain: u64,
}

/// Where decoding ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At an error. The next block begins at this bit or later.
    Failed(u64),
    /// At the end of the file.
    Cut,
    /// After the final block, at this byte.
    Final(u64),
}

/// What was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trace {
    pub(super) start: u64,
    pub(super) before: Before,
    /// Up to here the data is in step: see [`Scan::trace`].
    pub(super) mark: Mark,
    /// Headers that cannot be there by accident.
    headers: usize,
    pub(super) last: Mark,
    pub(super) end: End,
    /// Of all bytes, if all are known.
    crc: Option<u32>,
}

impl Trace {
    /// Whether it is no accident that the data can be decoded from here on.
    pub(super) fn is_in_step(&self) -> bool {
        self.headers >= HEADERS
    }

    /// Whether all of it is known, and has this checksum. Then it does not matter if the length
    /// beside that is another.
    pub(super) fn has(&self, trailer: Trailer) -> bool {
        self.crc == Some(trailer.crc)
    }
}

/// A file that is searched.
pub(super) struct Scan<R> {
    pub(super) bytes: Bytes<R>,
    pub(super) inflater: Inflater,
    stream: Stream<u16>,
    symbols: Vec<u16>,
    plain: Vec<u8>,
    runs: Vec<Run>,
    /// How much was decoded, in compressed bytes or the work that they make.
    pub(super) work: u64,
}

impl<R: Read + Seek> Scan<R> {
    pub(super) fn new(file: R) -> Result<Self, Error> {
        let mut bytes = Bytes::new(file)?;
        let runs = bytes.runs(SECTOR, RUNS)?;
        let (stream, symbols) = (Stream::new(), vec![0; STEP]);
        let (inflater, plain) = (Inflater::new(), Vec::with_capacity(STEP));
        Ok(Self { bytes, inflater, stream, symbols, plain, runs, work: 0 })
    }

    /// Decodes from a bit on.
    ///
    /// An error is found late: damage can be decoded to wrong bytes, and even to what seems to be the
    /// end of a block. But at what seems to be the next one, hardly any bits are a header: one with
    /// codes of its own, or the length of a stored block with its complement. (Fixed codes have no
    /// such header.) So the block in which an error is found is not in step, and neither are those
    /// before it back to the last that has such a header, which the mark is at.
    ///
    /// Where as many bytes as a sector has are equal, and cannot be what an encoder makes of
    /// anything, the damage begins, and the mark is there.
    pub(super) fn trace(
        &mut self,
        start: u64,
        before: Before,
        purpose: Purpose,
    ) -> Result<Trace, Error> {
        self.restart(start, before);
        let mut place = Mark { bit: start, ..Mark::default() };
        let (mut mark, mut headers, mut crc) = (place, 0, Some(Hasher::new()));
        let mut header: Option<(Mark, bool)> = None;
        let mut is_coded = false;
        let mut sectors = Sectors::new(&self.runs, start / 8, purpose);
        let mut wanted = 1;
        let end = loop {
            let offset = place.bit / 8;
            let available = self.bytes.at(offset, wanted)?;
            let input = &available[..available.len().min(sectors.room(offset))];
            if self.stream.is_between() {
                let kind = kind(input, self.stream.bit());
                is_coded = kind != 0;
                header = Some((place, kind == 0 || kind == 2));
            }
            let next_block = usize::from(self.stream.bit()) + 1;
            let step = self.stream.decode_until(next_block, input, &mut self.symbols);
            let symbols = &self.symbols[..step.given];
            crc = crc.filter(|_| symbols.iter().all(|&symbol| symbol < FIRST));
            if let Some(crc) = &mut crc {
                crc.update(bytes(symbols, &mut self.plain));
            }
            place.plain += step.given as u64;
            place.bit = 8 * (offset + step.taken as u64) + u64::from(self.stream.bit());
            self.work += step.taken as u64 + step.given as u64 / 16;
            let goes_on = matches!(step.status, Ok(Status::Between | Status::Ended));
            if let (true, Some((at, is_sure))) = (step.given > 0 || goes_on, header) {
                if is_sure {
                    (mark, headers) = (at, headers + 1);
                }
                header = None;
            }
            match step.status {
                Ok(Status::Ended) => break End::Final(offset + step.taken as u64),
                Ok(Status::Full | Status::Between) => wanted = 1,
                Ok(Status::Starved) if input.len() < available.len() => {
                    if let Some(damage) = sectors.pass(place, is_coded) {
                        mark = damage.mark;
                        break End::Failed(8 * damage.run.end);
                    }
                }
                Ok(Status::Starved) if available.len() < wanted => break End::Cut,
                Ok(Status::Starved) => wanted = available.len() - step.taken + 1,
                Err(_) => break End::Failed(mark.bit + 1),
            }
            let is_long = place.bit / 8 - start / 8 + place.plain / 16 > TRIAL;
            if purpose == Purpose::Trial && headers < HEADERS && is_long {
                break End::Failed(mark.bit + 1);
            }
        };
        Ok(Trace { start, before, mark, headers, last: place, end, crc: crc.map(Hasher::finalize) })
    }

    /// Decodes a part again, and hands on what is known of it and what is not.
    ///
    /// After damage, first hardly any byte is known, then more and more, and at last all, except in
    /// some texts. Fewer known bytes than `few`, among unknown ones, count as unknown.
    pub(super) fn copy(
        &mut self,
        part: &Kept,
        few: usize,
        mut put: impl FnMut(Copied<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.restart(part.bit, part.before);
        let (mut offset, mut wanted, mut left) = (part.bit / 8, 1, part.count);
        let mut flows = part.is_verified || part.before == Before::Nothing;
        let mut held = Vec::new();
        while left > 0 {
            let input = self.bytes.at(offset, wanted)?;
            let is_all = input.len() < wanted;
            let step = self.stream.decode_until(usize::MAX, input, &mut self.symbols);
            offset += step.taken as u64;
            wanted = if step.given > 0 { 1 } else { input.len() - step.taken + 1 };
            let has_ended = !matches!(step.status, Ok(Status::Full | Status::Starved));
            let symbols = &self.symbols[..step.given];
            let symbols = &symbols[..usize::try_from(left).unwrap_or(usize::MAX).min(step.given)];
            left -= symbols.len() as u64;
            if left > 0 && (has_ended || step.given == 0 && is_all) {
                return Err(Error::Corrupt("changed while it was read"));
            }
            for run in symbols.chunk_by(|&a, &b| (a < FIRST) == (b < FIRST)) {
                let is_known = run[0] < FIRST;
                if !is_known {
                    put(Copied::Unknown((held.len() + run.len()) as u64))?;
                    held.clear();
                    flows = false;
                } else if flows {
                    put(Copied::Known(bytes(run, &mut self.plain)))?;
                } else {
                    held.extend_from_slice(bytes(run, &mut self.plain));
                    if held.len() >= few {
                        put(Copied::Known(&held))?;
                        held.clear();
                        flows = true;
                    }
                }
            }
        }
        if held.is_empty() { Ok(()) } else { put(Copied::Unknown(held.len() as u64)) }
    }

    fn restart(&mut self, start: u64, before: Before) {
        let window: Vec<u16> = match before {
            Before::Nothing => Vec::new(),
            Before::Unknown => (FIRST..).take(WINDOW).collect(),
        };
        self.stream.restart(&window, start.to_le_bytes()[0] % 8);
    }
}

/// The lowest byte of each symbol.
fn bytes<'a>(symbols: &[u16], into: &'a mut Vec<u8>) -> &'a [u8] {
    into.clear();
    into.extend(symbols.iter().map(|symbol| symbol.to_le_bytes()[0]));
    into
}

/// The type of the block that begins here (RFC 1951, section 3.2.3); that of none at the end.
fn kind(input: &[u8], bit: u8) -> u16 {
    match *input {
        [first, second, ..] => u16::from_le_bytes([first, second]) >> (bit + 1) & 3,
        _ => 3,
    }
}

/// The places where a sector may be missing, one after the other.
struct Sectors<'a> {
    runs: &'a [Run],
    /// The place where the run began that is being decoded.
    entered: Option<Mark>,
}

/// A run that is damage.
struct Damage {
    mark: Mark,
    run: Run,
}

impl<'a> Sectors<'a> {
    fn new(runs: &'a [Run], start: u64, purpose: Purpose) -> Self {
        let before = runs.partition_point(|run| run.start < start);
        let runs = if purpose == Purpose::Checksum { &[] } else { &runs[before..] };
        Self { runs, entered: None }
    }

    /// The bytes from an offset up to where the next run begins, or this one ends.
    fn room(&self, offset: u64) -> usize {
        let end = |run: &Run| if self.entered.is_some() { run.end } else { run.start };
        let room = self.runs.first().map(|run| end(run).saturating_sub(offset));
        room.and_then(|room| usize::try_from(room).ok()).unwrap_or(usize::MAX)
    }

    /// Goes into the next run, or out of this one. Returns it if it is damage.
    fn pass(&mut self, place: Mark, is_coded: bool) -> Option<Damage> {
        let (&run, after) = self.runs.split_first()?;
        let Some(mark) = self.entered.take() else {
            self.entered = Some(place);
            return None;
        };
        self.runs = after;
        let is_damage = is_coded && place.plain - mark.plain < DENSE * (run.end - run.start);
        is_damage.then_some(Damage { mark, run })
    }
}

#[cfg(test)]
mod tests;

//! The parts of a member: what can be decoded, and what is missing between.

use super::search::{Found, Start};
use super::trace::{Before, End, Mark, Purpose, Scan, Trace};
use crate::gzip::Error;
use crate::gzip::header::Trailer;
use crate::gzip::index::{self, Index, Piece};
use crate::gzip::inflate::Ending;
use crate::io::buffer::Buffer;
use std::io::{Read, Seek};
use std::ops::Range;

/// A part of the output.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Kept(Kept),
    Lost(Lost),
}

/// Bytes that can be decoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// The bit to begin at.
    pub(super) bit: u64,
    pub(super) before: Before,
    /// How many bytes it decodes to, known or not.
    pub(super) count: u64,
    /// The compressed byte after them.
    pub(super) end: u64,
    /// Whether a checksum says that they are right.
    pub(super) is_verified: bool,
    /// Whether it is certain that there are so many: of what is not verified, some may be too many.
    pub(super) is_sized: bool,
}

/// Bytes that cannot.
#[derive(Clone, Debug)]
pub(super) struct Lost {
    pub(super) packed: Range<u64>,
    /// How many bytes they would decode to, if that is certain.
    pub(super) plain: Option<u64>,
}

/// Parts of the output, and the byte after them.
pub(super) struct Parts {
    pub(super) parts: Vec<Part>,
    pub(super) end: u64,
}

/// How far a piece is looked for from where it should be, if bytes were inserted or deleted.
const SHIFT: u64 = 1 << 20;
/// Places where it is tried.
const TRIES: usize = 64;
/// What ends every piece except the last: the length of an empty stored block, and its complement.
const FLUSH: [u8; 4] = [0, 0, 0xFF, 0xFF];
/// The most parts of a member.
const MOST: usize = 1 << 16;

impl<R: Read + Seek> Scan<R> {
    /// What begins at a byte. `usual` is the length of the last sound block, if the file is BGZF.
    pub(super) fn member(&mut self, start: u64, usual: &mut Option<u64>) -> Result<Parts, Error> {
        if let Some(block) = self.block(start)? {
            if block.is_sound {
                *usual = Some(block.plain);
                let (bit, count) = (block.data(), block.plain);
                let kept = Kept { is_verified: true, ..at_once(bit, count, block.end) };
                return Ok(Parts { parts: vec![Part::Kept(kept)], end: block.end });
            }
        }
        let header = self.header(start)?;
        let Some(Start { data, index }) = header else {
            return match self.data_behind(start)? {
                Some(parts) => Ok(parts),
                None => self.block_or_stitch(start, None, *usual),
            };
        };
        let trace = self.trace(8 * data, Before::Nothing, Purpose::Checksum)?;
        if let Some(end) = self.sound_end(&trace)? {
            return Ok(Parts { parts: vec![verified(&trace)], end });
        }
        if trace.mark.plain == 0 {
            if let Some(parts) = self.data_behind(start)? {
                return Ok(parts);
            }
        }
        if let Some(index) = index {
            let parts = self.pieces(data, &index)?;
            if parts.parts.iter().any(|part| matches!(part, Part::Kept(_))) {
                return Ok(parts);
            }
        }
        let trace = self.trace(8 * data, Before::Nothing, Purpose::Extent)?;
        self.block_or_stitch(start, Some(trace), *usual)
    }

    /// A whole member whose header is damaged: its data begins where it would with other flags.
    fn data_behind(&mut self, start: u64) -> Result<Option<Parts>, Error> {
        for data in self.header_ends(start)? {
            let trace = self.trace(8 * data, Before::Nothing, Purpose::Checksum)?;
            if let (Some(end), End::Final(byte)) = (self.sound_end(&trace)?, trace.end) {
                // Else it is stored in another member.
                if self.is_end(byte)? {
                    return Ok(Some(Parts { parts: vec![verified(&trace)], end }));
                }
            }
        }
        Ok(None)
    }

    /// A block of a BGZF file that another one follows, or anything else.
    fn block_or_stitch(
        &mut self,
        start: u64,
        beginning: Option<Trace>,
        usual: Option<u64>,
    ) -> Result<Parts, Error> {
        if let Some(block) = self.block(start)? {
            if self.block(block.end)?.is_some_and(|next| next.is_sound) {
                // A damaged trailer could say any length, but not by accident this one.
                let plain = usual.filter(|&usual| usual == block.plain);
                let lost = Lost { packed: start..block.end, plain };
                return Ok(Parts { parts: vec![Part::Lost(lost)], end: block.end });
            }
        }
        self.stitch(start, beginning)
    }

    /// The pieces of a member that an index lists.
    fn pieces(&mut self, data: u64, index: &Index) -> Result<Parts, Error> {
        // Where the next piece should begin, and where the last one that was found ends.
        let (mut parts, mut place, mut found_end) = (Vec::new(), data, data);
        for piece in index.pieces() {
            let found = if self.is_piece(place, piece)? {
                Some(place)
            } else if !parts.is_empty() && self.work < self.most_work() {
                self.find_piece(found_end, place, piece)?
            } else {
                None
            };
            let (plain, file_end) = (piece.plain as u64, self.bytes.length());
            if let Some(found) = found {
                if let Some(Part::Lost(lost)) = parts.last_mut() {
                    lost.packed.end = found;
                } else if found > found_end {
                    lose(&mut parts, found_end..found, Some(0));
                }
                (place, found_end) = (found, found + piece.packed as u64);
                parts.push(Part::Kept(at_once(8 * found, plain, found_end)));
            } else {
                let end = (place + piece.packed as u64).min(file_end);
                let mut lost = found_end.min(end)..end;
                let begun = self.begun_piece(place, piece)?;
                if begun.plain > 0 {
                    lost.start = (begun.bit / 8).min(end);
                    parts.push(Part::Kept(at_once(8 * place, begun.plain, lost.start)));
                }
                lose(&mut parts, lost, Some(plain - begun.plain));
            }
            place += piece.packed as u64;
        }
        let end = match parts.last() {
            Some(Part::Lost(lost)) => lost.packed.end,
            _ => found_end,
        };
        let end = (end + Trailer::LENGTH as u64).min(self.bytes.length());
        Ok(Parts { parts, end })
    }

    /// Whether a piece is here.
    fn is_piece(&mut self, offset: u64, piece: Piece) -> Result<bool, Error> {
        let bytes = self.bytes.at(offset, piece.packed)?;
        let Some(packed) = bytes.get(..piece.packed) else { return Ok(false) };
        let ending = if piece.last { Ending::Final } else { Ending::Open };
        let mut plain = Buffer::new(0);
        let inflated = index::inflate(packed, piece.plain, ending, &mut self.inflater, &mut plain);
        self.work += (piece.packed + piece.plain / 16) as u64;
        Ok(inflated.is_some())
    }

    /// How far a piece can be decoded that has an error, or in which the file ends.
    fn begun_piece(&mut self, offset: u64, piece: Piece) -> Result<Mark, Error> {
        if offset >= self.bytes.length() || self.work > self.most_work() {
            return Ok(Mark::default());
        }
        let trace = self.trace(8 * offset, Before::Nothing, Purpose::Extent)?;
        let mark = match trace.end {
            End::Cut => trace.last,
            End::Failed(_) => trace.mark,
            End::Final(_) => Mark::default(),
        };
        // Else it went through this piece without finding anything.
        let is_within = mark.plain < piece.plain as u64;
        Ok(if is_within { mark } else { Mark::default() })
    }

    /// Looks for a piece near where it should be, after the end of another.
    fn find_piece(&mut self, from: u64, expected: u64, piece: Piece) -> Result<Option<u64>, Error> {
        let first = from.max(expected.saturating_sub(SHIFT));
        let span = usize::try_from((expected + SHIFT).saturating_sub(first)).unwrap_or(0);
        self.work += span as u64 / 16;
        let bytes = self.bytes.at(first, span)?;
        let bytes = &bytes[..bytes.len().min(span)];
        let ends = bytes.windows(FLUSH.len()).enumerate().filter(|(_, bytes)| *bytes == FLUSH);
        let ends: Vec<usize> = ends.map(|(end, _)| end).take(TRIES).collect();
        for end in ends {
            let offset = first + (end + FLUSH.len()) as u64;
            if offset != expected && self.is_piece(offset, piece)? {
                return Ok(Some(offset));
            }
        }
        Ok(None)
    }

    /// What can be decoded of a member without the right checksum. Its beginning was decoded already,
    /// if it has one.
    fn stitch(&mut self, start: u64, beginning: Option<Trace>) -> Result<Parts, Error> {
        let (mut parts, mut lost) = (Vec::new(), start);
        let mut next = beginning;
        let mut from = 8 * (start + 1);
        let end = loop {
            let trace = match next.take() {
                Some(trace) => trace,
                None => match self.search(from)? {
                    Found::Block(trace) => trace,
                    Found::Member(end) => break end,
                    Found::Nothing => break self.bytes.length(),
                },
            };
            // The beginning follows its header; before anything else, there is a gap.
            if trace.before == Before::Unknown {
                lose(&mut parts, lost..trace.start / 8, None);
            }
            let end = match trace.end {
                End::Final(end) if self.is_end(end)? => {
                    let sound = self.sound_end(&trace)?;
                    let is_verified = sound.is_some();
                    parts.push(Part::Kept(Kept { is_verified, ..whole(&trace) }));
                    lost = (end + Trailer::LENGTH as u64).min(self.bytes.length());
                    break lost;
                }
                End::Cut => {
                    parts.push(Part::Kept(whole(&trace)));
                    lost = self.bytes.length();
                    lose(&mut parts, lost..lost, None);
                    break lost;
                }
                End::Final(_) => trace.mark.bit + 1,
                End::Failed(from) => from,
            };
            if trace.mark.plain > 0 {
                lost = trace.mark.bit / 8;
                let kept = Kept { count: trace.mark.plain, end: lost, ..whole(&trace) };
                parts.push(Part::Kept(kept));
            }
            from = end.max(from);
            if parts.len() >= MOST {
                break self.bytes.length();
            }
        };
        if end > lost {
            lose(&mut parts, lost..end, None);
        }
        if start == 0 && end == self.bytes.length() {
            self.measure_gap(&mut parts)?;
        }
        Ok(Parts { parts, end })
    }

    /// Computes how many bytes are missing, from the length in the trailer of the file's only member,
    /// if they are missing in one place.
    fn measure_gap(&mut self, parts: &mut [Part]) -> Result<(), Error> {
        let Some(Part::Kept(last)) = parts.last() else { return Ok(()) };
        if last.is_verified {
            return Ok(());
        }
        let end = self.bytes.length().saturating_sub(Trailer::LENGTH as u64);
        let Some(trailer) = self.trailer(end)? else { return Ok(()) };
        let kept: u64 =
            parts.iter().map(|part| if let Part::Kept(kept) = part { kept.count } else { 0 }).sum();
        let mut gaps = parts.iter_mut().filter_map(|part| match part {
            Part::Lost(gap) => Some(gap),
            Part::Kept(_) => None,
        });
        if let (Some(gap), None) = (gaps.next(), gaps.next()) {
            let missing = u64::from(trailer.length.wrapping_sub(Trailer::new(0, kept).length));
            let most = Index::BEST_RATIO as u64 * (gap.packed.end - gap.packed.start);
            gap.plain = Some(missing).filter(|&missing| missing <= most);
        }
        Ok(())
    }
}

/// All that was decoded.
fn whole(trace: &Trace) -> Kept {
    let Trace { start, before, last, .. } = *trace;
    let end = last.bit.div_ceil(8);
    Kept { bit: start, before, count: last.plain, end, is_verified: false, is_sized: false }
}

/// What is decoded by itself, and is known to have that length.
fn at_once(bit: u64, count: u64, end: u64) -> Kept {
    Kept { bit, before: Before::Nothing, count, end, is_verified: false, is_sized: true }
}

/// The same, with the right checksum.
fn verified(trace: &Trace) -> Part {
    Part::Kept(Kept { is_verified: true, ..whole(trace) })
}

/// Adds a gap, to the one before if there is one.
fn lose(parts: &mut Vec<Part>, packed: Range<u64>, plain: Option<u64>) {
    if let Some(Part::Lost(before)) = parts.last_mut() {
        before.packed.end = packed.end.max(before.packed.end);
        before.plain = before.plain.zip(plain).map(|(before, plain)| before + plain);
    } else {
        parts.push(Part::Lost(Lost { packed, plain }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_side_by_side_are_one() {
        let mut parts = Vec::new();
        lose(&mut parts, 10..20, Some(5));
        lose(&mut parts, 20..30, Some(6));
        parts.push(Part::Kept(at_once(240, 7, 40)));
        lose(&mut parts, 40..50, Some(8));
        lose(&mut parts, 50..60, None);
        let gaps: Vec<_> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Lost(Lost { packed, plain }) => Some((packed.clone(), *plain)),
                Part::Kept(_) => None,
            })
            .collect();
        assert_eq!(gaps, [(10..30, Some(11)), (40..60, None)]);
    }

    #[test]
    fn the_length_of_one_gap_follows_from_the_trailer() {
        let trailer = |length| Trailer::new(0, length).to_bytes();
        let kept = |count| Part::Kept(at_once(0, count, 0));
        let gap = || Part::Lost(Lost { packed: 100..200, plain: None });
        let missing = |parts: &mut [Part], length| {
            let file = [&[1; 300][..], &trailer(length)].concat();
            Scan::new(std::io::Cursor::new(file)).unwrap().measure_gap(parts).unwrap();
            parts.iter().find_map(|part| match part {
                Part::Lost(lost) => lost.plain,
                Part::Kept(_) => None,
            })
        };
        assert_eq!(missing(&mut [kept(10), gap(), kept(20)], 37), Some(7));
        // Lengths are stored modulo 4 GiB.
        assert_eq!(missing(&mut [kept(1 << 32), gap(), kept(20)], 27), Some(7));
        // A hundred bytes cannot hold so many, so the trailer is damaged.
        assert_eq!(missing(&mut [kept(10), gap(), kept(20)], 1 << 30), None);
        assert_eq!(missing(&mut [kept(10), gap(), kept(1), gap(), kept(20)], 38), None);
        assert_eq!(missing(&mut [gap(), gap(), kept(20)], 38), None);
    }
}

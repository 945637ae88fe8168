//! Our subfield of the extra field (RFC 1952, section 2.3.1.1): where the chunks are.
//!
//! A member that was compressed in chunks can be decompressed in parallel if it is known where each
//! chunk begins, which this subfield says. All numbers are little-endian:
//!
//! | bytes | contents |
//! |---|---|
//! | 2 | the subfield's name: `C` `S` |
//! | 2 | number of bytes that follow: 16, and 4 per entry |
//! | 4 | plain bytes per chunk (the last may have fewer); 0 if nothing was filled in |
//! | 4 | chunks per entry |
//! | 8 | plain bytes in the member |
//! | 4 each | compressed bytes of an entry's chunks, from the end of the header on |
//!
//! Every chunk but the last ends in an empty stored block, on a byte boundary, and no distance
//! reaches back beyond its start. Room for the entries is reserved when the header is written, and
//! they are filled in at the end; unused ones are 0.
//!
//! A reader must not trust the subfield; see [`decode`](super::decode).

use super::inflate::{Ending, Inflater};
use crate::io::buffer::Buffer;
use std::ops::RangeInclusive;

const NAME: [u8; 2] = *b"CS";
const FIXED: usize = 16;
const ENTRY: usize = 4;
/// As many as fit into the longest extra field with the subfield's name and length.
const MOST_ENTRIES: u64 = ((u16::MAX as usize - 4 - FIXED) / ENTRY) as u64;
/// An entry's plain bytes are decoded in memory, so they are limited.
const MOST_PLAIN: u64 = 16 << 20;
/// The sizes that a chunk can have, in plain bytes.
pub(super) const CHUNK_SIZES: RangeInclusive<usize> = 64 << 10..=16 << 20;

/// Where the chunks of a member are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    chunk: u32,
    stride: u32,
    plain: u64,
    entries: Vec<u32>,
}

/// Room for an index in the header, and the entries to fill in.
#[derive(Clone, Debug)]
pub(super) struct Reserved {
    chunk: u32,
    stride: u32,
    room: usize,
    entries: Vec<u32>,
    chunks: u64,
}

impl Reserved {
    /// Room for `plain` bytes in chunks of `chunk`; none if there is only one chunk, which cannot be
    /// decoded in parallel, or more than the longest field has room for.
    pub(super) fn new(plain: u64, chunk: usize) -> Option<Self> {
        let chunks = plain.div_ceil(chunk as u64);
        let stride = chunks.div_ceil(MOST_ENTRIES);
        if chunks < 2 || stride * chunk as u64 > MOST_PLAIN {
            return None;
        }
        Some(Self {
            chunk: u32::try_from(chunk).ok()?,
            stride: u32::try_from(stride).ok()?,
            room: usize::try_from(chunks.div_ceil(stride)).ok()?,
            entries: Vec::new(),
            chunks: 0,
        })
    }

    /// The extra field with the reserved room, all zeros.
    pub(super) fn extra_field(&self) -> Vec<u8> {
        self.subfield(0, 0, 0, &[])
    }

    /// Notes the compressed size of the next chunk.
    pub(super) fn add(&mut self, packed: usize) {
        let packed = u32::try_from(packed).unwrap_or(u32::MAX);
        if self.chunks % u64::from(self.stride) == 0 {
            self.entries.push(0);
        }
        self.chunks += 1;
        if let Some(entry) = self.entries.last_mut() {
            *entry = entry.saturating_add(packed);
        }
    }

    /// The extra field filled in; `None` if the input was longer than the reserved room.
    pub(super) fn filled(&self, plain: u64) -> Option<Vec<u8>> {
        let fits = self.entries.len() <= self.room;
        fits.then(|| self.subfield(self.chunk, self.stride, plain, &self.entries))
    }

    fn subfield(&self, chunk: u32, stride: u32, plain: u64, entries: &[u32]) -> Vec<u8> {
        let length = FIXED + ENTRY * self.room;
        let mut field = NAME.to_vec();
        field.extend(u16::try_from(length).expect("there is room").to_le_bytes());
        field.extend(chunk.to_le_bytes());
        field.extend(stride.to_le_bytes());
        field.extend(plain.to_le_bytes());
        field.extend(entries.iter().flat_map(|entry| entry.to_le_bytes()));
        field.resize(4 + length, 0);
        field
    }
}

impl Index {
    /// The most plain bytes per byte of a deflate stream: 258 of them take at least two bits.
    pub(super) const BEST_RATIO: usize = 1032;

    /// The index in an extra field, if there is a valid one: every entry is small enough to be held in
    /// memory, packed and plain, and claims no more plain bytes than its packed bytes can decode to.
    pub(super) fn parse(extra: &[u8]) -> Option<Self> {
        let field = subfields(extra).find(|(name, _)| *name == NAME)?.1;
        let (fixed, entries) = field.split_at_checked(FIXED)?;
        let (numbers, plain) = fixed.split_at(8);
        let (chunk, stride) = (le32(&numbers[..4]), le32(&numbers[4..]));
        let plain = u64::from_le_bytes(plain.try_into().ok()?);
        let group = u64::from(chunk) * u64::from(stride);
        if group == 0 || group > MOST_PLAIN || plain <= u64::from(chunk) {
            return None;
        }
        let count = usize::try_from(plain.div_ceil(group)).ok()?;
        let entries: Vec<u32> = entries.chunks_exact(ENTRY).take(count).map(le32).collect();
        let index = Self { chunk, stride, plain, entries };
        let sane = |piece: Piece| {
            let Piece { packed, plain, .. } = piece;
            packed <= plain + plain / 8 + 64 && plain <= packed.saturating_mul(Self::BEST_RATIO)
        };
        (index.entries.len() == count && index.pieces().all(sane)).then_some(index)
    }

    /// The pieces of the member, in order, each to be decoded on its own.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece> + '_ {
        let group = u64::from(self.chunk) * u64::from(self.stride);
        let last = self.entries.len() - 1;
        self.entries.iter().enumerate().map(move |(position, &packed)| {
            let plain = group.min(self.plain - position as u64 * group);
            #[expect(clippy::cast_possible_truncation, reason = "16 MiB at most")]
            Piece { packed: packed as usize, plain: plain as usize, last: position == last }
        })
    }
}

/// An entry: some chunks that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) packed: usize,
    pub(super) plain: usize,
    /// Whether it contains the final block.
    pub(super) last: bool,
}

/// Inflates some chunks of a member, which decode to `plain` bytes; `None` if they do not.
pub(super) fn inflate(
    packed: &[u8],
    plain: usize,
    ending: Ending,
    inflater: &mut Inflater,
    buffer: &mut Buffer,
) -> Option<()> {
    // The index claims no more than the sizes in it allow. But the input may end earlier, and no
    // memory is allocated for bytes that cannot be there.
    if plain > packed.len().saturating_mul(Index::BEST_RATIO) {
        return None;
    }
    inflater.inflate(packed, buffer.space(plain), ending).ok()
}

/// The subfields of an extra field, name and data, up to the first malformed one.
pub(super) fn subfields(extra: &[u8]) -> impl Iterator<Item = ([u8; 2], &[u8])> {
    let mut rest = extra;
    std::iter::from_fn(move || {
        let (&[a, b, low, high], after) = rest.split_first_chunk()?;
        let (data, after) = after.split_at_checked(u16::from_le_bytes([low, high]).into())?;
        rest = after;
        Some(([a, b], data))
    })
}

fn le32(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_index_is_parsed() {
        let mut reserved = Reserved::new(250_000, 100_000).unwrap();
        assert_eq!(Index::parse(&reserved.extra_field()), None, "nothing filled in yet");
        for packed in [50_000, 40_000, 30_000] {
            reserved.add(packed);
        }
        let extra = reserved.filled(250_000).unwrap();
        assert_eq!(extra.len(), reserved.extra_field().len());
        let index = Index::parse(&extra).unwrap();
        let pieces: Vec<_> = index.pieces().map(|p| (p.packed, p.plain, p.last)).collect();
        assert_eq!(
            pieces,
            [(50_000, 100_000, false), (40_000, 100_000, false), (30_000, 50_000, true)]
        );
    }

    #[test]
    fn a_very_large_file_has_more_chunks_per_entry() {
        let chunk = 1 << 20;
        let chunks = 3 * MOST_ENTRIES + 1;
        let mut reserved = Reserved::new(chunks * chunk as u64, chunk).unwrap();
        assert_eq!(reserved.stride, 4);
        (0..chunks).for_each(|_| reserved.add(300_000));
        let index = Index::parse(&reserved.filled(chunks * chunk as u64).unwrap()).unwrap();
        assert_eq!(index.pieces().map(|piece| piece.plain as u64).sum::<u64>(), chunks << 20);
        assert!(Reserved::new((17 * MOST_ENTRIES) << 20, chunk).is_none());
    }

    #[test]
    fn an_input_can_grow_or_shrink() {
        let mut reserved = Reserved::new(250_000, 100_000).unwrap();
        reserved.add(10_000);
        reserved.add(10_000);
        assert_eq!(Index::parse(&reserved.filled(150_000).unwrap()).unwrap().pieces().count(), 2);
        (0..3).for_each(|_| reserved.add(10_000));
        assert_eq!(reserved.filled(450_000), None);
    }

    #[test]
    fn a_malformed_index_is_ignored() {
        let mut reserved = Reserved::new(250_000, 100_000).unwrap();
        (0..3).for_each(|_| reserved.add(20_000));
        let good = reserved.filled(250_000).unwrap();
        let change = |position: usize, bytes: &[u8]| {
            let mut extra = good.clone();
            extra[position..position + bytes.len()].copy_from_slice(bytes);
            Index::parse(&extra)
        };
        assert!(change(0, b"CS").is_some());
        assert_eq!(change(0, b"XX"), None);
        assert_eq!(change(2, &[0, 1]), None);
        assert_eq!(change(4, &[0; 4]), None);
        assert_eq!(change(4, &[0xFF; 4]), None);
        assert_eq!(change(8, &[0xFF; 4]), None);
        assert_eq!(change(12, &[0xFF; 8]), None);
        assert_eq!(change(20, &[0; 4]), None);
        assert_eq!(change(20, &[0xFF; 4]), None);
        for length in 0..good.len() {
            assert_eq!(Index::parse(&good[..length]), None);
        }
    }
}

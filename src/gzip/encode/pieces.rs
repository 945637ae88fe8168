//! Which parts of a chunk are worth a search.
//!
//! Media, archives and encrypted data do not compress, and searching them for matches takes longer
//! than anything else. A sample tells: if its bytes are about equally frequent, literals save
//! nothing, and if none of its four-byte sequences were there before, neither do matches.

use std::ops::Range;

/// What a piece of a chunk is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing can be saved.
    Noise,
    /// All bytes are about equally frequent, but some sequences are repeated.
    Sparse,
    Ordinary,
}

/// Bytes of a piece.
const PIECE: usize = 64 << 10;
/// A shorter rest belongs to the piece before, and shorter chunks are one piece.
const SHORTEST: usize = 32 << 10;

/// The pieces of `plain`, at least one.
pub(super) fn pieces(plain: &[u8]) -> impl Iterator<Item = (Range<usize>, Kind)> {
    let mut start = 0;
    let mut ended = false;
    std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let rest = &plain[start..];
        let length = if rest.len() < PIECE + SHORTEST { rest.len() } else { PIECE };
        let range = start..start + length;
        start = range.end;
        ended = start == plain.len();
        Some((range.clone(), kind(&plain[range])))
    })
}

fn kind(piece: &[u8]) -> Kind {
    if piece.len() < SHORTEST || !is_flat(piece) {
        return Kind::Ordinary;
    }
    if repeats(piece) == 0 { Kind::Noise } else { Kind::Sparse }
}

/// Parts of a sample of the bytes, and the bytes in each.
const PARTS: usize = 8;
const PART: usize = 1 << 10;
/// How often each byte occurs in the sample, if all are equally frequent.
const EXPECTED: u32 = 32;
const _: () = assert!(EXPECTED as usize * 256 == PARTS * PART);

/// Whether the bytes are about equally frequent, so that codes for literals save less than about
/// 0.4 %.
fn is_flat(piece: &[u8]) -> bool {
    let mut counts = [0_u32; 256];
    for part in piece.chunks(piece.len() / PARTS).take(PARTS) {
        for &byte in &part[..PART] {
            counts[usize::from(byte)] += 1;
        }
    }
    // Pearson's chi-squared; for random bytes it is 255 on average, and twice the bytes times the
    // saving in units of 8 ln 2 more for others.
    let squares: u32 = counts.iter().map(|&count| count.abs_diff(EXPECTED).pow(2)).sum();
    squares / EXPECTED < 255 + 363
}

/// Positions in the middle that are looked up, and bytes before them that they are looked up in.
const LOOKED_UP: usize = 4 << 10;
const BEFORE: usize = 20 << 10;
const HASH_BITS: u32 = 13;

/// How many of some positions begin four bytes that were there before. Of random bytes, none.
fn repeats(piece: &[u8]) -> usize {
    let mut table = [0_u16; 1 << HASH_BITS];
    let middle = &piece[..(BEFORE + LOOKED_UP).min(piece.len())];
    let mut found = 0;
    for (at, four) in (0_u16..).zip(middle.windows(4)) {
        let bytes = u32::from_le_bytes(four.try_into().expect("four of them"));
        let slot = &mut table[(bytes.wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)) as usize];
        if usize::from(at) >= BEFORE && middle[usize::from(*slot)..].starts_with(four) {
            found += usize::from(*slot != at);
        }
        *slot = at;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gzip::inflate::tests::noise;

    fn kinds(plain: &[u8]) -> Vec<(usize, Kind)> {
        pieces(plain).map(|(range, kind)| (range.len(), kind)).collect()
    }

    #[test]
    fn each_kind_is_recognized() {
        let text = b"in the beginning was the word ".repeat(PIECE / 30 + 1);
        let text = &text[..PIECE];
        let noise = noise(PIECE + SHORTEST - 1, 1);
        assert_eq!(
            kinds(&[text, &noise].concat()),
            [(PIECE, Kind::Ordinary), (noise.len(), Kind::Noise)]
        );
        // Six bits of each byte.
        let masked: Vec<u8> = noise.iter().map(|byte| byte & 63).collect();
        assert_eq!(kinds(&masked), [(masked.len(), Kind::Ordinary)]);
        // A hundred bytes of each thousand are those from ten thousand before.
        let mut repeated = noise.clone();
        for start in (10_000..60_000).step_by(1000) {
            repeated.copy_within(start - 10_000..start - 9_900, start);
        }
        assert_eq!(kinds(&repeated), [(repeated.len(), Kind::Sparse)]);
    }

    #[test]
    fn the_pieces_are_all_of_the_chunk() {
        let noise = noise(300_000, 1);
        assert_eq!(kinds(&[]), [(0, Kind::Ordinary)]);
        for length in [1, SHORTEST - 1, SHORTEST, PIECE, PIECE + SHORTEST, 3 * PIECE, 300_000] {
            let mut end = 0;
            for (range, _) in pieces(&noise[..length]) {
                assert_eq!(range.start, end);
                end = range.end;
            }
            assert_eq!(end, length);
        }
    }
}

//! Words between white space.

use super::{STRIDE, Scanner, equal, load, set, within};
use wide::u8x16;

impl Scanner {
    /// Finds the words between white space in `text[from..to]`: calls `found` with the text and the
    /// places where words begin and end, in turn. With `LOWER`, ASCII letters are lower-cased first, in
    /// place.
    #[inline]
    pub(in crate::tally) fn words<const LOWER: bool, E>(
        &mut self,
        text: &mut [u8],
        from: usize,
        to: usize,
        mut found: impl FnMut(&[u8], &[usize]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut before = Before::default();
        self.edges.found = 0;
        for at in (from..=to).step_by(STRIDE) {
            self.stride::<LOWER>(text, at, &mut before);
            if self.edges.are_many() || at + STRIDE > to {
                // A word that has not ended is handled when it has.
                let ended = self.edges.found & !1;
                found(text, &self.edges.places[..ended])?;
                self.edges.forget(ended);
            }
        }
        Ok(())
    }

    #[inline]
    fn stride<const LOWER: bool>(&mut self, text: &mut [u8], at: usize, before: &mut Before) {
        self.edges.add(at, edges::<LOWER>(text, at, before));
    }
}

/// Returns the number of words between white space in `text[from..to]`.
pub(in crate::tally) fn count_words(text: &mut [u8], from: usize, to: usize) -> u64 {
    let mut before = Before::default();
    let strides = (from..=to).step_by(STRIDE);
    let edges = strides.map(|at| u64::from(edges::<false>(text, at, &mut before).count_ones()));
    edges.sum::<u64>() / 2
}

/// Returns where words begin and end in the stride at `at`.
#[inline]
fn edges<const LOWER: bool>(text: &mut [u8], at: usize, before: &mut Before) -> u64 {
    let (mut space, mut high) = (0_u64, 0_u64);
    for (n, piece) in text[at..at + STRIDE].chunks_exact_mut(16).enumerate() {
        let bytes = load(piece);
        space |= set(ascii_space(bytes)) << (16 * n);
        high |= set(bytes) << (16 * n);
        if LOWER {
            piece.copy_from_slice(&lower(bytes).to_array());
        }
    }
    space |= before.wide;
    before.wide = 0;
    if high != 0 {
        let wide = wide_spaces(text, at);
        space |= low_half(wide);
        before.wide = low_half(wide >> STRIDE);
    }
    let edges = space ^ (space << 1 | before.space);
    before.space = space >> (STRIDE - 1);
    edges
}

/// The state carried over from the bytes before a stride.
struct Before {
    /// 1 if the last byte before is white space.
    space: u64,
    /// The bytes of the stride that belong to white space that began before it.
    wide: u64,
}

impl Default for Before {
    /// As if white space went before.
    fn default() -> Self {
        Self { space: 1, wide: 0 }
    }
}

#[inline]
fn ascii_space(bytes: u8x16) -> u8x16 {
    within(bytes, b'\t', b'\r') | equal(bytes, b' ')
}

#[inline]
fn lower(bytes: u8x16) -> u8x16 {
    bytes | within(bytes, b'A', b'Z') & u8x16::splat(0x20)
}

/// Returns the bytes of a stride, and of the two after it, that belong to white space of two or three
/// bytes that begins in the stride.
#[cold]
fn wide_spaces(text: &[u8], at: usize) -> u128 {
    let mut first = 0;
    for (n, piece) in text[at..at + STRIDE].chunks_exact(16).enumerate() {
        let bytes = load(piece);
        let first_bytes = equal(bytes, 0xC2) | within(bytes, 0xE1, 0xE3);
        first |= set(first_bytes) << (16 * n);
    }
    let mut found = 0;
    while first != 0 {
        let n = first.trailing_zeros();
        let length = super::super::space(&text[at + n as usize..]);
        found |= ((1 << length) - 1) << n;
        first &= first - 1;
    }
    found
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
fn low_half(bits: u128) -> u64 {
    bits as u64
}

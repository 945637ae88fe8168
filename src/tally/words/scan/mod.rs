//! Where words begin and end, sixty-four bytes at a time.
//!
//! A stride of text becomes a few sets of bits, one bit for each byte, and the rules are arithmetic on
//! the sets: [`space`] splits at white space, [`unicode`] at Unicode's word boundaries.

mod letters;
mod space;
mod unicode;

pub(super) use letters::lower_letter;
pub(in crate::tally) use space::count_words;

use std::ops::Range;
use wide::u8x16;

/// Bytes examined together: as many as a set has bits.
const STRIDE: usize = 64;
/// How many bytes of white space must follow a text so that the end of its last word is found.
const PADDING: usize = 2 * STRIDE;
/// The most edges found before their words are handled: few enough to stay in the processor's first
/// cache, and enough for either loop to run long.
const STAGE: usize = 16 * STRIDE;

/// Finds the words of a text, and optionally lower-cases its letters.
///
/// The text must not begin or end within a word, and [`PADDING`] bytes of white space must follow it.
#[derive(Default)]
pub(in crate::tally) struct Scanner {
    edges: Edges,
    /// What [`unicode`] leaves to the full algorithm.
    left: Vec<Range<usize>>,
}

/// Where words begin and end, in turn.
struct Edges {
    places: Box<[usize; STAGE]>,
    found: usize,
}

impl Default for Edges {
    fn default() -> Self {
        Self { places: Box::new([0; STAGE]), found: 0 }
    }
}

impl Edges {
    /// Adds the edges of the stride at `at`. There must be room for them.
    #[inline]
    fn add(&mut self, at: usize, mut edges: u64) {
        let found = edges.count_ones() as usize;
        for place in &mut self.places[self.found..][..found] {
            *place = at + edges.trailing_zeros() as usize;
            edges &= edges - 1;
        }
        self.found += found;
    }

    /// Returns whether there may be no room for another stride.
    #[inline]
    fn are_many(&self) -> bool {
        self.found > STAGE - STRIDE
    }

    /// Forgets the first edges.
    fn forget(&mut self, count: usize) {
        self.places.copy_within(count..self.found, 0);
        self.found -= count;
    }
}

/// Has [`PADDING`] bytes of white space follow the text that ends at `end`.
pub(in crate::tally) fn pad(buffer: &mut Vec<u8>, end: usize) {
    buffer.resize(buffer.len().max(end + PADDING), b' ');
    buffer[end..end + PADDING].fill(b' ');
}

#[inline]
fn load(bytes: &[u8]) -> u8x16 {
    let mut array = [0; 16];
    array.copy_from_slice(bytes);
    u8x16::new(array)
}

/// Returns the bytes that are 0x80 or more as bits.
#[inline]
fn set(bytes: u8x16) -> u64 {
    #[expect(clippy::cast_sign_loss, reason = "only the low 16 bits are ever set")]
    let bits = bytes.move_mask() as u64;
    bits
}

/// Returns which bytes equal `byte`.
#[inline]
fn equal(bytes: u8x16, byte: u8) -> u8x16 {
    bytes.cmp_eq(u8x16::splat(byte))
}

/// Returns which bytes are at least `low` and at most `high`.
#[inline]
fn within(bytes: u8x16, low: u8, high: u8) -> u8x16 {
    let above = bytes - u8x16::splat(low);
    above.min(u8x16::splat(high - low)).cmp_eq(above)
}

//! Where words begin and end, sixty-four bytes at a time.

use wide::u8x16;

/// Bytes examined together: as many as a set has bits.
const STRIDE: usize = 64;
/// How many bytes of white space must follow a text so that the end of its last word is found.
pub(in crate::tally) const PADDING: usize = 2 * STRIDE;
/// Bytes whose edges are found before their words are handled: few enough for the edges to stay in
/// the processor's first cache, and enough for either loop to run long.
const STAGE: usize = 16 * STRIDE;

/// Finds the words of a text, and optionally lower-cases its ASCII letters.
pub(in crate::tally) struct Scanner {
    /// Where words begin and end, in turn: a stage of them, after the start of a word that has not
    /// ended.
    edges: Box<[usize; 1 + STAGE]>,
    found: usize,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { edges: Box::new([0; 1 + STAGE]), found: 0 }
    }
}

impl Scanner {
    /// Finds the words of `text[from..to]`: calls `found` with the text and the places where words
    /// begin and end, in turn.
    ///
    /// The text must not begin or end within a word, and [`PADDING`] bytes of white space must follow
    /// it. With `LOWER`, its ASCII letters are lower-cased first, in place.
    #[inline]
    pub(in crate::tally) fn words<const LOWER: bool, E>(
        &mut self,
        text: &mut [u8],
        from: usize,
        to: usize,
        mut found: impl FnMut(&[u8], &[usize]) -> Result<(), E>,
    ) -> Result<(), E> {
        // As if white space went before.
        let mut before = Before { space: 1, wide: 0 };
        self.found = 0;
        let mut at = from;
        while at <= to {
            let end = to.min(at + STAGE - 1);
            while at <= end {
                self.stride::<LOWER>(text, at, &mut before);
                at += STRIDE;
            }
            let ended = self.found & !1;
            found(text, &self.edges[..ended])?;
            // A word that has not ended is handled when it has.
            self.edges[0] = self.edges[ended];
            self.found &= 1;
        }
        Ok(())
    }

    #[inline]
    fn stride<const LOWER: bool>(&mut self, text: &mut [u8], at: usize, before: &mut Before) {
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
        let mut edges = space ^ (space << 1 | before.space);
        before.space = space >> (STRIDE - 1);
        let found = edges.count_ones() as usize;
        for place in &mut self.edges[self.found..][..found] {
            *place = at + edges.trailing_zeros() as usize;
            edges &= edges - 1;
        }
        self.found += found;
    }
}

/// The state carried over from the bytes before a stride.
struct Before {
    /// 1 if the last byte before is white space.
    space: u64,
    /// The bytes of the stride that belong to white space that began before it.
    wide: u64,
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

/// Returns which bytes are at least `low` and at most `low + width`.
#[inline]
fn within(bytes: u8x16, low: u8, width: u8) -> u8x16 {
    let above = bytes - u8x16::splat(low);
    above.min(u8x16::splat(width)).cmp_eq(above)
}

#[inline]
fn ascii_space(bytes: u8x16) -> u8x16 {
    within(bytes, b'\t', b'\r' - b'\t') | bytes.cmp_eq(u8x16::splat(b' '))
}

#[inline]
fn lower(bytes: u8x16) -> u8x16 {
    bytes | within(bytes, b'A', 25) & u8x16::splat(0x20)
}

/// Returns the bytes of a stride, and of the two after it, that belong to white space of two or three
/// bytes that begins in the stride.
#[cold]
fn wide_spaces(text: &[u8], at: usize) -> u128 {
    let mut first = 0;
    for (n, piece) in text[at..at + STRIDE].chunks_exact(16).enumerate() {
        let bytes = load(piece);
        let first_bytes = bytes.cmp_eq(u8x16::splat(0xC2)) | within(bytes, 0xE1, 2);
        first |= set(first_bytes) << (16 * n);
    }
    let mut found = 0;
    while first != 0 {
        let n = first.trailing_zeros();
        let length = super::space(&text[at + n as usize..]);
        found |= ((1 << length) - 1) << n;
        first &= first - 1;
    }
    found
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
fn low_half(bits: u128) -> u64 {
    bits as u64
}

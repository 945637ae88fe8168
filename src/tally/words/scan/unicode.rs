//! Words by Unicode's word boundaries (UAX 29).
//!
//! Text in ASCII, with letters and punctuation of other alphabets among it, needs few of the annex's
//! rules: letters, digits and `_` make words (rules 5 and 8 to 13b), and `'`, `.`, `:`, `,` and `;`
//! join what is on either side of them (rules 6, 7, 11 and 12). Wherever there is any other
//! character, the text around it, from one place where no rule joins anything to the next, is left to
//! the full algorithm.

use super::letters::{Kind, kind_of};
use super::{Edges, STRIDE, Scanner, equal, load, set, within};
use std::ops::Range;
use wide::u8x16;

impl Scanner {
    /// Finds the words of `text[from..to]` by Unicode's rules: calls `found` with the text, the places
    /// where words begin and end, in turn, and ranges whose words only the full algorithm can find.
    /// With `LOWER`, the words between the places are lower-cased first, in place.
    #[inline]
    pub(in crate::tally) fn unicode_words<const LOWER: bool, E>(
        &mut self,
        text: &mut [u8],
        from: usize,
        to: usize,
        mut found: impl FnMut(&[u8], &[usize], &[Range<usize>]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.edges.found = 0;
        self.left.clear();
        // Nothing before `origin` matters to what comes after.
        let (mut at, mut origin, mut before) = (from, from, Before::default());
        while at <= to {
            let end = self.edges.stride::<LOWER>(text, at, &mut before);
            at += end.length;
            if end.is_other {
                let start = self.edges.take_back(text, origin, at);
                at = next_cut(text, at);
                self.left.push(start..at);
                (origin, before.word) = (at, 0);
            }
            if self.edges.are_many() || self.left.len() == STRIDE || at > to {
                self.flush(text, &mut before, &mut found)?;
            }
        }
        Ok(())
    }

    /// Calls `found`. A word that has not ended is kept. No other can still be taken back: a stride
    /// does not end after a character that may join what is beside it.
    fn flush<E>(
        &mut self,
        text: &[u8],
        before: &mut Before,
        found: &mut impl FnMut(&[u8], &[usize], &[Range<usize>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let ended = self.edges.found & !1;
        let places = &mut self.edges.places[..ended];
        let places = if before.underscores { drop_underscores(text, places) } else { places };
        found(text, places, &self.left)?;
        self.edges.forget(ended);
        let kept = self.edges.places[..self.edges.found].first();
        before.underscores = kept.is_some_and(|&start| text[start] == b'_');
        self.left.clear();
        Ok(())
    }
}

/// Removes the words of nothing but underscores, which have no letter or digit.
#[cold]
fn drop_underscores<'e>(text: &[u8], places: &'e mut [usize]) -> &'e [usize] {
    let mut kept = 0;
    for n in (0..places.len()).step_by(2) {
        let (from, to) = (places[n], places[n + 1]);
        if text[from..to].iter().any(|&byte| byte != b'_') {
            (places[kept], places[kept + 1]) = (from, to);
            kept += 2;
        }
    }
    &places[..kept]
}

/// The state carried over from the bytes before a stride.
#[derive(Default)]
struct Before {
    /// 1 if the last byte before is in a word.
    word: u64,
    /// Whether one of the words found began with an underscore.
    underscores: bool,
}

/// Where a stride ends.
struct End {
    length: usize,
    /// Whether it ends before a character that is left to the full algorithm.
    is_other: bool,
}

impl Edges {
    /// Adds the edges of a stride.
    #[inline]
    fn stride<const LOWER: bool>(
        &mut self,
        text: &mut [u8],
        at: usize,
        before: &mut Before,
    ) -> End {
        let mut classes = Classes::read::<LOWER>(text, at);
        let end = if classes.high == 0 {
            End { length: classes.known(STRIDE), is_other: false }
        } else {
            classes.read_high::<LOWER>(text, at)
        };
        let known = first_bits(end.length);
        let word = classes.joined(text, at, before.word) & known;
        let edges = (word ^ (word << 1 | before.word)) & known;
        self.add(at, edges);
        before.underscores |= classes.underscore & word & edges != 0;
        before.word = word >> (end.length.max(1) - 1);
        end
    }

    /// Takes back what the character at `at` can join: the word that it continues; otherwise the
    /// character before it, and the word that ends there. Returns where that begins.
    #[cold]
    fn take_back(&mut self, text: &[u8], origin: usize, at: usize) -> usize {
        if self.found % 2 == 1 {
            self.found -= 1;
            return self.places[self.found];
        }
        let is_first = |&at: &usize| text[at] & 0xC0 != 0x80;
        let last = (origin..at).rev().find(is_first).unwrap_or(at);
        if self.found > 0 && self.places[self.found - 1] == last {
            self.found -= 2;
            return self.places[self.found];
        }
        last
    }
}

/// The bytes of a stride by what the rules make of them, as sets of bits.
#[derive(Default)]
struct Classes {
    /// Letters, digits and underscores; all bytes of each.
    word: u64,
    underscore: u64,
    /// Characters of one byte that may join what is beside them.
    middle: u64,
    /// The first bytes of such characters of three bytes.
    quote: u64,
    /// Bytes of characters that are not ASCII.
    high: u64,
}

impl Classes {
    #[inline]
    fn read<const LOWER: bool>(text: &mut [u8], at: usize) -> Self {
        let mut classes = Self::default();
        for (n, piece) in text[at..at + STRIDE].chunks_exact_mut(16).enumerate() {
            let bytes = load(piece);
            let case = u8x16::splat(0x20);
            let letters = within(bytes | case, b'a', b'z');
            let underscores = equal(bytes, b'_');
            let words = letters | underscores | within(bytes, b'0', b'9');
            // `,` and `.` differ in one bit, and so do `:` and `;`.
            let middles = equal(bytes, b'\'')
                | equal(bytes | u8x16::splat(2), b'.')
                | equal(bytes | u8x16::splat(1), b';');
            classes.word |= set(words) << (16 * n);
            classes.underscore |= set(underscores) << (16 * n);
            classes.middle |= set(middles) << (16 * n);
            classes.high |= set(bytes) << (16 * n);
            if LOWER {
                piece.copy_from_slice(&(bytes | letters & case).to_array());
            }
        }
        classes
    }

    /// Reads the characters that are not ASCII, up to the first that is left to the full algorithm or
    /// not whole.
    #[cold]
    #[inline(never)]
    fn read_high<const LOWER: bool>(&mut self, text: &mut [u8], at: usize) -> End {
        while self.high != 0 {
            let n = self.high.trailing_zeros() as usize;
            let character = &mut text[at + n..];
            let length = match *character {
                [first @ 0xC2..=0xDF, second @ 0x80..=0xBF, ..] if n + 2 <= STRIDE => {
                    match kind_of([first, second]) {
                        Kind::Other => return End { length: n, is_other: true },
                        Kind::Separator => {}
                        Kind::Letter(lower) => {
                            self.word |= 0b11 << n;
                            if LOWER {
                                character[..2].copy_from_slice(&lower);
                            }
                        }
                    }
                    2
                }
                // Dashes, quotation marks, bullets and leaders.
                [0xE2, 0x80, 0x90..=0xA7, ..] if n + 3 <= STRIDE => {
                    match character[2] {
                        0xA4 | 0xA7 => return End { length: n, is_other: true },
                        0x98 | 0x99 => self.quote |= 1 << n,
                        _ => {}
                    }
                    3
                }
                [0xC2..=0xDF, 0x80..=0xBF, ..] | [0xE2, 0x80, 0x90..=0xA7, ..] => {
                    return End { length: self.known(n), is_other: false };
                }
                _ => return End { length: n, is_other: true },
            };
            self.high &= !(first_bits(length) << n);
        }
        End { length: self.known(STRIDE), is_other: false }
    }

    /// Returns how many of the first `length` bytes are known: if the last character may join what is
    /// beside it, it is left for the next stride, which has what follows it.
    #[inline]
    fn known(&self, length: usize) -> usize {
        if self.middle >> (length - 1) & 1 != 0 {
            length - 1
        } else if self.quote >> (length - 3) & 1 != 0 {
            length - 3
        } else {
            length
        }
    }

    /// Returns the bytes in words: letters, digits, underscores, and what joins them.
    #[inline]
    fn joined(&self, text: &[u8], at: usize, before: u64) -> u64 {
        let after = self.word << 1 | before;
        let mut joined = self.word;
        for (first, length) in [(self.middle, 1), (self.quote, 3)] {
            let mut between = first & after & self.word >> length;
            while between != 0 {
                let n = between.trailing_zeros() as usize;
                let place = at + n;
                if joins(text[place - 1], text[place], text[place + length]) {
                    joined |= first_bits(length) << n;
                }
                between &= between - 1;
            }
        }
        joined
    }
}

/// Returns whether `middle` joins what is before and after it: a letter and a letter, or a digit and a
/// digit (rules 6, 7, 11 and 12). Of a character of several bytes, one is given.
#[inline]
fn joins(before: u8, middle: u8, after: u8) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0x80;
    match middle {
        b':' => is_letter(before) && is_letter(after),
        b',' | b';' => before.is_ascii_digit() && after.is_ascii_digit(),
        _ => {
            is_letter(before) && is_letter(after)
                || before.is_ascii_digit() && after.is_ascii_digit()
        }
    }
}

/// Returns the set of the first `length` bytes of a stride.
#[inline]
fn first_bits(length: usize) -> u64 {
    if length < STRIDE { (1 << length) - 1 } else { u64::MAX }
}

/// Returns the next place after `at` where no rule joins what is before and after it, nor looks from
/// one to the other.
fn next_cut(text: &[u8], at: usize) -> usize {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let cut = |&place: &usize| match text[place] {
        b'\'' | b'"' | b',' | b'.' | b':' | b';' => !is_word(text[place - 1]),
        byte => !is_word(byte),
    };
    (at + 1..text.len()).find(cut).unwrap_or(text.len())
}

//! What a word is: exactly what Go's `bufio.ScanWords` and `strings.ToLower` make of the bytes.
//!
//! Words are split at white space as Unicode's `White_Space` property has it, and lower-cased code
//! point by code point: `İ` (U+0130) becomes `i`, and a capital sigma always becomes `σ`, where
//! Rust's `str::to_lowercase` looks at more than one character. Bytes that are not UTF-8 are part
//! of a word, never white space, and each of them becomes U+FFFD: one for every byte that Go's
//! decoder rejects, so that a truncated `E2 80` gives two.
//!
//! That is the default; [`Rules`] has the other choices. The functions here take words one after
//! the other. The engine finds the same words many bytes at a time.

use std::io::{self, ErrorKind, Read};
use unicode_segmentation::UnicodeSegmentation;

/// What is taken for a word, and for the same word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Where words are cut.
    pub split: Split,
    /// What becomes of capital letters.
    pub case: Case,
}

/// Where words are cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Split {
    /// At white space, as the book's program does.
    #[default]
    Space,
    /// At white space first, and then what is between at the word boundaries of [Unicode Standard
    /// Annex 29]; what has no letter or digit is no word. Bytes that are not UTF-8 are boundaries.
    ///
    /// By the annex alone, U+202F would join words, and a joiner after a space belong to both.
    ///
    /// [Unicode Standard Annex 29]: https://www.unicode.org/reports/tr29/#Word_Boundaries
    Unicode,
}

/// What becomes of capital letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Case {
    /// They are lower-cased, as the book's program does.
    #[default]
    Lower,
    /// They stay. Bytes that are not UTF-8 become U+FFFD all the same, so that a word is always
    /// UTF-8, whatever it is written as.
    Keep,
}

impl Case {
    /// Appends the word as it is to be counted.
    pub(super) fn apply(self, word: &[u8], into: &mut Vec<u8>) {
        match self {
            Self::Lower => lower(word, into),
            Self::Keep => map_chars(word, into, |c| c),
        }
    }
}

/// Calls `found` for every word of `input` by the rules; otherwise as [`for_each`].
pub fn for_each_by(rules: Rules, input: impl Read, mut found: impl FnMut(&[u8])) -> io::Result<()> {
    let mut changed = Vec::new();
    let mut found = |word: &[u8]| {
        changed.clear();
        rules.case.apply(word, &mut changed);
        found(&changed);
    };
    for_each_raw(input, |piece| match rules.split {
        Split::Space => found(piece),
        Split::Unicode => unicode_words(piece).for_each(&mut found),
    })
}

/// The words of a piece without white space, as [`Split::Unicode`] has them.
pub(super) fn unicode_words(piece: &[u8]) -> impl Iterator<Item = &[u8]> {
    piece.utf8_chunks().flat_map(|chunk| chunk.valid().unicode_words()).map(str::as_bytes)
}

/// Bytes read at a time.
const BLOCK: usize = 256 * 1024;
/// No white space is longer in UTF-8, so one less is what a block may cut off from one.
pub(super) const LONGEST_SPACE: usize = 3;

/// The error of a source that has a word without an end, or as good as.
pub(super) fn too_long(longest: usize) -> io::Error {
    let reason = format!("a word of more than {} KiB, an eighth of the memory", longest >> 10);
    io::Error::new(ErrorKind::InvalidData, reason)
}

/// Calls `found` for every word of `input`, lower-cased.
///
/// A word may be of any length and is held in memory whole. On an error, the words that ended
/// before it have been found.
pub fn for_each(input: impl Read, found: impl FnMut(&[u8])) -> io::Result<()> {
    for_each_by(Rules::default(), input, found)
}

/// The same, with the words as they are in the input.
fn for_each_raw(mut input: impl Read, mut found: impl FnMut(&[u8])) -> io::Result<()> {
    // Begins with a word that may go on, of which the first `searched` bytes hold no white space.
    let mut buffer: Vec<u8> = Vec::new();
    let mut searched = 0;
    loop {
        let kept = buffer.len();
        buffer.resize(kept + BLOCK, 0);
        let count = match input.read(&mut buffer[kept..]) {
            Err(error) if error.kind() == ErrorKind::Interrupted => 0,
            Ok(0) => {
                if kept > 0 {
                    found(&buffer[..kept]);
                }
                return Ok(());
            }
            other => other?,
        };
        buffer.truncate(kept + count);
        let mut start = 0;
        while let Some((end, length)) = find_space(&buffer, searched) {
            if end > start {
                found(&buffer[start..end]);
            }
            start = end + length;
            searched = start;
        }
        buffer.drain(..start);
        searched = buffer.len().saturating_sub(LONGEST_SPACE - 1);
    }
}

/// Where the first white space from `from` on is, and how many bytes long.
pub(super) fn find_space(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    (from..bytes.len()).find_map(|at| match space(&bytes[at..]) {
        0 => None,
        length => Some((at, length)),
    })
}

/// The place after the last white space.
pub(super) fn last_boundary(bytes: &[u8]) -> Option<usize> {
    (0..bytes.len()).rev().find_map(|at| match space(&bytes[at..]) {
        0 => None,
        length => Some(at + length),
    })
}

/// The length of the white space that the bytes begin with, 0 if with none.
///
/// The bytes are matched as they are, without decoding what is before them: all of these begin
/// with a byte that begins a character wherever it stands.
pub(super) fn space(bytes: &[u8]) -> usize {
    match bytes {
        [b'\t'..=b'\r' | b' ', ..] => 1,
        [0xC2, 0x85 | 0xA0, ..] => 2,
        [0xE1, 0x9A, 0x80, ..]
        | [0xE2, 0x80, 0x80..=0x8A | 0xA8 | 0xA9 | 0xAF, ..]
        | [0xE2, 0x81, 0x9F, ..]
        | [0xE3, 0x80, 0x80, ..] => 3,
        _ => 0,
    }
}

/// Appends the word in lower case.
pub fn lower(word: &[u8], into: &mut Vec<u8>) {
    if word.is_ascii() {
        into.extend(word.iter().map(u8::to_ascii_lowercase));
        return;
    }
    map_chars(word, into, lower_char);
}

/// Appends the word with every character mapped, and every byte that is part of none replaced.
fn map_chars(word: &[u8], into: &mut Vec<u8>, map: impl Fn(char) -> char) {
    for chunk in word.utf8_chunks() {
        for c in chunk.valid().chars() {
            into.extend_from_slice(map(c).encode_utf8(&mut [0; 4]).as_bytes());
        }
        for _ in chunk.invalid() {
            into.extend_from_slice("\u{FFFD}".as_bytes());
        }
    }
}

/// Unicode's simple lower-case mapping, which maps to one character always.
fn lower_char(c: char) -> char {
    // The one character whose full mapping is longer than its simple one: its first part is that.
    c.to_lowercase().next().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &[u8]) -> Vec<Vec<u8>> {
        let mut words = Vec::new();
        for_each(text, |word| words.push(word.to_vec())).unwrap();
        words
    }

    #[test]
    fn white_space_is_unicode_s_and_no_more() {
        let listed: Vec<char> = ('\u{9}'..='\u{D}')
            .chain([' ', '\u{85}', '\u{A0}', '\u{1680}'])
            .chain('\u{2000}'..='\u{200A}')
            .chain(['\u{2028}', '\u{2029}', '\u{202F}', '\u{205F}', '\u{3000}'])
            .collect();
        for c in '\0'..=char::MAX {
            let mut bytes = [0; 4];
            let encoded = c.encode_utf8(&mut bytes);
            let expected = if listed.contains(&c) { encoded.len() } else { 0 };
            assert_eq!(space(encoded.as_bytes()), expected, "{c:?}");
        }
    }

    #[test]
    fn lower_casing_is_by_code_point() {
        assert_eq!(
            words("İSTANBUL ΟΔΟΣ Straße \u{212A}".as_bytes()),
            ["istanbul".as_bytes(), "οδοσ".as_bytes(), "straße".as_bytes(), b"k",]
        );
        let longer: Vec<char> =
            ('\0'..=char::MAX).filter(|c| c.to_lowercase().count() > 1).collect();
        assert_eq!(longer, ['İ']);
    }

    #[test]
    fn every_byte_that_is_not_utf_8_is_replaced() {
        let replaced = |n| "\u{FFFD}".repeat(n).into_bytes();
        assert_eq!(words(b"\xE2\x80"), [replaced(2)]);
        assert_eq!(words(b"\xF0\x9F\x98 \xED\xA0\x80"), [replaced(3), replaced(3)]);
        // Alone these are not the white space that they are part of.
        assert_eq!(words(b"\x85 \xA0"), [replaced(1), replaced(1)]);
        assert_eq!(words(b"\xF0\xE2\x80\x80A"), [replaced(1), b"a".to_vec()]);
    }

    /// A reader that gives one byte at a time.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn cuts_between_reads_do_not_show() {
        let text = "a\u{2003}B\u{3000}\u{85} ç\r\nd\u{1680}".as_bytes();
        let mut dripped = Vec::new();
        for_each(Drip(text), |word| dripped.push(word.to_vec())).unwrap();
        assert_eq!(dripped, words(text));
        assert_eq!(dripped.len(), 4);
    }

    #[test]
    fn a_word_may_be_longer_than_any_buffer() {
        let long = vec![b'x'; 3 * BLOCK + 5];
        assert_eq!(words(&[b"a ", &long[..], b" b"].concat())[1], long);
    }
}

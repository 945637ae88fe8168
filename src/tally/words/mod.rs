//! What a word is: exactly what Go's `bufio.ScanWords` and `strings.ToLower` make of the bytes.
//!
//! Words are split at the white space of Unicode's `White_Space` property and lower-cased code point
//! by code point: `İ` (U+0130) becomes `i`, and a capital sigma always becomes `σ`, where Rust's
//! `str::to_lowercase` looks at more than one character. A byte that is not UTF-8 is part of a word,
//! never white space, and becomes U+FFFD: one for each byte that Go's decoder rejects, so a truncated
//! `E2 80` becomes two. So every word is valid UTF-8.
//!
//! That is the default; [`Split`] and [`Case`] are the other choices. The functions here find words
//! one after the other, on one thread. The engine finds the same words many bytes at a time.

mod scan;

pub(super) use scan::{Scanner, count_words, pad};

use std::io::{self, ErrorKind, Read};
use unicode_segmentation::UnicodeSegmentation;

/// What a word is, and which words are the same.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    pub(super) split: Split,
    pub(super) case: Case,
}

/// Where words are split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// At white space, as in the book's program.
    #[default]
    Space,
    /// At white space, and then at the word boundaries of [Unicode Standard Annex 29]. What has no
    /// letter or digit is not a word. Bytes that are not UTF-8 are boundaries.
    ///
    /// By the annex alone, U+202F would join words, and a joiner after a space would belong to both.
    ///
    /// [Unicode Standard Annex 29]: https://www.unicode.org/reports/tr29/#Word_Boundaries
    Unicode,
}

/// What happens to upper-case letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// They are lower-cased, as in the book's program.
    #[default]
    Lower,
    /// They are kept. Bytes that are not UTF-8 become U+FFFD all the same.
    Keep,
}

impl Case {
    /// Appends the word in the form in which it is counted.
    pub(super) fn apply(self, word: &[u8], into: &mut Vec<u8>) {
        match self {
            Self::Lower => lower(word, into),
            Self::Keep => map_chars(word, into, |c| c),
        }
    }
}

/// Calls `found` for every word of `input`, split at white space and lower-cased.
///
/// A word can be of any length and is held in memory whole.
///
/// ```
/// use csp_toolkit::tally::words;
///
/// let mut found = Vec::new();
/// words::for_each(&b"To be"[..], |word| found.push(word.to_vec()))?;
/// assert_eq!(found, [&b"to"[..], b"be"]);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// The first error of `input`; the words that ended before it have been found.
pub fn for_each(input: impl Read, found: impl FnMut(&[u8])) -> io::Result<()> {
    for_each_with(input, Split::Space, Case::Lower, found)
}

/// Calls `found` for every word of `input`, split and cased as given; otherwise as [`for_each`].
///
/// # Errors
///
/// The first error of `input`; the words that ended before it have been found.
pub fn for_each_with(
    input: impl Read,
    split: Split,
    case: Case,
    mut found: impl FnMut(&[u8]),
) -> io::Result<()> {
    let mut changed = Vec::new();
    let mut found = |word: &[u8]| {
        changed.clear();
        case.apply(word, &mut changed);
        found(&changed);
    };
    for_each_raw(input, |piece| match split {
        Split::Space => found(piece),
        Split::Unicode => unicode_words(piece).for_each(&mut found),
    })
}

/// Returns the words of a piece without white space, split as by [`Split::Unicode`].
pub(super) fn unicode_words(piece: &[u8]) -> impl Iterator<Item = &[u8]> {
    piece.utf8_chunks().flat_map(|chunk| chunk.valid().unicode_words()).map(str::as_bytes)
}

/// Returns the words of a text, split at white space and then as by [`Split::Unicode`].
pub(super) fn unicode_words_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let pieces = text.utf8_chunks().flat_map(|chunk| chunk.valid().split(char::is_whitespace));
    pieces.flat_map(str::unicode_words).map(str::as_bytes)
}

/// Bytes read at a time.
const BLOCK: usize = 256 * 1024;
/// The longest white space in UTF-8, in bytes; a block can cut off all but the last of them.
pub(super) const LONGEST_SPACE: usize = 3;

/// Returns the error of a source with a word that is too long.
pub(super) fn too_long(longest: usize) -> io::Error {
    let reason = format!("a word of more than {} KiB, an eighth of the memory", longest >> 10);
    io::Error::new(ErrorKind::InvalidData, reason)
}

/// Calls `found` for every word between white space, as it is in the input.
fn for_each_raw(mut input: impl Read, mut found: impl FnMut(&[u8])) -> io::Result<()> {
    // Begins with a word that may go on, whose first `searched` bytes contain no white space.
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

/// Returns where the first white space from `from` on is, and its length in bytes.
pub(super) fn find_space(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    (from..bytes.len()).find_map(|at| match space(&bytes[at..]) {
        0 => None,
        length => Some((at, length)),
    })
}

/// Returns the place after the last white space.
pub(super) fn last_boundary(bytes: &[u8]) -> Option<usize> {
    (0..bytes.len()).rev().find_map(|at| match space(&bytes[at..]) {
        0 => None,
        length => Some(at + length),
    })
}

/// Returns the length of the white space that the bytes begin with, 0 if there is none.
///
/// The bytes are matched without decoding those before them: each of these begins with a byte that
/// begins a character wherever it is.
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

/// Appends the word in lower case: characters of one and two bytes by a table up to the first that is
/// not in it, and the rest by the full mapping.
fn lower(word: &[u8], into: &mut Vec<u8>) {
    if word.is_ascii() {
        into.extend(word.iter().map(u8::to_ascii_lowercase));
        return;
    }
    let mut rest = word;
    loop {
        rest = match *rest {
            [byte @ ..0x80, ref rest @ ..] => {
                into.push(byte.to_ascii_lowercase());
                rest
            }
            [first @ 0xC2..=0xDF, second @ 0x80..=0xBF, ref rest @ ..] => {
                let Some(lower) = scan::lower_letter([first, second]) else { break };
                into.extend_from_slice(&lower);
                rest
            }
            _ => break,
        }
    }
    map_chars(rest, into, lower_char);
}

/// Appends the word with every character mapped, and every byte that is not UTF-8 replaced.
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

/// Unicode's simple lower-case mapping, which always maps to one character.
fn lower_char(c: char) -> char {
    // One character, U+0130, has a longer full mapping; its simple mapping is the first character.
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
    fn white_space_is_exactly_that_of_unicode() {
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
    fn lower_casing_is_the_same_with_and_without_the_table() {
        for c in '\0'..=char::MAX {
            let text = format!("A{c}É{c}\u{212A}{c}");
            let (mut found, mut expected) = (Vec::new(), Vec::new());
            lower(text.as_bytes(), &mut found);
            map_chars(text.as_bytes(), &mut expected, lower_char);
            assert_eq!(found, expected, "{c:?}");
        }
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

    /// A reader that returns one byte at a time.
    struct OneByte<'a>(&'a [u8]);

    impl Read for OneByte<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn cuts_between_reads_make_no_difference() {
        let text = "a\u{2003}B\u{3000}\u{85} ç\r\nd\u{1680}".as_bytes();
        let mut found = Vec::new();
        for_each(OneByte(text), |word| found.push(word.to_vec())).unwrap();
        assert_eq!(found, words(text));
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn a_word_may_be_longer_than_any_buffer() {
        let long = vec![b'x'; 3 * BLOCK + 5];
        assert_eq!(words(&[b"a ", &long[..], b" b"].concat())[1], long);
    }
}

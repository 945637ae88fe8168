//! What a word is: exactly what Go's `bufio.ScanWords` and `strings.ToLower` make of the bytes.
//!
//! Words are split at the white space of Unicode's `White_Space` property and lower-cased code point
//! by code point: `İ` (U+0130) becomes `i`, and a capital sigma always becomes `σ`, where Rust's
//! `str::to_lowercase` looks at more than one character. A byte that is not UTF-8 is part of a word,
//! never white space, and becomes U+FFFD: one for each byte that Go's decoder rejects, so a truncated
//! `E2 80` becomes two. So every word is valid UTF-8.
//!
//! That is the default; [`Rules`] has the other choices. The functions here find words one after the
//! other, on one thread. The engine finds the same words many bytes at a time.
//!
//! # Words that look the same
//!
//! With [`Case::Fold`], a [`Normalization`] or [`Rules::fold_apostrophes`], the words are those of the
//! text after these steps, in this order:
//!
//! 1. It is normalized; before [`Case::Fold`], decomposed (NFD or NFKD).
//! 2. Its case is changed.
//! 3. It is normalized again, since the second step can undo the first.
//! 4. Apostrophes are replaced.
//! 5. It is split.
//!
//! A step that is not asked for is left out. Doing it all again to the words changes none of them.
//! Bytes that are not UTF-8 are kept up to the last step; nothing is joined across them.
//!
//! ```
//! use csp_toolkit::tally::words::{Case, Normalization, Rules, Split, for_each_by};
//!
//! let rules = Rules {
//!     split: Split::Unicode,
//!     case: Case::Fold,
//!     normalization: Normalization::Nfkc,
//!     fold_apostrophes: true,
//! };
//! let text = "STRASSE straße, cafe\u{301} CAFÉ ﬁne FINE l’été l'été";
//! let mut found = Vec::new();
//! for_each_by(text.as_bytes(), rules, |word| found.push(String::from_utf8(word.into()).unwrap()))?;
//! assert_eq!(found, ["strasse", "strasse", "café", "café", "fine", "fine", "l'été", "l'été"]);
//! # Ok::<(), std::io::Error>(())
//! ```

mod fold;
mod rewrite;
mod scan;

pub use rewrite::Normalization;
pub(super) use rewrite::Rewriter;
pub(super) use scan::{Scanner, count_words, pad};

use std::io::{self, ErrorKind, Read};
use unicode_segmentation::UnicodeSegmentation;

/// What a word is, and which words are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Where words are split.
    pub split: Split,
    /// What happens to upper-case letters.
    pub case: Case,
    /// Which characters that look the same are the same.
    pub normalization: Normalization,
    /// Whether ’ (U+2019) and ʼ (U+02BC) are the same as `'`, wherever they are. With
    /// [`Split::Unicode`] that matters to words only: outside words, all three are left out.
    pub fold_apostrophes: bool,
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
    /// Words are the same if Unicode's full case folding makes them the same: `STRASSE` and `straße`,
    /// `ΟΔΟΣ` and `οδος`. They are counted in the form that it gives them, `strasse` and `οδοσ`.
    Fold,
    /// They are kept. Bytes that are not UTF-8 become U+FFFD all the same.
    Keep,
}

impl Case {
    /// Appends the word in the form in which it is counted. Words are folded before they are split,
    /// except for those in ASCII, to which folding is lower-casing.
    pub(super) fn apply(self, word: &[u8], into: &mut Vec<u8>) {
        match self {
            Self::Lower | Self::Fold => lower(word, into),
            Self::Keep => map_chars(word, into, |c| c),
        }
    }
}

/// Calls `found` for every word of `input`, split at white space and lower-cased.
///
/// The input is UTF-8. A byte order mark at its beginning is skipped. A word can be of any length and is held
/// in memory whole.
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
    found: impl FnMut(&[u8]),
) -> io::Result<()> {
    for_each_by(input, Rules { split, case, ..Rules::default() }, found)
}

/// Calls `found` for every word of `input` by the rules; otherwise as [`for_each`].
///
/// # Errors
///
/// The first error of `input`; the words that ended before it have been found.
pub fn for_each_by(input: impl Read, rules: Rules, found: impl FnMut(&[u8])) -> io::Result<()> {
    let mut splitter = Splitter::new(rules, found);
    for_each_raw(input, MARK, |piece| splitter.split(piece))
}

/// Calls `found` for every word of a part of a text.
pub(super) fn for_each_of(part: &[u8], rules: Rules, found: impl FnMut(&[u8])) {
    let mut splitter = Splitter::new(rules, found);
    for piece in between_spaces(part) {
        splitter.split(piece);
    }
}

/// From pieces without white space to words.
struct Splitter<F> {
    rules: Rules,
    rewriter: Rewriter,
    rewritten: Vec<u8>,
    /// The word in the form in which it is counted.
    changed: Vec<u8>,
    found: F,
}

impl<F: FnMut(&[u8])> Splitter<F> {
    fn new(rules: Rules, found: F) -> Self {
        let rewriter = Rewriter::new(rules);
        Self { rules, rewriter, rewritten: Vec::new(), changed: Vec::new(), found }
    }

    fn split(&mut self, piece: &[u8]) {
        if !self.rules.rewrite() {
            return self.words(piece, self.rules.case);
        }
        let mut rewritten = std::mem::take(&mut self.rewritten);
        rewritten.clear();
        self.rewriter.rewrite(piece, &mut rewritten);
        // A character such as U+FDFA stands for several words.
        for piece in between_spaces(&rewritten) {
            self.words(piece, Case::Keep);
        }
        self.rewritten = rewritten;
    }

    fn words(&mut self, piece: &[u8], case: Case) {
        match self.rules.split {
            Split::Space => self.word(piece, case),
            Split::Unicode => unicode_words(piece).for_each(|word| self.word(word, case)),
        }
    }

    fn word(&mut self, word: &[u8], case: Case) {
        self.changed.clear();
        case.apply(word, &mut self.changed);
        (self.found)(&self.changed);
    }
}

/// Returns the pieces of a text between white space.
fn between_spaces(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    let pieces = std::iter::from_fn(move || {
        let (end, length) = find_space(rest, 0).unwrap_or((rest.len(), 0));
        let piece = &rest[..end];
        let more = !rest.is_empty();
        rest = &rest[end + length..];
        more.then_some(piece)
    });
    pieces.filter(|piece| !piece.is_empty())
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

/// The byte order mark of a text in UTF-8, which is no part of a word.
pub(super) const MARK: &[u8] = "\u{FEFF}".as_bytes();
/// Bytes read at a time.
const BLOCK: usize = 256 * 1024;
/// The longest white space in UTF-8, in bytes; a block can cut off all but the last of them.
pub(super) const LONGEST_SPACE: usize = 3;

/// Returns the error of a source with a word that is too long.
pub(super) fn too_long(longest: usize) -> io::Error {
    let reason = format!("a word of more than {} KiB, an eighth of the memory", longest >> 10);
    io::Error::new(ErrorKind::InvalidData, reason)
}

/// Calls `found` for every word between white space, as it is in the input. A `mark` that the input
/// begins with is skipped.
fn for_each_raw(
    mut input: impl Read,
    mut mark: &[u8],
    mut found: impl FnMut(&[u8]),
) -> io::Result<()> {
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
        if !mark.is_empty() {
            if buffer.len() < mark.len() && mark.starts_with(&buffer) {
                continue;
            }
            if buffer.starts_with(mark) {
                buffer.drain(..mark.len());
            }
            mark = &[];
        }
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

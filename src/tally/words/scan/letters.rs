//! The characters of two bytes in UTF-8, U+0080 to U+07FF: the accented letters of Latin, Greek,
//! Cyrillic, Armenian, Arabic and more.

use super::super::{lower_char, unicode_words};
use std::sync::LazyLock;

/// What such a character is to Unicode's word boundaries.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A letter (`ALetter`), with its lower case, which is a letter of two bytes too.
    Letter([u8; 2]),
    /// No part of a word, and no rule joins it to what is beside it.
    Separator,
    /// Anything else.
    Other,
}

const FIRST: u16 = 0x80;
const LAST: u16 = 0x7FF;

/// The kinds, made when the first such character is met, which takes a millisecond.
static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| (FIRST..=LAST).map(kind).collect());

/// Returns the kind of the character with these bytes, `0xC2..=0xDF` and `0x80..=0xBF`.
#[inline]
pub(super) fn kind_of(bytes: [u8; 2]) -> Kind {
    let code = usize::from(bytes[0] & 0x1F) << 6 | usize::from(bytes[1] & 0x3F);
    KINDS[code - usize::from(FIRST)]
}

/// Returns the lower case of a letter of two bytes, if it has two bytes too.
pub(in crate::tally::words) fn lower_letter(bytes: [u8; 2]) -> Option<[u8; 2]> {
    match kind_of(bytes) {
        Kind::Letter(lower) => Some(lower),
        _ => None,
    }
}

/// Asks the full algorithm, so that the table cannot differ from it.
fn kind(code: u16) -> Kind {
    let Some(c) = char::from_u32(code.into()) else { return Kind::Other };
    let lower = lower_char(c);
    if is_letter(c) && is_letter(lower) && lower.len_utf8() == 2 && lower_char(lower) == lower {
        let mut bytes = [0; 2];
        lower.encode_utf8(&mut bytes);
        Kind::Letter(bytes)
    } else if is_separator(c) {
        Kind::Separator
    } else {
        Kind::Other
    }
}

/// A full stop joins letters and digits, but not what combines with the letter before it; a comma
/// joins digits only, and quotes only letters of Hebrew.
fn is_letter(c: char) -> bool {
    let [joined, alone] = [format!("{c}.{c}"), c.to_string()];
    words(&format!("{c}.{c} {c},{c} {c}\"{c}")) == [&joined, &alone, &alone, &alone, &alone]
}

fn is_separator(c: char) -> bool {
    words(&format!("a{c}a 1{c}1 \u{5D0}{c}\u{5D0}")) == ["a", "a", "1", "1", "\u{5D0}", "\u{5D0}"]
}

fn words(text: &str) -> Vec<&str> {
    unicode_words(text.as_bytes()).filter_map(|word| std::str::from_utf8(word).ok()).collect()
}

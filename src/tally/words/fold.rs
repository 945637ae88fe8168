//! Full case folding: what makes `STRASSE` and `straße` the same word, and `ΟΔΟΣ` and `οδος`.
//!
//! The mappings are those with the statuses C and F in Unicode's `CaseFolding.txt`. Except for a few
//! letters, they are the lower case of the upper case of the lower case, for which the standard
//! library has the tables.

use std::sync::LazyLock;

/// What a character is folded to: one to three characters.
#[derive(Clone, Copy)]
pub(super) struct Folded {
    characters: [char; 3],
    length: usize,
}

impl Folded {
    pub(super) fn iter(&self) -> impl Iterator<Item = char> + '_ {
        self.characters[..self.length].iter().copied()
    }
}

impl FromIterator<char> for Folded {
    fn from_iter<I: IntoIterator<Item = char>>(from: I) -> Self {
        let mut folded = Self { characters: ['\0'; 3], length: 0 };
        for (to, c) in folded.characters.iter_mut().zip(from) {
            *to = c;
            folded.length += 1;
        }
        folded
    }
}

/// The characters up to here are looked up in a table: Latin, Greek, Cyrillic, Georgian.
const LAST: char = '\u{1FFF}';

/// Made when the first character that is not ASCII is folded, which takes a millisecond.
static FOLDED: LazyLock<Vec<Folded>> = LazyLock::new(|| ('\0'..=LAST).map(compute).collect());

/// Returns what the character is folded to.
pub(super) fn fold(c: char) -> Folded {
    match c {
        ..=LAST => FOLDED[c as usize],
        // Kana, Han and more, without case.
        '\u{3000}'..='\u{A63F}' | '\u{AC00}'..='\u{D7FF}' => Folded::from_iter([c]),
        _ => compute(c),
    }
}

fn compute(c: char) -> Folded {
    match c {
        // Its upper case is that of i.
        'ı' => Folded::from_iter([c]),
        // Cherokee is folded to upper case, since its small letters came later.
        '\u{13A0}'..='\u{13FD}' | '\u{AB70}'..='\u{ABBF}' => c.to_uppercase().collect(),
        _ => c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn folded(text: &str) -> String {
        text.chars().flat_map(|c| fold(c).iter().collect::<Vec<_>>()).collect()
    }

    #[test]
    fn letters_with_long_or_unusual_folds_are_folded() {
        for (text, expected) in [
            ("STRASSE Straße STRAẞE", "strasse strasse strasse"),
            ("ΟΔΟΣ οδος", "οδοσ οδοσ"),
            ("ﬃ ŉ ᾳ ΐ", "ffi ʼn αι ι\u{308}\u{301}"),
            ("İI ıi \u{212A}", "i\u{307}i ıi k"),
            ("Ꭰꭰ", "ᎠᎠ"),
        ] {
            assert_eq!(folded(text), expected);
        }
    }

    #[test]
    fn folding_twice_is_folding_once() {
        for c in '\0'..=char::MAX {
            let once = folded(&c.to_string());
            assert_eq!(folded(&once), once, "{c:?}");
            assert!(
                once.chars().count() <= 3 && !once.contains(char::is_whitespace)
                    || once == c.to_string()
            );
        }
    }

    /// Prints each character that Python's version of Unicode has, and what it is folded to.
    const PYTHON: &str = "
import unicodedata
for code in range(0x110000):
    c = chr(code)
    if unicodedata.category(c) not in ('Cn', 'Cs'):
        print(code, *map(ord, c.casefold()))
";

    #[test]
    fn all_of_unicode_is_folded_as_python_folds_it() {
        let Ok(python) = Command::new("python3").args(["-c", PYTHON]).output() else {
            eprintln!("skipped: there is no python3");
            return;
        };
        let lines = String::from_utf8(python.stdout).unwrap();
        let mut known = 0;
        for line in lines.lines() {
            let codes = line.split(' ').map(|code| char::from_u32(code.parse().unwrap()).unwrap());
            let codes: Vec<char> = codes.collect();
            let found: Vec<char> = fold(codes[0]).iter().collect();
            assert_eq!(found, codes[1..], "{:?}", codes[0]);
            known += 1;
        }
        assert!(known > 100_000, "only {known} characters");
    }
}

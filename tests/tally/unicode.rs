//! Words by Unicode's word boundaries: the engine, which finds most of them sixty-four bytes at a time,
//! against the full algorithm, one word after the other.

use crate::reference::{List, file, list, settings, unmarked};
use csp_toolkit::tally::words::{self, Case, Split};
use csp_toolkit::tally::{Filter, Tally};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Characters that the rules tell apart, those beside which they do so, and those of each length in
/// UTF-8.
const CHARACTERS: &[&str] = &[
    // Letters, digits, and what joins them.
    "a",
    "B",
    "z",
    "0",
    "9",
    "_",
    "'",
    ".",
    ":",
    ",",
    ";",
    "\"",
    "-",
    "@",
    "[",
    "`",
    "{",
    "/",
    "\0",
    "\u{7f}",
    // White space.
    " ",
    "\n",
    "\r\n",
    "\u{85}",
    "\u{a0}",
    "\u{2009}",
    "\u{2028}",
    "\u{202f}",
    "\u{3000}",
    // Letters of two bytes, some of which change their length in lower case.
    "é",
    "É",
    "ß",
    "İ",
    "ı",
    "Ⱥ",
    "Ω",
    "ж",
    "Ж",
    "ա",
    "\u{2c2}",
    "ª",
    "·",
    "\u{387}",
    "«",
    "÷",
    "\u{ad}",
    // Punctuation: some joins letters or digits, some joins anything.
    "’",
    "‘",
    "“",
    "–",
    "…",
    "\u{2024}",
    "\u{2027}",
    "\u{203f}",
    "\u{2044}",
    "€",
    "\u{37e}",
    "\u{589}",
    // What is taken as part of the character before it, letters or not.
    "\u{301}",
    "\u{345}",
    "\u{200d}",
    "\u{200b}",
    "\u{200c}",
    "\u{200e}",
    "\u{feff}",
    "\u{1f3fb}",
    "\u{20e3}",
    // Emoji, flags, and what joins them.
    "\u{1f600}",
    "\u{1f469}",
    "❤",
    "\u{fe0f}",
    "©",
    "™",
    "ℹ",
    "\u{1f1e6}",
    "\u{1f1fa}",
    "\u{e0067}",
    // Hebrew, whose quotes are parts of words.
    "א",
    "ש",
    "\u{5b0}",
    "״",
    "׳",
    // Katakana, Hiragana, Han, Hangul, Thai, Devanagari, letters beyond the first plane.
    "カ",
    "ー",
    "ひ",
    "漢",
    "한",
    "\u{1100}",
    "ก",
    "क",
    "\u{94d}",
    "\u{1d400}",
    "K",
    // Digits of other scripts.
    "٣",
    "٫",
    "۴",
    "߁",
    "\u{1d7d8}",
    "²",
    "½",
];

const TORN: &[&[u8]] =
    &[b"\xE2", b"\xE2\x80", b"\x80", b"\xC3", b"\xC0\x80", b"\xED\xA0\x80", b"\xF0\x9F", b"\xFF"];

fn piece() -> impl Strategy<Value = Vec<u8>> {
    let long = (
        select(&["a", "é", "1", "_", "1,", "a.", "’", "א", "\u{301}", "漢", "-"][..]),
        1..80_usize,
    );
    prop_oneof![
        20 => select(CHARACTERS).prop_map(|c| c.as_bytes().to_vec()),
        20 => (0x20..0x7F_u8).prop_map(|byte| vec![byte]),
        4 => select(&["the", "don't", "3.14", "a_b", "x:y", "1,000", "naïve", "l’été", "ΟΔΟΣ"][..])
            .prop_map(|word| word.as_bytes().to_vec()),
        2 => long.prop_map(|(text, times)| text.repeat(times).into_bytes()),
        1 => select(TORN).prop_map(<[u8]>::to_vec),
        1 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ]
}

/// Some texts are so long that their words are handled in several batches.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![9 => vec(piece(), 0..200), 1 => vec(piece(), 1000..4000)];
    pieces.prop_map(|pieces| unmarked(pieces.concat()))
}

fn cases() -> impl Strategy<Value = Case> {
    prop_oneof![Just(Case::Lower), Just(Case::Keep)]
}

fn by_engine(text: &[u8], case: Case, segment: usize) -> List {
    let settings = settings(1, segment).split(Split::Unicode).case(case);
    list(vec![file(text).never_decompress()], &settings, &Filter::default()).unwrap()
}

fn by_full_algorithm(text: &[u8], case: Case) -> List {
    let mut tally = Tally::new();
    words::for_each_with(text, Split::Unicode, case, |word| tally.add(word, 1)).unwrap();
    most_frequent(&tally)
}

fn most_frequent(tally: &Tally) -> List {
    let words = tally.most_frequent(usize::MAX);
    words.map(|(word, count)| (word.as_bytes().to_vec(), count)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_word_differs_from_the_full_algorithm_s(
        text in text(), case in cases(), segment in prop_oneof![1 => 1_usize..300, 2 => Just(1 << 20)],
    ) {
        prop_assert_eq!(by_engine(&text, case, segment), by_full_algorithm(&text, case));
    }
}

#[test]
fn every_pair_and_triple_of_characters_is_split_as_by_the_full_algorithm_at_any_place() {
    for (n, first) in CHARACTERS.iter().enumerate() {
        for second in CHARACTERS {
            // All third characters in one text, each at another distance from the beginning.
            let triple = |third: &&str| format!("({first}{second}{third}a)1");
            let text: String = CHARACTERS.iter().map(triple).collect();
            let text = ["x".repeat(n), text].concat().into_bytes();
            for case in [Case::Lower, Case::Keep] {
                let found = by_engine(&text, case, 1 << 20);
                assert_eq!(found, by_full_algorithm(&text, case), "{first:?} {second:?}");
            }
        }
    }
}

/// The samples that Unicode publishes with the annex, each as its text and its words.
fn samples() -> impl Iterator<Item = (String, Vec<String>)> {
    let lines = include_str!("data/WordBreakTest.txt").lines();
    lines.filter(|line| !line.starts_with('#')).map(|line| {
        let character =
            |code: &str| char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap();
        let piece =
            |piece: &str| -> String { piece.split('×').map(str::trim).map(character).collect() };
        let pieces = line.split('÷').map(str::trim).filter(|text| !text.is_empty());
        let pieces: Vec<String> = pieces.map(piece).collect();
        let is_word = |piece: &&String| piece.contains(char::is_alphanumeric);
        (pieces.concat(), pieces.iter().filter(is_word).cloned().collect())
    })
}

#[test]
fn the_samples_of_unicode_are_split_as_they_say() {
    let mut count = 0;
    for (text, expected) in samples() {
        let mut found = Vec::new();
        let word = |word: &[u8]| found.push(String::from_utf8(word.to_vec()).unwrap());
        words::for_each_with(text.as_bytes(), Split::Unicode, Case::Keep, word).unwrap();
        assert_eq!(found, expected, "{text:?}");

        let expected = most_frequent(&Tally::from_iter(expected));
        assert_eq!(by_engine(text.as_bytes(), Case::Keep, 1 << 20), expected, "{text:?}");
        count += 1;
    }
    assert!(count > 1900, "only {count} samples");
}

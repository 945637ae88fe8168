//! Case folding, normalization and apostrophes: the engine, which rewrites what is not ASCII in
//! pieces, against whole texts rewritten at once.

use crate::reference::{List, file, list, pieces, settings};
use csp_toolkit::tally::race::{Strategy as Sharing, count_with};
use csp_toolkit::tally::words::{Case, Normalization, Rules, Split, for_each_by};
use csp_toolkit::tally::{Filter, Settings, Tally};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// The words of a whole text: rewritten, then split.
fn whole(text: &[u8], rules: Rules) -> List {
    let text = text.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(text);
    let mut tally = Tally::new();
    let mut all = String::new();
    for chunk in text.utf8_chunks() {
        let text = rewritten(chunk.valid(), rules);
        match rules.split {
            Split::Space => {
                all += &text;
                all.extend(chunk.invalid().iter().map(|_| '\u{FFFD}'));
            }
            Split::Unicode => {
                tally.extend(text.split_whitespace().flat_map(|text| text.unicode_words()));
            }
        }
    }
    tally.extend(all.split_whitespace());
    most_frequent(&tally)
}

fn rewritten(text: &str, rules: Rules) -> String {
    let normalized = |text: String| match rules.normalization {
        Normalization::None => text,
        Normalization::Nfc => text.nfc().collect(),
        Normalization::Nfkc => text.nfkc().collect(),
    };
    let text = match rules.case {
        Case::Keep => text.to_owned(),
        Case::Lower => {
            let text = normalized(text.to_owned());
            text.chars().filter_map(|c| c.to_lowercase().next()).collect()
        }
        Case::Fold => match rules.normalization {
            Normalization::None => text.chars().map(folded).collect(),
            Normalization::Nfc => text.nfd().map(folded).collect(),
            Normalization::Nfkc => text.nfkd().map(folded).collect(),
        },
    };
    let text = normalized(text);
    if rules.fold_apostrophes { text.replace(['\u{2019}', '\u{2BC}'], "'") } else { text }
}

/// Checked against Python beside the code.
fn folded(c: char) -> String {
    match c {
        'ı' => c.to_string(),
        '\u{13A0}'..='\u{13FD}' | '\u{AB70}'..='\u{ABBF}' => c.to_uppercase().to_string(),
        _ => {
            let upper = c.to_lowercase().flat_map(char::to_uppercase);
            upper.flat_map(char::to_lowercase).collect()
        }
    }
}

fn most_frequent(tally: &Tally) -> List {
    let words = tally.most_frequent(usize::MAX);
    words.map(|(word, count)| (word.as_bytes().to_vec(), count)).collect()
}

fn one_by_one(text: &[u8], rules: Rules) -> List {
    let mut tally = Tally::new();
    for_each_by(text, rules, |word| tally.add(word, 1)).unwrap();
    most_frequent(&tally)
}

fn by(rules: Rules, settings: Settings) -> Settings {
    settings
        .split(rules.split)
        .case(rules.case)
        .normalization(rules.normalization)
        .fold_apostrophes(rules.fold_apostrophes)
}

fn rules() -> impl Strategy<Value = Rules> {
    let split = select(&[Split::Space, Split::Unicode][..]);
    let case = select(&[Case::Lower, Case::Fold, Case::Keep][..]);
    let forms = [Normalization::None, Normalization::Nfc, Normalization::Nfkc];
    (split, case, select(forms.to_vec()), any::<bool>()).prop_map(
        |(split, case, normalization, fold_apostrophes)| Rules {
            split,
            case,
            normalization,
            fold_apostrophes,
        },
    )
}

/// What folding, normalization, splitting or UTF-8 treat in a way of their own, alone and beside each
/// other.
const PIECES: &[&str] = &[
    "a",
    "E",
    "Z",
    "1",
    "_",
    "'",
    ".",
    "-",
    " ",
    "\n",
    "\u{A0}",
    "\u{3000}",
    "\u{2000}",
    "\0",
    "THE",
    "the",
    "STRASSE",
    "straße",
    "ẞ",
    "ΟΔΟΣ",
    "οδος",
    "İ",
    "ı",
    "\u{212A}",
    "ŉ",
    "ﬁ",
    "ﬃ",
    "ǰ",
    "J",
    "H",
    "h",
    "Ꭰ",
    "ꭰ",
    "Ა",
    "ა",
    "ᾳ",
    "ᾼ",
    "α",
    "Α",
    "ΐ",
    "Ϊ",
    "ϴ",
    "ſ",
    "ẛ",
    "µ",
    "Ⅳ",
    "Ⓐ",
    // Marks, in more than one order.
    "\u{301}",
    "\u{308}",
    "\u{331}",
    "\u{323}",
    "\u{30C}",
    "\u{345}",
    "\u{300}",
    "\u{342}",
    "\u{3099}",
    "\u{34F}",
    "\u{1D165}",
    "\u{5B0}",
    "\u{5C1}",
    // Apostrophes and others.
    "’",
    "ʼ",
    "‘",
    "＇",
    "don’t",
    "l’été",
    // What is composed or decomposed: canonically, and in compatibility only.
    "é",
    "É",
    "ậ",
    "Å",
    "\u{212B}",
    "\u{1100}",
    "\u{1161}",
    "\u{11A8}",
    "가",
    "각",
    "か",
    "が",
    "ｶ",
    "ﾞ",
    "Ａ",
    "１",
    "²",
    "½",
    "①",
    "™",
    "㍿",
    "\u{FDFA}",
    "\u{A8}",
    "\u{AF}",
    "\u{2025}",
    "\u{37A}",
    "\u{384}",
    "\u{1FBD}",
    "\u{2126}",
    "\u{37E}",
    "\u{387}",
    "\u{1FEF}",
    "\u{F900}",
    "\u{FB1D}",
    "\u{FB2A}",
    "שׁ",
    "क़",
    "\u{958}",
    "\u{9C7}",
    "\u{9BE}",
    "\u{1D15E}",
    "𝐀",
    "𐐀",
    "𐐨",
    "\u{FEFF}",
    "\u{200D}",
    "\u{AD}",
];

const TORN: &[&[u8]] =
    &[b"\xE2", b"\xE2\x80", b"\x80", b"\xCC", b"\xF0\x9F", b"\xFF", b"\xED\xA0\x80"];

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        30 => select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        2 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
        1 => select(TORN).prop_map(<[u8]>::to_vec),
        1 => (select(PIECES), 1..40_usize).prop_map(|(piece, n)| piece.repeat(n).into_bytes()),
    ]
}

/// Never with a mark of UTF-16.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![9 => vec(piece(), 0..40), 1 => vec(piece(), 300..1000)];
    pieces.prop_map(|pieces| [&b"-"[..], &pieces.concat()].concat())
}

fn string() -> impl Strategy<Value = String> {
    let any = prop_oneof![30 => select(PIECES).prop_map(str::to_owned), 2 => any::<char>().prop_map(String::from)];
    vec(any, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn texts_rewritten_in_pieces_have_the_words_of_the_whole_rewritten_at_once(
        text in text(), rules in rules(), segment in 1..200_usize, lengths in vec(1..7_usize, 1..5),
    ) {
        let expected = whole(&text, rules);
        let (settings, all) = (by(rules, settings(2, segment)), Filter::default());
        prop_assert_eq!(&one_by_one(&text, rules), &expected, "{:?}", rules);
        prop_assert_eq!(&list(vec![file(&text)], &settings, &all).unwrap(), &expected, "{:?}", rules);
        let stream = vec![pieces(&text, &lengths)];
        prop_assert_eq!(&list(stream, &settings, &all).unwrap(), &expected, "{:?}", rules);
    }

    #[test]
    fn words_taken_for_a_text_are_kept_as_they_are(text in text(), rules in rules()) {
        let words = one_by_one(&text, rules);
        for (word, _) in words {
            // Not as a byte order mark.
            let text = [b" ", &word[..]].concat();
            prop_assert!(one_by_one(&text, rules) == [(word, 1)], "{rules:?}");
        }
    }

    #[test]
    fn texts_that_look_the_same_have_the_same_words(text in string(), rules in rules()) {
        let all = |text: String| one_by_one(text.as_bytes(), rules);
        let ways = [text.clone(), text.nfc().collect(), text.nfd().collect()];
        if rules.normalization != Normalization::None {
            prop_assert_eq!(all(ways[0].clone()), all(ways[1].clone()), "{:?}", rules);
            prop_assert_eq!(all(ways[0].clone()), all(ways[2].clone()), "{:?}", rules);
        }
        if rules.normalization == Normalization::Nfkc {
            prop_assert_eq!(all(text.clone()), all(text.nfkd().collect()), "{:?}", rules);
        }
        // NFKD puts marks in another order than NFD, and an iota subscript is a mark until it is folded.
        let decomposed: String = match rules.normalization {
            Normalization::Nfkc => text.nfkd().collect(),
            Normalization::None | Normalization::Nfc => text.nfd().collect(),
        };
        if rules.case == Case::Fold && rules.normalization != Normalization::None {
            let folded: String = decomposed.chars().map(folded).collect();
            prop_assert_eq!(all(text), all(folded), "{:?}", rules);
        }
    }
}

#[test]
fn every_character_that_is_rewritten_is_so_alone_as_among_others() {
    let changes = |&c: &char| {
        let (own, is_mark) = (c.to_string(), unicode_normalization::char::is_combining_mark(c));
        is_mark || c.nfkd().collect::<String>() != own || folded(c) != own
    };
    // Hangul is large, and regular.
    let all: Vec<char> = ('\0'..'\u{AC80}').chain('\u{D7A0}'..=char::MAX).filter(changes).collect();
    assert!(all.len() > 5000);
    for normalization in [Normalization::None, Normalization::Nfc, Normalization::Nfkc] {
        for case in [Case::Lower, Case::Fold, Case::Keep] {
            let rules = Rules { case, normalization, ..Rules::default() };
            let text: String = all.iter().flat_map(|&c| ['x', c, '\u{301}', c, ' ']).collect();
            let found = list(
                vec![file(text.as_bytes())],
                &by(rules, Settings::default()),
                &Filter::default(),
            );
            assert!(found.unwrap() == whole(text.as_bytes(), rules), "{rules:?}");
        }
    }
}

#[test]
fn every_strategy_counts_by_the_rules() {
    let rules = Rules {
        split: Split::Unicode,
        case: Case::Fold,
        normalization: Normalization::Nfkc,
        fold_apostrophes: true,
    };
    let text = PIECES.join(" ").repeat(3);
    let settings = by(rules, settings(1, 100));
    for strategy in Sharing::ALL {
        let failed = |_, error| panic!("{error}");
        let counts = count_with(strategy, vec![file(text.as_bytes())], &settings, failed).unwrap();
        let mut ranking = counts.rank(&Filter::default()).unwrap();
        for (word, count) in whole(text.as_bytes(), rules) {
            assert_eq!(ranking.next().unwrap(), Some((&word[..], count)), "{strategy:?}");
        }
        assert_eq!(ranking.next().unwrap(), None);
    }
}

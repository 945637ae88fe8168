//! The engine against the reference.

use crate::reference::{file, list, plain, settings, stream, unmarked};
use csp_toolkit::tally::words::{self, Case, Split};
use csp_toolkit::tally::{Figure, Filter, SortKey, Tally, Totals, count_sources, total_sources};
use proptest::collection::vec;
use proptest::prelude::*;

/// Bytes of which words are made and cut: all white space, halves of it, letters that change their
/// length in lower case, bytes that are not UTF-8, and lengths around those that are special.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let spaces = [
        " ", "  ", "\t", "\r\n", "\n", "\u{b}", "\u{c}", "\u{85}", "\u{a0}", "\u{1680}",
        "\u{2000}", "\u{200a}", "\u{2028}", "\u{2029}", "\u{202f}", "\u{205f}", "\u{3000}",
    ];
    let words = [
        "a",
        "THE",
        "the",
        "İ",
        "K",
        "ΟΔΟΣ",
        "Straße",
        "\u{180e}",
        "\u{200b}",
        "\u{feff}",
        "\0",
        "a\0",
        "fifteen-letters",
        "sixteen--letters",
        "seventeen-letters",
    ];
    let torn: [&[u8]; 8] =
        [b"\xE2", b"\xE2\x80", b"\x80", b"\xC2", b"\x85", b"\xE3\x80", b"\xF0\x9F\x98", b"\xFF"];
    prop_oneof![
        4 => proptest::sample::select(spaces.map(|s| s.as_bytes().to_vec()).to_vec()),
        4 => proptest::sample::select(words.map(|s| s.as_bytes().to_vec()).to_vec()),
        1 => proptest::sample::select(torn.map(<[u8]>::to_vec).to_vec()),
        1 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
        1 => (b'A'..=b'z', 1_usize..200).prop_map(|(byte, length)| vec![byte; length]),
        1 => vec(any::<u8>(), 0..20),
    ]
}

fn texts() -> impl Strategy<Value = Vec<u8>> {
    vec(pieces(), 0..200).prop_map(|pieces| unmarked(pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_cut_anywhere_give_what_the_reference_gives(
        text in texts(), threads in 1_usize..4, segment in 1_usize..300,
    ) {
        let settings = settings(threads, segment);
        let expected = plain(&text);
        let all = Filter::default();
        prop_assert_eq!(&list(vec![file(&text)], &settings, &all).unwrap(), &expected);
        prop_assert_eq!(&list(vec![stream(&text)], &settings, &all).unwrap(), &expected);
    }

    #[test]
    fn other_rules_give_what_taking_one_word_after_the_other_gives(
        text in texts(), segment in 1_usize..300,
        split in prop_oneof![Just(Split::Space), Just(Split::Unicode)],
        case in prop_oneof![Just(Case::Lower), Just(Case::Keep)],
    ) {
        let settings = settings(2, segment).split(split).case(case);
        let mut plain = Tally::new();
        words::for_each_with(&text[..], split, case, |word| plain.add(word, 1)).unwrap();
        let plain = plain.most_frequent(usize::MAX);
        let expected: Vec<_> = plain.map(|(word, count)| (word.as_bytes().to_vec(), count)).collect();
        prop_assert_eq!(list(vec![file(&text)], &settings, &Filter::default()).unwrap(), expected);
    }

    #[test]
    fn totals_are_those_of_the_list_and_of_the_bytes(
        text in texts(), threads in 1_usize..4, segment in 1_usize..300, least in 0_u64..3,
        split in prop_oneof![Just(Split::Space), Just(Split::Unicode)],
    ) {
        let settings = settings(threads, segment).split(split);
        let filter = Filter::default().min_count(least);
        let rows = list(vec![file(&text)], &settings, &filter).unwrap();
        let expected = Totals {
            words: rows.iter().map(|(_, count)| count).sum(),
            distinct: rows.len() as u64,
            lines: text.split(|&byte| byte == b'\n').count() as u64 - 1,
            bytes: text.len() as u64,
        };
        let total = |source, figures: &[Figure]| {
            let failed = |_, error| panic!("{error}");
            total_sources(vec![source], &settings, &filter, figures, failed).unwrap()
        };
        let all = [Figure::Words, Figure::Distinct, Figure::Lines, Figure::Bytes];
        let words = Totals { words: expected.words, ..Totals::default() };
        prop_assert_eq!(total(file(&text), &all), expected);
        prop_assert_eq!(total(stream(&text), &all), expected);
        prop_assert_eq!(total(file(&text), &[Figure::Words]), words);
        prop_assert_eq!(total(stream(&text), &[Figure::Words]), words);
    }

    #[test]
    fn a_filtered_list_is_what_filtering_and_sorting_all_gives(
        text in texts(), least in 0_u64..4, shortest in 0_usize..18,
        top in prop_oneof![Just(None), (0_usize..30).prop_map(Some)],
        key in prop_oneof![Just(SortKey::Count), Just(SortKey::Word)], reverse: bool,
    ) {
        let mut exclude = Tally::default();
        exclude.add_reader(&b"the a"[..]).unwrap();
        let filter = Filter::default().min_count(least).min_length(shortest).exclude(&exclude);
        let filter = filter.sort_by(key).reverse(reverse);
        let filter = top.map_or(filter, |top| filter.top(top));
        let mut expected = plain(&text);
        expected.retain(|(word, count)| {
            *count >= least
                && std::str::from_utf8(word).unwrap().chars().count() >= shortest
                && word != b"the" && word != b"a"
        });
        expected.truncate(top.unwrap_or(usize::MAX));
        if key == SortKey::Word {
            expected.sort();
        }
        if reverse {
            expected.reverse();
        }
        prop_assert_eq!(list(vec![file(&text)], &settings(2, 100), &filter).unwrap(), expected);
    }
}

#[test]
fn words_at_every_distance_from_a_cut_are_counted_once() {
    for space in [" ", "\u{a0}", "\u{2003}", "\r\n"] {
        let text = format!("{space}one{space}{space}TWO{space}three").repeat(20).into_bytes();
        for segment in 1..text.len() + 2 {
            let found = list(vec![file(&text)], &settings(2, segment), &Filter::default());
            assert_eq!(found.unwrap(), plain(&text), "{space:?} {segment}");
        }
    }
}

#[test]
fn many_threads_many_sources_and_many_words_give_the_same() {
    let words: Vec<_> = (0..60_000_u32).map(|n| (n.pow(2) % 20_011).to_string()).collect();
    let text = words.join(" ") + " ";
    let expected = plain(text.as_bytes());
    for threads in [1, 2, 7] {
        let sources = text.as_bytes().chunks(1 << 18);
        // Cut where a space is, so that no word is lost.
        let mut rest = Vec::new();
        let mut whole = Vec::new();
        for chunk in sources {
            rest.extend_from_slice(chunk);
            let cut = rest.iter().rposition(|&byte| byte == b' ').unwrap();
            whole.push(rest.drain(..=cut).collect::<Vec<u8>>());
        }
        let sources = whole
            .iter()
            .enumerate()
            .map(|(n, text)| if n % 2 == 0 { file(text) } else { stream(text) })
            .collect();
        let found = list(sources, &settings(threads, 1000), &Filter::default()).unwrap();
        assert_eq!(found, expected, "{threads}");
    }
}

#[test]
fn a_word_may_span_many_segments_and_blocks() {
    let long = vec![b'X'; 3 << 20];
    let text = [b"a ", &long[..], b" b ", &long[..], b"y c a"].concat();
    let expected = plain(&text);
    assert_eq!(expected.len(), 5);
    for source in [file, stream] {
        let found = list(vec![source(&text)], &settings(3, 10_000), &Filter::default()).unwrap();
        assert!(found == expected);
    }
}

#[test]
fn a_word_that_takes_too_much_of_the_memory_is_an_error_of_its_source() {
    let settings = settings(2, 10_000).memory(8 << 20);
    for (length, fits) in [(900 << 10, true), (3 << 20, false)] {
        let text = [b"a b ", &vec![b'x'; length][..], b" a"].concat();
        for source in [file, stream] {
            let mut errors = Vec::new();
            let sources = vec![source(&text), source(b"a")];
            let failed = |number, error| errors.push((number, error));
            let counts = count_sources(sources, &settings, failed);
            let mut ranking = counts.unwrap().rank(&Filter::default()).unwrap();
            let first = ranking.next().unwrap();
            if fits {
                assert!(errors.is_empty() && first == Some((&b"a"[..], 3)), "{errors:?}");
            } else {
                // What is before it counts, whatever it is read from.
                assert!(matches!(first, Some((b"a", 2 | 3))), "{first:?}");
                assert!(matches!(ranking.next().unwrap(), Some((b"b", 1))));
                assert_eq!(errors.len(), 1);
                assert_eq!(errors[0].0, 0);
                let reason = "a word of more than 1024 KiB, an eighth of the memory";
                assert_eq!(errors[0].1.to_string(), reason);
            }
        }
    }
}

#[test]
fn unicode_words_are_those_of_the_documentation() {
    let mut found = Vec::new();
    let text = "Can't stop\u{202f}32.3 (\u{FF}) \u{1F600} - end.".as_bytes();
    words::for_each_with(text, Split::Unicode, Case::Keep, |word| {
        found.push(String::from_utf8(word.to_vec()).unwrap());
    })
    .unwrap();
    assert_eq!(found, ["Can't", "stop", "32.3", "ÿ", "end"]);
}

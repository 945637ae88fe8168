//! Partial tallies: however a text is cut, and whatever is added up first, the sums are the same.

use crate::reference::{List, list, plain, settings};
use csp_toolkit::tally::partial::{self, LineError, Writer, merge_ranked, sum_adjacent};
use csp_toolkit::tally::{Error, Filter, Settings, SortKey, Source, Tally};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use std::fs::{self, File};
use std::io::{Cursor, Seek, SeekFrom, Write};
use std::path::PathBuf;
use tempfile::TempDir;

fn lines(entries: &[(Vec<u8>, u64)]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    for (word, count) in entries {
        writer.entry(word, *count).unwrap();
    }
    writer.into_inner().unwrap()
}

/// The partial tally of a text, as the engine makes it.
fn map(text: &[u8]) -> Vec<u8> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text).unwrap();
    file.rewind().unwrap();
    let source = Source::open_file(file).never_decompress();
    let by_word = Filter::default().sort_by(SortKey::Word);
    lines(&list(vec![source], &settings(2, 1000), &by_word).unwrap())
}

/// The same, by the plain reference.
fn whole(text: &[u8]) -> Vec<u8> {
    let mut entries = plain(text);
    entries.sort();
    lines(&entries)
}

fn sum(text: &[u8]) -> Vec<u8> {
    let mut sums = Vec::new();
    sum_adjacent(text, &mut sums).unwrap();
    sums
}

/// What an engine does between its steps.
fn sorted(text: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    lines.sort_unstable();
    lines.concat()
}

fn all(inputs: Vec<Source<'_>>, settings: &Settings) -> Result<Vec<u8>, Error> {
    let mut merged = List::new();
    partial::merge(inputs, settings, |word, count| {
        merged.push((word.to_vec(), count));
        Ok::<(), Error>(())
    })?;
    Ok(lines(&merged))
}

/// An error and its causes.
fn message(error: &dyn std::error::Error) -> String {
    let cause = error.source().map(|cause| format!(": {}", message(cause)));
    format!("{error}{}", cause.unwrap_or_default())
}

/// Files of these contents.
fn files<'t>(dir: &TempDir, texts: impl IntoIterator<Item = &'t [u8]>) -> Vec<Source<'static>> {
    let write = |(number, text): (usize, &[u8])| {
        let path = dir.path().join(number.to_string());
        fs::write(&path, text).unwrap();
        Source::file(path)
    };
    texts.into_iter().enumerate().map(write).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Lines of words, some of which are longer than what is compared at once, or not UTF-8, or begin as
/// a gzip file does. None is a byte order mark.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        4 => "[abA]{1,2}".prop_map(String::into_bytes),
        2 => "\u{0}|a\u{0}|é|ÿ|日本|[\u{80}-\u{FEFE}\u{FF00}-\u{10FFFF}]{1,3}".prop_map(String::into_bytes),
        2 => "fifteen-letters[ab]{0,2}".prop_map(String::into_bytes),
        1 => prop::sample::select(vec![&b"\x1F\x8B\x08"[..], b"\xC3", b"\xE2\x80"]).prop_map(<[u8]>::to_vec),
    ];
    let separator = prop_oneof![2 => Just(b' '), 1 => Just(b'\n')];
    prop::collection::vec((word, separator), 0..200).prop_map(|words| {
        words.into_iter().flat_map(|(word, space)| [word, vec![space]].concat()).collect()
    })
}

/// The lines of a text, each dealt to one of so many parts.
fn dealt(text: &[u8], parts: usize, mut pick: impl FnMut() -> usize) -> Vec<Vec<u8>> {
    let mut dealt = vec![Vec::new(); parts];
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        dealt[pick() % parts].extend_from_slice(line);
    }
    dealt
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_engine_may_combine_as_often_as_it_likes(
        text in text(),
        picks in prop::collection::vec(any::<usize>(), 1..50),
        rounds in prop::collection::vec(1..5_usize, 0..4),
    ) {
        let mut picks = picks.iter().copied().cycle();
        let mut pick = || picks.next().unwrap();
        let pieces = dealt(&text, 3, &mut pick);
        let mut entries: Vec<u8> = pieces.iter().flat_map(|piece| map(piece)).collect();
        for groups in rounds {
            let groups = dealt(&entries, groups, &mut pick);
            entries = groups.iter().flat_map(|group| sum(&sorted(group))).collect();
        }
        let reduced = sum(&sorted(&entries));
        prop_assert_eq!(sorted(&reduced), sorted(&whole(&text)));
    }

    #[test]
    fn merged_in_any_groups_the_sums_are_those_of_the_whole(
        text in text(),
        picks in prop::collection::vec(any::<usize>(), 1..50),
        (parts, groups, threads) in (1..9_usize, 1..4_usize, 1..4_usize),
    ) {
        let mut picks = picks.iter().copied().cycle();
        let pieces = dealt(&text, parts, || picks.next().unwrap());
        let settings = settings(threads, 1000);
        let merged: Vec<Vec<u8>> = pieces
            .chunks(groups)
            .map(|group| {
                let dir = tempfile::tempdir().unwrap();
                let texts: Vec<_> = group.iter().map(|piece| map(piece)).collect();
                let merged = all(files(&dir, texts.iter().map(Vec::as_slice)), &settings).unwrap();
                if merged.len() % 2 == 0 { gzip(&merged) } else { merged }
            })
            .collect();
        let dir = tempfile::tempdir().unwrap();
        let merged = all(files(&dir, merged.iter().map(Vec::as_slice)), &settings).unwrap();
        prop_assert_eq!(merged, whole(&text));
    }
}

#[test]
fn a_merge_is_listed_as_the_tally_is_in_any_order_and_memory() {
    let texts: Vec<String> = (0..5_u64)
        .map(|part| {
            let word = |n: u64| format!("{:x}-and-some-more", n.wrapping_mul(n + part) % 70_000);
            (0..60_000).map(word).collect::<Vec<_>>().join(" ")
        })
        .collect();
    let partials: Vec<_> = texts.iter().map(|text| map(text.as_bytes())).collect();
    let dir = tempfile::tempdir().unwrap();
    let stop = Tally::from_iter(["0-and-some-more", "1-and-some-more"]);
    for (reverse, top, memory) in
        [(false, None, 4 << 20), (true, Some(1000), 4 << 20), (false, Some(7), 1 << 30)]
    {
        for key in [SortKey::Count, SortKey::Word] {
            let filter = Filter::default().min_count(2).min_length(17).exclude(&stop);
            let filter = filter.sort_by(key).reverse(reverse);
            let filter = top.map_or(filter, |top| filter.top(top));
            let settings = settings(2, 100_000).memory(memory);
            let sources = texts.iter().map(|text| Cursor::new(text.clone().into_bytes()));
            let sources = sources.map(Source::reader).collect();
            let expected = list(sources, &settings, &filter).unwrap();
            let inputs = files(&dir, partials.iter().map(Vec::as_slice));
            let mut ranking = merge_ranked(inputs, &settings, &filter).unwrap();
            for (word, count) in &expected {
                assert_eq!(ranking.next().unwrap(), Some((&word[..], *count)), "{filter:?}");
            }
            assert_eq!(ranking.next().unwrap(), None);
            assert!(!expected.is_empty());
        }
    }
}

#[test]
fn there_may_be_more_inputs_than_are_read_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut inputs = files(&dir, [&b"both\t1\nfirst\t2\n"[..], b"both\t10\nsecond\t3\n", b""]);
    let paths = ["0", "1", "2"].map(|name| dir.path().join(name));
    inputs.extend((0..20_000).map(|number| Source::file(&paths[number % 3])));
    let merged = all(inputs, &settings(2, 1000)).unwrap();
    assert_eq!(
        String::from_utf8(merged).unwrap(),
        format!("both\t{}\nfirst\t{}\nsecond\t{}\n", 6668 * 11, 6668 * 2, 6668 * 3)
    );
}

#[test]
fn an_error_gives_the_input_and_the_line() {
    let dir = tempfile::tempdir().unwrap();
    for threads in [1, 2] {
        for bad in [b"a\t1\nb\t2\nb\t3\n".to_vec(), gzip(b"a\t1\nb\t2\nb\t3\n")] {
            let inputs = files(&dir, [&b"a\t1\nx\t2\n"[..], b"", &bad]);
            match all(inputs, &settings(threads, 1000)).unwrap_err() {
                Error::Input { number: 2, source } => {
                    assert!(matches!(
                        *source,
                        Error::Line { line: 3, source: LineError::Duplicate }
                    ));
                }
                error => panic!("{error}"),
            }
        }
    }
}

#[test]
fn a_sum_that_does_not_fit_is_an_error_and_one_that_does_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let most = format!("a\t{}\nb\t{}\n", u64::MAX - 1, u64::MAX);
    for threads in [1, 2] {
        let inputs = files(&dir, [most.as_bytes(), b"a\t1\n", b""]);
        let merged = all(inputs, &settings(threads, 1000)).unwrap();
        assert_eq!(merged, format!("a\t{}\nb\t{0}\n", u64::MAX).into_bytes());
        let inputs = files(&dir, [most.as_bytes(), b"b\t1\n", b""]);
        let error = all(inputs, &settings(threads, 1000)).unwrap_err();
        assert_eq!(error.to_string(), "the sum of the counts of \"b\" overflows 64 bits");
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path: PathBuf = dir.path().join("0");
    let entries: List = (0..200_000).map(|n| (format!("{n:07}").into_bytes(), 1)).collect();
    let inputs = files(&dir, [&lines(&entries)[..]]);
    let error = partial::merge(inputs, &settings(1, 1000), |_, _| {
        File::options().append(true).open(&path).unwrap().write_all(b"z\t1\n").unwrap();
        Ok::<(), Error>(())
    });
    assert_eq!(
        message(&error.unwrap_err()),
        "input 0: cannot read the input: changed while it was read"
    );
    // In place, and with the time of the last modification set back.
    let inputs = files(&dir, [&lines(&entries)[..]]);
    let error = partial::merge(inputs, &settings(1, 1000), |word, _| {
        if word == b"0000000" {
            let mut file = File::options().write(true).open(&path).unwrap();
            let modified = file.metadata().unwrap().modified().unwrap();
            file.seek(SeekFrom::End(-2)).unwrap();
            file.write_all(b"2").unwrap();
            file.set_modified(modified).unwrap();
        }
        Ok::<(), Error>(())
    });
    assert_eq!(
        message(&error.unwrap_err()),
        "input 0: cannot read the input: changed while it was read"
    );
}

#[test]
fn a_word_that_reappears_after_others_is_refused() {
    let text = b"co-op\t1\ncoop\t1\nco-op\t2\n";
    match sum_adjacent(&text[..], &mut Vec::new()).unwrap_err() {
        Error::Line { line: 3, source: LineError::Reappeared } => {}
        error => panic!("{error}"),
    }
    // Sorted files one after the other, longer than what is remembered.
    let one: List = (0..200_000).map(|n| (format!("{n:06}").into_bytes(), 1)).collect();
    let both = lines(&one).repeat(2);
    let error = sum_adjacent(&both[..], &mut Vec::new()).unwrap_err();
    assert!(message(&error).ends_with("; sort with LC_ALL=C"), "{error}");
}

#[test]
fn gzip_files_that_are_cut_off_or_have_data_after_them_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let whole = gzip(b"a\t1\n");
    let long = [&whole[..], b"garbage"].concat();
    for (bytes, reason) in [
        (&whole[..whole.len() - 1], "unexpected end of file"),
        (&long, "garbage after the compressed data"),
    ] {
        let error = all(files(&dir, [bytes]), &settings(1, 1000)).unwrap_err();
        assert_eq!(message(&error), format!("input 0: cannot read the input: {reason}"));
    }
}

#[test]
fn a_full_directory_is_not_an_error_of_the_input() {
    let dir = tempfile::tempdir().unwrap();
    let inputs = files(&dir, [&gzip(b"a\t1\n")[..]]);
    let error = all(inputs, &settings(1, 1000).temporary_dir("/proc")).unwrap_err();
    assert!(matches!(error, Error::Temporary { .. }), "{error}");
}

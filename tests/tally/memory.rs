//! More words than memory.

use crate::reference::{file, list, settings};
use csp_toolkit::tally::{Error, Filter, Settings, SortKey, count_files, count_sources};
use std::collections::HashMap;
use std::path::Path;

/// Half a million different words, some of them often and some of them long: several times what
/// the least memory holds.
fn text() -> (Vec<u8>, HashMap<Vec<u8>, u64>) {
    let (mut text, mut counts) = (Vec::new(), HashMap::<Vec<u8>, u64>::new());
    for n in 0..1_000_000_u64 {
        let number = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        let mut word = format!("{:x}", number % (n % 700_000 + 1)).into_bytes();
        if n % 10 == 0 {
            word.extend_from_slice(b"-and-so-on-and-on");
        }
        text.extend_from_slice(&word);
        text.push(b' ');
        *counts.entry(word).or_default() += 1;
    }
    (text, counts)
}

fn least_memory() -> Settings {
    settings(2, 100_000).memory(Settings::MIN_MEMORY)
}

#[test]
fn the_list_is_the_same_in_any_memory_and_order() {
    let (text, counts) = text();
    let top = Some(1000);
    let orders = [SortKey::Count, SortKey::Word].map(|key| [(key, false), (key, true)]);
    for (key, reverse) in orders.into_iter().flatten() {
        for top in [None, top, Some(200_000)] {
            let filter = Filter::default().sort_by(key).reverse(reverse);
            let filter = top.map_or(filter, |top| filter.top(top));
            let bounded = list(vec![file(&text)], &least_memory(), &filter).unwrap();
            let unbounded = list(vec![file(&text)], &settings(2, 100_000), &filter).unwrap();
            assert!(bounded == unbounded, "{filter:?}");
            let expected = top.unwrap_or(usize::MAX).min(counts.len());
            assert_eq!(bounded.len(), expected);
            assert!(bounded.iter().all(|(word, count)| counts[word] == *count));
        }
    }
}

#[test]
fn a_directory_without_room_is_an_error_that_says_so() {
    let (text, _) = text();
    let settings = least_memory().temporary_dir("/proc");
    let error = list(vec![file(&text)], &settings, &Filter::default()).unwrap_err();
    let Error::Temporary { directory, .. } = &error else { panic!("{error}") };
    assert_eq!(directory, Path::new("/proc"));
    assert_eq!(error.to_string(), "cannot keep a temporary file in /proc");
}

#[test]
fn nothing_is_left_in_the_directory() {
    let (text, _) = text();
    let directory = tempfile::tempdir().unwrap();
    let settings = least_memory().temporary_dir(directory.path());
    let counts = count_sources(vec![file(&text)], &settings, |_, _| {}).unwrap();
    let entries = || std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(entries(), 0, "while they are in use they have no names");
    drop(counts);
    assert_eq!(entries(), 0);
}

#[test]
fn a_tally_in_memory_is_that_of_the_text_or_an_error_that_gives_the_limit() {
    let (text, counts) = text();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("text");
    std::fs::write(&path, &text).unwrap();
    let words: usize = counts.keys().map(Vec::len).sum();
    // With the second limit, tables are spilled, and the words fit all the same.
    for settings in [settings(2, 100_000), settings(2, 100_000).memory(words + (96 << 20))] {
        let tally = count_files(&[&path], &settings).unwrap();
        assert_eq!(tally.len(), counts.len());
        assert!(counts.iter().all(|(word, &count)| tally.get(word) == count));
    }
    let error = count_files(&[&path], &least_memory()).unwrap_err();
    assert_eq!(error.to_string(), "the words take more than 4 MiB of memory");
}

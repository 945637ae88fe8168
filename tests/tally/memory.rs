//! More words than memory.

use crate::reference::{config, file, list};
use csp_toolkit::tally::{By, Choice, Config, Order, TallyError};
use std::collections::HashMap;
use std::path::PathBuf;

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

fn least_memory() -> Config {
    Config { memory: Config::LEAST_MEMORY, ..config(2, 100_000) }
}

#[test]
fn the_list_is_the_same_in_any_memory_and_order() {
    let (text, counts) = text();
    let top = Some(1000);
    let orders = [By::Count, By::Word].map(|by| [false, true].map(|reverse| Order { by, reverse }));
    for order in orders.into_iter().flatten() {
        for top in [None, top, Some(200_000)] {
            let choice = Choice { order, top, ..Choice::default() };
            let bounded = list(vec![file(&text)], &least_memory(), &choice).unwrap();
            let unbounded = list(vec![file(&text)], &config(2, 100_000), &choice).unwrap();
            assert!(bounded == unbounded, "{choice:?}");
            let expected = top.unwrap_or(usize::MAX).min(counts.len());
            assert_eq!(bounded.len(), expected);
            assert!(bounded.iter().all(|(word, count)| counts[word] == *count));
        }
    }
}

#[test]
fn a_directory_without_room_is_an_error_that_says_so() {
    let (text, _) = text();
    let directory = PathBuf::from("/proc");
    let config = Config { directory, ..least_memory() };
    let error = list(vec![file(&text)], &config, &Choice::default()).unwrap_err();
    let error = &error;
    let TallyError::Temporary { directory, .. } = error else { panic!("{error}") };
    assert_eq!(directory, &config.directory);
    assert_eq!(error.to_string(), "cannot keep a temporary file in /proc");
}

#[test]
fn nothing_is_left_in_the_directory() {
    let (text, _) = text();
    let directory = tempfile::tempdir().unwrap();
    let config = Config { directory: directory.path().to_owned(), ..least_memory() };
    let counted = csp_toolkit::tally::count(vec![file(&text)], &config, |_, _| {}).unwrap();
    let entries = || std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(entries(), 0, "while they are in use they have no names");
    drop(counted);
    assert_eq!(entries(), 0);
}

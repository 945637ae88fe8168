//! Partial tallies of any bytes, several at a time: the sums are those of a map, and malformed input is
//! refused.
#![no_main]

use csp_toolkit::tally::partial::merge;
use csp_toolkit::tally::{Error, Settings, Source};
use std::collections::BTreeMap;
use std::io::{Seek, Write};

type Sums = BTreeMap<Vec<u8>, u64>;

/// The lines of an input, if all are well-formed.
fn entries(input: &[u8]) -> Option<Vec<(&[u8], u64)>> {
    let mut entries: Vec<(&[u8], u64)> = Vec::new();
    for line in input.split_inclusive(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\n")?;
        let tab = line.iter().position(|&byte| byte == b'\t').filter(|&tab| tab > 0)?;
        let (word, count) = (&line[..tab], &line[tab + 1..]);
        std::str::from_utf8(word).ok()?;
        let is_number = count.iter().all(u8::is_ascii_digit) && !count.starts_with(b"0");
        let count = std::str::from_utf8(count).ok()?.parse().ok().filter(|_| is_number)?;
        if entries.last().is_some_and(|&(before, _)| before >= word) {
            return None;
        }
        entries.push((word, count));
    }
    Some(entries)
}

fn sums(inputs: &[&[u8]]) -> Option<Sums> {
    let mut sums = Sums::new();
    for input in inputs {
        for (word, count) in entries(input)? {
            let sum = sums.entry(word.to_vec()).or_default();
            *sum = sum.checked_add(count)?;
        }
    }
    Some(sums)
}

fn file(bytes: &[u8]) -> Source<'static> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    Source::open_file(file)
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&threads, data)) = data.split_first() else { return };
    // A byte that is not in UTF-8 separates the inputs.
    let inputs: Vec<&[u8]> = data.split(|&byte| byte == 0xFF).collect();
    if inputs.len() > 12 || inputs.iter().any(|input| input.starts_with(&[0x1F, 0x8B])) {
        return;
    }
    let settings = Settings::default().threads(usize::from(threads % 3) + 1);
    let mut merged = Vec::new();
    let files = inputs.iter().map(|input| file(input)).collect();
    let outcome = merge(files, &settings, |word, count| {
        merged.push((word.to_vec(), count));
        Ok::<(), Error>(())
    });
    match sums(&inputs) {
        None => assert!(outcome.is_err()),
        Some(sums) => {
            assert!(outcome.is_ok(), "{outcome:?}");
            assert!(merged.into_iter().eq(sums));
        }
    }
});

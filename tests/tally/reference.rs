//! The tally in ten plain lines, the engine against it on readers that are cut anywhere, and the
//! engine as the other tests run it.

use csp_toolkit::tally::{Error, Filter, Settings, Source, count_sources};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;
use std::io::{self, Cursor, ErrorKind, Read, Write};
use std::slice;

pub(crate) type List = Vec<(Vec<u8>, u64)>;

/// Go's words: split at Unicode's white space, lower-cased code point by code point; a byte that is
/// not UTF-8 is U+FFFD. A byte order mark is no part of a word.
pub(crate) fn plain(text: &[u8]) -> List {
    let text = text.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(text);
    let mut counts = BTreeMap::<Vec<u8>, u64>::new();
    let mut valid = String::new();
    for chunk in text.utf8_chunks() {
        valid += chunk.valid();
        valid.extend(chunk.invalid().iter().map(|_| '\u{FFFD}'));
    }
    for word in valid.split(char::is_whitespace).filter(|word| !word.is_empty()) {
        let lower: String = word.chars().filter_map(|c| c.to_lowercase().next()).collect();
        *counts.entry(lower.into_bytes()).or_default() += 1;
    }
    let mut ranked: Vec<_> = counts.into_iter().collect();
    ranked.sort_by_key(|&(_, count)| std::cmp::Reverse(count)); // stable: then by bytes
    ranked
}

/// The text, or nothing if it begins with a byte order mark.
pub(crate) fn unmarked(text: Vec<u8>) -> Vec<u8> {
    if encoding_rs::Encoding::for_bom(&text).is_some() { Vec::new() } else { text }
}

pub(crate) fn settings(threads: usize, segment: usize) -> Settings {
    Settings::default().threads(threads).segment_size(segment)
}

/// Returns the words of the sources, none of which may fail, that pass the filter.
pub(crate) fn list(
    sources: Vec<Source<'_>>,
    settings: &Settings,
    filter: &Filter<'_>,
) -> Result<List, Error> {
    let failed = |number, error| panic!("source {number}: {error}");
    let mut ranking = count_sources(sources, settings, failed)?.rank(filter)?;
    let mut list = Vec::new();
    while let Some((word, count)) = ranking.next()? {
        list.push((word.to_vec(), count));
    }
    Ok(list)
}

/// The text as a file, which is read by many threads.
pub(crate) fn file(text: &[u8]) -> Source<'static> {
    use std::io::Seek;
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text).unwrap();
    file.rewind().unwrap();
    Source::open_file(file)
}

/// The text as a stream, which is cut into blocks.
pub(crate) fn stream(text: &[u8]) -> Source<'static> {
    Source::reader(Cursor::new(text.to_vec()))
}

/// The words of all the inputs, each read in pieces of the given lengths.
fn in_pieces(inputs: &[Vec<u8>], lengths: &[usize], threads: usize) -> List {
    let sources = inputs.iter().map(|bytes| pieces(bytes, lengths));
    let settings = Settings::default().threads(threads);
    list(sources.collect(), &settings, &Filter::default()).unwrap()
}

/// A reader that returns the given numbers of bytes in turn; for a 0 it is interrupted.
struct Pieces {
    bytes: Cursor<Vec<u8>>,
    lengths: Vec<usize>,
    turn: usize,
}

/// The text as a stream that is read in pieces of the given lengths.
pub(crate) fn pieces(text: &[u8], lengths: &[usize]) -> Source<'static> {
    let (bytes, lengths) = (Cursor::new(text.to_vec()), lengths.to_vec());
    Source::reader(Pieces { bytes, lengths, turn: 0 })
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        match self.lengths[self.turn % self.lengths.len()] {
            0 => Err(ErrorKind::Interrupted.into()),
            length => Read::by_ref(&mut self.bytes).take(length as u64).read(buffer),
        }
    }
}

/// Pieces of text: words that differ only in case, every white space, any characters, any bytes, and
/// characters that are cut short.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    const WORDS: &[&str] =
        &["the", "The", "THE", "a", "A", "İ", "i", "ΟΔΟΣ", "οδοσ", "Straße", "\u{212A}", "k"];
    let spaces: Vec<char> = ('\0'..=char::MAX).filter(|c| c.is_whitespace()).collect();
    let text = prop_oneof![
        3 => select(WORDS).prop_map(str::to_owned),
        3 => select(spaces).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
    ];
    prop_oneof![
        8 => text.clone().prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 1..5),
        1 => text.prop_map(|text| text.as_bytes()[..text.len() - 1].to_vec()),
    ]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    vec(piece(), 0..100).prop_map(|pieces| unmarked(pieces.concat()))
}

/// A word longer than any buffer, or something short.
fn long_piece() -> impl Strategy<Value = Vec<u8>> {
    let long = (text(), 1..3000_usize).prop_map(|(text, times)| {
        let solid: Vec<u8> = text.into_iter().filter(|&byte| byte > b' ' && byte < 0xC2).collect();
        solid.repeat(times)
    });
    prop_oneof![1 => long, 4 => piece()]
}

proptest! {
    #[test]
    fn readers_cut_anywhere_and_interrupted_give_what_the_reference_gives(
        inputs in vec(text(), 0..5),
        lengths in vec(0..6_usize, 0..10),
    ) {
        let lengths = [&lengths[..], &[1]].concat();
        for threads in [1, 2, 7] {
            prop_assert_eq!(in_pieces(&inputs, &lengths, threads), plain(&inputs.join(&b' ')));
        }
    }

    #[test]
    fn words_may_be_of_any_length(
        input in vec(long_piece(), 0..20).prop_map(|pieces| unmarked(pieces.concat())),
        lengths in vec(1..300_000_usize, 1..10),
    ) {
        prop_assert!(in_pieces(slice::from_ref(&input), &lengths, 1) == plain(&input));
    }
}

//! The tally in ten plain lines, and the engine run as the tests run it.

use csp_toolkit::tally::{Choice, Config, Source, TallyError, count};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::num::NonZeroUsize;

pub(crate) type List = Vec<(Vec<u8>, u64)>;

/// Go's words: split at Unicode's white space, lower-cased code point by code point; a byte that is
/// not UTF-8 is U+FFFD.
pub(crate) fn plain(text: &[u8]) -> List {
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

pub(crate) fn config(threads: usize, segment: usize) -> Config {
    let mut config = Config::new(NonZeroUsize::new(threads).unwrap());
    config.segment = NonZeroUsize::new(segment).unwrap();
    config
}

/// All that is chosen of the words of the sources, none of which may fail.
pub(crate) fn list(
    sources: Vec<Source>,
    config: &Config,
    choice: &Choice<'_>,
) -> Result<List, TallyError> {
    let counted = count(sources, config, |number, error| panic!("source {number}: {error}"))?;
    let mut ranking = counted.choose(choice)?;
    let mut list = Vec::new();
    while let Some((word, count)) = ranking.next()? {
        list.push((word.to_vec(), count));
    }
    Ok(list)
}

/// The text as a file, which is read by many threads.
pub(crate) fn file(text: &[u8]) -> Source {
    use std::io::Seek;
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text).unwrap();
    file.rewind().unwrap();
    Source::Open(file)
}

/// The text as a stream, which is cut into blocks.
pub(crate) fn stream(text: &[u8]) -> Source {
    Source::Reader(Box::new(Cursor::new(text.to_vec())))
}

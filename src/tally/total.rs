//! Totals of all sources together: words, distinct words, lines and bytes.

use super::engine::{SharedCounter, count_into};
use super::table::PerThread;
use super::words::{self, Scanner, Split};
use super::{Counts, Error, Filter, Settings, Source};
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// What can be totalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// The words, each as often as it occurs.
    Words,
    /// The distinct words: each counts once.
    Distinct,
    /// The line feeds.
    Lines,
    /// The bytes of text, once it is decompressed and decoded to UTF-8. A byte order mark is not text.
    Bytes,
}

/// Totals. Those that were not asked for are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The number of words.
    pub words: u64,
    /// The number of distinct words.
    pub distinct: u64,
    /// The number of line feeds.
    pub lines: u64,
    /// The number of bytes of text.
    pub bytes: u64,
}

impl Totals {
    /// Returns one of the totals.
    #[must_use]
    pub fn get(&self, figure: Figure) -> u64 {
        match figure {
            Figure::Words => self.words,
            Figure::Distinct => self.distinct,
            Figure::Lines => self.lines,
            Figure::Bytes => self.bytes,
        }
    }
}

/// Totals the figures over all the sources, in bounded memory. Words that do not pass the filter are
/// not counted; its order and its top have no meaning. Lines and bytes are those of the whole text.
///
/// Only what is asked for is counted. Words are counted without telling them apart, several times as
/// fast, unless distinct words are asked for, the filter leaves out any, or the settings rewrite the
/// text before it is split.
///
/// Sources that fail are treated as by [`count_sources`](super::count_sources). Blocks until all is
/// read.
///
/// ```
/// use csp_toolkit::tally::{Figure, Filter, Settings, Source, total_sources};
///
/// let sources = vec![Source::reader(&b"to be or\nnot to be\n"[..])];
/// let (settings, filter) = (Settings::default(), Filter::default());
/// let figures = [Figure::Words, Figure::Distinct];
/// let totals = total_sources(sources, &settings, &filter, &figures, |_, error| panic!("{error}"))?;
/// assert_eq!((totals.words, totals.distinct), (6, 4));
/// # Ok::<(), csp_toolkit::tally::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Setting`], and [`Error::Temporary`] if a temporary file fails.
pub fn total_sources(
    sources: Vec<Source<'_>>,
    settings: &Settings,
    filter: &Filter<'_>,
    figures: &[Figure],
    mut failed: impl FnMut(usize, io::Error),
) -> Result<Totals, Error> {
    settings.validate()?;
    let has = |figure| figures.contains(&figure);
    let rules = settings.rules();
    // What is rewritten can be split elsewhere.
    let as_they_are = filter.keeps_all() && !rules.rewrite();
    let apart = has(Figure::Distinct) || has(Figure::Words) && !as_they_are;
    let counter = Totaller {
        split: rules.split,
        apart: apart.then(|| PerThread::new(rules, settings.bounds())),
        words: has(Figure::Words).then(AtomicU64::default),
        lines: has(Figure::Lines).then(AtomicU64::default),
        bytes: AtomicU64::default(),
    };
    for (number, error) in count_into(&counter, sources, settings)? {
        failed(number, error);
    }
    let found = |total: Option<AtomicU64>| total.map_or(0, AtomicU64::into_inner);
    let mut totals = Totals {
        words: found(counter.words),
        distinct: 0,
        lines: found(counter.lines),
        bytes: counter.bytes.into_inner(),
    };
    if let Some(apart) = counter.apart {
        let sums = Counts::new(settings, apart.finish()?).sums(filter)?;
        (totals.words, totals.distinct) = (sums.words, sums.distinct);
    }
    Ok(only(figures, totals))
}

/// Returns the totals with 0 for those that were not asked for.
fn only(figures: &[Figure], totals: Totals) -> Totals {
    let get = |figure| if figures.contains(&figure) { totals.get(figure) } else { 0 };
    Totals {
        words: get(Figure::Words),
        distinct: get(Figure::Distinct),
        lines: get(Figure::Lines),
        bytes: get(Figure::Bytes),
    }
}

/// Adds up what several threads count.
struct Totaller<'t> {
    split: Split,
    /// Counts each word by itself, in place of `words`.
    apart: Option<PerThread<'t>>,
    /// `None` if not asked for, as `lines`.
    words: Option<AtomicU64>,
    lines: Option<AtomicU64>,
    bytes: AtomicU64,
}

impl SharedCounter for Totaller<'_> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), Error> {
        self.bytes.fetch_add(text.len() as u64, Ordering::Relaxed);
        if let Some(lines) = &self.lines {
            lines.fetch_add(count_lines(&buffer[text.clone()]), Ordering::Relaxed);
        }
        match (&self.apart, &self.words) {
            (Some(apart), _) => apart.count(buffer, text)?,
            (None, Some(words)) => {
                words.fetch_add(count_words(self.split, buffer, text), Ordering::Relaxed);
            }
            (None, None) => {}
        }
        Ok(())
    }
}

/// Returns the number of words of `buffer[text]`, which neither begins nor ends within a word.
fn count_words(split: Split, buffer: &mut Vec<u8>, text: Range<usize>) -> u64 {
    words::pad(buffer, text.end);
    if split == Split::Space {
        return words::count_words(buffer, text.start, text.end);
    }
    let mut found = 0;
    let count = |text: &[u8], edges: &[usize], rest: &[Range<usize>]| {
        let rest = rest.iter().flat_map(|range| words::unicode_words_of(&text[range.clone()]));
        found += edges.len() / 2 + rest.count();
        Ok::<(), std::convert::Infallible>(())
    };
    let Ok(()) = Scanner::default().unicode_words::<false, _>(buffer, text.start, text.end, count);
    found as u64
}

/// Returns the number of line feeds. Few enough at a time that they fit a byte, of which the
/// processor adds many at once.
fn count_lines(text: &[u8]) -> u64 {
    let pieces = text.chunks(usize::from(u8::MAX));
    let lines = |piece: &[u8]| piece.iter().map(|&byte| u8::from(byte == b'\n')).sum::<u8>();
    pieces.map(|piece| u64::from(lines(piece))).sum()
}

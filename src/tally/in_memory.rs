//! Counts that are held in memory.

use super::table::{Hasher, Table};
use super::words::{self, Case};
use super::{Error, Settings, Source, count_sources};
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};
use std::iter::Sum;
use std::ops::AddAssign;
use std::path::Path;

/// Counts the words of `input`, on all cores, and holds them in memory.
///
/// Gzip data is decompressed. Blocks until the end of the input.
///
/// ```
/// use csp_toolkit::tally::{Settings, count};
///
/// let counts = count(&b"to be, or not to be"[..], &Settings::default())?;
/// let mut words = counts.most_frequent(2);
/// assert_eq!(words.next(), Some(("to", 2)));
/// assert_eq!(words.next(), Some(("be", 1)));
/// # Ok::<(), csp_toolkit::tally::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Read`] if the input fails, [`Error::Memory`] if the words take more memory than
/// [`Settings::memory`] allows, [`Error::Temporary`] and [`Error::Setting`].
pub fn count(input: impl Read + Send, settings: &Settings) -> Result<Tally, Error> {
    count_in_memory(vec![Source::reader(input)], settings, |_, error| Error::Read(error))
}

/// Counts the words of all the files together, on all cores, and holds them in memory.
///
/// Gzip files are decompressed. Blocks until all files are read.
///
/// # Errors
///
/// [`Error::File`] for the first of the files that could not be read; otherwise as [`count`].
pub fn count_files(paths: &[impl AsRef<Path>], settings: &Settings) -> Result<Tally, Error> {
    let sources = paths.iter().map(|path| Source::file(path.as_ref())).collect();
    count_in_memory(sources, settings, |number, source| Error::File {
        path: paths[number].as_ref().to_owned(),
        source,
    })
}

/// Counts the words of all the sources together, on all cores, and holds them in memory.
///
/// Blocks until all sources are read.
///
/// # Errors
///
/// [`Error::Input`] for the first of the sources that could not be read; otherwise as [`count`].
pub fn count_all(sources: Vec<Source<'_>>, settings: &Settings) -> Result<Tally, Error> {
    count_in_memory(sources, settings, |number, source| Error::Input {
        number,
        source: Box::new(Error::Read(source)),
    })
}

fn count_in_memory(
    sources: Vec<Source<'_>>,
    settings: &Settings,
    name: impl Fn(usize, io::Error) -> Error,
) -> Result<Tally, Error> {
    let mut failure = None;
    let counts = count_sources(sources, settings, |number, error| {
        failure.get_or_insert_with(|| name(number, error));
    })?;
    match failure {
        Some(error) => Err(error),
        None => Ok(Tally::from(counts.into_table()?)),
    }
}

/// How often each word occurs, in memory.
///
/// Tallies add up: with [`merge`](Tally::merge) or `+=`, or by [`sum`](Iterator::sum). The words are
/// UTF-8, because each byte of the input that is not becomes U+FFFD.
///
/// ```
/// use csp_toolkit::tally::Tally;
///
/// let mut tally = Tally::from_iter(["to", "be", "or"]);
/// tally.add("not", 1);
/// tally += Tally::from_iter(["to", "be"]);
/// assert_eq!((tally.get("be"), tally.len(), tally.total()), (2, 4, 6));
/// let list: Vec<_> = tally.most_frequent(3).collect();
/// assert_eq!(list, [("be", 2), ("to", 2), ("not", 1)]);
/// ```
#[derive(Clone)]
pub struct Tally {
    table: Table,
    total: u64,
}

impl Tally {
    /// Returns an empty tally.
    #[must_use]
    pub fn new() -> Self {
        Self { table: Table::new(Hasher::random()), total: 0 }
    }

    /// Adds `n` to the count of `word`, which is taken as it is: it is neither split nor lower-cased.
    /// Bytes that are not UTF-8 become U+FFFD. An empty word is ignored, and so is `n` = 0.
    ///
    /// # Panics
    ///
    /// If the total of all counts overflows a `u64`.
    pub fn add(&mut self, word: impl AsRef<[u8]>, n: u64) {
        self.put(&utf8(word.as_ref()), n);
    }

    /// Counts the words of `input`, on this thread, by the default rules of [`words`]. The input is
    /// not decompressed. Holds one buffer and the longest word in memory, not the input.
    ///
    /// # Errors
    ///
    /// The first error of `input`; the words before it are counted.
    pub fn add_reader(&mut self, input: impl Read) -> io::Result<()> {
        words::for_each(input, |word| self.put(word, 1))
    }

    /// Adds the counts of `other`.
    ///
    /// # Panics
    ///
    /// If the total of all counts overflows a `u64`.
    pub fn merge(&mut self, other: &Self) {
        for (word, count) in other.table.iter() {
            self.put(word, count);
        }
    }

    /// Returns the count of `word`, 0 if it does not occur. Words that were read are in lower case.
    #[must_use]
    pub fn get(&self, word: impl AsRef<[u8]>) -> u64 {
        self.table.get(&utf8(word.as_ref()))
    }

    /// Returns the number of distinct words.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.words()
    }

    /// Returns whether no word has been counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the sum of all counts.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns all words and their counts, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.table.iter().map(|(word, count)| (text(word), count))
    }

    /// Returns the `n` most frequent words and their counts: the most frequent first, equally
    /// frequent words in the order of their bytes.
    pub fn most_frequent(&self, n: usize) -> impl Iterator<Item = (&str, u64)> {
        let mut words: Vec<_> = self.table.iter().collect();
        let before =
            |&(a, m): &(&[u8], u64), &(b, n): &(&[u8], u64)| n.cmp(&m).then_with(|| a.cmp(b));
        if (1..words.len()).contains(&n) {
            words.select_nth_unstable_by(n - 1, before);
        }
        words.truncate(n);
        words.sort_unstable_by(before);
        words.into_iter().map(|(word, count)| (text(word), count))
    }

    /// Returns the table, whose words are UTF-8.
    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    fn put(&mut self, word: &[u8], n: u64) {
        if n > 0 && !word.is_empty() {
            // No count overflows if their sum does not.
            let total = self.total.checked_add(n);
            self.total = total.expect("the total of all counts fits a u64");
            self.table.add(word, n);
        }
    }
}

/// Returns the word with each byte that is not UTF-8 replaced.
fn utf8(word: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(word).is_ok() {
        return Cow::Borrowed(word);
    }
    let mut replaced = Vec::new();
    Case::Keep.apply(word, &mut replaced);
    Cow::Owned(replaced)
}

fn text(word: &[u8]) -> &str {
    std::str::from_utf8(word).expect("only UTF-8 is put into a tally")
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}

/// Of a table whose words are UTF-8, as the engine's are.
impl From<Table> for Tally {
    fn from(table: Table) -> Self {
        let total = table.iter().map(|(_, count)| count).sum();
        Self { table, total }
    }
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, total) = (self.len(), self.total);
        f.debug_struct("Tally")
            .field("words", &words)
            .field("total", &total)
            .finish_non_exhaustive()
    }
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.merge(other);
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, mut other: Self) {
        if other.len() > self.len() {
            std::mem::swap(self, &mut other);
        }
        self.merge(&other);
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::new(), |mut sum, tally| {
            sum += tally;
            sum
        })
    }
}

/// Adds 1 for each word.
impl<W: AsRef<[u8]>> Extend<W> for Tally {
    fn extend<I: IntoIterator<Item = W>>(&mut self, words: I) {
        words.into_iter().for_each(|word| self.add(word, 1));
    }
}

/// Adds 1 for each word.
impl<W: AsRef<[u8]>> FromIterator<W> for Tally {
    fn from_iter<I: IntoIterator<Item = W>>(words: I) -> Self {
        let mut tally = Self::new();
        tally.extend(words);
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn tallies_add_up_in_any_way() {
        let texts = ["a b a", "", "b c and a word that is longer than a slot-of-sixteen-bytes"];
        let words =
            || texts.iter().flat_map(|text| text.split(' ')).filter(|word| !word.is_empty());
        let mut expected = BTreeMap::<_, u64>::new();
        words().for_each(|word| *expected.entry(word).or_default() += 1);
        let expected: Vec<_> = expected.into_iter().collect();

        let one: Tally = words().collect();
        let sum: Tally = texts.iter().map(|text| text.split_whitespace().collect::<Tally>()).sum();
        let mut merged = Tally::new();
        for text in texts {
            let mut part = Tally::default();
            part.add_reader(text.as_bytes()).unwrap();
            merged += &part;
        }
        for tally in [&one, &sum, &merged, &one.clone()] {
            let mut found: Vec<_> = tally.iter().collect();
            found.sort_unstable();
            assert_eq!(found, expected);
            assert_eq!((tally.len(), tally.total()), (expected.len(), words().count() as u64));
            assert!(expected.iter().all(|&(word, count)| tally.get(word) == count));
        }
    }

    #[test]
    fn the_most_frequent_words_come_first_and_equal_ones_by_their_bytes() {
        let tally: Tally = "d c c b b b a a".split(' ').collect();
        let all = [("b", 3), ("a", 2), ("c", 2), ("d", 1)];
        for n in [0, 1, 2, 3, 4, 5, usize::MAX] {
            let found: Vec<_> = tally.most_frequent(n).collect();
            assert_eq!(found, all[..n.min(4)], "{n}");
        }
        assert_eq!(Tally::new().most_frequent(3).count(), 0);
    }

    #[test]
    fn words_are_utf_8_and_neither_empty_nor_counted_0_times() {
        let mut tally = Tally::new();
        tally.add(b"a\xFF", 2);
        tally.add("", 1);
        tally.add("b", 0);
        assert_eq!(tally.iter().collect::<Vec<_>>(), [("a\u{FFFD}", 2)]);
        assert_eq!((tally.get(b"a\xFF"), tally.get("a\u{FFFD}"), tally.get("")), (2, 2, 0));
    }

    #[test]
    #[should_panic(expected = "fits a u64")]
    fn a_total_that_overflows_panics() {
        let mut tally = Tally::new();
        tally.add("a", u64::MAX);
        tally.add("b", 1);
    }
}

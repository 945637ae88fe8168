//! Word tallies over many files (technique 12, listings 3.5 and 3.6).
//!
//! The book first lets many goroutines add to one map without a lock, which dies, and then locks
//! the map for every word, which is slow: on sixteen files it takes longer than one goroutine on
//! one file. Here each worker has a tally of its own, and they are added up at the end.
//!
//! ```
//! use csp_toolkit::tally::Tally;
//!
//! let mut tally = Tally::default();
//! tally.add_reader(&b"It was the best of times, it was the worst of times"[..])?;
//! assert_eq!(tally.count(b"it"), 2);
//! let first = tally.ranked(2).next();
//! assert_eq!(first, Some((&b"it"[..], 2)));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A [`Tally`] is what one thread counts in memory. [`count`] is the engine: any number of
//! [`Source`]s, threads that take half a mebibyte at a time of any of them, cut between words, and
//! memory that is bounded, with temporary files for what is more. What comes out is the same for
//! any number of threads, any memory, and wherever the cuts are.
//!
//! ```
//! use csp_toolkit::tally::{Choice, Config, Source, count};
//! use std::num::NonZeroUsize;
//!
//! let config = Config { memory: 64 << 20, ..Config::new(NonZeroUsize::new(4).unwrap()) };
//! let sources = vec![Source::Reader(Box::new(&b"to be, or not to be"[..]))];
//! let counted = count(sources, &config, |number, error| eprintln!("{number}: {error}"))?;
//! let mut ranking = counted.choose(&Choice { top: Some(1), ..Choice::default() })?;
//! assert_eq!(ranking.next()?, Some((&b"to"[..], 2)));
//! assert_eq!(ranking.next()?, None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Tallies are sums, so parts of a text may be counted anywhere and added up: [`partial`] tallies are
//! written as text, and [`merge()`] reads them.
//!
//! # Listing 3.5 does not compile
//!
//! The book's race, one map that several threads add to without a lock, is what the compiler
//! refuses: two threads would hold a `&mut` to the same map.
//!
//! ```compile_fail,E0499
//! use std::collections::HashMap;
//! use std::thread;
//!
//! let mut words: HashMap<String, u64> = HashMap::new();
//! thread::scope(|scope| {
//!     for text in ["to be or", "not to be"] {
//!         scope.spawn(|| {
//!             for word in text.split_whitespace() {
//!                 *words.entry(word.to_lowercase()).or_default() += 1;
//!             }
//!         });
//!     }
//! });
//! ```
//!
//! What safe Rust does still allow is to lose updates: `examples/listing_3_05_race.rs`. [`race`]
//! lets every [`Strategy`] count the same text, from that race over the book's mutex to the engine,
//! and tells what each costs and loses.

mod arena;
mod choice;
mod counter;
mod engine;
mod hash;
pub mod partial;
mod queue;
pub mod race;
mod ranking;
pub mod report;
mod rows;
mod scan;
mod segment;
mod sorter;
mod source;
mod spill;
mod store;
mod strategy;
mod stream;
mod table;
pub mod words;

pub use choice::Choice;
pub use engine::{Config, count};
pub use ranking::{Counted, Ranking, merge};
pub use rows::{By, Order};
pub use source::Source;
pub use strategy::Strategy;

use hash::Hasher;
use std::fmt;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use table::Table;

/// Why a tally could not be made. What is wrong with an input is no reason: that is told and the
/// others go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TallyError {
    /// Words that are held in memory take more of it than they may.
    #[error("the words take more than {} MiB of memory", memory >> 20)]
    Memory {
        /// How much they may take, in bytes.
        memory: usize,
    },
    /// A temporary file could not be made, written or read: because the disk is full, say, as its
    /// source tells.
    #[error("cannot keep a temporary file in {}", directory.display())]
    Temporary {
        /// Where it was.
        directory: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl TallyError {
    fn temporary(directory: &Path, source: io::Error) -> Self {
        Self::Temporary { directory: directory.to_owned(), source }
    }
}

/// How many bytes of the sources have been read. Clones share the number.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// The bytes read so far, compressed ones where the source is.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn advance(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// How often each word occurs, in memory. Words are lower-cased bytes, as [`words`] defines them.
pub struct Tally {
    table: Table,
}

impl Tally {
    /// Counts the words of all the sources as [`count`] does, and holds them in memory, all of them:
    /// an error if they take more than there is by `config`.
    ///
    /// A source that cannot be read is given to `failed` with its position, in order, and the
    /// others go on; what was read of it before counts.
    pub fn of(
        sources: Vec<Source>,
        config: &Config,
        failed: impl FnMut(usize, io::Error),
    ) -> Result<Self, TallyError> {
        let mut tally = Self::default();
        let mut ranking = count(sources, config, failed)?.choose(&Choice::default())?;
        while let Some((word, count)) = ranking.next()? {
            if tally.table.bytes() > config.memory {
                return Err(TallyError::Memory { memory: config.memory });
            }
            tally.table.add(word, count);
        }
        Ok(tally)
    }

    /// Counts all the words of `input`. On an error the words before it have been counted.
    ///
    /// Holds one buffer and the longest word in memory, not the input.
    pub fn add_reader(&mut self, input: impl Read) -> io::Result<()> {
        self.add_reader_by(words::Rules::default(), input)
    }

    /// The same by other rules of what a word is.
    pub fn add_reader_by(&mut self, rules: words::Rules, input: impl Read) -> io::Result<()> {
        words::for_each_by(rules, input, |word| self.table.add(word, 1))
    }

    /// How often `word`, in lower case, occurred.
    #[must_use]
    pub fn count(&self, word: &[u8]) -> u64 {
        self.table.get(word)
    }

    /// The words that occurred `least` times or more: the most frequent first, equally frequent
    /// ones in the order of their bytes.
    pub fn ranked(&self, least: u64) -> impl Iterator<Item = (&[u8], u64)> {
        let mut ranked: Vec<_> = self.table.iter().filter(|&(_, count)| count >= least).collect();
        ranked.sort_unstable_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        ranked.into_iter()
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self { table: Table::new(Hasher::random()) }
    }
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tally").field("words", &self.table.words()).finish_non_exhaustive()
    }
}

/// Counts the words of all the sources on so many threads, in memory. [`count`] does as much in
/// less, and can do more.
///
/// A source that cannot be read is given to `failed` with its position, in order, and the others
/// go on; what was read of it before counts.
pub fn tally_all(
    sources: Vec<Source>,
    threads: NonZeroUsize,
    failed: impl FnMut(usize, io::Error),
) -> Tally {
    match Tally::of(sources, &Config::new(threads), failed) {
        Ok(tally) => tally,
        Err(error) => unreachable!("with all the memory there is, nothing is written: {error}"),
    }
}

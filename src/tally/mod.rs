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
//! What safe Rust does still allow is to lose updates: `examples/listing_3_05_race.rs`.

mod files;
pub mod report;
pub mod words;

pub use files::{Source, tally_all};

use std::collections::HashMap;
use std::io::{self, Read};

/// How often each word occurs. Words are lower-cased bytes, as [`words`] defines them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    counts: HashMap<Box<[u8]>, u64>,
}

impl Tally {
    /// Counts all the words of `input`. On an error the words before it have been counted.
    ///
    /// Holds one buffer and the longest word in memory, not the input.
    pub fn add_reader(&mut self, input: impl Read) -> io::Result<()> {
        words::for_each(input, |word| self.add(word, 1))
    }

    /// Adds the counts of another tally.
    pub fn merge(&mut self, other: Self) {
        if self.counts.is_empty() {
            self.counts = other.counts;
            return;
        }
        for (word, count) in other.counts {
            *self.counts.entry(word).or_default() += count;
        }
    }

    /// How often `word`, in lower case, occurred.
    #[must_use]
    pub fn count(&self, word: &[u8]) -> u64 {
        self.counts.get(word).copied().unwrap_or(0)
    }

    /// The words that occurred `least` times or more: the most frequent first, equally frequent
    /// ones in the order of their bytes.
    pub fn ranked(&self, least: u64) -> impl Iterator<Item = (&[u8], u64)> {
        let mut ranked: Vec<_> = self
            .counts
            .iter()
            .map(|(word, &count)| (&**word, count))
            .filter(|&(_, count)| count >= least)
            .collect();
        ranked.sort_unstable_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        ranked.into_iter()
    }

    fn add(&mut self, word: &[u8], count: u64) {
        match self.counts.get_mut(word) {
            Some(total) => *total += count,
            None => {
                self.counts.insert(word.into(), count);
            }
        }
    }
}

//! Word counts over many files (technique 12, listings 3.5 and 3.6).
//!
//! The book first lets many goroutines add to one map without a lock, which crashes, and then locks
//! the map for every word, which is slow: sixteen files take longer than one goroutine takes on one
//! file. Here each thread counts into a table of its own, and the tables are added up at the end.
//!
//! # Counting in memory
//!
//! [`count`] counts the words of a reader, [`count_files`] those of files, both on all cores. Both
//! return a [`Tally`]:
//!
//! ```
//! use csp_toolkit::tally::{self, Settings};
//!
//! let text = "It was the best of times, it was the worst of times";
//! let mut counts = tally::count(text.as_bytes(), &Settings::default())?;
//! assert_eq!(counts.get("it"), 2);
//!
//! let files = ["examples/data/john.txt", "examples/data/gettysburg.txt"];
//! counts += tally::count_files(&files, &Settings::default())?;
//! for (word, count) in counts.most_frequent(10) {
//!     println!("{word}: {count}");
//! }
//! # Ok::<(), tally::Error>(())
//! ```
//!
//! # A tally for each thread
//!
//! Tallies are sums, so the cure for the book's race is a few lines: count apart, then add up.
//!
//! ```
//! use csp_toolkit::tally::Tally;
//! use std::thread;
//!
//! let texts = ["to be or", "not to be"];
//! let total: Tally = thread::scope(|scope| {
//!     let threads = texts.map(|text| scope.spawn(|| text.split_whitespace().collect::<Tally>()));
//!     threads.into_iter().map(|thread| thread.join().unwrap()).sum()
//! });
//! assert_eq!((total.get("to"), total.total()), (2, 6));
//! ```
//!
//! # More words than memory
//!
//! [`count_sources`] is the engine behind both: it counts any number of [`Source`]s in bounded memory
//! and spills to temporary files. Threads take half a mebibyte at a time of any source, cut between
//! words. The result does not depend on the number of threads, the memory, or the cuts. A source
//! that cannot be read is reported, and the others are counted. [`Counts::rank`] returns the words
//! that pass a [`Filter`], in order.
//!
//! ```
//! use csp_toolkit::tally::{self, Filter, Settings, Source, SortKey};
//!
//! let settings = Settings::default().threads(4).memory(64 << 20);
//! let sources = vec![Source::file("examples/data/john.txt"), Source::reader(&b"the end"[..])];
//! let counts = tally::count_sources(sources, &settings, |number, error| {
//!     eprintln!("source {number}: {error}");
//! })?;
//! let mut ranking = counts.rank(&Filter::default().min_count(2).sort_by(SortKey::Word))?;
//! while let Some((word, count)) = ranking.next()? {
//!     println!("{}: {count}", String::from_utf8_lossy(word));
//! }
//! # Ok::<(), tally::Error>(())
//! ```
//!
//! Sources are UTF-8 unless a byte order mark or [`Settings::encoding`] says otherwise.
//!
//! [`report`] writes such a ranking as text, CSV, JSON and more. [`partial`] writes counts as text
//! and merges them, so that a text can be counted in parts, on many machines. [`words`] defines what
//! a word is.
//!
//! # The race of listing 3.5
//!
//! One map that several threads add to without a lock is rejected by the compiler; the
//! [front page](crate#share-a-map-technique-12-listings-35-and-36) shows it. Safe Rust still allows
//! lost updates: `examples/listing_3_05_race.rs`. In [`race`], six strategies count the same text,
//! from that race through the book's mutex to the engine, and what each costs and loses is measured.

mod engine;
mod error;
mod in_memory;
mod input;
mod key;
pub mod partial;
mod progress;
pub mod race;
mod rank;
pub mod report;
mod settings;
mod table;
mod total;
mod tree;
pub mod words;

pub use engine::count_sources;
pub use error::Error;
pub use in_memory::{Tally, count, count_all, count_files};
pub use input::{Encoding, Source};
pub use progress::Progress;
pub use rank::{Counts, Filter, PatternError, Patterns, Ranking, SortKey};
pub use settings::Settings;
pub use total::{Figure, Totals, total_sources};

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;

    /// Every public type can be printed and sent to another thread.
    #[test]
    fn public_types_are_debug_and_send() {
        fn check<T: Debug + Send>() {}
        check::<Counts<'_>>();
        check::<Encoding>();
        check::<Error>();
        check::<Figure>();
        check::<Filter<'_>>();
        check::<PatternError>();
        check::<Patterns>();
        check::<Progress>();
        check::<Ranking<'_>>();
        check::<Settings>();
        check::<SortKey>();
        check::<Source<'_>>();
        check::<Tally>();
        check::<Totals>();
        check::<partial::LineError>();
        check::<partial::Reader<&[u8]>>();
        check::<partial::Summed>();
        check::<partial::Writer<Vec<u8>>>();
        check::<partial::Written>();
        check::<race::Measurement>();
        check::<race::Strategy>();
        check::<report::Bars>();
        check::<report::Format>();
        check::<report::ListWriter<Vec<u8>>>();
        check::<report::Title<'_>>();
        check::<words::Case>();
        check::<words::Normalization>();
        check::<words::Rules>();
        check::<words::Split>();
    }
}

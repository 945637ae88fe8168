//! Partial tallies: counts as text, written anywhere and added up elsewhere.
//!
//! Counts are sums, so a text can be counted in parts, on any number of machines, and the parts added
//! up in any order and any grouping. A partial tally has a line for each word:
//!
//! ```text
//! best⇥2
//! of⇥4
//! ```
//!
//! The word, a tab, the count, a line feed. Words are UTF-8 without white space, so nothing is quoted.
//! A count is a decimal number from 1 to 2⁶⁴ − 1, without sign and leading zeros. In a file, words are
//! distinct and in the order of their bytes: that is what [`merge()`] reads. A step of an engine such
//! as Hadoop reads lines whose equal words are adjacent, in any order of words: [`sum_adjacent`]. Sort
//! by bytes (`LC_ALL=C`): in the order of a locale, equal words need not be adjacent.
//!
//! A malformed line is an error that gives the number of the line, because a count that is skipped or
//! read twice makes a wrong sum that nobody notices. The last line too must end in a line feed;
//! without one it may have been cut off within its count. A line is held in memory, so a word of more
//! than 16 MiB is refused, by [`Writer`] too.
//!
//! The lines do not show whether a file was cut off between two of them. A gzip file records its
//! length; for a plain file, its producer has to make sure.

mod line;
mod memory_budget;
mod merge;
mod past;
mod read;
mod scratch;
mod sum;
mod write;

pub use line::LineError;
pub use merge::{merge, merge_ranked};
pub use read::Reader;
pub use sum::{Summed, sum_adjacent};
pub use write::{Writer, Written, write};

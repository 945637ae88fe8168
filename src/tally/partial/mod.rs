//! Partial tallies as text: written anywhere, added up elsewhere.
//!
//! A tally is a sum, so a text may be counted in parts, on as many machines as there are, and the
//! parts added up in any order and any grouping. A partial tally is a line for each word:
//!
//! ```text
//! best⇥2
//! of⇥4
//! ```
//!
//! The word, a tab, the count, a line feed. Words are UTF-8 and, as a tally has them, hold no white
//! space, so nothing is quoted. A count is a decimal number from 1 to 2⁶⁴ − 1, without sign and
//! leading zeros. In a file, words are in the order of their bytes and none is there twice: that is
//! what [`merge()`] reads. A step of an engine such as Hadoop reads lines whose equal words are
//! adjacent, in whatever order of words: [`sum_adjacent`]. Sort them by bytes (`LC_ALL=C`): in the
//! order of a locale, equal words need not be adjacent.
//!
//! What is not such a line is damage, and refused with the number of the line: a count that is
//! skipped, or read twice, is a wrong sum that nobody notices. The last line ends in a line feed
//! too, as without one it may have been cut off within its count. A line is held in memory, so a
//! word of more than 16 MiB is refused, by [`Writer`] too.
//!
//! What cannot be told from the lines is that a file was cut off between two of them. A gzip file
//! says how long it should be; for a plain one, whoever made it has to.

mod input;
mod line;
mod merge;
mod past;
mod read;
mod share;
mod sum;
mod tree;
mod write;

pub use input::Input;
pub use line::Flaw;
pub use merge::merge;
pub use read::{ReadError, Reader};
pub use sum::{SumError, Summed, sum_adjacent};
pub use write::{Writer, Written, write};

use super::TallyError;
use std::io;
use std::path::Path;

/// Why partial tallies could not be added up.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// An input could not be read, or is damaged.
    #[error("input {number}: {source}")]
    Input {
        /// Its position.
        number: usize,
        /// What is wrong.
        source: ReadError,
    },
    /// A word's counts come to more than a `u64` holds.
    #[error("the counts of {word:?} come to more than 64 bits hold")]
    TooBig {
        /// The word, or the first characters of a long one.
        word: String,
    },
    /// A temporary file failed.
    #[error(transparent)]
    Tally(#[from] TallyError),
}

impl MergeError {
    #[cold]
    fn too_big(word: &[u8]) -> Self {
        Self::TooBig { word: String::from_utf8_lossy(word).chars().take(40).collect() }
    }

    fn temporary(directory: &Path, error: io::Error) -> Self {
        Self::Tally(TallyError::temporary(directory, error))
    }
}

//! The step that an engine such as Hadoop asks for, before its shuffle and after.

use super::past::Past;
use super::{Flaw, ReadError, Reader, Writer};
use std::io::{self, BufReader, Read, Write};

/// Bytes read at a time.
const BUFFER: usize = 256 * 1024;

/// Why entries could not be added up.
#[derive(Debug, thiserror::Error)]
pub enum SumError {
    /// They could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A word's counts come to more than a `u64` holds.
    #[error("line {line}: the counts of this word come to more than 64 bits hold")]
    TooBig {
        /// Where they do, counted from 1.
        line: u64,
    },
    /// The sums could not be written.
    #[error("cannot write: {0}")]
    Write(io::Error),
}

/// What was added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summed {
    /// Bytes read.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// Lines written.
    pub words: u64,
}

/// Adds up the counts of equal words that are adjacent, and writes the sums in the order in which
/// the words came. Blocks until the end of `input`.
///
/// That is what a reducer does, and a combiner, which an engine may run never, once or many times:
/// what came out goes in again. One word is held in memory, with its line.
///
/// Words need not be sorted, but a word that comes back after others is an error
/// ([`Flaw::CameBack`]): in the order of a locale, equal words need not be adjacent. To find it, the
/// hashes of some words are held, in 3 MB at most. That finds any if there are no more than 65,536
/// different words, and any that is one of the last 65,536; beyond, it is a sample of all, which
/// finds input that is not sorted, but may miss a single word.
///
/// On an error, sums have been written that must not be used.
///
/// ```
/// use csp_toolkit::tally::partial::sum_adjacent;
///
/// let mut sums = Vec::new();
/// let summed = sum_adjacent(&b"to\t1\nto\t1\nbe\t2\n"[..], &mut sums)?;
/// assert_eq!(sums, b"to\t2\nbe\t2\n");
/// assert_eq!((summed.lines, summed.words), (3, 2));
/// # Ok::<(), csp_toolkit::tally::partial::SumError>(())
/// ```
pub fn sum_adjacent(input: impl Read, output: impl Write) -> Result<Summed, SumError> {
    // So that never less is asked for, which would cut a packet.
    let input = BufReader::with_capacity(BUFFER, input);
    let mut reader = Reader::new(input, BUFFER);
    let mut writer = Writer::new(output);
    let (mut word, mut past) = (Vec::new(), Past::new());
    // Zero before the first word: no count is.
    let mut sum = 0_u64;
    while reader.advance()? {
        if sum > 0 && word == reader.word() {
            let line = reader.lines();
            sum = sum.checked_add(reader.count()).ok_or(SumError::TooBig { line })?;
            continue;
        }
        if past.came_back(reader.word(), reader.word() > &word[..]) {
            return Err(ReadError::Line { line: reader.lines(), flaw: Flaw::CameBack }.into());
        }
        if sum > 0 {
            writer.entry(&word, sum).map_err(SumError::Write)?;
        }
        word.clear();
        word.extend_from_slice(reader.word());
        sum = reader.count();
    }
    if sum > 0 {
        writer.entry(&word, sum).map_err(SumError::Write)?;
    }
    writer.flush().map_err(SumError::Write)?;
    Ok(Summed { bytes: reader.bytes(), lines: reader.lines(), words: writer.entries() })
}

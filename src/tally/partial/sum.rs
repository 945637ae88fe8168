//! The step of an engine such as Hadoop, before its shuffle and after.

use super::line::LineError;
use super::past::Past;
use super::read::Reader;
use super::write::Writer;
use crate::tally::Error;
use std::io::{BufReader, Read, Write};

/// Bytes read at a time.
const BUFFER: usize = 256 * 1024;

/// What [`sum_adjacent`] read and wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summed {
    /// Bytes read.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// Lines written.
    pub words: u64,
}

/// Adds up the counts of equal words that are adjacent, and writes the sums in the order in which the
/// words came. Blocks until the end of `input`.
///
/// That is the work of a reducer, and of a combiner, which an engine can run any number of times,
/// because the output is valid input. One word is held in memory, with its line.
///
/// Words need not be sorted, but a word that reappears after others is an error
/// ([`LineError::Reappeared`]): in the order of a locale, equal words need not be adjacent. To find
/// such words, hashes are held, in 3 MB at most. A word is found if it is one of the last 65,536, and
/// so always if there are no more than 65,536 distinct words; beyond that by a sample of all words,
/// which finds unsorted input but can miss a single word.
///
/// ```
/// use csp_toolkit::tally::partial::sum_adjacent;
///
/// let mut sums = Vec::new();
/// let summed = sum_adjacent(&b"to\t1\nto\t1\nbe\t2\n"[..], &mut sums)?;
/// assert_eq!(sums, b"to\t2\nbe\t2\n");
/// assert_eq!((summed.lines, summed.words), (3, 2));
/// # Ok::<(), csp_toolkit::tally::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Read`], [`Error::Line`] and [`Error::Write`]. Sums written before the error must not be
/// used.
pub fn sum_adjacent(input: impl Read, output: impl Write) -> Result<Summed, Error> {
    // Never asks for less, which would cut off a packet.
    let input = BufReader::with_capacity(BUFFER, input);
    let mut reader = Reader::new(input, BUFFER);
    let mut writer = Writer::new(output);
    let (mut word, mut past) = (Vec::new(), Past::new());
    // Zero before the first word: no count is.
    let mut sum = 0_u64;
    while reader.advance()? {
        if sum > 0 && word == reader.word() {
            let (line, source) = (reader.lines(), LineError::SumOverflow);
            sum = sum.checked_add(reader.count()).ok_or(Error::Line { line, source })?;
            continue;
        }
        if past.reappears(reader.word(), reader.word() > &word[..]) {
            return Err(Error::Line { line: reader.lines(), source: LineError::Reappeared });
        }
        if sum > 0 {
            writer.entry(&word, sum).map_err(Error::Write)?;
        }
        word.clear();
        word.extend_from_slice(reader.word());
        sum = reader.count();
    }
    if sum > 0 {
        writer.entry(&word, sum).map_err(Error::Write)?;
    }
    writer.flush().map_err(Error::Write)?;
    Ok(Summed { bytes: reader.bytes(), lines: reader.lines(), words: writer.entries() })
}

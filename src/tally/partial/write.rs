//! The lines of a partial tally, written.

use super::line::{Flaw, LONGEST};
use crate::tally::Ranking;
use crate::tally::report::ReportError;
use std::io::{self, ErrorKind, Write};

/// Bytes written at a time.
const BUFFER: usize = 128 * 1024;
/// No count has more digits.
const DIGITS: usize = 20;

/// Writes entries, many at a time. What was not flushed when it is dropped is lost, and shows: the
/// last line feed is held back until there is another entry or it is flushed, so that what a writer
/// leaves that failed or was killed does not end as a partial tally does.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    buffer: Vec<u8>,
    /// Whether the last entry's line feed is still to come.
    open: bool,
    entries: u64,
}

impl<W: Write> Writer<W> {
    /// Nothing is written yet.
    pub fn new(output: W) -> Self {
        Self { output, buffer: Vec::new(), open: false, entries: 0 }
    }

    /// Writes the word, a tab, the count, and a line feed. A word that no
    /// [`Reader`](super::Reader) takes is an error.
    pub fn entry(&mut self, word: &[u8], count: u64) -> io::Result<()> {
        if word.len() > LONGEST {
            return Err(io::Error::new(ErrorKind::InvalidInput, Flaw::TooLong));
        }
        if self.buffer.len() + word.len() > BUFFER {
            self.write_out()?;
        }
        self.end_line();
        self.buffer.extend_from_slice(word);
        self.buffer.push(b'\t');
        put_number(&mut self.buffer, count);
        self.open = true;
        self.entries += 1;
        Ok(())
    }

    /// How many there have been.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Sees to it that all that was written is on its way.
    pub fn flush(&mut self) -> io::Result<()> {
        self.end_line();
        self.write_out()?;
        self.output.flush()
    }

    /// What the entries were written to, all of them.
    pub fn into_inner(mut self) -> io::Result<W> {
        self.flush()?;
        Ok(self.output)
    }

    fn end_line(&mut self) {
        if self.open {
            self.buffer.push(b'\n');
            self.open = false;
        }
    }

    fn write_out(&mut self) -> io::Result<()> {
        self.output.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

/// What was written of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Lines: different words.
    pub entries: u64,
    /// Words: the sum of all counts, or the most that a `u64` holds.
    pub words: u64,
}

/// Writes a list, which is to be in the order of its words' bytes, as a partial tally.
///
/// On an error, entries may have been written that must not be used.
///
/// ```
/// use csp_toolkit::tally::partial::write;
/// use csp_toolkit::tally::{By, Choice, Config, Order, Source, count};
/// use std::num::NonZeroUsize;
///
/// let sources = vec![Source::Reader(Box::new(&b"to be, or not to be"[..]))];
/// let config = Config::new(NonZeroUsize::MIN);
/// let order = Order { by: By::Word, reverse: false };
/// let choice = Choice { order, ..Choice::default() };
/// let mut list = count(sources, &config, |_, _| {})?.choose(&choice)?;
/// let mut output = Vec::new();
/// let written = write(&mut list, &mut output)?;
/// assert_eq!(output, b"be\t1\nbe,\t1\nnot\t1\nor\t1\nto\t2\n");
/// assert_eq!((written.entries, written.words), (5, 6));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write(list: &mut Ranking<'_>, output: impl Write) -> Result<Written, ReportError> {
    let mut writer = Writer::new(output);
    let mut words = 0_u64;
    while let Some((word, count)) = list.next()? {
        words = words.saturating_add(count);
        writer.entry(word, count)?;
    }
    writer.flush()?;
    Ok(Written { entries: writer.entries(), words })
}

/// Formatting that knows nothing but whole numbers: several times as fast as the general one.
fn put_number(into: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; DIGITS];
    let mut at = DIGITS;
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return into.extend_from_slice(&digits[at..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_flushed_ends_within_a_line() {
        let mut output = Vec::new();
        let mut writer = Writer::new(&mut output);
        for _ in 0..BUFFER {
            writer.entry(b"word", 10).unwrap();
        }
        drop(writer);
        assert!(output.len() > BUFFER && output.ends_with(b"\nword\t10"));
    }

    #[test]
    fn entries_are_lines() {
        let mut output = Vec::new();
        let long = vec![b'x'; 2 * BUFFER];
        let mut writer = Writer::new(&mut output);
        for (word, count) in [(&b"a"[..], 0), (b"b", u64::MAX), (&long, 10)] {
            writer.entry(word, count).unwrap();
        }
        writer.flush().unwrap();
        assert_eq!(writer.entries(), 3);
        assert!(output == [b"a\t0\nb\t18446744073709551615\n", &long[..], b"\t10\n"].concat());
    }
}

//! The lines of a partial tally, written.

use super::line::{LONGEST, LineError};
use crate::tally::{Error, Ranking};
use std::io::{self, ErrorKind, Write};

/// Bytes written at a time.
const BUFFER: usize = 128 * 1024;

/// Writes the lines of a partial tally, many at a time. Call [`flush`](Writer::flush) at the end.
///
/// The last line feed is held back until the next entry or flush. So the output of a writer that
/// failed, was killed, or was dropped without a flush does not end like a partial tally.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    buffer: Vec<u8>,
    /// Whether the line feed of the last entry is still to come.
    open: bool,
    entries: u64,
}

impl<W: Write> Writer<W> {
    /// Returns a writer. Nothing is written yet.
    pub fn new(output: W) -> Self {
        Self { output, buffer: Vec::new(), open: false, entries: 0 }
    }

    /// Writes the word, a tab, the count, and a line feed.
    ///
    /// # Errors
    ///
    /// Those of the output, and [`ErrorKind::InvalidInput`] for a word that is too long for a
    /// [`Reader`](super::Reader).
    pub fn entry(&mut self, word: &[u8], count: u64) -> io::Result<()> {
        if word.len() > LONGEST {
            return Err(io::Error::new(ErrorKind::InvalidInput, LineError::TooLong));
        }
        if self.buffer.len() + word.len() > BUFFER {
            self.write_out()?;
        }
        self.end_line();
        self.buffer.extend_from_slice(word);
        self.buffer.push(b'\t');
        self.buffer.extend_from_slice(itoa::Buffer::new().format(count).as_bytes());
        self.open = true;
        self.entries += 1;
        Ok(())
    }

    /// Returns the number of entries written.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Writes all entries to the output and flushes it.
    pub fn flush(&mut self) -> io::Result<()> {
        self.end_line();
        self.write_out()?;
        self.output.flush()
    }

    /// Flushes and returns the output.
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

/// What [`write()`] wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Lines, which are distinct words.
    pub lines: u64,
    /// The sum of all counts, at most `u64::MAX`.
    pub words: u64,
}

/// Writes a list, which must be sorted by [`SortKey::Word`](crate::tally::SortKey::Word), as a partial
/// tally.
///
/// ```
/// use csp_toolkit::tally::partial::write;
/// use csp_toolkit::tally::{Error, Filter, Settings, SortKey, Source, count_sources};
///
/// let sources = vec![Source::reader(&b"to be, or not to be"[..])];
/// let settings = Settings::default();
/// let counts = count_sources(sources, &settings, |_, error| panic!("{error}"))?;
/// let mut list = counts.rank(&Filter::default().sort_by(SortKey::Word))?;
/// let mut output = Vec::new();
/// let written = write(&mut list, &mut output)?;
/// assert_eq!(output, b"be\t1\nbe,\t1\nnot\t1\nor\t1\nto\t2\n");
/// assert_eq!((written.lines, written.words), (5, 6));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Write`] and [`Error::Temporary`]. Lines written before the error must not be used.
pub fn write(list: &mut Ranking<'_>, output: impl Write) -> Result<Written, Error> {
    let mut writer = Writer::new(output);
    let mut words = 0_u64;
    while let Some((word, count)) = list.next()? {
        words = words.saturating_add(count);
        writer.entry(word, count).map_err(Error::Write)?;
    }
    writer.flush().map_err(Error::Write)?;
    Ok(Written { lines: writer.entries(), words })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_that_was_not_flushed_ends_within_a_line() {
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

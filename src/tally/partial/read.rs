//! The lines of a partial tally, read and checked.

use super::line::{LineError, PADDING, parse};
use super::memory_budget::MemoryBudget;
use crate::io::retry;
use crate::tally::Error;
use crate::tally::key::Key;
use std::cmp::Ordering;
use std::io::Read;
use std::ops::Range;

/// Reads the lines of a partial tally, one after the other.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    /// Bytes read at a time.
    size: usize,
    /// The bytes that the buffer has beyond that.
    beyond: MemoryBudget,
    /// The bytes read, and the padding. Those before the last entry's word are dropped at the next
    /// read.
    buffer: Vec<u8>,
    filled: usize,
    ended: bool,
    /// How many bytes of the buffer are known to be UTF-8.
    checked: usize,
    /// Where the next line is.
    next: usize,
    /// The line number of the last entry.
    line: u64,
    /// Where in the buffer the word of the last entry is, and the word before it.
    word: Range<usize>,
    before: Range<usize>,
    key: Key,
    count: u64,
    taken: u64,
}

impl<R: Read> Reader<R> {
    /// Returns a reader that reads `buffer` bytes at a time, or more for a longer line.
    pub fn new(input: R, buffer: usize) -> Self {
        Self::sharing(input, buffer, MemoryBudget::unlimited())
    }

    /// The same, with a budget of memory for longer lines.
    pub(super) fn sharing(input: R, buffer: usize, beyond: MemoryBudget) -> Self {
        Self {
            input,
            size: buffer.max(1),
            beyond,
            buffer: vec![b'\n'; PADDING],
            filled: 0,
            ended: false,
            checked: 0,
            next: 0,
            line: 0,
            word: 0..0,
            before: 0..0,
            key: Key::default(),
            count: 0,
            taken: 0,
        }
    }

    /// Returns the next word and its count, until there is none. The words can be in any order.
    ///
    /// ```
    /// use csp_toolkit::tally::Error;
    /// use csp_toolkit::tally::partial::{LineError, Reader};
    ///
    /// let mut entries = Reader::new(&b"be\t2\nis\ttwo\n"[..], 1024);
    /// assert_eq!(entries.next()?, Some((&b"be"[..], 2)));
    /// let error = entries.next().unwrap_err();
    /// assert!(matches!(error, Error::Line { line: 2, source: LineError::NotACount }));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Read`] and, for a malformed line, [`Error::Line`].
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend what it yields")]
    pub fn next(&mut self) -> Result<Option<(&[u8], u64)>, Error> {
        Ok(if self.advance()? { Some((self.word(), self.count)) } else { None })
    }

    /// Returns the number of lines read.
    pub fn lines(&self) -> u64 {
        self.line
    }

    /// Returns the number of bytes read.
    pub fn bytes(&self) -> u64 {
        self.taken
    }

    pub(super) fn word(&self) -> &[u8] {
        &self.buffer[self.word.clone()]
    }

    pub(super) fn key(&self) -> Key {
        self.key
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Goes on to the next entry. Returns false if there is none.
    #[inline]
    pub(super) fn advance(&mut self) -> Result<bool, Error> {
        let entry = loop {
            match parse(&self.buffer, self.next, self.filled) {
                Ok(Some(entry)) => break entry,
                Ok(None) if !self.ended => self.fill()?,
                Ok(None) if self.next == self.filled => {
                    self.free();
                    return Ok(false);
                }
                Ok(None) => return Err(self.error(LineError::CutOff)),
                Err(source) => return Err(self.error(source)),
            }
        };
        if entry.end > self.checked {
            return Err(self.error(LineError::NotUtf8));
        }
        self.before = std::mem::replace(&mut self.word, self.next..entry.tab);
        (self.key, self.count, self.next) = (entry.key, entry.count, entry.end);
        self.line += 1;
        Ok(true)
    }

    /// The same, for a file whose words must be in order.
    #[inline]
    pub(super) fn advance_sorted(&mut self) -> Result<bool, Error> {
        let key = self.key;
        if !self.advance()? {
            return Ok(false);
        }
        // The first word has no word before it.
        if self.key > key || self.line == 1 {
            return Ok(true);
        }
        let before = &self.buffer[self.before.clone()];
        let source = match self.word().cmp(before) {
            Ordering::Greater => return Ok(true),
            Ordering::Equal => LineError::Duplicate,
            Ordering::Less => LineError::Unsorted,
        };
        Err(Error::Line { line: self.line, source })
    }

    /// Returns the error of the line after the last entry's.
    #[cold]
    fn error(&self, source: LineError) -> Error {
        Error::Line { line: self.line + 1, source }
    }

    /// Fills the buffer, after moving the last entry's word to its beginning.
    #[cold]
    fn fill(&mut self) -> Result<(), Error> {
        let gone = self.word.start;
        self.buffer.copy_within(gone..self.filled, 0);
        self.filled -= gone;
        self.next -= gone;
        self.checked -= gone;
        self.word = 0..self.word.end - gone;
        self.make_room()?;
        // To the end: a long line that is parsed again for every few bytes would take very long.
        let end = self.buffer.len() - PADDING;
        while self.filled < end && !self.ended {
            let read = retry(|| self.input.read(&mut self.buffer[self.filled..end]));
            match read.map_err(Error::Read)? {
                0 => self.ended = true,
                count => {
                    self.filled += count;
                    self.taken += count as u64;
                }
            }
        }
        self.buffer[self.filled] = b'\n';
        // The last character may be cut off, so bytes that are not UTF-8 are checked again later.
        self.checked += match std::str::from_utf8(&self.buffer[self.checked..self.filled]) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        Ok(())
    }

    /// Frees the memory, after the end of the input.
    #[cold]
    fn free(&mut self) {
        self.buffer = vec![b'\n'; PADDING];
        (self.filled, self.checked, self.next, self.word) = (0, 0, 0, 0..0);
        self.beyond.release();
    }

    /// Gives the buffer room for as many bytes again as are in it, and shrinks it after a long line.
    fn make_room(&mut self) -> Result<(), Error> {
        let full = self.filled + PADDING == self.buffer.len();
        if !full && 2 * self.filled > self.size {
            return Ok(());
        }
        let room = (2 * self.filled).max(self.size);
        if !self.beyond.resize(room - self.size) {
            return Err(self.error(LineError::NoMemory));
        }
        self.buffer.resize(room + PADDING, 0);
        self.buffer.shrink_to(room + PADDING);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Writer;
    use super::super::line::LONGEST;
    use super::*;
    use std::io;

    fn message(error: Error) -> String {
        let Error::Line { line, source } = error else { panic!("{error}") };
        format!("line {line}: {source}")
    }

    /// Returns all entries, read `buffer` bytes at a time, or the error with its cause.
    fn read(text: &[u8], buffer: usize) -> Result<Vec<(Vec<u8>, u64)>, String> {
        let mut reader = Reader::new(text, buffer);
        let mut entries = Vec::new();
        while reader.advance_sorted().map_err(message)? {
            assert!(reader.key() == Key::of(reader.word()));
            entries.push((reader.word().to_vec(), reader.count()));
        }
        assert_eq!((reader.lines(), reader.bytes()), (entries.len() as u64, text.len() as u64));
        Ok(entries)
    }

    #[test]
    fn entries_of_any_length_come_out_of_buffers_of_any_length() {
        let words = ["\0", "a", "a\0", "fifteen byte.", "fifteen bytes..", "fifteen bytes..\0"]
            .map(str::to_owned)
            .into_iter()
            .chain((1..4).map(|long| format!("sixteen bytes...{}", "é".repeat(long * 1000))));
        let entries: Vec<_> = words.zip([1, 10, u64::MAX, 7, 8, 9].into_iter().cycle()).collect();
        let mut writer = Writer::new(Vec::new());
        for (word, count) in &entries {
            writer.entry(word.as_bytes(), *count).unwrap();
        }
        let text = writer.into_inner().unwrap();
        for buffer in [1, 2, 20, 1000, 100_000] {
            let read = read(&text, buffer).unwrap();
            let read =
                read.iter().map(|(word, count)| (std::str::from_utf8(word).unwrap(), *count));
            assert!(read.eq(entries.iter().map(|(word, count)| (&**word, *count))), "{buffer}");
        }
        assert_eq!(read(b"", 10), Ok(Vec::new()));
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_the_memory() {
        for (begin, rest, expected) in [
            ("", b'x', LineError::TooLong),
            ("", 0, LineError::TooLong),
            ("b\t", b'1', LineError::CountOverflow),
            ("b\t", b'0', LineError::NotACount),
        ] {
            let input = b"a\t1\n".chain(begin.as_bytes()).chain(io::repeat(rest));
            let mut reader = Reader::new(input, 1000);
            assert_eq!(reader.next().unwrap(), Some((&b"a"[..], 1)));
            assert_eq!(message(reader.next().unwrap_err()), format!("line 2: {expected}"));
            assert!(reader.buffer.len() < 4 * LONGEST);
        }
    }

    #[test]
    fn a_word_of_the_longest_length_is_read_and_a_longer_one_refused() {
        let word = vec![b'x'; LONGEST + 1];
        let mut writer = Writer::new(Vec::new());
        writer.entry(&word[1..], 7).unwrap();
        let error = writer.entry(&word, 7).unwrap_err();
        assert_eq!(error.to_string(), LineError::TooLong.to_string());
        let text = writer.into_inner().unwrap();
        assert!(read(&text, 1000).unwrap() == [(word[1..].to_vec(), 7)]);
        for buffer in [1000, 40 << 20] {
            let refused = Err(format!("line 1: {}", LineError::TooLong));
            assert_eq!(read(&[b"x", &text[..]].concat(), buffer), refused);
        }
    }

    #[test]
    fn a_malformed_line_is_an_error_with_its_number() {
        let long = format!("a\t1\n{}", "word".repeat(20));
        for (text, expected) in [
            ("a\t1\nb\nc\t1\n", LineError::NoTab),
            ("a\t1\n\n", LineError::NoTab),
            ("a\t1\n\t2\n", LineError::NoWord),
            ("a\t1\nb\t\n", LineError::NotACount),
            ("a\t1\nb\t0\n", LineError::NotACount),
            ("a\t1\nb\t01\n", LineError::NotACount),
            ("a\t1\nb\t+1\n", LineError::NotACount),
            ("a\t1\nb\t-1\n", LineError::NotACount),
            ("a\t1\nb\t1\r\n", LineError::NotACount),
            ("a\t1\nb\t1\t1\n", LineError::NotACount),
            ("a\t1\nb\t18446744073709551616\n", LineError::CountOverflow),
            ("a\t1\nb\t99999999999999999999999\n", LineError::CountOverflow),
            ("a\t1\nb\t1", LineError::CutOff),
            ("a\t1\nb", LineError::CutOff),
            (&long, LineError::CutOff),
            (&format!("{long}\n"), LineError::NoTab),
            ("a\t1\na\t1\n", LineError::Duplicate),
            ("a\t1\nA\t1\n", LineError::Unsorted),
            ("a\t1\n\0\t1\n", LineError::Unsorted),
        ] {
            for buffer in [1, 100] {
                assert_eq!(
                    read(text.as_bytes(), buffer),
                    Err(format!("line 2: {expected}")),
                    "{text:?}"
                );
            }
        }
        for bytes in
            [&b"a\t1\n\xFF\t1\nb\t1\n"[..], b"a\t1\nx\xC3\t1\n", b"a\t1\n\xED\xA0\x80\t1\n"]
        {
            assert_eq!(read(bytes, 3), Err(format!("line 2: {}", LineError::NotUtf8)), "{bytes:?}");
        }
    }
}

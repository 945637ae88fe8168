//! The lines of a partial tally, read and checked.

use super::line::{Flaw, Key, PADDING, parse};
use super::share::Share;
use std::cmp::Ordering;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;

/// Why an input could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system's reason.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is damaged, or not what it was taken for.
    #[error("line {line}: {flaw}")]
    Line {
        /// Counted from 1.
        line: u64,
        /// What is wrong there.
        flaw: Flaw,
    },
}

/// Reads entries, one after the other, and holds the last.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    /// How many bytes are read at a time.
    size: usize,
    /// What the buffer has beyond that.
    beyond: Share,
    /// What was read, and the padding. What comes before the last entry's word goes when there is
    /// more to read.
    buffer: Vec<u8>,
    filled: usize,
    ended: bool,
    /// How much of the buffer is known to be UTF-8.
    checked: usize,
    /// Where the next line is.
    next: usize,
    /// The number of the last entry's line.
    line: u64,
    /// Where in the buffer the last entry's word is, and the one before.
    word: Range<usize>,
    before: Range<usize>,
    key: Key,
    count: u64,
    taken: u64,
}

impl<R: Read> Reader<R> {
    /// Reads `buffer` bytes at a time; more, should a line be longer.
    pub fn new(input: R, buffer: usize) -> Self {
        Self::sharing(input, buffer, Share::unlimited())
    }

    /// The same, with so much memory for lines that are longer.
    pub(super) fn sharing(input: R, buffer: usize, beyond: Share) -> Self {
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

    /// The next word and its count, until there is none.
    ///
    /// ```
    /// use csp_toolkit::tally::partial::Reader;
    ///
    /// let mut entries = Reader::new(&b"be\t2\nis\ttwo\n"[..], 1024);
    /// assert_eq!(entries.next()?, Some((&b"be"[..], 2)));
    /// let error = entries.next().unwrap_err();
    /// assert_eq!(error.to_string(), "line 2: the count is not a whole number from 1 up");
    /// # Ok::<(), csp_toolkit::tally::partial::ReadError>(())
    /// ```
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend what it yields")]
    pub fn next(&mut self) -> Result<Option<(&[u8], u64)>, ReadError> {
        Ok(if self.advance()? { Some((self.word(), self.count)) } else { None })
    }

    /// How many lines have been read.
    pub fn lines(&self) -> u64 {
        self.line
    }

    /// How many bytes have been read.
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

    /// Goes on to the next entry, if there is one.
    #[inline]
    pub(super) fn advance(&mut self) -> Result<bool, ReadError> {
        let entry = loop {
            match parse(&self.buffer, self.next, self.filled) {
                Ok(Some(entry)) => break entry,
                Ok(None) if !self.ended => self.fill()?,
                Ok(None) if self.next == self.filled => {
                    self.let_go();
                    return Ok(false);
                }
                Ok(None) => return Err(self.flaw(Flaw::CutOff)),
                Err(flaw) => return Err(self.flaw(flaw)),
            }
        };
        if entry.end > self.checked {
            return Err(self.flaw(Flaw::NotUtf8));
        }
        self.before = std::mem::replace(&mut self.word, self.next..entry.tab);
        (self.key, self.count, self.next) = (entry.key, entry.count, entry.end);
        self.line += 1;
        Ok(true)
    }

    /// The same, in a file whose words are in order.
    #[inline]
    pub(super) fn advance_sorted(&mut self) -> Result<bool, ReadError> {
        let key = self.key;
        if !self.advance()? {
            return Ok(false);
        }
        // The first word comes after nothing.
        if self.key > key || self.line == 1 {
            return Ok(true);
        }
        let before = &self.buffer[self.before.clone()];
        let flaw = match self.word().cmp(before) {
            Ordering::Greater => return Ok(true),
            Ordering::Equal => Flaw::Repeated,
            Ordering::Less => Flaw::Unsorted,
        };
        Err(ReadError::Line { line: self.line, flaw })
    }

    /// What is wrong with the line after the last entry's.
    #[cold]
    fn flaw(&self, flaw: Flaw) -> ReadError {
        ReadError::Line { line: self.line + 1, flaw }
    }

    /// Fills the buffer, which begins with the last entry's word from then on.
    #[cold]
    fn fill(&mut self) -> Result<(), ReadError> {
        let gone = self.word.start;
        self.buffer.copy_within(gone..self.filled, 0);
        self.filled -= gone;
        self.next -= gone;
        self.checked -= gone;
        self.word = 0..self.word.end - gone;
        self.make_room()?;
        // To the end: a line that is looked at again for every few bytes would take for ever.
        let end = self.buffer.len() - PADDING;
        while self.filled < end && !self.ended {
            match self.input.read(&mut self.buffer[self.filled..end]) {
                Ok(0) => self.ended = true,
                Ok(count) => {
                    self.filled += count;
                    self.taken += count as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.buffer[self.filled] = b'\n';
        // A character may be cut off by the end, so what is no UTF-8 stays to be looked at.
        self.checked += match std::str::from_utf8(&self.buffer[self.checked..self.filled]) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        Ok(())
    }

    /// Needs no memory any more, now that all has been read.
    #[cold]
    fn let_go(&mut self) {
        self.buffer = vec![b'\n'; PADDING];
        (self.filled, self.checked, self.next, self.word) = (0, 0, 0, 0..0);
        self.beyond.release();
    }

    /// Gives the buffer room for as much as is in it once more, and takes away what a long line
    /// had needed.
    fn make_room(&mut self) -> Result<(), ReadError> {
        let full = self.filled + PADDING == self.buffer.len();
        if !full && 2 * self.filled > self.size {
            return Ok(());
        }
        let room = (2 * self.filled).max(self.size);
        if !self.beyond.resize(room - self.size) {
            return Err(self.flaw(Flaw::NoMemory));
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

    /// All entries, or what is wrong, read so many bytes at a time.
    fn read(text: &[u8], buffer: usize) -> Result<Vec<(Vec<u8>, u64)>, String> {
        let mut reader = Reader::new(text, buffer);
        let mut entries = Vec::new();
        while reader.advance_sorted().map_err(|error| error.to_string())? {
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
        for (begin, rest, flaw) in [
            ("", b'x', Flaw::TooLong),
            ("", 0, Flaw::TooLong),
            ("b\t", b'1', Flaw::CountTooBig),
            ("b\t", b'0', Flaw::NotACount),
        ] {
            let input = b"a\t1\n".chain(begin.as_bytes()).chain(io::repeat(rest));
            let mut reader = Reader::new(input, 1000);
            assert_eq!(reader.next().unwrap(), Some((&b"a"[..], 1)));
            assert_eq!(reader.next().unwrap_err().to_string(), format!("line 2: {flaw}"));
            assert!(reader.buffer.len() < 4 * LONGEST);
        }
    }

    #[test]
    fn a_word_may_be_as_long_as_it_says_and_no_longer() {
        let word = vec![b'x'; LONGEST + 1];
        let mut writer = Writer::new(Vec::new());
        writer.entry(&word[1..], 7).unwrap();
        let error = writer.entry(&word, 7).unwrap_err();
        assert_eq!(error.to_string(), Flaw::TooLong.to_string());
        let text = writer.into_inner().unwrap();
        assert!(read(&text, 1000).unwrap() == [(word[1..].to_vec(), 7)]);
        for buffer in [1000, 40 << 20] {
            let refused = Err(format!("line 1: {}", Flaw::TooLong));
            assert_eq!(read(&[b"x", &text[..]].concat(), buffer), refused);
        }
    }

    #[test]
    fn what_is_no_entry_is_refused_with_its_line() {
        let long = format!("a\t1\n{}", "word".repeat(20));
        for (text, flaw) in [
            ("a\t1\nb\nc\t1\n", Flaw::NoTab),
            ("a\t1\n\n", Flaw::NoTab),
            ("a\t1\n\t2\n", Flaw::NoWord),
            ("a\t1\nb\t\n", Flaw::NotACount),
            ("a\t1\nb\t0\n", Flaw::NotACount),
            ("a\t1\nb\t01\n", Flaw::NotACount),
            ("a\t1\nb\t+1\n", Flaw::NotACount),
            ("a\t1\nb\t-1\n", Flaw::NotACount),
            ("a\t1\nb\t1\r\n", Flaw::NotACount),
            ("a\t1\nb\t1\t1\n", Flaw::NotACount),
            ("a\t1\nb\t18446744073709551616\n", Flaw::CountTooBig),
            ("a\t1\nb\t99999999999999999999999\n", Flaw::CountTooBig),
            ("a\t1\nb\t1", Flaw::CutOff),
            ("a\t1\nb", Flaw::CutOff),
            (&long, Flaw::CutOff),
            (&format!("{long}\n"), Flaw::NoTab),
            ("a\t1\na\t1\n", Flaw::Repeated),
            ("a\t1\nA\t1\n", Flaw::Unsorted),
            ("a\t1\n\0\t1\n", Flaw::Unsorted),
        ] {
            for buffer in [1, 100] {
                assert_eq!(
                    read(text.as_bytes(), buffer),
                    Err(format!("line 2: {flaw}")),
                    "{text:?}"
                );
            }
        }
        for bytes in
            [&b"a\t1\n\xFF\t1\nb\t1\n"[..], b"a\t1\nx\xC3\t1\n", b"a\t1\n\xED\xA0\x80\t1\n"]
        {
            assert_eq!(read(bytes, 3), Err(format!("line 2: {}", Flaw::NotUtf8)), "{bytes:?}");
        }
    }
}

//! The lines of a partial tally, read and checked.

use std::cmp::Ordering;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// There is no tab in it.
    #[error("no tab between a word and a count")]
    NoTab,
    /// The tab is at its beginning.
    #[error("no word before the tab")]
    NoWord,
    /// The word is not what a tally has.
    #[error("the word is not UTF-8")]
    NotUtf8,
    /// What follows the tab is not a count.
    #[error("the count is not a whole number from 1 up")]
    NotACount,
    /// It is, but a `u64` does not hold it.
    #[error("the count is more than 64 bits hold")]
    CountTooBig,
    /// It is the last, and has no line feed.
    #[error("the line does not end; the input may be cut off")]
    CutOff,
    /// Its word is less than that of the line before.
    #[error("not sorted: the word comes before that of the line before")]
    Unsorted,
    /// Its word is that of the line before.
    #[error("the word of the line before once more")]
    Repeated,
}

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

/// A word in a number: the first bytes, then the length. Keys compare as their words do, but for
/// words that are longer and begin with the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(u128);

/// How many bytes of a word are in its key.
const KEY: usize = size_of::<Key>() - 1;

impl Key {
    pub(super) fn of(word: &[u8]) -> Self {
        let mut bytes = [0; size_of::<Self>()];
        let length = word.len().min(KEY);
        bytes[..length].copy_from_slice(&word[..length]);
        Self(u128::from_be_bytes(bytes) | word.len().min(KEY + 1) as u128)
    }

    /// The key of the first `length` of these bytes, which are more than a key has.
    #[inline]
    fn of_window(window: u128, length: usize) -> Self {
        let word = window & ((1 << (8 * length)) - 1);
        Self(word.swap_bytes() | length as u128)
    }

    /// What comes after all words.
    pub(super) const END: Self = Self(u128::MAX);

    /// Whether the word is longer than what is in its key.
    #[inline]
    pub(super) fn is_cut(self) -> bool {
        self.0 & 0xFF == KEY as u128 + 1
    }
}

/// Bytes behind those that were read, so that a word can be taken as a number wherever it is. The
/// first is a line feed, so that no search runs on into the others.
const PADDING: usize = size_of::<u128>();

/// Reads entries, one after the other, and holds the last.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    /// How many bytes are read at a time.
    size: usize,
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
        Self {
            input,
            size: buffer,
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
                Ok(None) if self.next == self.filled => return Ok(false),
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
    fn fill(&mut self) -> io::Result<()> {
        let gone = self.word.start;
        self.buffer.copy_within(gone..self.filled, 0);
        self.filled -= gone;
        self.next -= gone;
        self.checked -= gone;
        self.word = 0..self.word.end - gone;
        if self.filled + PADDING == self.buffer.len() {
            self.buffer.resize((2 * self.filled).max(self.size) + PADDING, 0);
        }
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
                Err(error) => return Err(error),
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
}

/// A line in a buffer.
struct Entry {
    key: Key,
    /// Where the tab is, before which the word ends.
    tab: usize,
    count: u64,
    /// Where the next line begins.
    end: usize,
}

/// The line at `start`, unless its end is not among the `filled` bytes.
#[inline]
fn parse(buffer: &[u8], start: usize, filled: usize) -> Result<Option<Entry>, Flaw> {
    let (window, _) = buffer[start..].split_first_chunk().ok_or(Flaw::CutOff)?;
    let window = u128::from_le_bytes(*window);
    let (tab, feed) = (first(window, b'\t'), first(window, b'\n'));
    let (tab, key) = if tab < feed {
        (start + tab, Key::of_window(window, tab))
    } else if feed < PADDING {
        return if start + feed >= filled { Ok(None) } else { Err(Flaw::NoTab) };
    } else {
        match find_tab(buffer, start + PADDING, filled)? {
            Some(tab) => (tab, Key::of(&buffer[start..tab])),
            None => return Ok(None),
        }
    };
    if tab == start {
        return Err(Flaw::NoWord);
    }
    // Ends at the line feed after what is filled at the latest.
    let mut end = tab + 1;
    let mut count = 0_u64;
    while buffer[end].is_ascii_digit() {
        count = count.wrapping_mul(10).wrapping_add(u64::from(buffer[end] - b'0'));
        end += 1;
    }
    if end >= filled {
        return Ok(None);
    }
    let digits = &buffer[tab + 1..end];
    if buffer[end] != b'\n' || digits.is_empty() || digits[0] == b'0' {
        return Err(Flaw::NotACount);
    }
    if digits.len() > SAFE_DIGITS {
        count = checked(digits)?;
    }
    Ok(Some(Entry { key, tab, count, end: end + 1 }))
}

/// With so many digits there is no number that a `u64` does not hold.
const SAFE_DIGITS: usize = 19;

#[cold]
fn checked(digits: &[u8]) -> Result<u64, Flaw> {
    let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    number.ok_or(Flaw::CountTooBig)
}

/// Where the tab of a line is whose word is longer than a key.
#[cold]
fn find_tab(buffer: &[u8], from: usize, filled: usize) -> Result<Option<usize>, Flaw> {
    let rest = buffer.get(from..filled).unwrap_or_default();
    match rest.iter().position(|byte| matches!(byte, b'\t' | b'\n')) {
        Some(at) if rest[at] == b'\n' => Err(Flaw::NoTab),
        at => Ok(at.map(|at| from + at)),
    }
}

/// Where the first such byte is in the window, or how long the window is.
#[inline]
fn first(window: u128, byte: u8) -> usize {
    const ONES: u128 = u128::from_ne_bytes([1; size_of::<u128>()]);
    let zeros = window ^ (ONES * u128::from(byte));
    // The lowest bit that is set is that of the first zero; those above may deceive.
    let found = zeros.wrapping_sub(ONES) & !zeros & (ONES << 7);
    found.trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::super::Writer;
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

    #[test]
    fn keys_compare_as_their_words_do() {
        let words = ["", "\0", "a", "a\0", "ab", "fifteen bytes..", "fifteen bytes..\0", "ÿ"];
        assert!(words.map(|word| Key::of(word.as_bytes())).is_sorted_by(|a, b| a < b));
        let keys = ["fifteen bytes..a", "fifteen bytes..b"].map(|word| Key::of(word.as_bytes()));
        assert!(keys[0] == keys[1] && keys[0].is_cut());
        assert!(!Key::of(b"fifteen bytes..").is_cut());
    }
}

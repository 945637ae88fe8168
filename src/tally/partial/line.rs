//! A line of a partial tally, found and checked.

/// Bytes in a word, at most: an input that has no tab is not to fill the memory.
pub(super) const LONGEST: usize = 16 << 20;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// There is no tab in it.
    #[error("no tab between a word and a count")]
    NoTab,
    /// The tab is at its beginning.
    #[error("no word before the tab")]
    NoWord,
    /// There are too many bytes before the tab, if there is one.
    #[error("the word is longer than {} MiB", LONGEST >> 20)]
    TooLong,
    /// What other inputs of a merge have leaves no memory to hold it.
    #[error("no memory is left for so long a word")]
    NoMemory,
    /// There are bytes in the word that are not UTF-8, which no tally writes.
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
    #[error("not sorted: the word comes before that of the line before; sort with LC_ALL=C")]
    Unsorted,
    /// Its word is that of the line before.
    #[error("the word of the line before once more")]
    Repeated,
    /// Its word was there before, and not on the line before.
    #[error("not sorted: the word was there before, with others in between; sort with LC_ALL=C")]
    CameBack,
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
pub(super) const PADDING: usize = size_of::<u128>();

/// A line in a buffer.
pub(super) struct Entry {
    pub(super) key: Key,
    /// Where the tab is, before which the word ends.
    pub(super) tab: usize,
    pub(super) count: u64,
    /// Where the next line begins.
    pub(super) end: usize,
}

/// The line at `start`, unless its end is not among the `filled` bytes.
#[inline]
pub(super) fn parse(buffer: &[u8], start: usize, filled: usize) -> Result<Option<Entry>, Flaw> {
    let (window, _) = buffer[start..].split_first_chunk().ok_or(Flaw::CutOff)?;
    let window = u128::from_le_bytes(*window);
    let (tab, feed) = (first(window, b'\t'), first(window, b'\n'));
    let (tab, key) = if tab < feed {
        (start + tab, Key::of_window(window, tab))
    } else if feed < PADDING {
        return if start + feed >= filled { Ok(None) } else { Err(Flaw::NoTab) };
    } else {
        match find_tab(buffer, start, filled)? {
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
    let digits = &buffer[tab + 1..end];
    // Before its end is there, which it may never be.
    if digits.len() > SAFE_DIGITS {
        count = checked(digits)?;
    }
    if end >= filled {
        return Ok(None);
    }
    if buffer[end] != b'\n' || digits.is_empty() || digits[0] == b'0' {
        return Err(Flaw::NotACount);
    }
    Ok(Some(Entry { key, tab, count, end: end + 1 }))
}

/// With so many digits there is no number that a `u64` does not hold.
const SAFE_DIGITS: usize = 19;

#[cold]
fn checked(digits: &[u8]) -> Result<u64, Flaw> {
    if digits[0] == b'0' {
        return Err(Flaw::NotACount);
    }
    let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    number.ok_or(Flaw::CountTooBig)
}

/// Where the tab is in the line at `start`, whose word is longer than a key.
#[cold]
fn find_tab(buffer: &[u8], start: usize, filled: usize) -> Result<Option<usize>, Flaw> {
    let from = start + PADDING;
    let rest = buffer.get(from..filled.min(start + LONGEST + 1)).unwrap_or_default();
    match rest.iter().position(|byte| matches!(byte, b'\t' | b'\n')) {
        Some(at) if rest[at] == b'\n' => Err(Flaw::NoTab),
        None if filled - start > LONGEST => Err(Flaw::TooLong),
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
    use super::*;

    #[test]
    fn keys_compare_as_their_words_do() {
        let words = ["", "\0", "a", "a\0", "ab", "fifteen bytes..", "fifteen bytes..\0", "ÿ"];
        assert!(words.map(|word| Key::of(word.as_bytes())).is_sorted_by(|a, b| a < b));
        let keys = ["fifteen bytes..a", "fifteen bytes..b"].map(|word| Key::of(word.as_bytes()));
        assert!(keys[0] == keys[1] && keys[0].is_cut());
        assert!(!Key::of(b"fifteen bytes..").is_cut());
    }
}

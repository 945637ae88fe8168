//! A line of a partial tally, found and checked.

use crate::tally::key::Key;

/// The most bytes in a word: an input without tabs must not fill the memory.
pub(super) const LONGEST: usize = 16 << 20;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// There is no tab in it.
    #[error("no tab between a word and a count")]
    NoTab,
    /// It begins with the tab.
    #[error("no word before the tab")]
    NoWord,
    /// There are too many bytes before the tab.
    #[error("the word is longer than {} MiB", LONGEST >> 20)]
    TooLong,
    /// The other inputs of a merge leave too little memory for it.
    #[error("not enough memory is left for a word this long")]
    NoMemory,
    /// The word has bytes that are not UTF-8.
    #[error("the word is not UTF-8")]
    NotUtf8,
    /// There is no count after the tab.
    #[error("the count is not a whole number from 1 up")]
    NotACount,
    /// The count does not fit a `u64`.
    #[error("the count overflows 64 bits")]
    CountOverflow,
    /// The sum of the word's counts, up to this line, does not fit a `u64`.
    #[error("the sum of this word's counts overflows 64 bits")]
    SumOverflow,
    /// It is the last line and has no line feed.
    #[error("the line does not end; the input may be cut off")]
    CutOff,
    /// The word comes before that of the previous line.
    #[error("not sorted: the word comes before that of the previous line; sort with LC_ALL=C")]
    Unsorted,
    /// The word is that of the previous line.
    #[error("duplicate word (same as on the previous line)")]
    Duplicate,
    /// The word appeared before, with others in between.
    #[error("not sorted: the word appeared before, with others in between; sort with LC_ALL=C")]
    Reappeared,
}

/// Bytes after those that were read, so that 16 bytes can be loaded wherever a word is. The first is a
/// line feed, so that no search runs on into the others.
pub(super) const PADDING: usize = size_of::<u128>();

/// A line in a buffer.
pub(super) struct Entry {
    pub(super) key: Key,
    /// Where the tab is; the word ends there.
    pub(super) tab: usize,
    pub(super) count: u64,
    /// Where the next line begins.
    pub(super) end: usize,
}

/// Returns the line at `start`; `None` if its end is not among the `filled` bytes.
#[inline]
pub(super) fn parse(
    buffer: &[u8],
    start: usize,
    filled: usize,
) -> Result<Option<Entry>, LineError> {
    let (window, _) = buffer[start..].split_first_chunk().ok_or(LineError::CutOff)?;
    let window = u128::from_le_bytes(*window);
    let (tab, feed) = (first(window, b'\t'), first(window, b'\n'));
    let (tab, key) = if tab < feed {
        (start + tab, Key::of_window(window, tab))
    } else if feed < PADDING {
        return if start + feed >= filled { Ok(None) } else { Err(LineError::NoTab) };
    } else {
        match find_tab(buffer, start, filled)? {
            Some(tab) => (tab, Key::of(&buffer[start..tab])),
            None => return Ok(None),
        }
    };
    if tab == start {
        return Err(LineError::NoWord);
    }
    // Ends at the latest at the line feed after the filled bytes.
    let mut end = tab + 1;
    let mut count = 0_u64;
    while buffer[end].is_ascii_digit() {
        count = count.wrapping_mul(10).wrapping_add(u64::from(buffer[end] - b'0'));
        end += 1;
    }
    let digits = &buffer[tab + 1..end];
    // Checked before the end of the line is there: it may never come.
    if digits.len() > SAFE_DIGITS {
        count = checked(digits)?;
    }
    if end >= filled {
        return Ok(None);
    }
    if buffer[end] != b'\n' || digits.is_empty() || digits[0] == b'0' {
        return Err(LineError::NotACount);
    }
    Ok(Some(Entry { key, tab, count, end: end + 1 }))
}

/// Any number of this many digits fits a `u64`.
const SAFE_DIGITS: usize = 19;

#[cold]
fn checked(digits: &[u8]) -> Result<u64, LineError> {
    if digits[0] == b'0' {
        return Err(LineError::NotACount);
    }
    let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    number.ok_or(LineError::CountOverflow)
}

/// Returns where the tab is in the line at `start`, whose word is longer than a key.
#[cold]
fn find_tab(buffer: &[u8], start: usize, filled: usize) -> Result<Option<usize>, LineError> {
    let from = start + PADDING;
    let rest = buffer.get(from..filled.min(start + LONGEST + 1)).unwrap_or_default();
    match rest.iter().position(|byte| matches!(byte, b'\t' | b'\n')) {
        Some(at) if rest[at] == b'\n' => Err(LineError::NoTab),
        None if filled - start > LONGEST => Err(LineError::TooLong),
        at => Ok(at.map(|at| from + at)),
    }
}

/// Returns where the first such byte is in the window, or the length of the window.
#[inline]
fn first(window: u128, byte: u8) -> usize {
    const ONES: u128 = u128::from_ne_bytes([1; size_of::<u128>()]);
    let zeros = window ^ (ONES * u128::from(byte));
    // The lowest bit set is that of the first zero; those above it can be wrong.
    let found = zeros.wrapping_sub(ONES) & !zeros & (ONES << 7);
    found.trailing_zeros() as usize / 8
}

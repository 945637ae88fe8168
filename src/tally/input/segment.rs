//! A piece of a file, cut so that every word is in one piece.
//!
//! A segment owns the words that begin in it. If it begins within a word, that word belongs to an
//! earlier segment; if it ends within one, it is read on until the word ends. Three bytes decide
//! whether a byte is white space, so no segment needs more than that of the one before.
//!
//! A word longer than a segment is read whole by the segment in which it begins, and once more, piece
//! by piece, by the segments that contain nothing else: twice in all, however long it is.

use super::source::Regular;
use crate::tally::words::{self, LONGEST_SPACE};
use std::io;
use std::ops::Range;

/// Bytes read past a segment's end at first: few words are longer.
const BEYOND: u64 = 256;

/// Reads the segment (offsets in the file) into `buffer`, and returns where in the buffer its words
/// are. Fails if a read fails, or if the last word is longer than `longest` bytes; the words that
/// ended before that are returned too.
pub(in crate::tally) fn read(
    regular: &Regular,
    Range { start, end }: Range<u64>,
    longest: usize,
    buffer: &mut Vec<u8>,
) -> (Range<usize>, io::Result<()>) {
    let origin = regular.start.max(start.saturating_sub(LONGEST_SPACE as u64));
    let mut beyond = BEYOND;
    buffer.clear();
    let mut result = extend(regular, origin, end + beyond, buffer);
    let from = match start - regular.start {
        0 => 0,
        _ => match boundary(buffer, offset(start - origin), 0) {
            Some(from) if from < offset(end - origin) => from,
            _ => return (0..0, result),
        },
    };
    // The space that ends the last word may have begun before the segment's end.
    let mut searched = offset(end - origin).saturating_sub(LONGEST_SPACE);
    loop {
        if let Some(to) = boundary(buffer, offset(end - origin), searched) {
            // No other segment may read the place where this read failed.
            return (from..to, result);
        }
        if result.is_ok() && buffer.len() > offset(end - origin).saturating_add(longest) {
            result = Err(words::too_long(longest));
        }
        if result.is_err() {
            let to = words::last_boundary(&buffer[from..]).map_or(from, |to| from + to);
            return (from..to, result);
        }
        searched = searched.max(buffer.len().saturating_sub(LONGEST_SPACE));
        beyond *= 2;
        let before = buffer.len();
        result = extend(regular, origin, end + beyond, buffer);
        if result.is_ok() && buffer.len() == before {
            return (from..before, Ok(()));
        }
    }
}

/// Reads on until the buffer has all bytes between the two offsets, or the file ends.
fn extend(regular: &Regular, origin: u64, to: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
    regular.read(origin + buffer.len() as u64, to.min(regular.end), buffer)
}

/// Returns the first place, at `least` or after, with white space right before it. Searches from
/// `search` on.
fn boundary(bytes: &[u8], least: usize, mut search: usize) -> Option<usize> {
    while let Some((at, length)) = words::find_space(bytes, search) {
        search = at + length;
        if search >= least {
            return Some(search);
        }
    }
    None
}

/// An offset in a buffer, which fits a `usize`.
#[expect(clippy::cast_possible_truncation, reason = "see above")]
fn offset(bytes: u64) -> usize {
    bytes as usize
}

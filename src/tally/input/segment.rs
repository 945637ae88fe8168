//! A piece of a file, cut so that every word is in one piece.
//!
//! A segment owns the words that begin in it. Where it begins within a word, that word is somebody
//! else's; where it ends within one, it is read on until the word ends. Which bytes are white space
//! can be told from three bytes, so no segment needs to know more of the one before.
//!
//! A word that is longer than segments are is read whole by the segment in which it begins, and
//! once more, piece by piece, by those that find nothing but it: twice in all, however long it is.

use super::source::Regular;
use super::words::{self, LONGEST_SPACE};
use std::io;
use std::ops::Range;

/// Bytes read past a segment's end at first: few words are longer.
const BEYOND: u64 = 256;

/// Reads the segment (offsets in the file) into `buffer`, and tells where in the buffer its words
/// are. An error is that of a read, or that the last word goes on for more than `longest` bytes;
/// the words that ended before it are there.
pub(super) fn read(
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
            // What failed behind it may be nobody else's to read.
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

/// Reads on until the buffer has what is between the two offsets, or the file ends.
fn extend(regular: &Regular, origin: u64, to: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
    regular.read(origin + buffer.len() as u64, to.min(regular.end), buffer)
}

/// The first place, at `least` or after, that white space goes right before; looks at the bytes
/// from `search` on.
fn boundary(bytes: &[u8], least: usize, mut search: usize) -> Option<usize> {
    while let Some((at, length)) = words::find_space(bytes, search) {
        search = at + length;
        if search >= least {
            return Some(search);
        }
    }
    None
}

/// What fits a buffer fits a `usize`.
#[expect(clippy::cast_possible_truncation, reason = "see above")]
fn offset(bytes: u64) -> usize {
    bytes as usize
}

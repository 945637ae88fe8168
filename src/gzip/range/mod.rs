//! A range of the uncompressed bytes, decompressed without what comes before it.
//!
//! The input is walked from unit to unit. A unit is a block of a BGZF file, whose header and trailer
//! say how long it is, or a piece that our [index](super::index) lists. Those before the range are
//! skipped, those that overlap it are inflated by all threads. A [`.gzi`](super::gzi) file spares the
//! walk up to the block in which the range begins.
//!
//! All of these are hints, which are checked where they can be without decoding what is skipped:
//! headers are where they should be, a member's trailer has the length that its index has, and
//! a unit ends exactly where it should and decodes to as many bytes as it should, a block with the
//! right checksum. Where anything else is found, and in any other kind of file, all is decoded in
//! order from the beginning.

mod in_order;
mod units;
mod walk;

pub(super) use in_order::decompress as decompress_in_order;

use super::Error;
use super::settings::Checked;
use std::io::{Read, Seek, Write};
use std::ops::{Bound, Range, RangeBounds};

/// Offsets in the uncompressed data, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteRange {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl ByteRange {
    pub(super) fn of(range: impl RangeBounds<u64>) -> Self {
        let start = match range.start_bound() {
            Bound::Included(&start) => start,
            Bound::Excluded(&before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(&last) => last.saturating_add(1),
            Bound::Excluded(&end) => end,
            Bound::Unbounded => u64::MAX,
        };
        Self { start, end }
    }

    fn is_empty(self) -> bool {
        self.start >= self.end
    }

    fn is_everything(self) -> bool {
        self == Self { start: 0, end: u64::MAX }
    }

    /// The part of a unit that is in the range, from the unit's start.
    #[expect(clippy::cast_possible_truncation, reason = "a unit fits into memory")]
    fn within(self, plain: u64, length: usize) -> Range<usize> {
        let clamp = |offset: u64| offset.saturating_sub(plain).min(length as u64) as usize;
        clamp(self.start)..clamp(self.end)
    }
}

/// Writes a range of what a file decompresses to. Returns the number of bytes.
pub(super) fn decompress(
    mut file: impl Read + Seek + Send,
    index: Option<impl Read + Seek>,
    range: ByteRange,
    mut output: impl Write,
    settings: &Checked,
) -> Result<u64, Error> {
    if range.is_empty() {
        return Ok(0);
    }
    let mut written = 0;
    // All of the data is checked against the checksum of each member, as a range cannot be.
    if !range.is_everything() {
        let complete =
            units::decompress(&mut file, index, range, &mut output, &mut written, settings)?;
        if complete {
            output.flush().map_err(Error::Write)?;
            return Ok(written);
        }
    }
    file.rewind().map_err(Error::Read)?;
    let rest = ByteRange { start: range.start + written, ..range };
    Ok(written + in_order::decompress(file, rest, output, settings)?)
}

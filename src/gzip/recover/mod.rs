//! What can still be had of a damaged file, and what of that is certain.
//!
//! First the file is [scanned](trace) from member to member, and each becomes a list of
//! [parts](members): what can be decoded, and what is missing between. The parts are decoded again to
//! be written. So nothing is written before it is known whether its checksum is right, and memory is
//! bounded.
//!
//! What has a checksum is verified by it: a member, a block of a BGZF file. Nothing else is, since a
//! changed bit mostly decodes to a changed byte and no more. But there are things that hardly any
//! data has by accident, and what has none of them is not written at all: a piece that decodes to just
//! the length in our [index](super::index), or a few blocks that follow each other. After damage, these
//! are [searched](search) for. A block is decoded without the window before it, as a
//! [guess](super::decode) is, and kept from where no byte comes from that window any more.

mod bytes;
mod members;
mod search;
mod trace;

use super::{Error, Settings, Totals, decode};
use members::{Kept, Lost, Part};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::ops::Range;
use trace::{Copied, Scan};

/// How to recover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecoverOptions {
    settings: Settings,
    fill: Option<u8>,
    only_verified: bool,
}

impl RecoverOptions {
    /// Sets how an intact file is decompressed. A damaged one is decoded by one thread.
    #[must_use]
    pub fn settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// Sets a byte that is written in place of each missing one, where it is known how many are
    /// missing, so that what follows is at its offset. None by default.
    #[must_use]
    pub fn fill(self, fill: impl Into<Option<u8>>) -> Self {
        Self { fill: fill.into(), ..self }
    }

    /// Sets whether only data is written that has the right checksum. Off by default: then data that
    /// can be decoded is written, too, and [`Recovered::unverified`] says where.
    #[must_use]
    pub fn only_verified(self, only_verified: bool) -> Self {
        Self { only_verified, ..self }
    }
}

/// What was recovered. Offsets are those in what was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovered {
    /// Whether nothing is missing and all of it is verified.
    pub whole: bool,
    /// Whether the file is intact.
    pub intact: bool,
    /// The bytes written, without those that fill.
    pub written: u64,
    /// The bytes written in place of missing ones.
    pub filled: u64,
    /// The compressed data, in bytes.
    pub compressed: u64,
    /// The number of missing bytes, if it is known.
    pub missing_bytes: Option<u64>,
    /// What is missing, in order: the first thousand ranges.
    pub missing: Vec<Missing>,
    /// The number of further ranges.
    pub more_missing: u64,
    /// Where what was written has no checksum, or not the right one. A very long list is shortened:
    /// then its last range also contains data that is verified.
    pub unverified: Vec<Range<u64>>,
}

/// Something that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missing {
    /// The compressed bytes that could not be used, and that the missing ones come from or depend on.
    /// Not all of them need be damaged. Where the file ends early, there are none.
    pub compressed: Range<u64>,
    /// Where the missing bytes should be in what was written, or where those are that fill.
    pub offset: u64,
    /// The number of missing bytes, if it is known.
    pub length: Option<u64>,
}

/// Fewer known bytes are of no use among unknown ones.
const FEW: usize = 512;
/// The most ranges that are reported.
const RANGES: usize = 1000;
/// The most bytes that fill, for each byte of the file: as many as it can decode to.
const FILL: u64 = super::index::Index::BEST_RATIO as u64;

/// Writes all that can still be had of a damaged file, in order, and reports what is missing and what
/// is not verified. Of an intact file, that is what [`decompress`](super::decompress) writes.
///
/// If there is nothing to be had, the error is that of [`decompress`](super::decompress).
///
/// ```
/// use csp_toolkit::gzip::{self, Format, RecoverOptions, Settings};
/// use std::io::Cursor;
///
/// let text = b"in the beginning was the word ".repeat(10_000);
/// let mut packed = Vec::new();
/// gzip::compress(&text[..], &mut packed, &Settings::default().format(Format::Bgzf))?;
/// packed[100] ^= 1;
///
/// let mut rest = Vec::new();
/// let options = RecoverOptions::default().fill(b'?');
/// let recovered = gzip::recover(Cursor::new(packed), &mut rest, &options)?;
/// assert!(!recovered.whole && recovered.unverified.is_empty());
/// assert_eq!(recovered.missing.len(), 1);
/// assert!(text.ends_with(&rest[rest.len() - 100_000..]));
/// # Ok::<(), gzip::Error>(())
/// ```
///
/// # What is verified
///
/// Data with the right CRC-32: whole members (RFC 1952) and blocks of a BGZF file. Of any other member
/// nothing can be verified, since its one checksum is that of all its data. What is written of
/// it is in [`unverified`](Recovered::unverified):
///
/// - if it has our index, each piece that decodes to as many bytes as the index says, and ends where
///   it should: damage is seldom missed, except for single bits;
/// - otherwise all up to where an error is found, without the last block; and after it the bytes that
///   do not depend on what is missing, where 512 or more of them follow each other, or all if missing
///   ones are filled. Such an error is found late or never: if none is found, all of the member is written.
///
/// In both cases, 512 equal bytes or more where no encoder writes such are taken for damage.
pub fn recover(
    mut file: impl Read + Seek + Send,
    output: impl Write,
    options: &RecoverOptions,
) -> Result<Recovered, Error> {
    let settings = &options.settings.pass_through(false).check()?;
    file.rewind().map_err(Error::Read)?;
    let failure = match decode::decompress(&mut file, io::sink(), settings) {
        Err(Error::Read(error)) => return Err(Error::Read(error)),
        Ok(totals) if !totals.trailing_garbage => {
            file.rewind().map_err(Error::Read)?;
            let Totals { uncompressed: written, compressed, .. } =
                decode::decompress(file, output, settings)?;
            let (whole, intact) = (true, true);
            let done = Recovered { whole, intact, written, compressed, ..Recovered::default() };
            return Ok(Recovered { missing_bytes: Some(0), ..done });
        }
        Ok(_) => None,
        Err(error) => Some(error),
    };
    // Unknown bytes can make the known ones come in little runs.
    let mut output = BufWriter::new(output);
    let mut scan = Scan::new(file)?;
    let compressed = scan.bytes.length();
    let done = Recovered { compressed, missing_bytes: Some(0), ..Recovered::default() };
    let room = FILL.saturating_mul(compressed);
    let mut report = Report { output: &mut output, options, done, room, in_gap: false, gap: 0..0 };
    let (mut byte, mut usual) = (0, None);
    while byte < compressed && scan.bytes.after_zeros(byte)? < compressed {
        let parts = scan.member(byte, &mut usual)?;
        for part in parts.parts {
            match part {
                Part::Kept(kept) => report.keep(&kept, &mut scan)?,
                Part::Lost(lost) => report.lose(lost)?,
            }
        }
        byte = parts.end.max(byte + 1);
    }
    let mut done = report.done;
    if let Some(failure) = failure.filter(|_| done.written == 0) {
        return Err(failure);
    }
    output.flush().map_err(Error::Write)?;
    done.whole = done.missing.is_empty() && done.unverified.is_empty();
    Ok(done)
}

/// Writes the parts, and notes what is missing.
struct Report<'a, W> {
    output: W,
    options: &'a RecoverOptions,
    done: Recovered,
    /// Bytes that may still be written to fill.
    room: u64,
    /// Whether nothing was written since something was missing.
    in_gap: bool,
    /// The compressed bytes that are missing before this.
    gap: Range<u64>,
}

impl<W: Write> Report<'_, W> {
    fn offset(&self) -> u64 {
        self.done.written + self.done.filled
    }

    fn keep(&mut self, kept: &Kept, scan: &mut Scan<impl Read + Seek>) -> Result<(), Error> {
        let Kept { bit, count, end, is_verified, is_sized, .. } = *kept;
        if !is_verified && self.options.only_verified {
            let plain = is_sized.then_some(count);
            return self.lose(Lost { packed: bit / 8..end, plain });
        }
        let gap = self.gap.clone();
        // With all that is missing filled, each byte is at its place.
        let few = if self.options.fill.is_some() { 1 } else { FEW };
        scan.copy(kept, few, |copied| match copied {
            Copied::Known(bytes) => self.write(bytes, is_verified),
            Copied::Unknown(count) => self.lose(Lost { packed: gap.clone(), plain: Some(count) }),
        })
    }

    fn write(&mut self, bytes: &[u8], is_verified: bool) -> Result<(), Error> {
        let start = self.offset();
        self.output.write_all(bytes).map_err(Error::Write)?;
        self.done.written += bytes.len() as u64;
        self.in_gap = false;
        if !is_verified {
            let end = self.offset();
            let ranges = &mut self.done.unverified;
            let is_full = ranges.len() == RANGES;
            match ranges.last_mut() {
                Some(before) if before.end == start || is_full => before.end = end,
                _ => ranges.push(start..end),
            }
        }
        Ok(())
    }

    fn lose(&mut self, lost: Lost) -> Result<(), Error> {
        let offset = self.offset();
        let total = &mut self.done.missing_bytes;
        *total = total.zip(lost.plain).map(|(total, more)| total.saturating_add(more));
        if let (Some(byte), Some(count)) = (self.options.fill, lost.plain) {
            let filling = io::repeat(byte).take(count.min(self.room));
            let filled = io::copy(&mut { filling }, &mut self.output).map_err(Error::Write)?;
            self.done.filled += filled;
            self.room -= filled;
        }
        self.gap = lost.packed.clone();
        let ranges = &mut self.done.missing;
        let is_full = ranges.len() == RANGES;
        match ranges.last_mut() {
            // What comes after the list is not in it, and neither is what continues it.
            Some(before) if self.in_gap && self.done.more_missing == 0 => {
                before.compressed.end = before.compressed.end.max(lost.packed.end);
                let lengths = before.length.zip(lost.plain);
                before.length = lengths.map(|(before, more)| before.saturating_add(more));
            }
            _ if is_full => self.done.more_missing += u64::from(!self.in_gap),
            _ => ranges.push(Missing { compressed: lost.packed, offset, length: lost.plain }),
        }
        self.in_gap = true;
        Ok(())
    }
}

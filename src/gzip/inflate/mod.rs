//! Raw DEFLATE data (RFC 1951), decoded.
//!
//! One decoder, three uses. [`Inflater::inflate`] decodes into a slice. [`Inflater::verify`] decodes
//! against the text that the data was made from: it writes nothing, and since that text is there
//! already it need not wait for its own output. So every compressed chunk can be verified before it
//! is written. It also returns where the last block begins, which is where one chunk is spliced to
//! the next. [`Stream`] decodes data that is read, and written, in pieces of any size.
//!
//! It accepts and refuses exactly the data that zlib's `inflate` does.

mod bits;
mod find;
mod sink;
mod stream;
mod tables;
#[cfg(test)]
pub(super) mod tests;

use bits::Bits;
pub(crate) use find::find_block;
pub(crate) use sink::Symbol;
use sink::{Compare, Fill, Sink};
use std::mem;
pub(crate) use stream::{Blocks, Status, Stream};
use tables::{CODE_LENGTH_BITS, Entry, Tables};

/// How far back a distance may reach (section 2).
pub(crate) const WINDOW: usize = 32 * 1024;

/// The order in which the lengths of the code length code are written (section 3.2.7).
pub(crate) const LENGTHS_ORDER: [usize; 19] =
    [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Why data is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InflateError {
    /// The data ends before its last block does.
    #[error("the data ends too early")]
    Truncated,
    /// A block of type 3 (section 3.2.3).
    #[error("invalid block type")]
    BadBlockType,
    /// A stored block whose length is not confirmed by its complement (section 3.2.4).
    #[error("invalid stored block length")]
    BadStored,
    /// Code lengths that do not make a prefix code, or one without an end of block (section 3.2.7).
    #[error("invalid code lengths")]
    BadLengths,
    /// Bits that are no code, or the code of a symbol that must not occur.
    #[error("invalid code")]
    BadCode,
    /// A match that begins before the start of the output.
    #[error("invalid distance")]
    BadDistance,
    /// The data decodes to other bytes than those expected.
    #[error("not the expected bytes")]
    Mismatch,
    /// The data decodes to more or fewer bytes than those expected.
    #[error("not the expected length")]
    WrongLength,
    /// A final block where none should be, or bytes after it.
    #[error("the data ends too late")]
    TrailingData,
}

/// How data must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With a final block, which ends within the last byte.
    Final,
    /// Without a final block: the last one ends with the last byte, as does a piece cut from a
    /// longer stream behind an empty stored block. A piece may be empty.
    Open,
}

/// Where the stream's last block begins (its BFINAL bit) and where it ends, in bits from the start
/// of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Walk {
    pub(crate) last_block: usize,
    pub(crate) end: usize,
}

/// What a block contains, after its header.
enum Contents {
    /// This many bytes.
    Stored(usize),
    /// Symbols; their codes are in the tables.
    Coded,
}

/// A decoder. From call to call it keeps only the memory of its tables.
pub(crate) struct Inflater {
    tables: Box<Tables>,
}

impl Inflater {
    pub(crate) fn new() -> Self {
        Self { tables: Box::new(Tables::new()) }
    }

    /// Verifies that `data` is a complete stream that decodes to `plain`, byte for byte, and ends
    /// within the last byte.
    pub(crate) fn verify(&mut self, data: &[u8], plain: &[u8]) -> Result<Walk, InflateError> {
        self.run(data, &mut Compare::new(plain), Ending::Final)
    }

    /// Decodes `data` into `out`, filling it exactly. No distance may reach before the start of
    /// `out`.
    pub(crate) fn inflate(
        &mut self,
        data: &[u8],
        out: &mut [u8],
        ending: Ending,
    ) -> Result<(), InflateError> {
        self.run(data, &mut Fill::new(out), ending).map(drop)
    }

    fn run(
        &mut self,
        data: &[u8],
        sink: &mut impl Sink,
        ending: Ending,
    ) -> Result<Walk, InflateError> {
        let mut bits = Bits::new(data);
        let mut last_block = 0;
        loop {
            if ending == Ending::Open && bits.position() == 8 * data.len() {
                break;
            }
            last_block = bits.position();
            let block = self.block(&mut bits, sink);
            // Past the end only zeros are read. Whatever error they led to, this is the cause.
            if bits.is_beyond() {
                return Err(InflateError::Truncated);
            }
            let last = block?;
            sink.check()?;
            match (last, ending) {
                (false, _) => {}
                (true, Ending::Final) => break,
                (true, Ending::Open) => return Err(InflateError::TrailingData),
            }
        }
        let end = bits.position();
        if end.div_ceil(8) < data.len() {
            return Err(InflateError::TrailingData);
        }
        sink.finish()?;
        Ok(Walk { last_block, end })
    }

    /// Decodes a block; returns whether it was marked final.
    fn block(&mut self, bits: &mut Bits<'_>, sink: &mut impl Sink) -> Result<bool, InflateError> {
        let (last, contents) = self.header(bits)?;
        match contents {
            Contents::Stored(length) => {
                let bytes = bits.stored(length);
                if bytes.len() < length {
                    return Err(InflateError::Truncated);
                }
                sink.stored(bytes)?;
            }
            Contents::Coded => {
                decode::<true, _>(&self.tables, bits, sink, |_, _| true)?;
            }
        }
        Ok(last)
    }

    /// Reads a block's header (section 3.2.3). Returns whether it is marked final, and what follows.
    fn header(&mut self, bits: &mut Bits<'_>) -> Result<(bool, Contents), InflateError> {
        bits.refill();
        let last = bits.take(1) == 1;
        let contents = match bits.take(2) {
            0 => Contents::Stored(bits.stored_length()?),
            1 => {
                self.tables.set_fixed();
                Contents::Coded
            }
            2 => {
                self.read_codes(bits)?;
                Contents::Coded
            }
            _ => return Err(InflateError::BadBlockType),
        };
        Ok((last, contents))
    }

    /// Reads the codes of a dynamic block (section 3.2.7).
    fn read_codes(&mut self, bits: &mut Bits<'_>) -> Result<(), InflateError> {
        let literals = bits.take(5) + 257;
        let distances = bits.take(5) + 1;
        let code_lengths = bits.take(4) + 4;
        if literals > 286 || distances > 30 {
            return Err(InflateError::BadLengths);
        }
        let mut lengths = [0; 19];
        for &symbol in &LENGTHS_ORDER[..code_lengths] {
            bits.refill();
            #[expect(clippy::cast_possible_truncation, reason = "three bits")]
            (lengths[symbol] = bits.take(3) as u8);
        }
        self.tables.set_code_lengths(&lengths)?;

        let mut lengths = [0; 286 + 30];
        let lengths = &mut lengths[..literals + distances];
        let mut filled = 0;
        while filled < lengths.len() {
            bits.refill();
            let (symbol, length) = self.tables.code_length(bits.peek(CODE_LENGTH_BITS));
            bits.drop(length);
            let (value, repeat) = match symbol {
                0..16 => (symbol, 1),
                16 if filled > 0 => (lengths[filled - 1], 3 + bits.take(2)),
                17 => (0, 3 + bits.take(3)),
                18 => (0, 11 + bits.take(7)),
                _ => return Err(InflateError::BadLengths),
            };
            lengths.get_mut(filled..filled + repeat).ok_or(InflateError::BadLengths)?.fill(value);
            filled += repeat;
        }
        let (literals, distances) = lengths.split_at(literals);
        self.tables.set_codes(literals, distances)
    }
}

/// Where [`decode`] stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Between two symbols of a block.
    Within,
    /// After a block.
    End,
}

/// Decodes the symbols of a block up to and including its end (section 3.2.3), or as long as
/// `goes_on` returns true: it is called before every symbol, or every few if they can come in `RUNS`.
///
/// A separate function that works on copies, since only then does the compiler keep all that the
/// loop needs in registers.
#[inline(never)]
fn decode<const RUNS: bool, S: Sink>(
    tables: &Tables,
    bits: &mut Bits<'_>,
    sink: &mut S,
    goes_on: impl FnMut(&Bits<'_>, &S) -> bool,
) -> Result<Place, InflateError> {
    let (mut local_bits, mut local_sink) = (*bits, mem::take(sink));
    let result = decode_symbols::<RUNS, S>(tables, &mut local_bits, &mut local_sink, goes_on);
    (*bits, *sink) = (local_bits, local_sink);
    result
}

/// The loop. It always waits for the next entry: each is looked up as soon as its bits are
/// known, before the buffer is refilled and before the bytes of the match are copied.
///
/// There are at least 56 bits when an iteration begins. Two literals (22), a length (20) and the
/// index of the distance (8) fit, or three literals, the last of them in a subtable (37), and the
/// next index (11).
#[inline]
fn decode_symbols<const RUNS: bool, S: Sink>(
    tables: &Tables,
    bits: &mut Bits<'_>,
    sink: &mut S,
    mut goes_on: impl FnMut(&Bits<'_>, &S) -> bool,
) -> Result<Place, InflateError> {
    bits.refill();
    let mut entry = tables.literal(bits);
    while goes_on(bits, sink) {
        let mut before = bits.drop_entry(entry);
        if entry.is_literal() {
            sink.literal(entry.byte())?;
            entry = tables.literal(bits);
            if !RUNS {
                continue;
            }
            before = bits.drop_entry(entry);
            if entry.is_literal() {
                sink.literal(entry.byte())?;
                entry = tables.literal(bits);
                before = bits.drop_entry(entry);
                if entry.is_literal() {
                    sink.literal(entry.byte())?;
                    entry = tables.literal(bits);
                    bits.refill();
                    continue;
                }
            }
        }
        let mut length = entry.base();
        if entry.is_special() {
            if entry.is_subtable() {
                entry = tables.literal_in(entry, bits);
                before = bits.drop_entry(entry);
                if entry.is_literal() {
                    sink.literal(entry.byte())?;
                    entry = tables.literal(bits);
                    bits.refill();
                    continue;
                }
            }
            if entry.is_end() {
                return Ok(Place::End);
            }
            if entry.is_nothing() {
                return Err(InflateError::BadCode);
            }
            length = entry.value(before);
        }
        let (code, before) = distance(tables, bits)?;
        entry = tables.literal(bits);
        bits.refill();
        sink.copy(code.value(before), length)?;
    }
    Ok(Place::Within)
}

/// Drops a distance's code and extra bits: its entry, and the buffer that begins with them. Leaves
/// enough for an index.
#[expect(
    clippy::inline_always,
    reason = "a call would force the buffer into memory: a fifth slower"
)]
#[inline(always)]
fn distance(tables: &Tables, bits: &mut Bits<'_>) -> Result<(Entry, u64), InflateError> {
    let entry = tables.distance(bits);
    // The code and its extra bits (21), and the next index (11).
    if !bits.holds(32) {
        bits.refill();
    }
    let before = bits.drop_entry(entry);
    if !entry.is_special() {
        return Ok((entry, before));
    }
    if !entry.is_subtable() {
        return Err(InflateError::BadCode);
    }
    bits.refill();
    let entry = tables.distance_in(entry, bits);
    let before = bits.drop_entry(entry);
    if entry.is_special() { Err(InflateError::BadCode) } else { Ok((entry, before)) }
}

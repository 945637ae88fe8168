//! The format of `compress` (`.Z`): Welch's variant of LZ78, with codes of 9 to 16 bits.
//!
//! A code below 256 is a byte. Every other stands for an earlier code's string and one byte more.
//! The decoder adds an entry to its table with each code, always one behind the encoder: the code
//! that is about to be added can occur already, and then stands for the last string and its own
//! first byte. In block mode, code 256 clears the table.
//!
//! Codes come in groups of eight, as many bytes as a code has bits. Where the width changes and
//! after a clear, the rest of the group is skipped.
//!
//! The format has neither a length nor a checksum nor an end mark. A cut is noticed if it leaves
//! part of a code: an encoder ends within the last code's last byte and fills it with zeros.

use super::{Put, array};
use crate::gzip::Error;
use crate::io::fill;
use std::io::BufRead;

/// The flag in the third byte for a stream that uses [`CLEAR`].
const BLOCK_MODE: u8 = 0x80;
const RESERVED: u8 = 0x60;
const MAX_WIDTH: u8 = 0x1F;

const FIRST_WIDTH: usize = 9;
const LAST_WIDTH: usize = 16;
const CODES: usize = 1 << LAST_WIDTH;
const CLEAR: usize = 256;
const BAD_CODE: Error = Error::Corrupt("invalid code");

/// Decodes all the input.
pub(in crate::gzip) fn decode(input: &mut impl BufRead, put: &mut Put<'_>) -> Result<(), Error> {
    let [_, _, flags] = array(input)?;
    if flags & RESERVED != 0 {
        return Err(Error::Unsupported("unknown flags"));
    }
    let max_width = usize::from(flags & MAX_WIDTH);
    if max_width > LAST_WIDTH {
        return Err(Error::Unsupported("codes of more than 16 bits"));
    }
    let mut table = Table::new(max_width, flags & BLOCK_MODE != 0);
    let mut codes = Codes::new();
    loop {
        if table.grows() {
            codes.skip_group();
        }
        let Some(code) = codes.next(input, table.width)? else { return Ok(()) };
        if table.block_mode && code == CLEAR && table.last.is_some() {
            table.clear();
            codes.skip_group();
        } else {
            put(table.string(code)?)?;
        }
    }
}

/// The entries so far.
struct Table {
    block_mode: bool,
    max_width: usize,
    /// How many entries there can be.
    limit: usize,
    /// The entry that is added next.
    next: usize,
    /// Bits in a code, and the highest `next` for which they suffice.
    width: usize,
    highest: usize,
    /// The code before this one.
    last: Option<u16>,
    /// Its string's first byte.
    first: u8,
    /// Of each entry: the code it continues, which is lower, and its last byte.
    prefixes: Box<[u16]>,
    suffixes: Box<[u8]>,
    /// Where a string is put together, from its end.
    string: Box<[u8]>,
}

impl Table {
    fn new(max_width: usize, block_mode: bool) -> Self {
        Self {
            block_mode,
            max_width,
            limit: 1 << max_width,
            next: if block_mode { CLEAR + 1 } else { CLEAR },
            width: FIRST_WIDTH,
            highest: (1 << FIRST_WIDTH) - 1,
            last: None,
            first: 0,
            prefixes: vec![0; CODES].into(),
            suffixes: vec![0; CODES].into(),
            string: vec![0; CODES].into(),
        }
    }

    /// Makes codes a bit longer if the next entry needs it; returns whether it did.
    fn grows(&mut self) -> bool {
        let grows = self.next > self.highest;
        if grows {
            self.width += 1;
            // At the last width the table fills up, and codes grow no more. If that is 9, they
            // grow to 10 all the same, as they do in `compress`.
            let full = self.width == self.max_width;
            self.highest = if full { self.limit } else { (1 << self.width) - 1 };
        }
        grows
    }

    fn clear(&mut self) {
        // The code that follows adds an entry that no code can stand for, since its number is
        // CLEAR. So the last code can stay as it was.
        self.next = CLEAR;
        self.width = FIRST_WIDTH;
        self.highest = (1 << FIRST_WIDTH) - 1;
    }

    /// The string of a code; adds the entry that comes with it.
    fn string(&mut self, code: usize) -> Result<&[u8], Error> {
        let this = u16::try_from(code).map_err(|_| BAD_CODE)?;
        let mut at = self.string.len();
        let mut back = code;
        if let Some(last) = self.last {
            if code > self.next || code == self.next && self.next >= self.limit {
                return Err(BAD_CODE);
            }
            if code == self.next {
                at -= 1;
                self.string[at] = self.first;
                back = last.into();
            }
        } else if code >= CLEAR {
            return Err(BAD_CODE);
        }
        while back >= CLEAR {
            at = at.checked_sub(1).ok_or(BAD_CODE)?;
            self.string[at] = self.suffixes[back];
            back = self.prefixes[back].into();
        }
        self.first = u8::try_from(back).map_err(|_| BAD_CODE)?;
        at = at.checked_sub(1).ok_or(BAD_CODE)?;
        self.string[at] = self.first;
        if let Some(last) = self.last.replace(this) {
            if self.next < self.limit {
                self.prefixes[self.next] = last;
                self.suffixes[self.next] = self.first;
                self.next += 1;
            }
        }
        Ok(&self.string[at..])
    }
}

/// Codes out of groups of eight.
struct Codes {
    /// A group, and zeros behind it so that three bytes can be taken anywhere.
    group: [u8; LAST_WIDTH + 3],
    /// Bits in the group, and those taken.
    filled: usize,
    taken: usize,
}

impl Codes {
    fn new() -> Self {
        Self { group: [0; LAST_WIDTH + 3], filled: 0, taken: 0 }
    }

    fn skip_group(&mut self) {
        (self.filled, self.taken) = (0, 0);
    }

    /// The next code; `None` at the end of the input.
    fn next(&mut self, input: &mut impl BufRead, width: usize) -> Result<Option<usize>, Error> {
        if self.taken == self.filled {
            self.group.fill(0);
            (self.filled, self.taken) =
                (8 * fill(input, &mut self.group[..width]).map_err(Error::Read)?, 0);
        }
        let (start, left) = (self.taken / 8, self.filled - self.taken);
        let bytes = [self.group[start], self.group[start + 1], self.group[start + 2], 0];
        let code = u32::from_le_bytes(bytes) as usize >> (self.taken % 8) & ((1 << width) - 1);
        if left >= width {
            self.taken += width;
            return Ok(Some(code));
        }
        // The last bits are padding if they are zero, and a code cut off otherwise.
        if code == 0 { Ok(None) } else { Err(Error::Truncated) }
    }
}

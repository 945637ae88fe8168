//! The format of `pack` (`.z`): one Huffman code for all of a file.
//!
//! After the magic bytes come the length of the data (four bytes, the highest first), the longest
//! code's length, how many codes there are of each length, and the bytes they stand for, from the
//! shortest code on. There are two more codes of the longest length than the header says: the last
//! is the end mark, which is not listed. At each length, the prefixes of longer codes are lower than
//! the complete codes.

use super::{Put, array};
use crate::gzip::Error;
use std::io::BufRead;

/// Longer codes would need files longer than the length field allows.
const MAX_LENGTH: u8 = 25;
/// Decoded bytes handed on at a time.
const PIECE: usize = 32 * 1024;
const BAD_LENGTHS: Error = Error::Corrupt("invalid code lengths");

/// Decodes up to the end mark, and takes the byte that contains it.
pub(in crate::gzip) fn decode(input: &mut impl BufRead, put: &mut Put<'_>) -> Result<(), Error> {
    let [_, _, length @ ..] = array::<6>(input)?;
    let code = Code::read(input)?;
    let mut bits = Bits { input, byte: 0, left: 0 };
    let (mut piece, mut before) = (Vec::with_capacity(PIECE), 0);
    let end = loop {
        match code.symbol(&mut bits) {
            Ok(Some(byte)) => piece.push(byte),
            end => break end,
        }
        if piece.len() == PIECE {
            put(&piece)?;
            before += PIECE;
            piece.clear();
        }
    };
    put(&piece)?;
    end?;
    let length = u32::from_be_bytes(length) as usize;
    if before + piece.len() == length { Ok(()) } else { Err(Error::Corrupt("length error")) }
}

/// The codes, and the bytes they stand for.
struct Code {
    /// Of each length, from 1 on.
    lengths: Vec<Length>,
    /// In the order of their codes' lengths.
    literals: Vec<u8>,
}

/// The codes of one length.
struct Length {
    /// How many are prefixes of longer codes: the lower ones.
    longer: usize,
    /// Where the others' literals begin.
    start: usize,
}

impl Code {
    fn read(input: &mut impl BufRead) -> Result<Self, Error> {
        let [longest] = array(input)?;
        if !(1..=MAX_LENGTH).contains(&longest) {
            return Err(BAD_LENGTHS);
        }
        // How many codes there can be of a length: twice as many as prefixes of the one before.
        let (mut room, mut whole) = (2, Vec::new());
        for length in 1..=longest {
            let [count] = array(input)?;
            let is_last = length == longest;
            let count = usize::from(count) + if is_last { 2 } else { 0 };
            if count > if is_last { room } else { room - 1 } {
                return Err(BAD_LENGTHS);
            }
            room = 2 * (room - count);
            whole.push(count);
        }
        let total = whole.iter().sum::<usize>() - 1;
        if total > 256 {
            return Err(BAD_LENGTHS);
        }
        let mut literals = vec![0; total];
        input.read_exact(&mut literals).map_err(Error::from_read)?;

        let (mut lengths, mut longer, mut end) = (Vec::new(), 0, total + 1);
        for &count in whole.iter().rev() {
            end -= count;
            lengths.push(Length { longer, start: end });
            longer = usize::midpoint(longer, count);
        }
        if longer != 1 {
            return Err(BAD_LENGTHS);
        }
        lengths.reverse();
        Ok(Self { lengths, literals })
    }

    /// The next symbol; `None` is the end mark.
    fn symbol(&self, bits: &mut Bits<'_, impl BufRead>) -> Result<Option<u8>, Error> {
        let mut code = 0;
        for length in &self.lengths {
            code = 2 * code + bits.next()?;
            if let Some(place) = code.checked_sub(length.longer) {
                // The end mark is behind all the literals.
                return Ok(self.literals.get(length.start + place).copied());
            }
        }
        Ok(None)
    }
}

/// The bits of the input, the highest of each byte first.
struct Bits<'a, R> {
    input: &'a mut R,
    byte: u8,
    /// How many of the byte's are left.
    left: u8,
}

impl<R: BufRead> Bits<'_, R> {
    fn next(&mut self) -> Result<usize, Error> {
        if self.left == 0 {
            [self.byte] = array(self.input)?;
            self.left = 8;
        }
        self.left -= 1;
        Ok(usize::from(self.byte >> self.left & 1))
    }
}

//! Where in the middle of a stream a block may begin.
//!
//! Only blocks with codes of their own are looked for (section 3.2.7), and none that is final: in a
//! long stream, almost all are of this kind, and their headers are long enough to be told from
//! other data.

use super::Inflater;
use super::bits::Bits;
use std::ops::Range;

/// Bits from the start of a block to its code lengths: the final mark, the type, and three numbers.
const LENGTHS: usize = 17;
/// Offsets that are looked at together.
const STRIDE: usize = 48;

/// The first of these bits at which the header of a block is valid. Usually a block begins there; in
/// data made to deceive, it need not.
pub(crate) fn find_block(
    data: &[u8],
    bits: Range<usize>,
    inflater: &mut Inflater,
) -> Option<usize> {
    let mut byte = bits.start / 8;
    // Offsets before the start are no candidates.
    let mut before = bits.start % 8;
    while let Some(&word) = data.get(byte..).and_then(<[u8]>::first_chunk) {
        let mut offsets = candidates(u64::from_le_bytes(word)) >> before << before;
        while offsets != 0 {
            let bit = 8 * byte + offsets.trailing_zeros() as usize;
            if bit >= bits.end {
                return None;
            }
            if lengths_are_complete(data, bit) && is_header(data, bit, inflater) {
                return Some(bit);
            }
            offsets &= offsets - 1;
        }
        (byte, before) = (byte + STRIDE / 8, 0);
        if 8 * byte >= bits.end {
            return None;
        }
    }
    None
}

/// At which of the first `STRIDE` bits the first 13 bits of a header can begin: a block that is not
/// final (0) and has codes of its own (0, 1), at most 286 literals and lengths, at most 30 distances.
fn candidates(word: u64) -> u64 {
    let bit = |offset: u32| word >> offset;
    let kind = !bit(0) & !bit(1) & bit(2);
    // 30 and 31 are the numbers whose upper four bits are all set.
    let literals = bit(4) & bit(5) & bit(6) & bit(7);
    let distances = bit(9) & bit(10) & bit(11) & bit(12);
    kind & !literals & !distances & ((1 << STRIDE) - 1)
}

/// Whether the lengths of the code length code make a complete code: whether the codes of all
/// lengths share the room without rest. Hardly one candidate in a hundred passes.
fn lengths_are_complete(data: &[u8], bit: usize) -> bool {
    let count = 4 + (word_at(data, bit + LENGTHS - 4) & 15);
    let lengths = word_at(data, bit + LENGTHS) & ((1 << (3 * count)) - 1);
    let room = |part: u32| ROOM[(lengths >> (12 * part)) as usize & 0xFFF];
    // Mostly, the first eight take too much already.
    let first = room(0) + room(1);
    first <= 128 && first + room(2) + room(3) + room(4) == 128
}

/// The 57 bits or more from `bit` on; zeros after the end.
fn word_at(data: &[u8], bit: usize) -> u64 {
    let rest = &data[data.len().min(bit / 8)..];
    let word = rest.first_chunk().map_or_else(
        || rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
        |&bytes| u64::from_le_bytes(bytes),
    );
    word >> (bit % 8)
}

/// The room that four code lengths of three bits take, in 128ths; a length of 0 takes none.
static ROOM: [u16; 1 << 12] = {
    let mut rooms = [0; 1 << 12];
    let mut lengths = 0;
    while lengths < rooms.len() {
        let mut place = 0;
        while place < 4 {
            let length = lengths >> (3 * place) & 7;
            if length != 0 {
                rooms[lengths] += 128 >> length;
            }
            place += 1;
        }
        lengths += 1;
    }
    rooms
};

/// Whether the decoder accepts the whole header.
fn is_header(data: &[u8], bit: usize, inflater: &mut Inflater) -> bool {
    #[expect(clippy::cast_possible_truncation, reason = "less than eight")]
    let mut bits = Bits::from_bit(&data[bit / 8..], (bit % 8) as u8);
    inflater.header(&mut bits).is_ok() && !bits.is_beyond()
}

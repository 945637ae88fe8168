//! Prefix codes as tables: the next bits are an index, the entry there says which symbol they begin with.
//!
//! A code that is longer than a table's index goes on in a subtable behind it.

use super::InflateError;
use super::bits::Bits;

/// Bits that index the first table of the literal and length code, of the distance code, and of the code length code.
const LITERAL_BITS: u32 = 11;
const DISTANCE_BITS: u32 = 8;
pub(super) const CODE_LENGTH_BITS: u32 = 7;

/// Entries of a table with its subtables. A complete code of 288 symbols never needs more than 2342, one of 32 never more than
/// 402; these are the next powers of two, so that masking an index makes it valid.
const LITERAL_TABLE: usize = 4096;
const DISTANCE_TABLE: usize = 512;

/// What a table says of the next bits, packed into one word:
///
/// | bits | of a literal | of a length or distance | of a subtable |
/// |---|---|---|---|
/// | 0..8 | bits of the code | bits of the code and of the extra bits | bits of the first index |
/// | 8..12 | bits of the code | bits of the code | bits of the subtable's index |
/// | 12 | | | set |
/// | 13 | end of block, if set with 15 | | |
/// | 15 | | | set |
/// | 16..31 | the byte | the value without extra bits | where the subtable begins |
/// | 31 | set | | |
///
/// With only bit 15 set, no code begins with these bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry(u32);

/// What an entry stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Literal,
    /// A length or a distance.
    Value,
    /// A subtable, the end of the block, or nothing.
    Other,
}

const LITERAL: u32 = 1 << 31;
const OTHER: u32 = 1 << 15;
const END: u32 = 1 << 13;
const SUBTABLE: u32 = 1 << 12;

impl Entry {
    /// Of bits that no code begins with.
    const INVALID: Self = Self(OTHER);

    #[inline]
    pub(super) fn kind(self) -> Kind {
        if self.0 & LITERAL != 0 {
            Kind::Literal
        } else if self.0 & OTHER != 0 {
            Kind::Other
        } else {
            Kind::Value
        }
    }

    #[inline]
    pub(super) fn is_subtable(self) -> bool {
        self.0 & SUBTABLE != 0
    }

    #[inline]
    pub(super) fn is_end(self) -> bool {
        self.0 & END != 0
    }

    #[inline]
    pub(super) fn bits(self) -> u8 {
        self.0.to_le_bytes()[0]
    }

    #[inline]
    fn code_bits(self) -> u8 {
        self.0.to_le_bytes()[1] & 15
    }

    /// The byte of a literal.
    #[inline]
    pub(super) fn byte(self) -> u8 {
        self.0.to_le_bytes()[2]
    }

    /// The length or distance, where `before` begins with its code.
    #[inline]
    pub(super) fn value(self, before: u64) -> usize {
        let extra = (before & !(!0 << (self.bits() & 63))) >> self.code_bits();
        #[expect(clippy::cast_possible_truncation, reason = "13 bits")]
        ((self.0 >> 16) as usize + extra as usize)
    }

    const fn with_length(self, length: u32) -> Self {
        Self(self.0 + length + (length << 8))
    }
}

/// Entries of all symbols, their codes' lengths still to be added (section 3.2.5).
const LITERALS: [Entry; 288] = {
    let mut entries = [Entry::INVALID; 288];
    let mut symbol = 0;
    while symbol < 256 {
        entries[symbol as usize] = Entry(LITERAL | symbol << 16);
        symbol += 1;
    }
    entries[256] = Entry(OTHER | END);
    let mut base = 3;
    let mut symbol = 0;
    while symbol < 28 {
        let extra = if symbol < 8 { 0 } else { symbol / 4 - 1 };
        entries[257 + symbol as usize] = Entry(base << 16 | extra);
        base += 1 << extra;
        symbol += 1;
    }
    entries[285] = Entry(258 << 16);
    entries
};

const DISTANCES: [Entry; 32] = {
    let mut entries = [Entry::INVALID; 32];
    let mut base = 1;
    let mut symbol = 0;
    while symbol < 30 {
        let extra = if symbol < 4 { 0 } else { symbol / 2 - 1 };
        entries[symbol as usize] = Entry(base << 16 | extra);
        base += 1 << extra;
        symbol += 1;
    }
    entries
};

const CODE_LENGTHS: [Entry; 19] = {
    let mut entries = [Entry::INVALID; 19];
    let mut symbol = 0;
    while symbol < 19 {
        entries[symbol as usize] = Entry(symbol << 16);
        symbol += 1;
    }
    entries
};

/// The tables of the codes of a block.
pub(super) struct Tables {
    literals: [Entry; LITERAL_TABLE],
    distances: [Entry; DISTANCE_TABLE],
    code_lengths: [Entry; 1 << CODE_LENGTH_BITS],
    /// Whether the first two hold the fixed codes.
    fixed: bool,
}

impl Tables {
    pub(super) fn new() -> Self {
        Self {
            literals: [Entry::INVALID; LITERAL_TABLE],
            distances: [Entry::INVALID; DISTANCE_TABLE],
            code_lengths: [Entry::INVALID; 1 << CODE_LENGTH_BITS],
            fixed: false,
        }
    }

    /// The fixed codes (section 3.2.6).
    pub(super) fn set_fixed(&mut self) {
        if !self.fixed {
            let mut lengths = [8; 288];
            lengths[144..256].fill(9);
            lengths[256..280].fill(7);
            let complete = self.set_codes(&lengths, &[5; 32]);
            debug_assert!(complete.is_ok());
            self.fixed = true;
        }
    }

    /// The codes whose lengths these are.
    pub(super) fn set_codes(
        &mut self,
        literals: &[u8],
        distances: &[u8],
    ) -> Result<(), InflateError> {
        self.fixed = false;
        if literals[256] == 0 {
            return Err(InflateError::BadLengths);
        }
        build(&mut self.literals, LITERAL_BITS, literals, &LITERALS, Missing::Allowed)?;
        build(&mut self.distances, DISTANCE_BITS, distances, &DISTANCES, Missing::Allowed)
    }

    pub(super) fn set_code_lengths(&mut self, lengths: &[u8; 19]) -> Result<(), InflateError> {
        build(&mut self.code_lengths, CODE_LENGTH_BITS, lengths, &CODE_LENGTHS, Missing::Refused)
    }

    /// The symbol of the code length code that `bits` begin with, and the bits of its code.
    pub(super) fn code_length(&self, bits: usize) -> (u8, u8) {
        let entry = self.code_lengths[bits];
        (entry.byte(), entry.bits())
    }

    #[inline]
    pub(super) fn literal(&self, bits: &Bits<'_>) -> Entry {
        self.literals[bits.peek(LITERAL_BITS)]
    }

    #[inline]
    pub(super) fn literal_in(&self, subtable: Entry, bits: &Bits<'_>) -> Entry {
        self.literals
            [((subtable.0 >> 16) as usize + bits.peek(subtable.code_bits().into())) % LITERAL_TABLE]
    }

    #[inline]
    pub(super) fn distance(&self, bits: &Bits<'_>) -> Entry {
        self.distances[bits.peek(DISTANCE_BITS)]
    }

    #[inline]
    pub(super) fn distance_in(&self, subtable: Entry, bits: &Bits<'_>) -> Entry {
        self.distances[((subtable.0 >> 16) as usize + bits.peek(subtable.code_bits().into()))
            % DISTANCE_TABLE]
    }
}

/// Whether a code of one symbol, or of none, may leave bits that stand for nothing. zlib allows it, for a block may have few
/// distances or none; other incomplete codes are always refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Allowed,
    Refused,
}

/// Longest code (section 3.2.7).
const LONGEST: usize = 15;

/// Makes the table of the code that has these lengths (section 3.2.2), 0 for a symbol that is not used.
fn build(
    table: &mut [Entry],
    index_bits: u32,
    lengths: &[u8],
    symbols: &[Entry],
    missing: Missing,
) -> Result<(), InflateError> {
    let mut counts = [0_u16; LONGEST + 1];
    for &length in lengths {
        counts[usize::from(length) & LONGEST] += 1;
    }
    counts[0] = 0;

    // Codes are numbered in the order of their lengths, and of the symbols where lengths are equal.
    let mut starts = [0_u16; LONGEST + 2];
    let mut free = 1_i32;
    for length in 1..=LONGEST {
        starts[length + 1] = starts[length] + counts[length];
        free = 2 * free - i32::from(counts[length]);
        if free < 0 {
            return Err(InflateError::BadLengths);
        }
    }
    let used = usize::from(starts[LONGEST + 1]);
    if free > 0 && (missing == Missing::Refused || used > usize::from(counts[1])) {
        return Err(InflateError::BadLengths);
    }
    let mut sorted = [0_u16; 288];
    for (symbol, &length) in (0..).zip(lengths) {
        if length != 0 {
            let place = &mut starts[usize::from(length) & LONGEST];
            sorted[usize::from(*place)] = symbol;
            *place += 1;
        }
    }
    fill(table, index_bits, &sorted[..used], &counts, symbols);
    Ok(())
}

/// Fills a table from the symbols in the order of their codes.
fn fill(
    table: &mut [Entry],
    index_bits: u32,
    sorted: &[u16],
    counts: &[u16; LONGEST + 1],
    symbols: &[Entry],
) {
    let mut sorted = sorted.iter().map(|&symbol| symbols[usize::from(symbol)]);
    let mut code = 0_u32;
    table[0] = Entry::INVALID;
    // Codes that fit the index: with the table for n bits made, two copies of it are the table for n + 1 bits, but for the
    // codes of that length.
    for length in 1..=index_bits {
        let half = 1 << (length - 1);
        table.copy_within(..half, half);
        code <<= 1;
        for entry in sorted.by_ref().take(counts[length as usize].into()) {
            table[reversed(code, length)] = entry.with_length(length);
            code += 1;
        }
    }
    // Codes that do not, each in the subtable of its first bits.
    let mut end = 1_u32 << index_bits;
    let mut subtable = None;
    for length in index_bits + 1..=15 {
        code <<= 1;
        let count = counts[length as usize];
        for (entry, left) in sorted.by_ref().take(count.into()).zip((1..=count).rev()) {
            let extra = length - index_bits;
            let prefix = reversed(code >> extra, index_bits);
            let (start, bits) = match subtable {
                Some((at, start, bits)) if at == prefix => (start, bits),
                _ => {
                    let bits = subtable_bits(extra, left, &counts[length as usize + 1..]);
                    let start = end;
                    table[prefix] = Entry(OTHER | SUBTABLE | start << 16 | bits << 8 | index_bits);
                    end += 1 << bits;
                    subtable = Some((prefix, start, bits));
                    (start, bits)
                }
            };
            let first = reversed(code & ((1 << extra) - 1), extra);
            for place in (first..1 << bits).step_by(1 << extra) {
                table[start as usize + place] = entry.with_length(extra);
            }
            code += 1;
        }
    }
}

/// Bits that a subtable's index needs: it begins with a code that has `bits` of them, there are `left` of that length and
/// `longer` of the following ones, and it is complete.
fn subtable_bits(mut bits: u32, left: u16, longer: &[u16]) -> u32 {
    let mut room = (1_i32 << bits) - i32::from(left);
    for &count in longer {
        if room <= 0 {
            break;
        }
        bits += 1;
        room = 2 * room - i32::from(count);
    }
    bits
}

/// A code of `length` bits as the data holds it, from the first bit up.
fn reversed(code: u32, length: u32) -> usize {
    (code.reverse_bits() >> (32 - length)) as usize
}

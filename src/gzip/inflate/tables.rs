//! Prefix codes as tables: the next bits are an index, the entry there says which symbol they begin
//! with.
//!
//! A code that is longer than a table's index goes on in a subtable behind it.

use super::InflateError;
use super::bits::Bits;

/// Bits that index the first table of the literal and length code, of the distance code, and of the
/// code length code.
const LITERAL_BITS: u32 = 11;
const DISTANCE_BITS: u32 = 8;
pub(super) const CODE_LENGTH_BITS: u32 = 7;

/// Entries of a table with its subtables. A complete code of 288 symbols never needs more than
/// 2342, one of 32 never more than 402; these are the next powers of two, so that masking an index
/// makes it valid.
const LITERAL_TABLE: usize = 4096;
const DISTANCE_TABLE: usize = 512;

/// An entry of a table, for the next bits, packed into one word:
///
/// | bits | of a literal | of a length or distance | of a subtable |
/// |---|---|---|---|
/// | 0..8 | bits of the code | bits of the code and of the extra bits | bits of the first index |
/// | 8..12 | bits of the code | bits of the code | bits of the subtable's index |
/// | 12..16 | 0 | [`SPECIAL`] and [`LONG`] for a length with extra bits to come | [`SPECIAL`] and [`SUBTABLE`] |
/// | 16..31 | the byte | the value without the extra bits to come | where the subtable begins |
/// | 31 | [`LITERAL`] | 0 | 0 |
///
/// The end of the block is [`SPECIAL`] and [`END`]. [`SPECIAL`] alone is for bits that are no code.
///
/// Most lengths have few extra bits and short codes, so that the index holds all of them: such an
/// entry gives the length itself, and [`SPECIAL`] is clear.
#[derive(Clone, Copy)]
pub(super) struct Entry(u32);

const LITERAL: u32 = 1 << 31;
const SPECIAL: u32 = 1 << 15;
const LONG: u32 = 1 << 14;
const END: u32 = 1 << 13;
const SUBTABLE: u32 = 1 << 12;

impl Entry {
    const NOTHING: Self = Self(SPECIAL);

    #[inline]
    pub(super) fn is_literal(self) -> bool {
        self.0 & LITERAL != 0
    }

    #[inline]
    pub(super) fn is_special(self) -> bool {
        self.0 & SPECIAL != 0
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
    pub(super) fn is_nothing(self) -> bool {
        self.0 & (SPECIAL | LONG | END | SUBTABLE) == SPECIAL
    }

    /// All the bits to drop.
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

    /// The length or distance without its extra bits.
    #[inline]
    pub(super) fn base(self) -> usize {
        (self.0 >> 16) as usize
    }

    /// The length or distance, `before` being the bits from its code on.
    #[inline]
    pub(super) fn value(self, before: u64) -> usize {
        // Of the second byte, a shift takes the lowest six bits, and the two flags among them are
        // clear.
        let extra = (before & !(!0 << (self.bits() & 63))) >> (self.0.to_le_bytes()[1] & 63);
        #[expect(clippy::cast_possible_truncation, reason = "13 bits")]
        (self.base() + extra as usize)
    }

    /// The length, from its extra bits, which are all in the index.
    fn with_extra(self, extra: u32) -> Self {
        Self(((self.0 >> 16) + extra) << 16 | u32::from(self.bits()))
    }

    fn is_long(self) -> bool {
        self.0 & LONG != 0
    }

    const fn with_code_bits(self, bits: u32) -> Self {
        Self(self.0 + bits + (bits << 8))
    }
}

/// Entries of all symbols, their codes' lengths still to be added (section 3.2.5).
const LITERALS: [Entry; 288] = {
    let mut entries = [Entry::NOTHING; 288];
    let mut symbol = 0;
    while symbol < 256 {
        entries[symbol as usize] = Entry(LITERAL | symbol << 16);
        symbol += 1;
    }
    entries[256] = Entry(SPECIAL | END);
    let mut base = 3;
    let mut symbol = 0;
    while symbol < 28 {
        let extra = if symbol < 8 { 0 } else { symbol / 4 - 1 };
        let flags = if extra == 0 { 0 } else { SPECIAL | LONG };
        entries[257 + symbol as usize] = Entry(base << 16 | flags | extra);
        base += 1 << extra;
        symbol += 1;
    }
    entries[285] = Entry(258 << 16);
    entries
};

const DISTANCES: [Entry; 32] = {
    let mut entries = [Entry::NOTHING; 32];
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
    let mut entries = [Entry::NOTHING; 19];
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
            literals: [Entry::NOTHING; LITERAL_TABLE],
            distances: [Entry::NOTHING; DISTANCE_TABLE],
            code_lengths: [Entry::NOTHING; 1 << CODE_LENGTH_BITS],
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

    /// The codes with these lengths.
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

/// Whether a code of one symbol, or of none, can be incomplete. zlib allows it, since a block can
/// have few distances or none; other incomplete codes are always refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Allowed,
    Refused,
}

/// Longest code (section 3.2.7).
const LONGEST: usize = 15;
/// Symbols that are lengths with extra bits (section 3.2.5).
const LONG_LENGTHS: usize = 20;

/// Builds the table of the code with these lengths (section 3.2.2), 0 for a symbol that is not
/// used.
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
    let mut entries = sorted[..used].iter().map(|&symbol| symbols[usize::from(symbol)]);
    let code = fill_table(table, index_bits, &mut entries, &counts);
    fill_subtables(table, index_bits, entries, code, &counts);
    Ok(())
}

/// Adds the codes that the index holds; returns the one after them.
///
/// The table of one bit more is that of one bit less, twice, with the codes of that length in it.
fn fill_table(
    table: &mut [Entry],
    index_bits: u32,
    entries: &mut impl Iterator<Item = Entry>,
    counts: &[u16; LONGEST + 1],
) -> u32 {
    let mut long = [(0, Entry::NOTHING); LONG_LENGTHS];
    let mut long_count = 0;
    let mut code = 0;
    table[0] = Entry::NOTHING;
    for length in 1..=index_bits {
        let half = 1 << (length - 1);
        table.copy_within(..half, half);
        for entry in entries.take(counts[length as usize].into()) {
            let entry = entry.with_code_bits(length);
            let place = reversed(code, length);
            table[place] = entry;
            if entry.is_long() {
                long[long_count] = (place, entry);
                long_count += 1;
            }
            code += 1;
        }
        code <<= 1;
    }
    for &(place, entry) in &long[..long_count] {
        set_lengths(&mut table[..1 << index_bits], place, entry);
    }
    code
}

/// Replaces all entries that begin with the code `prefix`, of a length with extra bits, if the index
/// holds those: each is the length itself.
fn set_lengths(table: &mut [Entry], prefix: usize, entry: Entry) {
    let (code, all) = (entry.code_bits(), entry.bits());
    if 1 << all <= table.len() {
        for extra in 0..1_u32 << (all - code) {
            repeat(table, prefix | (extra as usize) << code, all, entry.with_extra(extra));
        }
    }
}

/// Sets all entries whose lowest `bits` are `first`.
fn repeat(table: &mut [Entry], first: usize, bits: u8, entry: Entry) {
    let mut place = first;
    while let Some(slot) = table.get_mut(place) {
        *slot = entry;
        place += 1 << bits;
    }
}

/// Adds the codes that are longer than the index, from `code` on, each to the subtable of its first
/// bits.
fn fill_subtables(
    table: &mut [Entry],
    index_bits: u32,
    mut entries: impl Iterator<Item = Entry>,
    mut code: u32,
    counts: &[u16; LONGEST + 1],
) {
    let mut end = 1_u32 << index_bits;
    let mut prefix = None;
    let mut subtable = 0..0;
    for length in index_bits + 1..=15 {
        let longer = length - index_bits;
        let count = counts[length as usize];
        for (entry, left) in entries.by_ref().take(count.into()).zip((1..=count).rev()) {
            let first = reversed(code >> longer, index_bits);
            if prefix != Some(first) {
                let bits = subtable_bits(longer, left, &counts[length as usize + 1..]);
                table[first] = Entry(SPECIAL | SUBTABLE | end << 16 | bits << 8 | index_bits);
                subtable = end as usize..end as usize + (1 << bits);
                end += 1 << bits;
                prefix = Some(first);
            }
            let entry = entry.with_code_bits(longer);
            let rest = reversed(code & ((1 << longer) - 1), longer);
            repeat(&mut table[subtable.clone()], rest, entry.code_bits(), entry);
            code += 1;
        }
        code <<= 1;
    }
}

/// Bits that a subtable's index needs: it begins with a code that has `bits` of them, there are
/// `left` of that length and `longer` of the following ones, and it is complete.
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

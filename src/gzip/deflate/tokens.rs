//! Literals and matches, each packed into a word, and their counts.

/// A literal or a match:
///
/// | bits | of a literal | of a match |
/// |---|---|---|
/// | 0..9 | the byte | 253 and the length |
/// | 9..14 | [`NO_DISTANCE`] | the symbol of the distance |
/// | 14..29 | 0 | the distance less one |
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Token(u32);

/// In place of a distance's symbol.
const NO_DISTANCE: u32 = 31;

/// The shortest match that can be written, and the longest.
const SHORTEST: u32 = 3;
pub(super) const LONGEST: usize = 258;

impl Token {
    #[inline]
    pub(super) fn literal(byte: u8) -> Self {
        Self(u32::from(byte) | NO_DISTANCE << 9)
    }

    /// A match of 3 to 258 bytes from 1 to 32,768 bytes back.
    #[inline]
    pub(super) fn new_match(length: usize, distance: usize) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "lengths and distances have few bits")]
        let (length, value) = (length as u32, distance as u32 - 1);
        // From 256 on, the symbol does not depend on the lowest seven bits.
        let index = if value < 256 { value } else { 256 + (value >> 7) };
        let symbol = u32::from(DISTANCE_SYMBOLS[index as usize % 512]);
        Self((length + 256 - SHORTEST) | symbol << 9 | value << 14)
    }

    #[inline]
    pub(super) fn is_literal(self) -> bool {
        self.0 & 256 == 0
    }

    /// Which entry of a table of 512 stands for the literal or length.
    #[inline]
    pub(super) fn index(self) -> usize {
        (self.0 & 511) as usize
    }

    /// Which entry of a table of 32 stands for the distance.
    #[inline]
    pub(super) fn distance_index(self) -> usize {
        (self.0 >> 9 & 31) as usize
    }

    /// The distance less one.
    #[inline]
    pub(super) fn distance_value(self) -> u32 {
        self.0 >> 14
    }
}

/// The symbol of a length by `length - 3`, and the number of its extra bits, which are its lowest
/// (section 3.2.5).
pub(super) fn length_symbol(value: u32) -> (usize, u32) {
    if value == 255 {
        return (285, 0);
    }
    let extra = value.max(4).ilog2() - 2;
    ((257 + 4 * extra + (value >> extra)) as usize, extra)
}

/// The number of extra bits of a distance's symbol.
pub(super) const fn distance_extra(symbol: u32) -> u32 {
    (symbol / 2).saturating_sub(1)
}

/// The smallest distance of a symbol, less one.
pub(super) const fn distance_base(symbol: u32) -> u32 {
    if symbol < 2 { symbol } else { (2 + symbol % 2) << distance_extra(symbol) }
}

/// The symbols of the distances less one up to 255, then of every 128th.
const DISTANCE_SYMBOLS: [u8; 512] = {
    let mut symbols = [0; 512];
    let mut index = 0;
    let mut symbol = 0;
    while index < 512 {
        let value = if index < 256 { index } else { (index - 256) << 7 };
        while symbol < 29 && distance_base(symbol as u32 + 1) as usize <= value {
            symbol += 1;
        }
        symbols[index] = symbol;
        index += 1;
    }
    symbols
};

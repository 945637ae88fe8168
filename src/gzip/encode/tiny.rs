//! Tiny inputs, compressed as far as the fixed code allows (RFC 1951, section 3.2.6).
//!
//! libdeflate stores a few dozen bytes, which takes more than what gzip writes; an empty input takes
//! five bytes instead of two. Here the cheapest of all ways to write them with the fixed code is
//! found, from the end on.

/// Inputs up to this size are tiny: twice the size up to which libdeflate always stores.
pub(super) const MOST: usize = 128;

const SHORTEST_MATCH: usize = 3;
const END_OF_BLOCK: usize = 256;
/// Each distance's code.
const DISTANCE_BITS: usize = 5;

/// The cheapest way to write the data from a position on.
#[derive(Clone, Copy)]
struct Step {
    /// In bits, to the end.
    cost: usize,
    /// A literal is a match of length 1.
    length: usize,
    distance: usize,
}

/// One final block of `plain`, which is tiny.
pub(super) fn deflate(plain: &[u8]) -> Vec<u8> {
    let steps = steps(plain);
    let mut bits = Bits::default();
    // Final, and with the fixed code.
    bits.put(1, 1);
    bits.put(1, 2);
    let mut at = 0;
    while let Some(&byte) = plain.get(at) {
        let Step { length, distance, .. } = steps[at];
        if length < SHORTEST_MATCH {
            bits.symbol(byte.into());
        } else {
            let (symbol, extra, count) = length_symbol(length);
            bits.symbol(symbol);
            bits.put(extra, count);
            let (symbol, extra, count) = distance_symbol(distance);
            bits.code(symbol, DISTANCE_BITS);
            bits.put(extra, count);
        }
        at += length;
    }
    bits.symbol(END_OF_BLOCK);
    bits.bytes
}

/// The best step at each position.
fn steps(plain: &[u8]) -> Vec<Step> {
    debug_assert!(plain.len() <= MOST);
    let end = Step { cost: code(END_OF_BLOCK).1, length: 0, distance: 0 };
    let mut steps = vec![end; plain.len() + 1];
    for at in (0..plain.len()).rev() {
        let cost = code(plain[at].into()).1 + steps[at + 1].cost;
        let mut best = Step { cost, length: 1, distance: 0 };
        // From near to far: a farther match costs no less, so it only helps if it is longer.
        let mut longest = SHORTEST_MATCH - 1;
        for distance in 1..=at {
            let earlier = plain[at - distance..].iter();
            let same = plain[at..].iter().zip(earlier).take_while(|(a, b)| a == b).count();
            for length in longest + 1..=same {
                let (symbol, _, extra) = length_symbol(length);
                let far = DISTANCE_BITS + distance_symbol(distance).2;
                let cost = code(symbol).1 + extra + far + steps[at + length].cost;
                if cost < best.cost {
                    best = Step { cost, length, distance };
                }
            }
            longest = longest.max(same);
        }
        steps[at] = best;
    }
    steps
}

/// The code of a literal or length, and its number of bits.
fn code(symbol: usize) -> (usize, usize) {
    match symbol {
        0..144 => (0x30 + symbol, 8),
        144..256 => (0x190 + symbol - 144, 9),
        256..280 => (symbol - 256, 7),
        _ => (0xC0 + symbol - 280, 8),
    }
}

/// The symbol of a length, its extra bits, and their number.
fn length_symbol(length: usize) -> (usize, usize, usize) {
    let value = length - SHORTEST_MATCH;
    let extra = (value.max(4).ilog2() - 2) as usize;
    (257 + 4 * extra + (value >> extra), value & ((1 << extra) - 1), extra)
}

/// The same for a distance.
fn distance_symbol(distance: usize) -> (usize, usize, usize) {
    let value = distance - 1;
    let extra = (value.max(2).ilog2() - 1) as usize;
    (2 * extra + (value >> extra), value & ((1 << extra) - 1), extra)
}

/// Bits, the first in the lowest place of each byte.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    /// The lowest bit of a value first.
    fn put(&mut self, value: usize, count: usize) {
        for bit in 0..count {
            if self.used % 8 == 0 {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= u8::from(value >> bit & 1 == 1) << (self.used % 8);
            }
            self.used += 1;
        }
    }

    /// The highest bit of a code first.
    fn code(&mut self, code: usize, count: usize) {
        for bit in (0..count).rev() {
            self.put(code >> bit & 1, 1);
        }
    }

    fn symbol(&mut self, symbol: usize) {
        let (code, count) = code(symbol);
        self.code(code, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gzip::inflate::Inflater;
    use proptest::prelude::*;

    #[track_caller]
    fn check(plain: &[u8]) {
        let packed = deflate(plain);
        assert!(Inflater::new().verify(&packed, plain).is_ok(), "{plain:?}");
        // No literal has more than nine bits.
        assert!(packed.len() <= (3 + 9 * plain.len() + 7).div_ceil(8));
    }

    #[test]
    fn any_match_length_and_distance_round_trips() {
        assert_eq!(deflate(b""), [3, 0]);
        // A literal, and a match of the rest from one back.
        assert_eq!(deflate(&[b'a'; MOST]).len(), 5);
        for period in 1..=MOST {
            let bytes = (1..).take(period).cycle();
            for length in 0..=MOST {
                check(&bytes.clone().take(length).collect::<Vec<u8>>());
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_round_trip(
            plain in prop::collection::vec(any::<u8>(), 0..=MOST),
            mask in any::<u8>(),
        ) {
            check(&plain.iter().map(|byte| byte & mask).collect::<Vec<u8>>());
        }
    }
}

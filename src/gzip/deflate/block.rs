//! One block: its tokens written with whichever codes take least, or its bytes stored (RFC 1951,
//! section 3.2.3).

use super::bits::BitWriter;
use super::codes::{Codes, Description, LONGEST_CODE};
use super::tokens::{Token, distance_base, distance_extra, length_symbol};
use std::array::from_fn;
use std::sync::LazyLock;

const END_OF_BLOCK: usize = 256;
/// Bytes of a stored block.
pub(super) const STORED_MOST: usize = 0xFFFF;

/// How often each literal, length and distance occurs, by its symbol.
struct Counts {
    literals: [u32; 286],
    distances: [u32; 30],
}

/// The codes of a block.
struct BlockCodes {
    literals: Codes<286>,
    distances: Codes<30>,
}

/// The fixed codes, made once.
static FIXED: LazyLock<BlockCodes> = LazyLock::new(BlockCodes::fixed);

/// Appends a block with these tokens, which stand for `plain`.
pub(super) fn write(tokens: &[Token], plain: &[u8], last: bool, out: &mut BitWriter<'_>) {
    let counts = Counts::new(tokens);
    let dynamic = BlockCodes::new(&counts);
    let description = Description::new(&dynamic.literals, &dynamic.distances);
    let dynamic_cost = description.cost() + dynamic.cost(&counts);
    let fixed = &*FIXED;
    let fixed_cost = fixed.cost(&counts);
    if 3 + dynamic_cost.min(fixed_cost) + counts.extra_bits() > stored_cost(plain, out) {
        return store(plain, last, out);
    }
    out.put(last.into(), 1);
    let codes = if dynamic_cost < fixed_cost {
        out.put(2, 2);
        description.write(out);
        &dynamic
    } else {
        out.put(1, 2);
        fixed
    };
    if counts.distances.iter().sum::<u32>() as usize * 16 < tokens.len() {
        write_tokens::<true>(tokens, codes, out);
    } else {
        write_tokens::<false>(tokens, codes, out);
    }
}

impl Counts {
    /// Of the tokens and the end of the block.
    fn new(tokens: &[Token]) -> Self {
        // Four of each, in turns: a symbol often follows itself, and would wait for its own count.
        let mut indexes = [[0_u32; 512]; 4];
        let mut distances = [[0_u32; 32]; 4];
        let mut fours = tokens.chunks_exact(4);
        for four in &mut fours {
            for (turn, token) in four.iter().enumerate() {
                indexes[turn][token.index()] += 1;
                distances[turn][token.distance_index()] += 1;
            }
        }
        for token in fours.remainder() {
            indexes[0][token.index()] += 1;
            distances[0][token.distance_index()] += 1;
        }
        let mut literals = [0; 286];
        literals[END_OF_BLOCK] = 1;
        for (index, value) in (0..512).zip((256..512).chain(0..256)) {
            let symbol = if index < 256 { index } else { length_symbol(value).0 };
            literals[symbol] += indexes.iter().map(|counts| counts[index]).sum::<u32>();
        }
        let distances = from_fn(|symbol| distances.iter().map(|counts| counts[symbol]).sum());
        Self { literals, distances }
    }

    /// All extra bits, which are the same with any codes.
    fn extra_bits(&self) -> u64 {
        let lengths = (0..28).zip(&self.literals[257..]);
        let lengths = lengths.map(|(symbol, &count)| count * (symbol / 4_u32).saturating_sub(1));
        let distances = (0..).zip(&self.distances);
        let distances = distances.map(|(symbol, &count)| count * distance_extra(symbol));
        lengths.chain(distances).map(u64::from).sum()
    }
}

impl BlockCodes {
    fn new(counts: &Counts) -> Self {
        Self {
            literals: Codes::new(&counts.literals, LONGEST_CODE),
            distances: Codes::new(&counts.distances, LONGEST_CODE),
        }
    }

    /// The fixed codes (section 3.2.6).
    fn fixed() -> Self {
        let literals = Codes::with_lengths(from_fn::<_, 288, _>(|symbol| match symbol {
            144..256 => 9,
            256..280 => 7,
            _ => 8,
        }));
        // The last two symbols have codes, but never occur.
        Self { literals: literals.truncated(), distances: Codes::with_lengths([5; 30]) }
    }

    /// The number of bits of the tokens, without extra bits.
    fn cost(&self, counts: &Counts) -> u64 {
        self.literals.cost(&counts.literals) + self.distances.cost(&counts.distances)
    }

    /// For each literal or length by [`Token::index`]: its code and its extra bits, and from bit 24
    /// on how many these are together.
    fn indexes(&self) -> [u32; 512] {
        let Codes { bits, lengths } = &self.literals;
        from_fn(|index| {
            let Some(value) = index.checked_sub(256) else {
                return u32::from(bits[index]) | u32::from(lengths[index]) << 24;
            };
            #[expect(clippy::cast_possible_truncation, reason = "at most 255")]
            let value = value as u32;
            let (symbol, extra) = length_symbol(value);
            let length = u32::from(lengths[symbol]);
            let extra_bits = (value & ((1 << extra) - 1)) << length;
            u32::from(bits[symbol]) | extra_bits | (length + extra) << 24
        })
    }

    /// For each distance by [`Token::distance_index`]: what is added to the distance less one,
    /// shifted by the length of the code, so that the sum is the code and its extra bits; from bit 48
    /// on the length of the code, and from bit 56 on that with the extra bits. All zero for literals.
    fn distances(&self) -> [u64; 32] {
        let Codes { bits, lengths } = &self.distances;
        let mut entries = [0; 32];
        for (symbol, entry) in (0..30).zip(&mut entries) {
            let length = u32::from(lengths[symbol as usize]);
            let base = distance_base(symbol) << length;
            let addend = u32::from(bits[symbol as usize]).wrapping_sub(base);
            let all = u64::from(length + distance_extra(symbol));
            *entry = u64::from(addend) | u64::from(length) << 48 | all << 56;
        }
        entries
    }
}

/// Appends the tokens and the end of the block. `SPARSE` is faster for few matches.
#[inline(never)]
fn write_tokens<const SPARSE: bool>(tokens: &[Token], codes: &BlockCodes, out: &mut BitWriter<'_>) {
    let (indexes, distances) = (codes.indexes(), codes.distances());
    // The compiler keeps a copy in registers.
    let mut local = out.take();
    let mut fours = tokens.chunks_exact(4);
    for four in &mut fours {
        if SPARSE && four.iter().all(|token| token.is_literal()) {
            let (mut bits, mut count) = (0, 0);
            for token in four {
                let literal = indexes[token.index()];
                bits |= u64::from(literal & 0xFF_FFFF) << count;
                count += literal >> 24;
            }
            local.put(bits, count);
        } else {
            for &token in four {
                put_token(token, &indexes, &distances, &mut local);
            }
        }
    }
    for &token in fours.remainder() {
        put_token(token, &indexes, &distances, &mut local);
    }
    let Codes { bits, lengths } = &codes.literals;
    local.put(bits[END_OF_BLOCK].into(), lengths[END_OF_BLOCK].into());
    *out = local;
}

#[inline]
fn put_token(token: Token, indexes: &[u32; 512], distances: &[u64; 32], out: &mut BitWriter<'_>) {
    let literal = indexes[token.index()];
    let distance = distances[token.distance_index()];
    let (shift, all) = (distance >> 48 & 15, distance >> 56);
    #[expect(clippy::cast_possible_truncation, reason = "the addend is the lower half")]
    let far = (distance as u32).wrapping_add(token.distance_value() << shift);
    let near = literal >> 24;
    let bits = u64::from(literal & 0xFF_FFFF) | u64::from(far) << (near & 31);
    #[expect(clippy::cast_possible_truncation, reason = "at most 28")]
    out.put(bits, near + all as u32);
}

/// The number of bits that `plain` takes in stored blocks.
fn stored_cost(plain: &[u8], out: &BitWriter<'_>) -> u64 {
    let blocks = plain.len().div_ceil(STORED_MOST).max(1) as u64;
    // A header is three bits, and zeros up to the end of a byte. That of any block but the first is one
    // byte, since it begins at one.
    let first = 3 + u64::from((out.padding() + 5) % 8);
    first + 8 * (plain.len() as u64 + 5 * blocks - 1)
}

/// Appends stored blocks (section 3.2.4).
fn store(plain: &[u8], last: bool, out: &mut BitWriter<'_>) {
    let mut blocks = plain.chunks(STORED_MOST).peekable();
    while let Some(block) = blocks.next() {
        out.put((last && blocks.peek().is_none()).into(), 3);
        out.align();
        #[expect(clippy::cast_possible_truncation, reason = "at most STORED_MOST")]
        let length = block.len() as u16;
        out.put_bytes(&length.to_le_bytes());
        out.put_bytes(&(!length).to_le_bytes());
        out.put_bytes(block);
    }
}

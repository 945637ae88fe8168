//! Prefix codes of limited length, and how they are written (RFC 1951, sections 3.2.2 and 3.2.7).

use super::bits::BitWriter;
use crate::gzip::inflate::LENGTHS_ORDER;

/// The longest code of a literal, length or distance.
const LONGEST: usize = 15;
/// The longest code of a code length.
const LONGEST_OF_LENGTHS: usize = 7;

/// A code for each of `N` symbols: its bits as they are written, and how many; zero if it is not
/// used.
pub(super) struct Codes<const N: usize> {
    pub(super) bits: [u16; N],
    pub(super) lengths: [u8; N],
}

impl<const N: usize> Codes<N> {
    /// A code for symbols that occur this often; none is longer than `longest`. At least two symbols
    /// get one, since some decoders refuse a code of fewer.
    pub(super) fn new(counts: &[u32; N], longest: usize) -> Self {
        Self::with_lengths(lengths(counts, longest))
    }

    /// The code with these lengths (section 3.2.2).
    pub(super) fn with_lengths(lengths: [u8; N]) -> Self {
        let mut next = [0_u16; LONGEST + 2];
        for &length in &lengths {
            next[usize::from(length) + 1] += u16::from(length > 0);
        }
        let mut code = 0;
        for count in &mut next[1..] {
            code = (code + *count) << 1;
            *count = code;
        }
        // `next[n + 1]` counted the codes of length n; what stands there now is the first one of
        // length n + 1, shifted.
        let mut bits = [0; N];
        for (bits, &length) in bits.iter_mut().zip(&lengths) {
            if length > 0 {
                let code = &mut next[usize::from(length)];
                *bits = code.reverse_bits() >> (16 - u32::from(length));
                *code += 1;
            }
        }
        Self { bits, lengths }
    }

    /// The codes of the first `M` symbols.
    pub(super) fn truncated<const M: usize>(self) -> Codes<M> {
        Codes {
            bits: std::array::from_fn(|symbol| self.bits[symbol]),
            lengths: std::array::from_fn(|symbol| self.lengths[symbol]),
        }
    }

    /// The number of bits of symbols that occur this often, without extra bits.
    pub(super) fn cost(&self, counts: &[u32; N]) -> u64 {
        counts.iter().zip(&self.lengths).map(|(&n, &bits)| u64::from(n) * u64::from(bits)).sum()
    }
}

/// Lengths of a complete code in which frequent symbols have short codes.
fn lengths<const N: usize>(counts: &[u32; N], longest: usize) -> [u8; N] {
    let mut lengths = [0; N];
    // Each used symbol and its count in one word, the rarest first.
    let mut words = [0_u64; N];
    let mut used = 0;
    for (symbol, &count) in (0..).zip(counts) {
        words[used] = u64::from(count) << 16 | symbol;
        used += usize::from(count > 0);
    }
    if used < 2 {
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is a symbol")]
        let only = if used == 1 { words[0] as u16 } else { 0 };
        lengths[usize::from(only)] = 1;
        lengths[usize::from(only == 0)] = 1;
        return lengths;
    }
    let words = &mut words[..used];
    words.sort_unstable();
    let mut weights = [0_u32; N];
    for (weight, word) in weights.iter_mut().zip(&*words) {
        *weight = u32::try_from(word >> 16).unwrap_or(u32::MAX);
    }
    let depths = limited(&mut weights[..used], longest);
    let mut words = words.iter();
    for depth in (1..=longest).rev() {
        for word in words.by_ref().take(depths[depth]) {
            #[expect(clippy::cast_possible_truncation, reason = "at most 15")]
            (lengths[usize::from(*word as u16)] = depth as u8);
        }
    }
    lengths
}

/// How many codes there are of each length, for at least two symbols with these weights, which rise.
///
/// Huffman's tree is built in place (Moffat and Katajainen, "In-Place Calculation of
/// Minimum-Redundancy Codes", 1995). Where it is too deep, leaves are moved up and others down to
/// make room for them, which is not optimal, but rarely happens at all.
fn limited(weights: &mut [u32], longest: usize) -> [usize; LONGEST + 1] {
    let count = weights.len();
    // Inner nodes are made from left to right; each slot that is passed becomes its parent's place.
    let (mut leaf, mut inner) = (0, 0);
    for node in 0..count - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            if leaf < count && (inner >= node || weights[leaf] < weights[inner]) {
                weight += weights[leaf];
                leaf += 1;
            } else {
                weight += weights[inner];
                #[expect(clippy::cast_possible_truncation, reason = "there are few nodes")]
                (weights[inner] = node as u32);
                inner += 1;
            }
        }
        weights[node] = weight;
    }
    // From the root on, a node is one deeper than its parent.
    let depths = &mut weights[..count - 1];
    depths[count - 2] = 0;
    for node in (0..count - 2).rev() {
        depths[node] = depths[depths[node] as usize] + 1;
    }
    let mut leaves = [0; LONGEST + 1];
    let (mut nodes, mut free, mut depth) = (depths.iter().rev().peekable(), 1, 0);
    while free > 0 {
        let mut inner = 0;
        while nodes.next_if(|&&node| node as usize == depth).is_some() {
            inner += 1;
        }
        leaves[depth.min(longest)] += free - inner;
        free = 2 * inner;
        depth += 1;
    }
    // In units of the longest code: how much more than all codes there are.
    let taken: usize = (1..=longest).map(|depth| leaves[depth] << (longest - depth)).sum();
    for _ in 1 << longest..taken {
        let shorter = (1..longest).rev().find(|&depth| leaves[depth] > 0).unwrap_or(longest - 1);
        leaves[longest] -= 1;
        leaves[shorter] -= 1;
        leaves[shorter + 1] += 2;
    }
    leaves
}

/// The description of the codes of a dynamic block (section 3.2.7).
pub(super) struct Description {
    literals: usize,
    distances: usize,
    /// Code lengths and repetitions: the symbol, the extra bits, and their number.
    items: Vec<(u8, u8, u8)>,
    codes: Codes<19>,
    /// How many lengths of `codes` are written.
    written: usize,
}

impl Description {
    pub(super) fn new(literals: &Codes<286>, distances: &Codes<30>) -> Self {
        let used = |lengths: &[u8], least| {
            lengths.iter().rposition(|&length| length > 0).map_or(least, |last| last + 1).max(least)
        };
        let (literal_count, distance_count) =
            (used(&literals.lengths, 257), used(&distances.lengths, 1));
        let lengths = [&literals.lengths[..literal_count], &distances.lengths[..distance_count]];
        let items = runs(&lengths.concat());
        let mut counts = [0; 19];
        for &(symbol, ..) in &items {
            counts[usize::from(symbol)] += 1;
        }
        let codes = Codes::new(&counts, LONGEST_OF_LENGTHS);
        let written = LENGTHS_ORDER.iter().rposition(|&symbol| codes.lengths[symbol] > 0);
        let written = written.map_or(4, |last| last + 1).max(4);
        Self { literals: literal_count, distances: distance_count, items, codes, written }
    }

    /// Its length in bits.
    pub(super) fn cost(&self) -> u64 {
        let items = self.items.iter().map(|&(symbol, _, extra)| {
            u64::from(self.codes.lengths[usize::from(symbol)]) + u64::from(extra)
        });
        14 + 3 * self.written as u64 + items.sum::<u64>()
    }

    pub(super) fn write(&self, out: &mut BitWriter<'_>) {
        out.put(self.literals as u64 - 257, 5);
        out.put(self.distances as u64 - 1, 5);
        out.put(self.written as u64 - 4, 4);
        for &symbol in &LENGTHS_ORDER[..self.written] {
            out.put(self.codes.lengths[symbol].into(), 3);
        }
        for &(symbol, extra, count) in &self.items {
            let symbol = usize::from(symbol);
            out.put(self.codes.bits[symbol].into(), self.codes.lengths[symbol].into());
            out.put(extra.into(), count.into());
        }
    }
}

/// Code lengths, repeated ones together.
fn runs(lengths: &[u8]) -> Vec<(u8, u8, u8)> {
    let mut items = Vec::with_capacity(lengths.len());
    for run in lengths.chunk_by(|a, b| a == b) {
        let (value, mut left) = (run[0], run.len());
        if value > 0 {
            items.push((value, 0, 0));
            left -= 1;
        }
        while left > 2 {
            let (symbol, least, most, bits) = match value {
                0 if left > 10 => (18, 11, 138, 7),
                0 => (17, 3, 10, 3),
                _ => (16, 3, 6, 2),
            };
            let taken = left.min(most);
            #[expect(clippy::cast_possible_truncation, reason = "at most 127")]
            items.push((symbol, (taken - least) as u8, bits));
            left -= taken;
        }
        items.extend((0..left).map(|_| (value, 0, 0)));
    }
    items
}

/// The longest code for the symbols of a block: one less than allowed, so that four literals have at most
/// 56 bits.
pub(super) const LONGEST_CODE: usize = LONGEST - 1;

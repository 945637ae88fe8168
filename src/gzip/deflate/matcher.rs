//! Finds bytes that were there before.
//!
//! Two neighbouring positions are looked up at a time, so that there is one branch that is hard to
//! predict instead of two; and where both begin a match, the much longer one is taken.

use super::tokens::{LONGEST, Token};
use super::{BLOCK, MARGIN, Search};
use crate::gzip::inflate::WINDOW;

/// Bits of a hash. The table fits into the processor's first cache.
const HASH_BITS: u32 = 14;
/// Bytes needed after a position to look it up.
const AHEAD: usize = 32;
/// Bits that the second of two matches must have more to be taken.
const MUCH_LONGER: u32 = 8;
/// Most literals that are passed at once where there are no matches.
const MOST_PASSED: usize = 14;

type Table = [u16; 1 << HASH_BITS];

/// The last position, modulo 65,536, at which bytes with each hash were seen. Where that is
/// ambiguous, or no such bytes were seen at all, a comparison finds it out.
pub(super) struct Matcher {
    table: Box<Table>,
}

/// What the table knows of a position.
#[derive(Clone, Copy)]
struct Candidate {
    distance: usize,
    /// The bits in which the first eight bytes differ.
    difference: u64,
    matches: bool,
}

impl Matcher {
    pub(super) fn new() -> Self {
        let table = vec![0; 1 << HASH_BITS].try_into();
        Self { table: table.expect("it has that length") }
    }

    /// Forgets all positions, so that the output depends on nothing before.
    pub(super) fn reset(&mut self) {
        self.table.fill(0);
    }

    /// Writes the tokens of the next block, from `start` on; returns its end and their number.
    #[inline(never)]
    pub(super) fn block(
        &mut self,
        plain: &[u8],
        start: usize,
        search: Search,
        tokens: &mut [Token; BLOCK + MARGIN],
    ) -> (usize, usize) {
        let table = &mut *self.table;
        let limit = plain.len().saturating_sub(AHEAD);
        let (mut at, mut count, mut missed) = (start, 0, 0);
        if at == 0 && limit > 0 {
            // Nothing is before it, so that it would match itself.
            tokens[0] = Token::literal(plain[0]);
            (at, count) = (1, 1);
        }
        while at < limit && count < BLOCK {
            let bytes = word(plain, at);
            let first = look_up(table, plain, at, bytes, search);
            let second = look_up(table, plain, at + 1, word(plain, at + 1), search);
            tokens[count] = Token::literal(bytes.to_le_bytes()[0]);
            if !(first.matches | second.matches) {
                tokens[count + 1] = Token::literal(bytes.to_le_bytes()[1]);
                missed += 1;
                (at, count) = (at + 2, count + 2);
                if missed >> search.patience > 0 {
                    let passed = (missed >> search.patience).min(MOST_PASSED);
                    let bytes = &plain[at..][..passed];
                    for (token, &byte) in tokens[count..].iter_mut().zip(bytes) {
                        *token = Token::literal(byte);
                    }
                    (at, count) = (at + passed, count + passed);
                }
                continue;
            }
            missed = 0;
            let takes_second = !first.matches | (second.matches & second.is_much_longer(first));
            at += usize::from(takes_second);
            count += usize::from(takes_second);
            let taken = if takes_second { second } else { first };
            let length = taken.length(plain, at);
            tokens[count] = Token::new_match(length, taken.distance);
            count += 1;
            let bytes = bytes >> (8 * u32::from(takes_second));
            add(table, bytes >> 16, at + 2);
            add(table, bytes >> 24, at + 3);
            if let Some(last) = plain.get(at + length - 1..at + length + 7) {
                add(table, word(last, 0), at + length - 1);
            }
            at += length;
        }
        // The last bytes are not worth a loop of their own.
        let rest = if at < limit { 0 } else { (plain.len() - at).min(BLOCK + MARGIN - count) };
        for (token, &byte) in tokens[count..].iter_mut().zip(&plain[at..at + rest]) {
            *token = Token::literal(byte);
        }
        (at + rest, count + rest)
    }
}

/// Looks up `bytes`, which begin at `at`, not the first position, and adds that position.
#[expect(clippy::inline_always, reason = "the loop is too slow with calls")]
#[inline(always)]
fn look_up(table: &mut Table, plain: &[u8], at: usize, bytes: u64, search: Search) -> Candidate {
    let slot = &mut table[hash(bytes)];
    #[expect(clippy::cast_possible_truncation, reason = "modulo 65,536")]
    let position = at as u16;
    // Whatever the slot holds, this is from 1 to the size of the window.
    let distance = usize::from(position.wrapping_sub(1).wrapping_sub(*slot)) % WINDOW + 1;
    *slot = position;
    let distance = distance.min(at);
    let difference = bytes ^ word(plain, at - distance);
    let needed = if distance > search.far { (1 << 40) - 1 } else { (1 << 32) - 1 };
    Candidate { distance, difference, matches: difference & needed == 0 }
}

/// Adds a position at which there are `bytes`.
#[inline]
fn add(table: &mut Table, bytes: u64, at: usize) {
    #[expect(clippy::cast_possible_truncation, reason = "modulo 65,536")]
    (table[hash(bytes)] = at as u16);
}

impl Candidate {
    #[inline]
    fn is_much_longer(self, other: Self) -> bool {
        self.difference.trailing_zeros() >= other.difference.trailing_zeros() + MUCH_LONGER
    }

    /// The length of a match at `at`, with `AHEAD - 1` bytes after it.
    #[inline]
    fn length(self, plain: &[u8], at: usize) -> usize {
        let behind = word(plain, at + 8) ^ word(plain, at + 8 - self.distance);
        let more = if self.difference == 0 { behind.trailing_zeros() } else { 0 };
        let length = (self.difference.trailing_zeros() + more) as usize / 8;
        if length < 16 { length } else { long(plain, at, self.distance) }
    }
}

/// The length of a match of 16 bytes or more.
#[inline(never)]
fn long(plain: &[u8], at: usize, distance: usize) -> usize {
    let target = &plain[at..plain.len().min(at + LONGEST)];
    let source = &plain[at - distance..][..target.len()];
    let words = source.chunks_exact(8).zip(target.chunks_exact(8));
    let equal = 8 * words.take_while(|(a, b)| a == b).count();
    let rest = source[equal..].iter().zip(&target[equal..]);
    equal + rest.take_while(|(a, b)| a == b).count()
}

#[expect(clippy::inline_always, reason = "the loop is too slow with calls")]
#[inline(always)]
fn word(plain: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(*plain[at..].first_chunk().expect("eight bytes follow"))
}

/// A hash of the first four of the bytes.
#[inline]
fn hash(bytes: u64) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "the first four")]
    let bytes = bytes as u32;
    (bytes.wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)) as usize
}

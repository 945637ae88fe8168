//! A fast encoder of raw DEFLATE data (RFC 1951), for level 1 and for data with few matches.
//!
//! Each position is looked up once, in a small table of hashes that stays in the processor's first
//! cache, and compared eight bytes at a time. The tokens of a block are collected, then written with
//! codes made for them, and without a branch for each.

mod bits;
mod block;
mod codes;
mod matcher;
#[cfg(test)]
mod tests;
mod tokens;

use bits::BitWriter;
use matcher::Matcher;
use tokens::Token;

/// A block ends when it has this many tokens.
const BLOCK: usize = 1 << 14;
/// Most tokens that may be beyond that.
const MARGIN: usize = 32;

/// How matches are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Search {
    /// Matches of four bytes are taken up to this distance; where literals have short codes, the
    /// farther ones save nothing.
    far: usize,
    /// After two to the power of this many times without a match, bytes are passed.
    patience: u32,
}

impl Search {
    /// As fast as possible.
    pub(super) const FAST: Self = Self { far: 4 << 10, patience: 5 };
    /// For data whose literals hardly compress, so that every match is worth taking.
    pub(super) const SPARSE: Self = Self { far: 32 << 10, patience: 63 };
}

/// An encoder. From call to call it keeps only its memory.
pub(super) struct Deflater {
    matcher: Matcher,
    tokens: Box<[Token; BLOCK + MARGIN]>,
}

impl Deflater {
    pub(super) fn new() -> Self {
        let tokens = vec![Token::default(); BLOCK + MARGIN].try_into();
        Self { matcher: Matcher::new(), tokens: tokens.expect("it has that length") }
    }

    /// How many bytes `deflate` needs for `length` bytes. What it writes is no longer than stored
    /// blocks would be.
    pub(super) fn bound(length: usize) -> usize {
        // A block of ours, of at least `BLOCK` bytes, takes at most five bytes more stored, and a
        // sixth for its first bits. The writer needs the last eight.
        length + 6 * (length / BLOCK + 1) + 5 * (length / block::STORED_MOST) + 8
    }

    /// Writes a stream for `plain` to `out`, which has at least [`bound`](Self::bound) bytes;
    /// returns its length.
    pub(super) fn deflate(&mut self, plain: &[u8], search: Search, out: &mut [u8]) -> usize {
        let mut out = BitWriter::new(out);
        self.matcher.reset();
        let mut start = 0;
        loop {
            let (end, count) = self.matcher.block(plain, start, search, &mut self.tokens);
            let last = end == plain.len();
            block::write(&self.tokens[..count], &plain[start..end], last, &mut out);
            start = end;
            if last {
                return out.finish();
            }
        }
    }
}

/// Appends a stream of stored blocks.
pub(super) fn store(plain: &[u8], packed: &mut Vec<u8>) {
    packed.reserve(plain.len() + 5 * (plain.len() / block::STORED_MOST + 2));
    let mut blocks = plain.chunks(block::STORED_MOST).peekable();
    if blocks.peek().is_none() {
        packed.extend([1, 0, 0, 0xFF, 0xFF]);
    }
    while let Some(block) = blocks.next() {
        packed.push(blocks.peek().is_none().into());
        #[expect(clippy::cast_possible_truncation, reason = "at most STORED_MOST")]
        let length = block.len() as u16;
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(block);
    }
}

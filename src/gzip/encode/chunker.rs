//! The input cut into chunks, of a fixed size or by content.

use super::chunk::Position;
use crate::gzip::input::Source;
use crate::io::buffer::{Buffer, Buffers};
use std::io::{self, Read};

/// A chunk of the input.
pub(in crate::gzip) struct Chunk {
    pub(in crate::gzip) plain: Plain,
    pub(in crate::gzip) position: Position,
}

/// The bytes of a chunk.
pub(in crate::gzip) enum Plain {
    Bytes(Buffer),
    /// So many zeros, which were not read.
    Zeros(usize),
}

impl Plain {
    fn is_full(&self) -> bool {
        match self {
            Self::Bytes(buffer) => buffer.is_full(),
            Self::Zeros(_) => true,
        }
    }
}

impl Chunk {
    pub(super) fn is_last(&self) -> bool {
        self.position == Position::Last
    }
}

/// The input, cut into chunks, whatever the sizes of its reads. All except the last are exactly as
/// long as the buffers, or, if `rsyncable`, at most that long. An empty input is one empty chunk.
pub(super) struct Chunks<'a, R> {
    input: R,
    buffers: &'a Buffers,
    rsyncable: bool,
    /// Read already, to know whether the chunk before it is the last.
    ahead: Option<Plain>,
    /// Read already, after a cut.
    rest: Vec<u8>,
    ended: bool,
}

impl<'a, R: Source> Chunks<'a, R> {
    pub(super) fn new(input: R, buffers: &'a Buffers, rsyncable: bool) -> Self {
        Self { input, buffers, rsyncable, ahead: None, rest: Vec::new(), ended: false }
    }

    fn read(&mut self) -> io::Result<Plain> {
        let size = self.buffers.size();
        // Content does not cut zeros: the chunks are the same as if they were read.
        if self.rest.is_empty() && self.input.skip_zeros(size)? {
            return Ok(Plain::Zeros(size));
        }
        let mut buffer = self.buffers.take();
        buffer.fill(self.rest.chain(&mut self.input))?;
        self.rest.clear();
        if self.rsyncable {
            let cut = content_cut(&buffer);
            self.rest.extend(&buffer[cut..]);
            buffer.truncate(cut);
        }
        Ok(Plain::Bytes(buffer))
    }

    fn cut(&mut self) -> io::Result<Chunk> {
        let plain = match self.ahead.take() {
            Some(buffer) => buffer,
            None => self.read()?,
        };
        if plain.is_full() || !self.rest.is_empty() {
            match self.read()? {
                Plain::Bytes(nothing) if nothing.is_empty() => self.buffers.give(nothing),
                next => {
                    self.ahead = Some(next);
                    return Ok(Chunk { plain, position: Position::Inner });
                }
            }
        }
        self.ended = true;
        Ok(Chunk { plain, position: Position::Last })
    }
}

impl<R: Source> Iterator for Chunks<'_, R> {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let chunk = self.cut();
        self.ended |= chunk.is_err();
        Some(chunk)
    }
}

/// Content never cuts a chunk shorter than this, so that no data leads to many tiny ones.
const SHORTEST: usize = 32 << 10;
/// About how long chunks are. Where longer ones are cut more often than shorter ones, lengths differ
/// little, and a change seldom meets a long one.
const USUAL: usize = 64 << 10;
/// The longest chunk that is cut by content; data that never is, such as zeros, is cut there.
pub(in crate::gzip) const LONGEST_RSYNCABLE: usize = 256 << 10;
/// There is a cut where these bits of the hash are zero: about every 128 KiB.
const SELDOM: u64 = !0 << (64 - 17);
/// The same, about every 4 KiB.
const OFTEN: u64 = !0 << (64 - 12);

/// Where to cut: at the first place where a hash of the 64 bytes before it says so. That depends on
/// nothing further away, so soon after a change the cuts are where they were.
pub(in crate::gzip) fn content_cut(plain: &[u8]) -> usize {
    let mut hash = 0_u64;
    for (position, &byte) in plain.iter().enumerate().skip(SHORTEST) {
        // Each byte is shifted out at the top after 64 others.
        let spread = (u64::from(byte) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        hash = (hash << 1).wrapping_add(spread);
        let cut_bits = if position < USUAL { SELDOM } else { OFTEN };
        if hash & cut_bits == 0 {
            return position + 1;
        }
    }
    plain.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gzip::input::Unknown;

    fn lengths(data: &[u8]) -> Vec<usize> {
        let buffers = Buffers::new(LONGEST_RSYNCABLE);
        let chunks = Chunks::new(Unknown(data), &buffers, true);
        let length = |chunk: io::Result<Chunk>| match chunk.unwrap().plain {
            Plain::Bytes(buffer) => buffer.len(),
            Plain::Zeros(count) => count,
        };
        chunks.map(length).collect()
    }

    #[test]
    fn an_insertion_moves_few_cuts() {
        let mut seed = 1_u64;
        let mut data: Vec<u8> = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed.to_be_bytes()[0]
        })
        .take(8 << 20)
        .collect();
        let before = lengths(&data);
        assert_eq!(before.iter().sum::<usize>(), data.len());
        let (_last, whole) = before.split_last().unwrap();
        assert!(whole.iter().all(|length| (SHORTEST..2 * USUAL).contains(length)), "{whole:?}");
        data.insert(1000, b'!');
        let after = lengths(&data);
        let same = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
        assert!(same + 5 > before.len(), "{same} of {}", before.len());
    }

    #[test]
    fn data_without_cuts_is_cut_at_the_maximum() {
        let zeros = vec![0; LONGEST_RSYNCABLE * 5 / 2];
        assert_eq!(lengths(&zeros), [LONGEST_RSYNCABLE, LONGEST_RSYNCABLE, LONGEST_RSYNCABLE / 2]);
        assert_eq!(lengths(&[]), [0]);
    }
}

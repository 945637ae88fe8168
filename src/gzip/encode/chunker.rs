//! The input cut into chunks, of a fixed size or by content, or where it falls idle.

use super::chunk::Position;
use crate::gzip::source::Source;
use crate::io::buffer::{Buffer, Buffers};
use std::io::{self, ErrorKind, Read};

/// A chunk of the input.
pub(in crate::gzip) struct Chunk {
    pub(in crate::gzip) plain: Plain,
    pub(in crate::gzip) position: Position,
    /// Whether the input fell idle after it, so that it is to be flushed.
    pub(in crate::gzip) flush: bool,
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
///
/// If they [`flush_idle`](Self::flush_idle), a read that fails with [`ErrorKind::WouldBlock`] ends a
/// chunk, too, if anything was read since the last one.
pub(super) struct Chunks<'a, R> {
    input: R,
    buffers: &'a Buffers,
    rsyncable: bool,
    flush_idle: bool,
    state: State,
    /// Read already, to know whether the chunk before it is the last.
    ahead: Option<Plain>,
    /// Read already, after a cut.
    rest: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Reading,
    /// The input is idle, and not all that was read before is cut yet.
    Idle,
    /// There are no more chunks.
    Ended,
}

impl<'a, R: Source> Chunks<'a, R> {
    pub(super) fn new(input: R, buffers: &'a Buffers, rsyncable: bool) -> Self {
        Self {
            input,
            buffers,
            rsyncable,
            flush_idle: false,
            state: State::Reading,
            ahead: None,
            rest: Vec::new(),
        }
    }

    /// Sets whether a chunk ends where the input falls idle.
    pub(super) fn flush_idle(self, flush_idle: bool) -> Self {
        Self { flush_idle, ..self }
    }

    fn read(&mut self) -> io::Result<Plain> {
        let size = self.buffers.size();
        // Content does not cut zeros: the chunks are the same as if they were read.
        if self.rest.is_empty() && self.input.skip_zeros(size)? {
            return Ok(Plain::Zeros(size));
        }
        let mut buffer = self.buffers.take();
        let filled = if self.state == State::Idle {
            // What comes next belongs after the flush.
            buffer.fill(&self.rest[..])
        } else {
            buffer.fill(self.rest.chain(&mut self.input))
        };
        match filled {
            Err(error) if self.flush_idle && error.kind() == ErrorKind::WouldBlock => {
                self.state = State::Idle;
            }
            filled => drop(filled?),
        }
        self.rest.clear();
        if self.rsyncable {
            let cut = content_cut(&buffer);
            self.rest.extend(&buffer[cut..]);
            buffer.truncate(cut);
        }
        Ok(Plain::Bytes(buffer))
    }

    fn cut(&mut self) -> io::Result<Chunk> {
        let plain = self.begun()?;
        if plain.is_full() && self.state == State::Reading || !self.rest.is_empty() {
            match self.read()? {
                Plain::Bytes(nothing) if nothing.is_empty() => self.buffers.give(nothing),
                next => {
                    self.ahead = Some(next);
                    return Ok(Chunk { plain, position: Position::Inner, flush: false });
                }
            }
        }
        if self.wake() {
            return Ok(Chunk { plain, position: Position::Inner, flush: true });
        }
        self.state = State::Ended;
        Ok(Chunk { plain, position: Position::Last, flush: false })
    }

    /// What the next chunk begins with; empty only at the end of the input.
    fn begun(&mut self) -> io::Result<Plain> {
        if let Some(plain) = self.ahead.take() {
            return Ok(plain);
        }
        loop {
            match self.read()? {
                // Still idle, and there is nothing to flush.
                Plain::Bytes(nothing) if nothing.is_empty() && self.wake() => {
                    self.buffers.give(nothing);
                }
                plain => return Ok(plain),
            }
        }
    }

    /// Reads on, if the input was idle. Returns whether it was.
    fn wake(&mut self) -> bool {
        let was_idle = self.state == State::Idle;
        if was_idle {
            self.state = State::Reading;
        }
        was_idle
    }
}

impl<R: Source> Iterator for Chunks<'_, R> {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Ended {
            return None;
        }
        let chunk = self.cut();
        if chunk.is_err() {
            self.state = State::Ended;
        }
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
    use crate::gzip::source::Unknown;
    use proptest::prelude::*;

    fn bytes(chunk: &Chunk) -> &[u8] {
        match &chunk.plain {
            Plain::Bytes(buffer) => buffer,
            Plain::Zeros(_) => unreachable!("only a file has holes"),
        }
    }

    fn lengths(data: &[u8]) -> Vec<usize> {
        let buffers = Buffers::new(LONGEST_RSYNCABLE);
        let chunks = Chunks::new(Unknown(data), &buffers, true);
        chunks.map(|chunk| bytes(&chunk.unwrap()).len()).collect()
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

    /// Hands out pieces, one a read, and is idle at each empty one.
    struct Halting<'a>(std::slice::Iter<'a, Vec<u8>>, Vec<u8>);

    impl Read for Halting<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.1.is_empty() {
                match self.0.next() {
                    Some(piece) if piece.is_empty() => return Err(ErrorKind::WouldBlock.into()),
                    piece => self.1 = piece.cloned().unwrap_or_default(),
                }
            }
            let count = into.len().min(self.1.len());
            into[..count].copy_from_slice(&self.1[..count]);
            self.1.drain(..count);
            Ok(count)
        }
    }

    fn chunks(pieces: &[Vec<u8>], size: usize, rsyncable: bool) -> Vec<Chunk> {
        let input = Unknown(Halting(pieces.iter(), Vec::new()));
        let buffers = Buffers::new(size);
        Chunks::new(input, &buffers, rsyncable).flush_idle(true).map(Result::unwrap).collect()
    }

    #[test]
    fn an_idle_input_is_flushed_once_and_the_next_chunk_starts_anew() {
        let lengths = |pieces: &[usize]| -> Vec<(usize, bool)> {
            let pieces: Vec<_> = pieces.iter().map(|&length| vec![b'x'; length]).collect();
            let chunks = chunks(&pieces, 10, false);
            assert!(chunks.last().unwrap().is_last());
            chunks.iter().map(|chunk| (bytes(chunk).len(), chunk.flush)).collect()
        };
        assert_eq!(lengths(&[3, 0, 4]), [(3, true), (4, false)]);
        // A full chunk waits for the next byte, since it may be the last; it does not wait for long.
        assert_eq!(lengths(&[10, 0, 4]), [(10, true), (4, false)]);
        assert_eq!(lengths(&[13, 0]), [(10, false), (3, true), (0, false)]);
        assert_eq!(lengths(&[0, 0, 3, 0, 0, 0, 20]), [(3, true), (10, false), (10, false)]);
        assert_eq!(lengths(&[0]), [(0, false)]);
    }

    #[test]
    fn an_idle_input_is_an_error_unless_it_is_to_be_flushed() {
        let buffers = Buffers::new(10);
        let pieces = [vec![1], vec![]];
        let input = Unknown(Halting(pieces.iter(), Vec::new()));
        let mut chunks = Chunks::new(input, &buffers, false);
        let error = chunks.next().unwrap().map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        assert!(chunks.next().is_none());
    }

    proptest! {
        #[test]
        fn all_that_came_before_a_silence_is_flushed(
            pieces in prop::collection::vec(prop::collection::vec(0..2_u8, 0..40_000), 0..12),
            size in prop::sample::select(vec![1000, 20_000, 100_000]),
            rsyncable in any::<bool>(),
        ) {
            let chunks = chunks(&pieces, size, rsyncable);
            // What has come at each silence after something new, and what has come at each flush.
            let (mut silences, mut flushes, mut count) = (Vec::new(), Vec::new(), 0);
            for piece in &pieces {
                count += piece.len();
                if piece.is_empty() && count > silences.last().copied().unwrap_or(0) {
                    silences.push(count);
                }
            }
            let mut joined = Vec::new();
            for (chunk, position) in chunks.iter().zip(1..) {
                let plain = bytes(chunk);
                joined.extend_from_slice(plain);
                prop_assert!(plain.len() <= size);
                prop_assert_eq!(chunk.is_last(), position == chunks.len());
                prop_assert!(!plain.is_empty() || chunk.is_last());
                if chunk.flush {
                    flushes.push(joined.len());
                }
            }
            prop_assert!(joined == pieces.concat());
            prop_assert_eq!(flushes, silences);
        }
    }

    #[test]
    fn data_without_cuts_is_cut_at_the_maximum() {
        let zeros = vec![0; LONGEST_RSYNCABLE * 5 / 2];
        assert_eq!(lengths(&zeros), [LONGEST_RSYNCABLE, LONGEST_RSYNCABLE, LONGEST_RSYNCABLE / 2]);
        assert_eq!(lengths(&[]), [0]);
    }
}

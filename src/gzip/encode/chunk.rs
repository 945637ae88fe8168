//! One chunk compressed, verified, and prepared to be part of one member.
//!
//! Each run of pieces of one kind is compressed by itself, see [`pieces`](super::pieces) and
//! [`Engine`]. The encoders only write whole streams, whose last block is marked final. To join runs
//! and chunks to one stream, every final mark except the last is removed, and an empty stored block
//! is appended, which ends on a byte boundary whatever bit the run ended on (RFC 1951, section
//! 3.2.4).
//!
//! To find the mark, the run's blocks are decoded from the start, and the result is compared with
//! the input. So every chunk is verified before it is written, and it does not matter which encoder
//! it is from.

use super::engine::{Engine, Thorough, Way};
use super::pieces::pieces;
use super::tiny;
use super::zeros::Zeros;
use crate::gzip::inflate::Inflater;
use crate::gzip::{Error, Level};
use std::ops::Range;

/// An empty stored block's length and its complement, which are its last bytes.
const STORED_EMPTY: [u8; 4] = [0x00, 0x00, 0xFF, 0xFF];

/// Whether more chunks follow in the member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gzip) enum Position {
    Inner,
    Last,
}

/// Compresses chunks, one after the other. Every worker has its own.
pub(in crate::gzip) struct ChunkEncoder {
    engine: Engine,
    /// For tiny inputs, which other levels of libdeflate always store.
    thorough: Option<Thorough>,
    inflater: Inflater,
    pub(super) zeros: Zeros,
}

impl ChunkEncoder {
    pub(in crate::gzip) fn new(level: Level) -> Self {
        let (engine, inflater) = (Engine::new(level), Inflater::new());
        Self { engine, thorough: None, inflater, zeros: Zeros::default() }
    }

    /// Appends the chunk, compressed, to `packed`; returns the CRC-32 of `plain`.
    pub(in crate::gzip) fn encode(
        &mut self,
        plain: &[u8],
        position: Position,
        packed: &mut Vec<u8>,
    ) -> Result<u32, Error> {
        for (range, way) in self.runs(plain) {
            let last = position == Position::Last && range.end == plain.len();
            let start = packed.len();
            self.run(&plain[range.clone()], way, packed)?;
            let stream = &mut packed[start..];
            let walk = self.inflater.verify(stream, &plain[range]);
            let walk = walk.map_err(|_| Error::VerifyFailed)?;
            if !last {
                stream[walk.last_block / 8] &= !(1 << (walk.last_block % 8));
                align(packed, walk.end % 8);
            }
        }
        Ok(crc32fast::hash(plain))
    }

    /// The runs of pieces that are compressed in the same way. An empty chunk is one of them.
    fn runs(&self, plain: &[u8]) -> Vec<(Range<usize>, Way)> {
        if self.engine.stores() {
            return vec![(0..plain.len(), Way::Store)];
        }
        let mut runs: Vec<(Range<usize>, Way)> = Vec::new();
        for (range, kind) in pieces(plain) {
            let way = self.engine.way(kind);
            match runs.last_mut().filter(|(_, before)| *before == way) {
                Some((before, _)) => before.end = range.end,
                None => runs.push((range, way)),
            }
        }
        runs
    }

    /// Appends a stream for a run.
    fn run(&mut self, plain: &[u8], way: Way, packed: &mut Vec<u8>) -> Result<(), Error> {
        let start = packed.len();
        self.engine.deflate(way, plain, packed)?;
        if plain.len() <= tiny::MOST && !self.engine.stores() {
            for tiny in [tiny::deflate(plain), self.thorough(plain)?] {
                if tiny.len() < packed.len() - start {
                    packed.truncate(start);
                    packed.extend(tiny);
                }
            }
        }
        Ok(())
    }

    /// A tiny input at the highest level, the only one that tries dynamic codes for so few bytes.
    fn thorough(&mut self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let thorough = self.thorough.get_or_insert_with(|| Thorough::new(Thorough::BEST));
        let mut packed = vec![0; thorough.bound(plain.len())];
        let length = thorough.deflate(plain, &mut packed)?;
        packed.truncate(length);
        Ok(packed)
    }
}

/// Ends the stream on a byte boundary. `used` bits of the last byte are taken, 0 for all of them.
fn align(packed: &mut Vec<u8>, used: usize) {
    if used != 0 {
        if let Some(last) = packed.last_mut() {
            // Bits beyond the end can have any value; the stored block's header begins there.
            *last &= (1 << used) - 1;
        }
    }
    // The header is three zero bits, and zeros up to the boundary.
    if used == 0 || used > 5 {
        packed.push(0);
    }
    packed.extend(STORED_EMPTY);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gzip::inflate::tests::noise;
    use std::io::Read;

    fn inflated(stream: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        flate2::read::DeflateDecoder::new(stream).read_to_end(&mut plain).unwrap();
        plain
    }

    #[test]
    fn chunks_of_any_kind_become_one_stream() {
        let noise = |length: u32| {
            (0..length).map(|n| n.wrapping_mul(n).wrapping_mul(2_654_435_761).to_le_bytes()[3])
        };
        let chunks: [Vec<u8>; 6] = [
            b"in the beginning ".repeat(1000),
            vec![0; 100_000],
            noise(70_000).collect(),
            b"x".to_vec(),
            (0..=255).collect(),
            b"was the word".to_vec(),
        ];
        for level in 0..=12 {
            let mut encoder = ChunkEncoder::new(Level::new(level).unwrap());
            let mut stream = Vec::new();
            for (number, chunk) in chunks.iter().enumerate() {
                let last = number + 1 == chunks.len();
                let position = if last { Position::Last } else { Position::Inner };
                let crc = encoder.encode(chunk, position, &mut stream).unwrap();
                assert_eq!(crc, crc32fast::hash(chunk));
            }
            assert_eq!(inflated(&stream), chunks.concat(), "level {level}");
        }
    }

    #[test]
    fn runs_of_every_kind_become_one_stream() {
        let noise = noise(200_000, 1);
        let mut sparse = noise.clone();
        for start in (10_000..200_000).step_by(1000) {
            sparse.copy_within(start - 10_000..start - 9_900, start);
        }
        let text = b"in the beginning was the word ".repeat(5000);
        let plain = [&text, &noise, &sparse, &text, &sparse, &noise].map(|part| &part[..]).concat();
        for level in 0..=12 {
            let mut encoder = ChunkEncoder::new(Level::new(level).unwrap());
            let mut stream = Vec::new();
            encoder.encode(&plain, Position::Inner, &mut stream).unwrap();
            encoder.encode(b"!", Position::Last, &mut stream).unwrap();
            assert_eq!(inflated(&stream), [&plain[..], b"!"].concat(), "level {level}");
            let most = if level == 0 { 1_101_000 } else { 830_000 };
            assert!(stream.len() < most, "level {level}: {}", stream.len());
        }
    }

    #[test]
    fn tiny_inputs_become_no_larger_than_with_zlib() {
        let (mut ours, mut theirs) = (0, 0);
        let mut encoder = ChunkEncoder::new(Level::default());
        let mut state = 1_u32;
        for (letters, length) in
            (1..40_u32).flat_map(|n| (0..=tiny::MOST).map(move |length| (n, length)))
        {
            let plain: Vec<u8> = std::iter::repeat_with(|| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                b'a' + u8::try_from((state >> 16) % letters).unwrap()
            })
            .take(length)
            .collect();
            let mut packed = Vec::new();
            encoder.encode(&plain, Position::Last, &mut packed).unwrap();
            let mut zlib = Vec::new();
            let input = &plain[..];
            flate2::read::DeflateEncoder::new(input, flate2::Compression::default())
                .read_to_end(&mut zlib)
                .unwrap();
            // For noise, zlib may find codes that take a byte less.
            assert!(packed.len() <= zlib.len() + 1, "{plain:?}");
            assert_eq!(inflated(&packed), plain);
            ours += packed.len();
            theirs += zlib.len();
        }
        assert!(ours <= theirs, "{ours} > {theirs}");
    }

    #[test]
    fn a_chunk_is_aligned_whatever_bit_it_ends_on() {
        let mut encoder = ChunkEncoder::new(Level::default());
        let mut seen = [false; 8];
        for length in 1..200 {
            let plain: Vec<u8> = (0..length).map(|n: u8| n.wrapping_mul(7) % 120 + 100).collect();
            let mut last = Vec::new();
            encoder.encode(&plain, Position::Last, &mut last).unwrap();
            seen[encoder.inflater.verify(&last, &plain).unwrap().end % 8] = true;

            let mut stream = Vec::new();
            encoder.encode(&plain, Position::Inner, &mut stream).unwrap();
            assert!(stream.ends_with(&STORED_EMPTY));
            encoder.encode(b"!", Position::Last, &mut stream).unwrap();
            assert_eq!(inflated(&stream), [&plain[..], b"!"].concat());
        }
        assert_eq!(seen, [true; 8]);
    }

    #[test]
    fn data_that_does_not_decode_to_the_input_is_found() {
        let mut encoder = ChunkEncoder::new(Level::default());
        let plain = b"as it was in the beginning ".repeat(100);
        let mut packed = Vec::new();
        encoder.encode(&plain, Position::Last, &mut packed).unwrap();
        for bit in 0..packed.len() * 8 {
            let mut broken = packed.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            if encoder.inflater.verify(&broken, &plain).is_ok() {
                assert_eq!(inflated(&broken), plain);
            }
        }
    }
}

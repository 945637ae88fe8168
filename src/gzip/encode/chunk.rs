//! One chunk compressed, verified, and prepared to be part of one member.
//!
//! libdeflate compresses fastest for its output size, but only writes whole streams, whose last
//! block is marked final. To join chunks to one stream, every final mark except the last is removed,
//! and an empty stored block is appended, which ends on a byte boundary whatever bit the chunk ended
//! on (RFC 1951, section 3.2.4).
//!
//! To find the mark, the chunk's blocks are decoded from the start, and the result is compared with
//! the input. So every chunk is verified before it is written.

use super::tiny;
use super::zeros::Zeros;
use crate::gzip::inflate::Inflater;
use crate::gzip::{Error, Level};
use libdeflater::{CompressionLvl, Compressor};

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
    compressor: Compressor,
    /// Whether the level is 0, so that nothing is compressed.
    stores: bool,
    /// For tiny inputs, which other levels of libdeflate always store.
    thorough: Option<Compressor>,
    inflater: Inflater,
    /// Memory for the largest compressed chunk so far; zeroed once.
    scratch: Vec<u8>,
    pub(super) zeros: Zeros,
}

impl ChunkEncoder {
    pub(in crate::gzip) fn new(level: Level) -> Self {
        let stores = level.get() == 0;
        let level = CompressionLvl::new(level.get().into()).expect("libdeflate has 0 to 12");
        let compressor = Compressor::new(level);
        let inflater = Inflater::new();
        let (scratch, zeros) = (Vec::new(), Zeros::default());
        Self { compressor, stores, thorough: None, inflater, scratch, zeros }
    }

    /// Appends the chunk, compressed, to `packed`; returns the CRC-32 of `plain`.
    pub(in crate::gzip) fn encode(
        &mut self,
        plain: &[u8],
        position: Position,
        packed: &mut Vec<u8>,
    ) -> Result<u32, Error> {
        let bound = self.compressor.deflate_compress_bound(plain.len());
        if self.scratch.len() < bound {
            self.scratch.resize(bound, 0);
        }
        let mut length = self
            .compressor
            .deflate_compress(plain, &mut self.scratch)
            .map_err(|_| Error::VerifyFailed)?;
        if plain.len() <= tiny::MOST && !self.stores {
            for tiny in [tiny::deflate(plain), self.thorough(plain)?] {
                if tiny.len() < length {
                    length = tiny.len();
                    self.scratch[..length].copy_from_slice(&tiny);
                }
            }
        }
        let stream = &mut self.scratch[..length];
        let walk = self.inflater.verify(stream, plain).map_err(|_| Error::VerifyFailed)?;
        if position == Position::Inner {
            stream[walk.last_block / 8] &= !(1 << (walk.last_block % 8));
        }
        packed.extend_from_slice(stream);
        if position == Position::Inner {
            align(packed, walk.end % 8);
        }
        Ok(crc32fast::hash(plain))
    }

    /// A tiny input at the highest level, the only one that tries dynamic codes for so few bytes.
    fn thorough(&mut self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let thorough = self.thorough.get_or_insert_with(|| Compressor::new(CompressionLvl::best()));
        let mut packed = vec![0; thorough.deflate_compress_bound(plain.len())];
        let length = thorough.deflate_compress(plain, &mut packed);
        packed.truncate(length.map_err(|_| Error::VerifyFailed)?);
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

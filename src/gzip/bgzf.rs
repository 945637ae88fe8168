//! BGZF: gzip members of at most 64 KiB whose headers tell their sizes (SAM/BAM specification,
//! section 4.1). The specification calls a member a block.

use super::encode::{ChunkEncoder, Position};
use super::header::Trailer;
use super::inflate::{Ending, Inflater};
use super::{Error, Level};
use crate::io::buffer::Buffer;
use crc32fast::Hasher;

/// The length of the header that BGZF requires: an extra field with the subfield `BC` and nothing
/// else.
pub(super) const HEADER: usize = 18;
/// The most uncompressed bytes in a member.
pub(super) const PLAIN: usize = 64 * 1024;
/// The uncompressed bytes in a member that is written, as many as `bgzip` takes: if they are stored,
/// they still fit with the header and the trailer into the most bytes of a member.
const WRITTEN: usize = 65_280;
/// Members that are compressed at a time; fewer cost more in handing over.
const AT_A_TIME: usize = 16;
/// The uncompressed bytes that are compressed at a time.
pub(super) const CHUNK: usize = AT_A_TIME * WRITTEN;

/// A member's first bytes, up to its length less one: no time, and an unknown system, as `bgzip`
/// writes it.
const START: [u8; HEADER - 2] = [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, b'B', b'C', 2, 0];

/// The empty member that ends a file, so that one cut off between two members is recognized.
pub(super) const END: [u8; HEADER + 2 + Trailer::LENGTH] = [
    0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, b'B', b'C', 2, 0, 27, 0, 3, 0, 0, 0, 0, 0, 0, 0,
    0, 0,
];

/// The levels of the blocks: up to 8, those that `bgzip` takes, so that the sizes are the same. Its
/// level 9 is our 10; one less takes half the time for 0.2 % more.
const LEVELS: [u8; 13] = [0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 12, 12];

/// The level that the blocks of a file of this level are compressed at.
pub(super) fn level(level: Level) -> Level {
    Level::new(LEVELS[usize::from(level.get())]).unwrap_or(level)
}

/// Appends `plain`, compressed, to `packed`, as members; returns the CRC-32 of all of it.
pub(super) fn encode(
    encoder: &mut ChunkEncoder,
    plain: &[u8],
    packed: &mut Vec<u8>,
) -> Result<u32, Error> {
    let mut crc = Hasher::new();
    for block in plain.chunks(WRITTEN) {
        let start = packed.len();
        let block_crc = if let Some(crc) = encode_member(encoder, block, packed)? {
            crc
        } else {
            packed.truncate(start);
            let mut stores = ChunkEncoder::new(Level::STORED);
            encode_member(&mut stores, block, packed)?.ok_or(Error::VerifyFailed)?
        };
        crc.combine(&Hasher::new_with_initial_len(block_crc, block.len() as u64));
    }
    Ok(crc.finalize())
}

/// Appends one member; returns the CRC-32 of `plain`, or `None` if the member is too long.
fn encode_member(
    encoder: &mut ChunkEncoder,
    plain: &[u8],
    packed: &mut Vec<u8>,
) -> Result<Option<u32>, Error> {
    let start = packed.len();
    packed.extend(START);
    packed.extend([0; 2]);
    let crc = encoder.encode(plain, Position::Last, packed)?;
    packed.extend(Trailer::new(crc, plain.len() as u64).to_bytes());
    let Ok(length) = u16::try_from(packed.len() - start - 1) else { return Ok(None) };
    packed[start + START.len()..][..2].copy_from_slice(&length.to_le_bytes());
    Ok(Some(crc))
}

/// The length of the member that begins here, if it is one of BGZF's.
pub(super) fn member_length(start: &[u8]) -> Option<usize> {
    match *start.get(..HEADER)? {
        [0x1F, 0x8B, 8, 4, _, _, _, _, _, _, 6, 0, b'B', b'C', 2, 0, low, high] => {
            let length = usize::from(u16::from_le_bytes([low, high])) + 1;
            (length > HEADER + Trailer::LENGTH).then_some(length)
        }
        _ => None,
    }
}

/// The lengths of some whole members that follow each other, compressed and uncompressed.
pub(super) fn lengths(mut packed: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    std::iter::from_fn(move || {
        let (member, rest) = packed.split_at_checked(member_length(packed)?)?;
        packed = rest;
        let trailer = Trailer::from_bytes(*member.last_chunk()?);
        Some((member.len(), trailer.length as usize))
    })
}

/// Inflates some whole members and checks each; `None` if anything is not as it should be.
pub(super) fn inflate(
    mut packed: &[u8],
    inflater: &mut Inflater,
    plain: &mut Buffer,
) -> Option<()> {
    plain.clear();
    while !packed.is_empty() {
        let (member, rest) = packed.split_at_checked(member_length(packed)?)?;
        let (body, trailer) = member[HEADER..].split_last_chunk()?;
        let trailer = Trailer::from_bytes(*trailer);
        let length = trailer.length as usize;
        if length > PLAIN {
            return None;
        }
        let space = plain.more(length)?;
        inflater.inflate(body, space, Ending::Final).ok()?;
        trailer.check(crc32fast::hash(space), length as u64).ok()?;
        packed = rest;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_of_the_form_that_is_read() {
        let noise = |n: u32| n.wrapping_mul(n).wrapping_mul(2_654_435_761).to_le_bytes()[3];
        let plain: Vec<u8> = (0..=3 * 65_280).map(noise).collect();
        for level in 0..=12 {
            let mut encoder = ChunkEncoder::new(super::level(Level::new(level).unwrap()));
            let mut packed = Vec::new();
            let crc = encode(&mut encoder, &plain, &mut packed).unwrap();
            assert_eq!(crc, crc32fast::hash(&plain));
            packed.extend(END);
            let lengths: Vec<_> = lengths(&packed).map(|(_, plain)| plain).collect();
            assert_eq!(lengths, [WRITTEN, WRITTEN, WRITTEN, 1, 0]);
            let mut decoded = Buffer::new(plain.len());
            inflate(&packed, &mut Inflater::new(), &mut decoded).unwrap();
            assert!(*decoded == *plain, "level {level}");
        }
    }

    #[test]
    fn what_is_too_long_is_noticed() {
        let mut encoder = ChunkEncoder::new(Level::STORED);
        let mut packed = Vec::new();
        assert!(encode_member(&mut encoder, &vec![0; WRITTEN], &mut packed).unwrap().is_some());
        assert!(encode_member(&mut encoder, &vec![0; PLAIN], &mut packed).unwrap().is_none());
    }
}

//! BGZF: gzip members of at most 64 KiB whose headers tell their sizes (SAM/BAM specification,
//! section 4.1).

use super::header::Trailer;
use super::inflate::{Ending, Inflater};
use crate::io::buffer::Buffer;

/// The length of the header that BGZF requires: an extra field with the subfield `BC` and nothing
/// else.
pub(super) const HEADER: usize = 18;
/// The most uncompressed bytes in a member.
pub(super) const PLAIN: usize = 64 * 1024;

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

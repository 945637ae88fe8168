//! What the workers do: inflate pieces, and compute checksums.

use crate::gzip::header::Trailer;
use crate::gzip::index::Index;
use crate::gzip::inflate::{Ending, Inflater};
use crate::io::buffer::{Buffer, Buffers};

/// Something for a worker to do, or to pass on to the sink in its turn.
pub(super) enum Job {
    /// Inflated already.
    Plain(Buffer),
    /// Some chunks of a member.
    Piece { packed: Vec<u8>, plain: usize, ending: Ending },
    /// Some whole members of a BGZF file.
    Blocks { packed: Vec<u8> },
    /// The member ends here.
    Check(Trailer),
    /// It ends here, and tells no checksum.
    End,
    /// The feeder waits to hear whether all the pieces so far were good.
    Ask,
}

/// What comes of it.
pub(super) enum Done {
    Plain { plain: Buffer, crc: u32 },
    Piece { packed: Vec<u8>, plain: Option<Inflated> },
    Check(Trailer),
    End,
    Ask,
}

/// An accepted piece.
pub(super) struct Inflated {
    pub(super) plain: Buffer,
    /// Its checksum, where that is still to be compared.
    pub(super) crc: Option<u32>,
}

/// A worker's state, and its way to do a job.
pub(super) fn worker(buffers: &Buffers) -> impl FnMut(Job) -> Done + '_ {
    let mut inflater = Inflater::new();
    move |job| match job {
        Job::Plain(plain) => Done::Plain { crc: crc32fast::hash(&plain), plain },
        Job::Piece { packed, plain, ending } => {
            let mut buffer = buffers.take();
            // The index promises no more than the sizes in it allow. But the input may end earlier,
            // and no room is made for what cannot be there.
            let good = plain <= packed.len().saturating_mul(Index::BEST_RATIO)
                && inflater.inflate(&packed, buffer.space(plain), ending).is_ok();
            let plain = accept(good, buffer, buffers);
            let plain = plain.map(|plain| Inflated { crc: Some(crc32fast::hash(&plain)), plain });
            Done::Piece { packed, plain }
        }
        Job::Blocks { packed } => {
            let mut buffer = buffers.take();
            let good = bgzf::inflate(&packed, &mut inflater, &mut buffer).is_some();
            let plain = accept(good, buffer, buffers);
            Done::Piece { packed, plain: plain.map(|plain| Inflated { plain, crc: None }) }
        }
        Job::Check(trailer) => Done::Check(trailer),
        Job::End => Done::End,
        Job::Ask => Done::Ask,
    }
}

fn accept(good: bool, buffer: Buffer, buffers: &Buffers) -> Option<Buffer> {
    if good {
        return Some(buffer);
    }
    buffers.give(buffer);
    None
}

/// BGZF: members of at most 64 KiB whose headers tell their sizes.
pub(super) mod bgzf {
    use super::{Buffer, Ending, Inflater, Trailer};

    /// The header that BGZF asks for: an extra field with the subfield `BC` and nothing else.
    pub(in super::super) const HEADER: usize = 18;
    /// The most that a member holds.
    pub(in super::super) const PLAIN: usize = 64 * 1024;

    /// The length of the member that begins here, if it is one of BGZF's.
    pub(in super::super) fn member_length(start: &[u8]) -> Option<usize> {
        match *start.get(..HEADER)? {
            [0x1F, 0x8B, 8, 4, _, _, _, _, _, _, 6, 0, b'B', b'C', 2, 0, low, high] => {
                let length = usize::from(u16::from_le_bytes([low, high])) + 1;
                (length > HEADER + Trailer::LENGTH).then_some(length)
            }
            _ => None,
        }
    }

    /// Inflates some whole members and checks each; `None` where anything is not as it should be.
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
}

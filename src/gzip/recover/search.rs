//! The search for a place after damage from which data can be decoded again.

use super::trace::{Before, End, Purpose, Scan, Trace};
use crate::gzip::header::{self, Trailer};
use crate::gzip::index::Index;
use crate::gzip::inflate::find_block;
use crate::gzip::{Error, bgzf};
use crate::io::buffer::Buffer;
use std::io::{Read, Seek};

/// Bytes that are searched at a time, and those after them that are needed to look at the last ones.
const SEARCHED: usize = 64 << 10;
const BEHIND: usize = 1 << 10;
/// The most bytes of a header.
const HEADER: usize = 128 << 10;
/// The most bytes of a stored block. What is longer and has no gap is not stored in another file.
const STORED: u64 = u16::MAX as u64;
/// How a header begins, with the only method.
const MAGIC: [u8; 3] = [0x1F, 0x8B, 8];

/// What was found.
pub(super) enum Found {
    /// A block of a member that began before.
    Block(Trace),
    /// A member that begins at this byte.
    Member(u64),
    Nothing,
}

/// A member's header.
pub(super) struct Start {
    /// The byte after it.
    pub(super) data: u64,
    pub(super) index: Option<Index>,
}

impl<R: Read + Seek> Scan<R> {
    /// Looks for the next place, from a bit on. What is found there can hardly be an accident, as
    /// only this is taken:
    ///
    /// - a member with the right checksum, if members with the right checksum follow each other for
    ///   more than 64 KiB or up to the end of the file: so it is not stored in another member;
    /// - a block from which the data is in step, or goes to the end of a member.
    ///
    /// There is a limit to the work, which only data that was made for it exceeds.
    pub(super) fn search(&mut self, mut bit: u64) -> Result<Found, Error> {
        while self.work < self.most_work() {
            let offset = bit / 8;
            let data = self.bytes.at(offset, SEARCHED + BEHIND)?;
            let count = data.len().min(SEARCHED);
            if count == 0 {
                break;
            }
            let first = usize::from(bit.to_le_bytes()[0] % 8);
            let block = find_block(data, first..8 * count, &mut self.inflater);
            let end = block.map_or(count, |block| block / 8 + 1) + MAGIC.len() - 1;
            let from = first.div_ceil(8);
            let members = &data[from.min(data.len())..end.min(data.len())];
            let member = members.windows(MAGIC.len()).position(|bytes| bytes == MAGIC);
            bit = match (member, block) {
                (Some(member), _) => {
                    let start = offset + (from + member) as u64;
                    let end = self.chain(start)?;
                    if end.is_long {
                        return Ok(Found::Member(start));
                    }
                    8 * end.byte.max(start + 1)
                }
                (None, Some(block)) => {
                    let start = 8 * offset + block as u64;
                    let trace = self.trace(start, Before::Unknown, Purpose::Trial)?;
                    match trace.end {
                        End::Final(byte) if self.is_end(byte)? => return Ok(Found::Block(trace)),
                        // The end of something that is stored in this file.
                        End::Final(byte) if trace.is_in_step() => 8 * byte,
                        End::Failed(_) | End::Cut if trace.is_in_step() => {
                            return Ok(Found::Block(trace));
                        }
                        _ => start + 1,
                    }
                }
                (None, None) => 8 * (offset + count as u64),
            };
        }
        Ok(Found::Nothing)
    }

    pub(super) fn most_work(&self) -> u64 {
        (64 << 20) + 16 * self.bytes.length()
    }

    /// Whether a member can end with data that ends at this byte: a trailer follows, and then the end
    /// of the file or another member.
    pub(super) fn is_end(&mut self, data: u64) -> Result<bool, Error> {
        let end = data + Trailer::LENGTH as u64;
        if end >= self.bytes.length() {
            return Ok(true);
        }
        let start = self.bytes.at(end, 4)?;
        // No header has a flag that is reserved.
        if start.starts_with(&MAGIC) && start.get(3).is_some_and(|flags| flags >> 5 == 0) {
            return Ok(true);
        }
        Ok(self.bytes.after_zeros(end)? >= self.bytes.length())
    }

    /// Goes from member to member, as long as each has the right checksum.
    fn chain(&mut self, start: u64) -> Result<Chain, Error> {
        let mut byte = start;
        loop {
            let Some(end) = self.sound_member(byte)? else {
                return Ok(Chain { byte, is_long: false });
            };
            byte = end;
            if byte - start > STORED || self.bytes.after_zeros(byte)? >= self.bytes.length() {
                return Ok(Chain { byte, is_long: true });
            }
        }
    }

    /// The end of the member that begins here, if it has the right checksum.
    fn sound_member(&mut self, start: u64) -> Result<Option<u64>, Error> {
        if let Some(block) = self.block(start)?.filter(|block| block.is_sound) {
            return Ok(Some(block.end));
        }
        let Some(Start { data, .. }) = self.header(start)? else { return Ok(None) };
        let trace = self.trace(8 * data, Before::Nothing, Purpose::Checksum)?;
        self.sound_end(&trace)
    }

    /// The end of the member whose data this is, if it has the checksum in its trailer.
    pub(super) fn sound_end(&mut self, trace: &Trace) -> Result<Option<u64>, Error> {
        let End::Final(end) = trace.end else { return Ok(None) };
        let sound = self.trailer(end)?.is_some_and(|trailer| trace.has(trailer));
        Ok(sound.then_some(end + Trailer::LENGTH as u64))
    }

    pub(super) fn trailer(&mut self, offset: u64) -> Result<Option<Trailer>, Error> {
        let bytes = self.bytes.at(offset, Trailer::LENGTH)?;
        Ok(bytes.first_chunk().map(|bytes| Trailer::from_bytes(*bytes)))
    }

    pub(super) fn header(&mut self, start: u64) -> Result<Option<Start>, Error> {
        let bytes = self.bytes.at(start, HEADER)?;
        let mut rest = bytes;
        let Ok(header) = header::read(&mut rest) else { return Ok(None) };
        let data = start + (bytes.len() - rest.len()) as u64;
        Ok(Some(Start { data, index: Index::parse(&header.extra) }))
    }

    /// Where a header that begins here can end, whatever its first bytes and its flags are. None of
    /// these is the end of another header, which begins later.
    pub(super) fn header_ends(&mut self, start: u64) -> Result<Vec<u64>, Error> {
        let bytes = self.bytes.at(start, HEADER)?;
        let mut bytes = bytes[..bytes.len().min(HEADER)].to_vec();
        let length = |bytes: &[u8]| {
            let mut rest = bytes;
            header::read(&mut rest).ok().map(|_| bytes.len() - rest.len())
        };
        let place = |from: usize| bytes[from..].windows(MAGIC.len()).position(|b| b == MAGIC);
        let next = place(1.min(bytes.len())).map(|place| place + 1);
        let next_end = next.and_then(|next| Some(next + length(&bytes[next..])?));
        let mut ends = Vec::new();
        for flags in 0..32 {
            let Some(first) = bytes.first_chunk_mut() else { break };
            let [id1, id2, method] = MAGIC;
            *first = [id1, id2, method, flags];
            ends.extend(length(&bytes).filter(|&end| Some(end) != next_end));
        }
        ends.sort_unstable();
        ends.dedup();
        Ok(ends.into_iter().map(|end| start + end as u64).collect())
    }

    /// The block of a BGZF file that begins here. It is sound if it has the right checksum; its
    /// length can be wrong even then.
    pub(super) fn block(&mut self, start: u64) -> Result<Option<Block>, Error> {
        let bytes = self.bytes.at(start, BGZF)?;
        let Some(length) = bgzf::member_length(bytes) else { return Ok(None) };
        let mut plain = Buffer::new(bgzf::PLAIN);
        let member = bytes.get(..length);
        let sound = member.and_then(|member| bgzf::inflate(member, &mut self.inflater, &mut plain));
        let isize = member.and_then(|member| member.last_chunk::<{ Trailer::LENGTH }>());
        let plain = isize.map_or(0, |trailer| Trailer::from_bytes(*trailer).length.into());
        let is_sound = sound.is_some();
        Ok(Some(Block { start, end: start + length as u64, plain, is_sound }))
    }
}

/// The most bytes of a block of a BGZF file.
const BGZF: usize = 1 << 16;

/// How far sound members follow each other.
struct Chain {
    byte: u64,
    is_long: bool,
}

/// A block of a BGZF file.
pub(super) struct Block {
    start: u64,
    pub(super) end: u64,
    /// How many bytes its trailer says that it decodes to.
    pub(super) plain: u64,
    pub(super) is_sound: bool,
}

impl Block {
    /// The bit at which its data begins.
    pub(super) fn data(&self) -> u64 {
        8 * (self.start + bgzf::HEADER as u64)
    }
}

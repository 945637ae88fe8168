//! The walk through a file, from unit to unit.

use crate::gzip::header::{self, Trailer};
use crate::gzip::index::{Index, Piece};
use crate::gzip::inflate::Ending;
use crate::gzip::{bgzf, gzi};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::vec;

/// Something that can be inflated by itself.
pub(super) struct Unit {
    pub(super) kind: Kind,
    pub(super) packed_start: u64,
    pub(super) packed: usize,
    pub(super) plain_start: u64,
    pub(super) plain: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A block of a BGZF file.
    Block,
    /// Some chunks of a member with an index.
    Piece(Ending),
}

/// What comes next.
pub(super) enum Next {
    Unit(Unit),
    End,
    /// Something else, which has to be decoded in order.
    Unknown,
}

/// Goes through a file from unit to unit.
pub(super) struct Walk<'f, R> {
    file: &'f mut R,
    /// Where the next unit begins in the compressed data.
    packed: u64,
    /// The same in the uncompressed data.
    pub(super) plain: u64,
    /// The pieces of this member that are left.
    pieces: Option<vec::IntoIter<Piece>>,
    /// The bytes at `packed`, if they were read with the trailer before them.
    ahead: Option<Vec<u8>>,
}

/// Memory for more bytes than this is allocated as they are read, since a length is only a hint.
const READ: usize = 1 << 20;
/// No file is longer.
const LONGEST: u64 = i64::MAX as u64 / 2;
/// The length of the trailer's last field, the number of uncompressed bytes.
const ISIZE: usize = 4;

impl<'f, R: Read + Seek> Walk<'f, R> {
    pub(super) fn new(file: &'f mut R) -> Self {
        Self { file, packed: 0, plain: 0, pieces: None, ahead: None }
    }

    /// Goes to the last block before an offset of the uncompressed data that the `.gzi` file knows,
    /// if what is found there agrees with it.
    pub(super) fn skip_by(&mut self, index: impl Read + Seek, plain: u64) -> io::Result<()> {
        let Some((before, block)) = gzi::look_up(index, plain)? else { return Ok(()) };
        let (Some(packed), Some(plain)) =
            (block.packed.checked_sub(before.packed), block.plain.checked_sub(before.plain))
        else {
            return Ok(());
        };
        if block.packed.max(block.plain) > LONGEST {
            return Ok(());
        }
        let length = bgzf::member_length(&self.read(before.packed, bgzf::HEADER)?);
        if length.map(|length| length as u64) != Some(packed) {
            return Ok(());
        }
        let place = self.read(block.packed - ISIZE as u64, ISIZE + bgzf::HEADER)?;
        let isize = place.first_chunk().map(|isize| u64::from(u32::from_le_bytes(*isize)));
        if isize == Some(plain) && bgzf::member_length(&place[ISIZE..]).is_some() {
            (self.packed, self.plain) = (block.packed, block.plain);
        }
        Ok(())
    }

    pub(super) fn next(&mut self) -> io::Result<Next> {
        while let Some(pieces) = &mut self.pieces {
            if let Some(piece) = pieces.next() {
                let ending = if piece.last { Ending::Final } else { Ending::Open };
                return Ok(self.unit(Kind::Piece(ending), piece.packed, piece.plain));
            }
            self.pieces = None;
            self.packed += Trailer::LENGTH as u64;
        }
        let start = match self.ahead.take() {
            Some(start) => start,
            None => self.read(self.packed, bgzf::HEADER)?,
        };
        match bgzf::member_length(&start) {
            Some(length) => self.block(length),
            None if start.is_empty() && self.packed > 0 => Ok(Next::End),
            None if header::begins(&start) => self.member(),
            None => Ok(Next::Unknown),
        }
    }

    /// The block of that length. With its trailer, the header behind it is read.
    fn block(&mut self, length: usize) -> io::Result<Next> {
        let end = self.packed + length as u64;
        let place = self.read(end - ISIZE as u64, ISIZE + bgzf::HEADER)?;
        let Some((isize, ahead)) = place.split_first_chunk() else { return Ok(Next::Unknown) };
        let plain = u32::from_le_bytes(*isize) as usize;
        if plain > bgzf::PLAIN {
            return Ok(Next::Unknown);
        }
        self.ahead = Some(ahead.to_vec());
        Ok(self.unit(Kind::Block, length, plain))
    }

    /// The first piece of the member that begins here.
    fn member(&mut self) -> io::Result<Next> {
        self.file.seek(SeekFrom::Start(self.packed))?;
        let mut input = BufReader::new(&mut *self.file);
        let header = header::read(&mut input).ok();
        let Some(index) = header.and_then(|header| Index::parse(&header.extra)) else {
            return Ok(Next::Unknown);
        };
        let data = input.stream_position()?;
        let pieces: Vec<Piece> = index.pieces().collect();
        let packed: u64 = pieces.iter().map(|piece| piece.packed as u64).sum();
        let plain: u64 = pieces.iter().map(|piece| piece.plain as u64).sum();
        let trailer = self.read(data + packed, Trailer::LENGTH)?;
        let fits = |trailer| Trailer::from_bytes(trailer).length == Trailer::new(0, plain).length;
        if !trailer.first_chunk().is_some_and(|trailer| fits(*trailer)) {
            return Ok(Next::Unknown);
        }
        self.packed = data;
        self.pieces = Some(pieces.into_iter());
        self.next()
    }

    fn unit(&mut self, kind: Kind, packed: usize, plain: usize) -> Next {
        let (packed_start, plain_start) = (self.packed, self.plain);
        self.packed += packed as u64;
        self.plain += plain as u64;
        Next::Unit(Unit { kind, packed_start, packed, plain_start, plain })
    }

    /// The bytes from an offset on, fewer at the end of the file.
    pub(super) fn read(&mut self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(length.min(READ));
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.take(length as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

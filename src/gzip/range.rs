//! A range of the uncompressed bytes, decompressed without what comes before it.
//!
//! The input is walked from unit to unit. A unit is a block of a BGZF file, whose header and trailer
//! say how long it is, or a piece that our [index](super::index) lists. Those before the range are
//! skipped, those that overlap it are inflated by all threads. A [`.gzi`](super::gzi) file spares the
//! walk up to the block in which the range begins.
//!
//! All of these are hints, which are checked where they can be without decoding what is skipped:
//! headers are where they should be, a member's trailer has the length that its index has, and
//! a unit ends exactly where it should and decodes to as many bytes as it should, a block with the
//! right checksum. Where anything else is found, and in any other kind of file, all is decoded in
//! order from the beginning.

use super::header::{self, Trailer};
use super::index::{Index, Piece};
use super::inflate::{Ending, Inflater};
use super::settings::Checked;
use super::{Error, RunState, Settings, bgzf, decode, gzi, open};
use crate::io::Blocking;
use crate::io::buffer::{Buffer, Buffers};
use crate::sync::pool::{Closed, Feeder};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::{Bound, Range, RangeBounds};
use std::path::{Path, PathBuf};
use std::vec;

/// Offsets in the uncompressed data, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteRange {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl ByteRange {
    pub(super) fn of(range: impl RangeBounds<u64>) -> Self {
        let start = match range.start_bound() {
            Bound::Included(&start) => start,
            Bound::Excluded(&before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(&last) => last.saturating_add(1),
            Bound::Excluded(&end) => end,
            Bound::Unbounded => u64::MAX,
        };
        Self { start, end }
    }

    fn is_empty(self) -> bool {
        self.start >= self.end
    }

    fn is_everything(self) -> bool {
        self == Self { start: 0, end: u64::MAX }
    }

    /// The part of a unit that is in the range, from the unit's start.
    #[expect(clippy::cast_possible_truncation, reason = "a unit fits into memory")]
    fn within(self, plain: u64, length: usize) -> Range<usize> {
        let clamp = |offset: u64| offset.saturating_sub(plain).min(length as u64) as usize;
        clamp(self.start)..clamp(self.end)
    }
}

/// Writes a range of what an open file decompresses to, which can be a pipe. Its index is looked for
/// beside `path`. Returns the number of bytes.
pub(crate) fn copy_range(
    mut file: File,
    path: Option<&Path>,
    range: ByteRange,
    output: impl Write,
    settings: &Settings,
) -> Result<u64, Error> {
    let settings = &settings.check()?;
    // A stream that was read from continues there.
    let at_start = file.stream_position().is_ok_and(|position| position == 0);
    if !at_start || !file.metadata().map_err(Error::Read)?.is_file() {
        return decompress_in_order(Blocking::new(file), range, output, settings);
    }
    let index = path.and_then(|path| {
        let index = open(&PathBuf::from(gzi::name(path)).into(), &RunState::default());
        index.ok().filter(|index| index.metadata().is_ok_and(|metadata| metadata.is_file()))
    });
    seek_and_decompress(file, index, range, output, settings)
}

/// Writes a range of what a file decompresses to. Returns the number of bytes.
pub(super) fn seek_and_decompress(
    mut file: impl Read + Seek + Send,
    index: Option<impl Read + Seek>,
    range: ByteRange,
    mut output: impl Write,
    settings: &Checked,
) -> Result<u64, Error> {
    let mut written = 0;
    // All of the data is checked against the checksum of each member, as a range cannot be.
    if !range.is_everything() {
        let complete = in_units(&mut file, index, range, &mut output, &mut written, settings)?;
        if complete {
            output.flush().map_err(Error::Write)?;
            return Ok(written);
        }
    }
    file.rewind().map_err(Error::Read)?;
    let rest = ByteRange { start: range.start + written, ..range };
    Ok(written + decompress_in_order(file, rest, output, settings)?)
}

/// Writes a range of what an input decompresses to, and decodes all that comes before it. Stops soon
/// after the range.
pub(super) fn decompress_in_order(
    input: impl Read + Send,
    range: ByteRange,
    output: impl Write,
    settings: &Checked,
) -> Result<u64, Error> {
    if range.is_empty() {
        return Ok(0);
    }
    let length = range.end - range.start;
    let mut window = Window { output, skip: range.start, left: length, stopped: false };
    let decoded = decode::decompress(input, &mut window, settings);
    let stopped = window.stopped;
    decoded.map(drop).or_else(|error| if stopped { Ok(()) } else { Err(error) })?;
    Ok(length - window.left)
}

/// Passes on the bytes of a range.
struct Window<W> {
    output: W,
    /// Bytes before the range.
    skip: u64,
    /// Bytes in the range.
    left: u64,
    stopped: bool,
}

impl<W: Write> Write for Window<W> {
    /// Fails with the first bytes after the range that come by themselves, so that the checksum of a
    /// short member that ends with the range is still compared.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 && !bytes.is_empty() {
            self.stopped = true;
            return Err(io::Error::other("after the range"));
        }
        let range = ByteRange { start: self.skip, end: self.skip.saturating_add(self.left) };
        let part = range.within(0, bytes.len());
        self.output.write_all(&bytes[part.clone()])?;
        self.skip = self.skip.saturating_sub(bytes.len() as u64);
        self.left -= part.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// Why no more units are written.
enum Stop {
    /// One was not what it should be.
    Doubt,
    Failed(Error),
}

/// Writes a range unit by unit, and adds the bytes to `written`. Returns whether that was all of it.
fn in_units(
    file: &mut (impl Read + Seek + Send),
    index: Option<impl Read + Seek>,
    range: ByteRange,
    output: &mut impl Write,
    written: &mut u64,
    settings: &Checked,
) -> Result<bool, Error> {
    let mut walk = Walk::new(file);
    if let Some(index) = index {
        walk.skip_by(index, range.start).map_err(Error::Read)?;
    }
    let buffers = &Buffers::new(BLOCKS * bgzf::PLAIN);
    let mut walked = Ok(false);
    let result = settings.pool().run(
        |feeder| walked = feed(&mut walk, range, feeder),
        || {
            let mut inflater = Inflater::new();
            move |job: Job| (job.inflate(&mut inflater, buffers), job.wanted)
        },
        |(plain, wanted)| {
            let plain = plain.ok_or(Stop::Doubt)?;
            let wanted = &plain[wanted];
            output.write_all(wanted).map_err(|error| Stop::Failed(Error::Write(error)))?;
            *written += wanted.len() as u64;
            buffers.give(plain);
            Ok(())
        },
    );
    match result {
        Ok(()) => walked,
        Err(Stop::Doubt) => Ok(false),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Blocks of a BGZF file that are inflated at a time.
const BLOCKS: usize = 16;

/// A unit, or some blocks that follow each other.
struct Job {
    packed: Vec<u8>,
    plain: usize,
    kind: Kind,
    /// What is in the range.
    wanted: Range<usize>,
}

impl Job {
    fn inflate(&self, inflater: &mut Inflater, buffers: &Buffers) -> Option<Buffer> {
        let mut buffer = buffers.take();
        match self.kind {
            Kind::Block => bgzf::inflate(&self.packed, inflater, &mut buffer)?,
            Kind::Piece(ending) => {
                // The file can end within the piece; no memory is allocated for bytes that cannot
                // be there.
                if self.plain > self.packed.len().saturating_mul(Index::BEST_RATIO) {
                    return None;
                }
                inflater.inflate(&self.packed, buffer.space(self.plain), ending).ok()?;
            }
        }
        (buffer.len() == self.plain).then_some(buffer)
    }
}

/// Submits the units that overlap the range. Returns whether these are all that there are.
fn feed<R: Read + Seek>(
    walk: &mut Walk<'_, R>,
    range: ByteRange,
    feeder: &mut Feeder<'_, Job, (Option<Buffer>, Range<usize>)>,
) -> Result<bool, Error> {
    let mut group: Option<Group> = None;
    let mut submit = |walk: &mut Walk<'_, R>, group: Option<Group>| -> Result<_, Error> {
        let Some(Group { first, packed, plain, .. }) = group else { return Ok(Ok(())) };
        let packed = walk.read(first.packed_start, packed).map_err(Error::Read)?;
        let wanted = range.within(first.plain_start, plain);
        Ok(feeder.submit(Job { packed, plain, kind: first.kind, wanted }))
    };
    while walk.plain < range.end {
        let unit = match walk.next()? {
            Next::Unit(unit) if unit.plain_start + unit.plain as u64 <= range.start => continue,
            Next::Unit(unit) => unit,
            next => {
                // Fails if the sink has ended, which knows why.
                let _ = submit(walk, group)?;
                return Ok(matches!(next, Next::End));
            }
        };
        if group.as_mut().is_some_and(|group| group.takes(&unit)) {
            continue;
        }
        if let Err(Closed) = submit(walk, group.replace(Group::new(unit)))? {
            return Ok(false);
        }
    }
    let _ = submit(walk, group)?;
    Ok(true)
}

/// Units that are inflated together.
struct Group {
    first: Unit,
    units: usize,
    packed: usize,
    plain: usize,
}

impl Group {
    fn new(first: Unit) -> Self {
        let (packed, plain) = (first.packed, first.plain);
        Self { first, units: 1, packed, plain }
    }

    /// Adds a block that follows the others, if there is room for one.
    fn takes(&mut self, unit: &Unit) -> bool {
        let blocks = self.first.kind == Kind::Block && unit.kind == Kind::Block;
        let takes = blocks && self.units < BLOCKS;
        if takes {
            self.units += 1;
            self.packed += unit.packed;
            self.plain += unit.plain;
        }
        takes
    }
}

/// Something that can be inflated by itself.
struct Unit {
    kind: Kind,
    packed_start: u64,
    packed: usize,
    plain_start: u64,
    plain: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A block of a BGZF file.
    Block,
    /// Some chunks of a member with an index.
    Piece(Ending),
}

/// What comes next.
enum Next {
    Unit(Unit),
    End,
    /// Something else, which has to be decoded in order.
    Unknown,
}

/// Goes through a file from unit to unit.
struct Walk<'f, R> {
    file: &'f mut R,
    /// Where the next unit begins, in the compressed and in the uncompressed data.
    packed: u64,
    plain: u64,
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
    fn new(file: &'f mut R) -> Self {
        Self { file, packed: 0, plain: 0, pieces: None, ahead: None }
    }

    /// Goes to the last block before an offset of the uncompressed data that the `.gzi` file knows,
    /// if what is found there agrees with it.
    fn skip_by(&mut self, index: impl Read + Seek, plain: u64) -> io::Result<()> {
        // Whatever is wrong with the index, it is not needed.
        let Ok(Some((before, block))) = gzi::look_up(index, plain) else { return Ok(()) };
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

    fn next(&mut self) -> Result<Next, Error> {
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
            None => self.read(self.packed, bgzf::HEADER).map_err(Error::Read)?,
        };
        match bgzf::member_length(&start) {
            Some(length) => self.block(length).map_err(Error::Read),
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
    fn member(&mut self) -> Result<Next, Error> {
        self.file.seek(SeekFrom::Start(self.packed)).map_err(Error::Read)?;
        let mut input = BufReader::new(&mut *self.file);
        let index = match header::read(&mut input) {
            Ok(header) => Index::parse(&header.extra),
            Err(Error::Read(error)) => return Err(Error::Read(error)),
            Err(_) => None,
        };
        let Some(index) = index else { return Ok(Next::Unknown) };
        let data = input.stream_position().map_err(Error::Read)?;
        let pieces: Vec<Piece> = index.pieces().collect();
        let packed: u64 = pieces.iter().map(|piece| piece.packed as u64).sum();
        let plain: u64 = pieces.iter().map(|piece| piece.plain as u64).sum();
        let trailer = self.read(data + packed, Trailer::LENGTH).map_err(Error::Read)?;
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
    fn read(&mut self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(length.min(READ));
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.take(length as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

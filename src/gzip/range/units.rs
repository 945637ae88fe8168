//! The units that overlap a range, inflated by all threads.

use super::ByteRange;
use super::walk::{Kind, Next, Unit, Walk};
use crate::gzip::inflate::Inflater;
use crate::gzip::settings::Checked;
use crate::gzip::{Error, bgzf, index};
use crate::io::buffer::{Buffer, Buffers};
use crate::sync::pool::{Closed, Feeder};
use std::io::{self, Read, Seek, Write};
use std::ops::Range;

/// Writes a range unit by unit, and adds the bytes to `written`. Returns whether that was all of it.
/// The rest has to be decoded in order, which also finds and returns errors of reading, at their place.
pub(super) fn decompress(
    file: &mut (impl Read + Seek + Send),
    index: Option<impl Read + Seek>,
    range: ByteRange,
    output: &mut impl Write,
    written: &mut u64,
    settings: &Checked,
) -> Result<bool, Error> {
    let mut walk = Walk::new(file);
    if let Some(index) = index {
        // Whatever is wrong with the index, it is not needed.
        let _ = walk.skip_by(index, range.start);
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
        Ok(()) => Ok(walked.unwrap_or(false)),
        Err(Stop::Doubt) => Ok(false),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Why no more units are written.
enum Stop {
    /// One was not what it should be.
    Doubt,
    Failed(Error),
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
                index::inflate(&self.packed, self.plain, ending, inflater, &mut buffer)?;
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
) -> io::Result<bool> {
    let mut group: Option<Group> = None;
    let mut submit = |walk: &mut Walk<'_, R>, group: Option<Group>| -> io::Result<_> {
        let Some(Group { first, packed, plain, .. }) = group else { return Ok(Ok(())) };
        let packed = walk.read(first.packed_start, packed)?;
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

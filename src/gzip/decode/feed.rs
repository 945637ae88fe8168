//! The feeder: reads members, and makes jobs of them.

use super::outlet::Outlet;
use super::source::Source;
use super::work::{Done, Job, bgzf};
use super::write::Verdict;
use crate::gzip::header::{self, Trailer};
use crate::gzip::index::Index;
use crate::gzip::inflate::{Ending, Status, Stream};
use crate::gzip::legacy::{self, Body, Entry, Put};
use crate::gzip::{Foreign, GzipError, Method, Totals};
use crate::io::buffer::{Buffer, Buffers};
use crate::sync::pool;
use crossbeam_channel::Receiver;
use std::io::{BufRead, ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};

/// How many BGZF members go into a job: as many as a buffer is sure to hold.
const MEMBERS: usize = super::BLOCK / bgzf::PLAIN;

pub(super) type Feeder<'f> = pool::Feeder<'f, Job, Done>;

pub(super) struct Feed<'a, R> {
    source: Source<R>,
    verdicts: Receiver<Verdict>,
    /// Set when a piece was not accepted; hints are not followed from then on.
    doubt: &'a AtomicBool,
    buffers: &'a Buffers,
    foreign: Foreign,
    /// For what is decoded in order; one for all members, which may be many and small.
    stream: Stream,
    /// What was found so far, without what the sink knows.
    found: Totals,
    /// Whether the last member was gzip.
    is_gzip: bool,
}

impl<'a, R: Read> Feed<'a, R> {
    pub(super) fn new(
        source: Source<R>,
        foreign: Foreign,
        verdicts: Receiver<Verdict>,
        doubt: &'a AtomicBool,
        buffers: &'a Buffers,
    ) -> Self {
        let stream = Stream::new();
        let found = Totals::default();
        Self { source, verdicts, doubt, buffers, foreign, stream, found, is_gzip: false }
    }

    /// What came of it, with the sink's length and last checksum.
    pub(super) fn totals(&self, plain: u64, crc: u32) -> Totals {
        let crc = if self.is_gzip { crc } else { u32::MAX };
        Totals { plain, crc, packed: self.source.taken(), ..self.found }
    }

    /// Feeds one member after the other (RFC 1952, section 2.2).
    pub(super) fn members(&mut self, feeder: &mut Feeder<'_>) -> Result<(), GzipError> {
        let copies = self.foreign == Foreign::Copy;
        let mut is_first = true;
        loop {
            match (self.start(is_first)?, is_first) {
                (Start::Gzip, _) => self.gzip(feeder)?,
                (Start::Packed, _) => {
                    self.legacy(Method::Packed, feeder, |source, put| legacy::pack(source, put))?;
                }
                (Start::Compressed, _) => {
                    let decode = |source: &mut _, put: &mut Put<'_>| legacy::lzw(source, put);
                    return self.legacy(Method::Compressed, feeder, decode);
                }
                (Start::Entry, _) => return self.entry(feeder),
                (Start::Lzh, _) => return Err(GzipError::Unsupported("lzh compression")),
                (Start::Nothing, false) => return Ok(()),
                (_, _) if copies => return self.copy(feeder),
                (Start::Nothing | Start::Begun, _) => return Err(GzipError::Truncated),
                (Start::Foreign, true) => return Err(GzipError::NotGzip),
                (Start::Foreign, false) => return self.rest(),
            }
            is_first = false;
        }
    }

    /// Tells what begins here.
    fn start(&mut self, is_first: bool) -> Result<Start, GzipError> {
        let start = self.peek(2)?;
        if header::begins(start) {
            return Ok(Start::Gzip);
        }
        if is_first && start == b"PK" && legacy::zip_begins(self.peek(4)?) {
            return Ok(Start::Entry);
        }
        Ok(match *self.peek(2)? {
            [] => Start::Nothing,
            [0x1F] => Start::Begun,
            // As in gzip: a single byte is a header cut off, unless it is 0.
            [byte] if is_first && byte != 0 => Start::Begun,
            [0x1F, 0x1E] => Start::Packed,
            [0x1F, 0x9D] => Start::Compressed,
            [0x1F, 0xA0] => Start::Lzh,
            _ => Start::Foreign,
        })
    }

    /// Feeds a gzip member, or as many as there are of BGZF.
    fn gzip(&mut self, feeder: &mut Feeder<'_>) -> Result<(), GzipError> {
        (self.is_gzip, self.found.method) = (true, Method::Deflated);
        if self.trusting() && bgzf::member_length(self.peek(bgzf::HEADER)?).is_some() {
            self.blocks(feeder)
        } else {
            self.member(feeder)
        }
    }

    /// Feeds what a decoder makes of what comes next.
    fn legacy(
        &mut self,
        method: Method,
        feeder: &mut Feeder<'_>,
        decode: impl FnOnce(&mut Source<R>, &mut Put<'_>) -> Result<(), GzipError>,
    ) -> Result<(), GzipError> {
        (self.is_gzip, self.found.method) = (false, method);
        let mut outlet = Outlet::new(feeder, self.buffers);
        let decoded = decode(&mut self.source, &mut |bytes| outlet.put(bytes));
        // What was decoded before an error is written.
        outlet.end()?;
        decoded?;
        submit(feeder, Job::End)
    }

    /// Feeds the entry that begins here, and looks whether another follows.
    fn entry(&mut self, feeder: &mut Feeder<'_>) -> Result<(), GzipError> {
        let entry = Entry::read(&mut self.source)?;
        (self.is_gzip, self.found.method) = (false, entry.method());
        match entry.body {
            Body::Deflated => self.inflate(&[], feeder)?,
            Body::Stored(length) => self.pass(length, feeder)?,
        }
        let trailer = entry.trailer(&mut self.source)?;
        submit(feeder, Job::Check(trailer))?;
        self.found.more_entries = legacy::zip_begins(self.peek(4)?);
        self.found.trailing_garbage = self.found.more_entries;
        Ok(())
    }

    /// Feeds all that is left as it is.
    fn copy(&mut self, feeder: &mut Feeder<'_>) -> Result<(), GzipError> {
        (self.is_gzip, self.found.method) = (false, Method::Stored);
        while self.pass_some(u64::MAX, feeder)? > 0 {}
        submit(feeder, Job::End)
    }

    /// Feeds that many bytes as they are.
    fn pass(&mut self, mut count: u64, feeder: &mut Feeder<'_>) -> Result<(), GzipError> {
        while count > 0 {
            match self.pass_some(count, feeder)? {
                0 => return Err(GzipError::Truncated),
                passed => count -= passed,
            }
        }
        Ok(())
    }

    /// Feeds what can be read at a time, at most that much; returns how much that was.
    fn pass_some(&mut self, most: u64, feeder: &mut Feeder<'_>) -> Result<u64, GzipError> {
        let mut plain = self.buffers.take();
        let count = plain.read_once(self.source.by_ref().take(most)).map_err(GzipError::Read)?;
        submit(feeder, Job::Plain(plain))?;
        Ok(count as u64)
    }

    fn peek(&mut self, count: usize) -> Result<&[u8], GzipError> {
        self.source.peek(count).map_err(GzipError::Read)
    }

    fn trusting(&self) -> bool {
        !self.doubt.load(Ordering::Relaxed)
    }

    fn note_overhead(&mut self, header: u64) {
        if self.found.overhead == 0 {
            self.found.overhead = header + Trailer::LENGTH as u64;
        }
    }

    fn member(&mut self, feeder: &mut Feeder<'_>) -> Result<(), GzipError> {
        let header = header::read(&mut self.source)?;
        self.note_overhead(self.source.taken());
        match Index::parse(&header.extra).filter(|_| self.trusting()) {
            Some(index) => self.pieces(&index, feeder)?,
            None => self.inflate(&[], feeder)?,
        }
        let mut trailer = [0; Trailer::LENGTH];
        self.source.read_exact(&mut trailer).map_err(GzipError::from_read)?;
        submit(feeder, Job::Check(Trailer::from_bytes(trailer)))
    }

    /// Hands out the pieces of a member, as its index has them.
    fn pieces(&mut self, index: &Index, feeder: &mut Feeder<'_>) -> Result<(), GzipError> {
        for piece in index.pieces() {
            if !self.trusting() {
                break;
            }
            let mut packed = Vec::new();
            self.source.read_into(piece.packed, &mut packed).map_err(GzipError::Read)?;
            let ending = if piece.last { Ending::Final } else { Ending::Open };
            submit(feeder, Job::Piece { packed, plain: piece.plain, ending })?;
        }
        match self.ask(feeder)? {
            Verdict::Good => Ok(()),
            Verdict::Redo { packed, window } => {
                self.source.put_back(packed);
                self.inflate(&window, feeder)
            }
        }
    }

    /// Hands out BGZF members as long as there are any.
    fn blocks(&mut self, feeder: &mut Feeder<'_>) -> Result<(), GzipError> {
        self.note_overhead(bgzf::HEADER as u64);
        while self.trusting() {
            let mut packed = Vec::new();
            for _ in 0..MEMBERS {
                let Some(length) = bgzf::member_length(self.peek(bgzf::HEADER)?) else { break };
                self.source.read_into(length, &mut packed).map_err(GzipError::Read)?;
            }
            if packed.is_empty() {
                break;
            }
            submit(feeder, Job::Blocks { packed })?;
        }
        if let Verdict::Redo { packed, .. } = self.ask(feeder)? {
            self.source.put_back(packed);
            // The next member is decoded in order, and so are all that follow.
        }
        Ok(())
    }

    /// Waits until the sink has seen all the pieces.
    fn ask(&mut self, feeder: &mut Feeder<'_>) -> Result<Verdict, GzipError> {
        submit(feeder, Job::Ask)?;
        self.verdicts.recv().map_err(|_| GzipError::Abandoned)
    }

    /// Inflates the rest of a member here, in order; `window` is what comes before it.
    fn inflate(&mut self, window: &[u8], feeder: &mut Feeder<'_>) -> Result<(), GzipError> {
        self.stream.restart(window);
        loop {
            let mut plain = self.buffers.take();
            plain.clear();
            let ended = self.fill(&mut plain);
            // What was decoded before an error is written, as gzip does it.
            submit(feeder, Job::Plain(plain))?;
            if ended? {
                return Ok(());
            }
        }
    }

    /// Inflates until the buffer is full; tells whether the member's data has ended.
    fn fill(&mut self, plain: &mut Buffer) -> Result<bool, GzipError> {
        let mut wanted = 1;
        while !plain.is_full() {
            let input = self.source.peek_all(wanted).map_err(GzipError::Read)?;
            let available = input.len();
            let step = self.stream.decode(input, plain.room());
            self.source.consume(step.taken);
            plain.grow(step.given);
            match step.status {
                Ok(Status::Full) => {}
                Ok(Status::Ended) => return Ok(true),
                Ok(Status::Starved) if available < wanted => return Err(GzipError::Truncated),
                Ok(Status::Starved) => wanted = available - step.taken + 1,
                Err(_) => return Err(GzipError::Corrupt("format violated")),
            }
        }
        Ok(false)
    }

    /// What follows the last member: zeros pad it, anything else is garbage.
    fn rest(&mut self) -> Result<(), GzipError> {
        loop {
            let rest = match self.source.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                rest => rest.map_err(GzipError::Read)?,
            };
            if rest.is_empty() {
                return Ok(());
            }
            if rest.iter().any(|&byte| byte != 0) {
                self.found.trailing_garbage = true;
                return Ok(());
            }
            let count = rest.len();
            self.source.consume(count);
        }
    }
}

/// What begins at some place of the input.
enum Start {
    /// A gzip member.
    Gzip,
    /// What `pack` makes.
    Packed,
    /// What `compress` makes, which goes on to the end.
    Compressed,
    /// An entry of a zip archive, the first and only one that is decompressed.
    Entry,
    /// What SCO's `compress -H` made, which is not decoded here.
    Lzh,
    /// The end of the input, one byte into a member.
    Begun,
    /// The end of the input.
    Nothing,
    /// Anything else.
    Foreign,
}

pub(super) fn submit(feeder: &mut Feeder<'_>, job: Job) -> Result<(), GzipError> {
    feeder.submit(job).map_err(|_| GzipError::Abandoned)
}

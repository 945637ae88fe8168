//! The feeder: reads members, and makes jobs of them.

use super::source::Source;
use super::work::{Done, Job, bgzf};
use super::write::Verdict;
use crate::buffer::{Buffer, Buffers};
use crate::gzip::GzipError;
use crate::gzip::header::{self, Trailer};
use crate::gzip::index::Index;
use crate::gzip::inflate::{Ending, Status, Stream};
use crate::sync::pool;
use crossbeam_channel::Receiver;
use std::io::{BufRead, ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};

/// How many BGZF members go into a job: as many as a buffer is sure to hold.
const MEMBERS: usize = super::BLOCK / bgzf::PLAIN;

type Feeder<'f> = pool::Feeder<'f, Job, Done>;

pub(super) struct Feed<'a, R> {
    source: Source<R>,
    verdicts: Receiver<Verdict>,
    /// Set when a piece was not accepted; hints are not followed from then on.
    doubt: &'a AtomicBool,
    buffers: &'a Buffers,
    /// The length of the first member's header and trailer.
    overhead: u64,
    /// For what is decoded in order; one for all members, which may be many and small.
    stream: Stream,
    garbage: bool,
}

impl<'a, R: Read> Feed<'a, R> {
    pub(super) fn new(
        source: Source<R>,
        verdicts: Receiver<Verdict>,
        doubt: &'a AtomicBool,
        buffers: &'a Buffers,
    ) -> Self {
        let stream = Stream::new();
        Self { source, verdicts, doubt, buffers, overhead: 0, stream, garbage: false }
    }

    /// How many bytes of the input were used.
    pub(super) fn taken(&self) -> u64 {
        self.source.taken()
    }

    /// The length of the first member's header and trailer.
    pub(super) fn overhead(&self) -> u64 {
        self.overhead
    }

    /// Whether something that is no gzip follows the last member.
    pub(super) fn garbage(&self) -> bool {
        self.garbage
    }

    /// Feeds one member after the other (RFC 1952, section 2.2).
    pub(super) fn members(&mut self, feeder: &mut Feeder<'_>) -> Result<(), GzipError> {
        if self.peek(1)?.is_empty() {
            return Err(GzipError::Truncated);
        }
        loop {
            if self.trusting() && bgzf::member_length(self.peek(bgzf::HEADER)?).is_some() {
                self.blocks(feeder)?;
            } else {
                self.member(feeder)?;
            }
            let next = self.peek(2)?;
            if next.is_empty() {
                return Ok(());
            }
            if !header::begins(next) {
                return self.rest();
            }
        }
    }

    fn peek(&mut self, count: usize) -> Result<&[u8], GzipError> {
        self.source.peek(count).map_err(GzipError::Read)
    }

    fn trusting(&self) -> bool {
        !self.doubt.load(Ordering::Relaxed)
    }

    fn note_overhead(&mut self, header: u64) {
        if self.overhead == 0 {
            self.overhead = header + Trailer::LENGTH as u64;
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
                self.garbage = true;
                return Ok(());
            }
            let count = rest.len();
            self.source.consume(count);
        }
    }
}

fn submit(feeder: &mut Feeder<'_>, job: Job) -> Result<(), GzipError> {
    feeder.submit(job).map_err(|_| GzipError::Abandoned)
}

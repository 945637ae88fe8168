//! The reader: reads members, and makes jobs from them.

use super::Opened;
use super::guess::{Guess, Meaning, Part};
use super::guesses::Guesses;
use super::outlet::Outlet;
use super::peek::PeekReader;
use super::worker::{DecodeJob, Feeder, MemberEnd, submit};
use super::writer::Verdict;
use crate::gzip::bgzf;
use crate::gzip::header::{self, Header, Trailer};
use crate::gzip::index::Index;
use crate::gzip::inflate::{Ending, Status, Stream, WINDOW};
use crate::gzip::legacy::{self, Body, Entry, Put};
use crate::gzip::{Error, Method, Totals};
use crate::io::buffer::{Buffer, Buffers};
use crossbeam_channel::Receiver;
use std::io::{BufRead, ErrorKind, Read};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// BGZF members per job: as many as are certain to fit into a buffer.
const MEMBERS: usize = super::BLOCK / bgzf::PLAIN;

/// Members that are gathered into one job, at most: they can be empty.
const GATHERED: usize = 4096;
/// While this much of the input is in memory, the next of many small members is taken to be there too.
pub(super) const NEAR: usize = 64 << 10;

pub(super) struct MemberReader<'a, R> {
    input: PeekReader<R>,
    /// The first header, if it was taken from the input already.
    header: Option<Result<Header, Error>>,
    verdicts: Receiver<Verdict>,
    /// Set when a piece was not accepted; hints are not followed from then on.
    doubt: &'a AtomicBool,
    buffers: &'a Buffers,
    pass_through: bool,
    /// For what is decoded in order; one for all members, which may be many and small.
    stream: Stream,
    /// What that has decoded and is not submitted yet, and the members that end in it.
    plain: Option<Buffer>,
    ends: Vec<MemberEnd>,
    /// See [`NEAR`].
    near: usize,
    /// What is decoded meanwhile.
    guesses: Guesses<'a>,
    /// What was found so far, without what the writer knows.
    found: Totals,
    /// Whether the last member was gzip.
    is_gzip: bool,
}

impl<'a, R: Read> MemberReader<'a, R> {
    pub(super) fn new(
        opened: Opened<R>,
        pass_through: bool,
        verdicts: Receiver<Verdict>,
        doubt: &'a AtomicBool,
        buffers: &'a Buffers,
        near: usize,
        guesses: Guesses<'a>,
    ) -> Self {
        let Opened { input, header, .. } = opened;
        Self {
            input,
            header,
            verdicts,
            doubt,
            buffers,
            pass_through,
            stream: Stream::new(),
            plain: None,
            ends: Vec::new(),
            near,
            guesses,
            found: Totals::default(),
            is_gzip: false,
        }
    }

    /// Feeds all of the input. Returns what was found, without what the writer knows, and whether the
    /// last member was gzip.
    pub(super) fn read(mut self, feeder: &mut Feeder<'_>) -> Result<(Totals, bool), Error> {
        let all = self.members(feeder);
        // What was decoded before an error is written, as gzip does it.
        self.submit_plain(feeder)?;
        all?;
        let totals = Totals { compressed: self.input.taken(), ..self.found };
        Ok((totals, self.is_gzip))
    }

    /// Feeds one member after the other (RFC 1952, section 2.2).
    fn members(&mut self, feeder: &mut Feeder<'_>) -> Result<(), Error> {
        let mut is_first = true;
        if let Some(header) = self.header.take() {
            self.member(header?, feeder)?;
            is_first = false;
        }
        loop {
            match (self.start(is_first)?, is_first) {
                (Start::Gzip, _) => self.gzip(feeder)?,
                (Start::Packed, _) => {
                    self.legacy(Method::Packed, feeder, |input, put| legacy::pack(input, put))?;
                }
                (Start::Compressed, _) => {
                    let decode = |input: &mut _, put: &mut Put<'_>| legacy::lzw(input, put);
                    return self.legacy(Method::Compressed, feeder, decode);
                }
                (Start::Entry, _) => return self.entry(feeder),
                (Start::Lzh, _) => return Err(Error::Unsupported("lzh compression")),
                (Start::End, false) => return Ok(()),
                (_, _) if self.pass_through => return self.copy(feeder),
                (Start::End | Start::Cut, _) => return Err(Error::Truncated),
                (Start::Other, true) => return Err(Error::NotGzip),
                (Start::Other, false) => return self.rest(),
            }
            is_first = false;
        }
    }

    /// Returns what begins here.
    fn start(&mut self, is_first: bool) -> Result<Start, Error> {
        let start = self.peek(2)?;
        if header::begins(start) {
            return Ok(Start::Gzip);
        }
        if is_first && start == b"PK" && legacy::zip_begins(self.peek(4)?) {
            return Ok(Start::Entry);
        }
        Ok(match *self.peek(2)? {
            [] => Start::End,
            [0x1F] => Start::Cut,
            // As in gzip: a single byte is a header cut off, unless it is 0.
            [byte] if is_first && byte != 0 => Start::Cut,
            [0x1F, 0x1E] => Start::Packed,
            [0x1F, 0x9D] => Start::Compressed,
            [0x1F, 0xA0] => Start::Lzh,
            _ => Start::Other,
        })
    }

    /// Feeds a gzip member, or all BGZF members that follow each other.
    fn gzip(&mut self, feeder: &mut Feeder<'_>) -> Result<(), Error> {
        if self.trusting() && bgzf::member_length(self.peek(bgzf::HEADER)?).is_some() {
            self.blocks(feeder)
        } else {
            let header = header::read(&mut self.input)?;
            self.member(header, feeder)
        }
    }

    /// Feeds the output of another decoder.
    fn legacy(
        &mut self,
        method: Method,
        feeder: &mut Feeder<'_>,
        decode: impl FnOnce(&mut PeekReader<R>, &mut Put<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        (self.is_gzip, self.found.method) = (false, method);
        self.submit_plain(feeder)?;
        let mut outlet = Outlet::new(feeder, self.buffers);
        let decoded = decode(&mut self.input, &mut |bytes| outlet.put(bytes));
        outlet.end()?;
        decoded?;
        submit(feeder, DecodeJob::End)
    }

    /// Feeds the zip entry that begins here, and checks whether another follows.
    fn entry(&mut self, feeder: &mut Feeder<'_>) -> Result<(), Error> {
        let entry = Entry::read(&mut self.input)?;
        (self.is_gzip, self.found.method) = (false, entry.method());
        match entry.body {
            Body::Deflated => self.inflate(&[], feeder)?,
            Body::Stored(length) => self.pass(length, feeder)?,
        }
        let trailer = entry.trailer(&mut self.input)?;
        self.submit(feeder, DecodeJob::Check(trailer))?;
        self.found.more_entries = legacy::zip_begins(self.peek(4)?);
        self.found.trailing_garbage = self.found.more_entries;
        Ok(())
    }

    /// Feeds the rest of the input unchanged.
    fn copy(&mut self, feeder: &mut Feeder<'_>) -> Result<(), Error> {
        (self.is_gzip, self.found.method) = (false, Method::Stored);
        while self.pass_some(u64::MAX, feeder)? > 0 {}
        self.submit(feeder, DecodeJob::End)
    }

    /// Feeds this many bytes unchanged.
    fn pass(&mut self, mut count: u64, feeder: &mut Feeder<'_>) -> Result<(), Error> {
        while count > 0 {
            match self.pass_some(count, feeder)? {
                0 => return Err(Error::Truncated),
                passed => count -= passed,
            }
        }
        Ok(())
    }

    /// Feeds the bytes of one read, at most this many; returns their number.
    fn pass_some(&mut self, most: u64, feeder: &mut Feeder<'_>) -> Result<u64, Error> {
        let mut plain = self.buffers.take();
        let count = plain.read_once(self.input.by_ref().take(most)).map_err(Error::Read)?;
        self.submit(feeder, DecodeJob::Plain(plain))?;
        Ok(count as u64)
    }

    fn peek(&mut self, count: usize) -> Result<&[u8], Error> {
        self.input.peek(count).map_err(Error::Read)
    }

    fn trusting(&self) -> bool {
        !self.doubt.load(Ordering::Relaxed)
    }

    fn note_overhead(&mut self, header: u64) {
        if self.found.overhead == 0 {
            self.found.overhead = header + Trailer::LENGTH as u64;
        }
    }

    /// Feeds the gzip member whose header this is.
    fn member(&mut self, header: Header, feeder: &mut Feeder<'_>) -> Result<(), Error> {
        (self.is_gzip, self.found.method) = (true, Method::Deflated);
        self.note_overhead(self.input.taken());
        match Index::parse(&header.extra).filter(|_| self.trusting()) {
            Some(index) => self.pieces(&index, feeder)?,
            None => self.inflate(&[], feeder)?,
        }
        let mut trailer = [0; Trailer::LENGTH];
        self.input.read_exact(&mut trailer).map_err(Error::from_read)?;
        let plain = self.plain.get_or_insert_with(|| self.buffers.take_empty());
        self.ends.push(MemberEnd { at: plain.len(), trailer: Trailer::from_bytes(trailer) });
        if self.ends.len() == GATHERED || self.input.ahead().0 < self.near {
            self.submit_plain(feeder)?;
        }
        Ok(())
    }

    /// Submits what was decoded here so far.
    fn submit_plain(&mut self, feeder: &mut Feeder<'_>) -> Result<(), Error> {
        match (self.plain.take(), mem::take(&mut self.ends)) {
            (None, _) => Ok(()),
            (Some(plain), ends) if ends.is_empty() => submit(feeder, DecodeJob::Plain(plain)),
            (Some(plain), ends) => submit(feeder, DecodeJob::Members(plain, ends)),
        }
    }

    /// Submits a job, after what was decoded here before it.
    fn submit(&mut self, feeder: &mut Feeder<'_>, job: DecodeJob) -> Result<(), Error> {
        self.submit_plain(feeder)?;
        submit(feeder, job)
    }

    /// Feeds the pieces of a member that its index lists.
    fn pieces(&mut self, index: &Index, feeder: &mut Feeder<'_>) -> Result<(), Error> {
        for piece in index.pieces() {
            if !self.trusting() {
                break;
            }
            let mut packed = Vec::new();
            self.input.read_into(piece.packed, &mut packed).map_err(Error::Read)?;
            let ending = if piece.last { Ending::Final } else { Ending::Open };
            self.submit(feeder, DecodeJob::Piece { packed, plain: piece.plain, ending })?;
        }
        match self.ask(feeder)? {
            Verdict::Good => Ok(()),
            Verdict::Redo { packed, window } => {
                self.input.put_back(packed);
                self.inflate(&window, feeder)
            }
        }
    }

    /// Feeds BGZF members as long as there are any.
    fn blocks(&mut self, feeder: &mut Feeder<'_>) -> Result<(), Error> {
        (self.is_gzip, self.found.method) = (true, Method::Deflated);
        self.note_overhead(bgzf::HEADER as u64);
        while self.trusting() {
            let mut packed = Vec::new();
            for _ in 0..MEMBERS {
                let Some(length) = bgzf::member_length(self.peek(bgzf::HEADER)?) else { break };
                self.input.read_into(length, &mut packed).map_err(Error::Read)?;
            }
            if packed.is_empty() {
                break;
            }
            self.submit(feeder, DecodeJob::Blocks { packed })?;
        }
        if let Verdict::Redo { packed, .. } = self.ask(feeder)? {
            self.input.put_back(packed);
            // The next member is decoded in order, and so are all that follow.
        }
        Ok(())
    }

    /// Waits until the writer has seen all the pieces.
    fn ask(&mut self, feeder: &mut Feeder<'_>) -> Result<Verdict, Error> {
        self.submit(feeder, DecodeJob::Ask)?;
        self.verdicts.recv().map_err(|_| Error::closed())
    }

    /// Inflates the rest of a member here, in order; `window` is what comes before it. Where a guess
    /// begins, what that has decoded is taken over.
    fn inflate(&mut self, window: &[u8], feeder: &mut Feeder<'_>) -> Result<(), Error> {
        self.stream.restart(window, 0);
        loop {
            let mut plain = self.plain.take().unwrap_or_else(|| self.buffers.take_empty());
            let filled = self.fill(&mut plain);
            self.plain = Some(plain);
            match filled? {
                Filled::Full => self.submit_plain(feeder)?,
                Filled::Ended => return Ok(()),
                Filled::Guessed(guess) => self.take_over(guess, feeder)?,
            }
        }
    }

    /// Inflates until the buffer is full or should be handed on, the member's data has ended, or a guess
    /// begins.
    fn fill(&mut self, plain: &mut Buffer) -> Result<Filled, Error> {
        // What was decoded already comes before a guess that begins here, and before an error.
        let given = self.stream.give(plain.room());
        plain.grow(given);
        let mut wanted = 1;
        self.guesses.plan(&mut self.input);
        while !plain.is_full() {
            if let Some(guess) = self.arrive() {
                return Ok(Filled::Guessed(guess));
            }
            if self.input.ahead().0 < wanted && !self.ends.is_empty() {
                // Whole members do not wait for a read that may block.
                return Ok(Filled::Full);
            }
            let (start, here) = (8 * self.input.taken(), self.bit());
            let stop = usize::try_from(self.guesses.stop(here) - start).unwrap_or(usize::MAX);
            let input = self.input.peek_all(wanted).map_err(Error::Read)?;
            let available = input.len();
            let done = self.stream.decode_until(stop, input, plain.room());
            self.input.consume(done.taken);
            plain.grow(done.given);
            match done.status {
                Ok(Status::Full) => {}
                Ok(Status::Ended) => return Ok(Filled::Ended),
                Ok(Status::Between) => wanted = 1,
                Ok(Status::Starved) if available < wanted => return Err(Error::Truncated),
                Ok(Status::Starved) => wanted = available - done.taken + 1,
                Err(_) => return Err(Error::Corrupt("format violated")),
            }
        }
        Ok(Filled::Full)
    }

    /// The bit of the input that is decoded next.
    fn bit(&self) -> u64 {
        8 * self.input.taken() + u64::from(self.stream.bit())
    }

    /// Returns the guess that begins here. The window before it must be complete.
    fn arrive(&mut self) -> Option<Guess> {
        if !self.stream.is_between() || self.stream.window().len() < WINDOW {
            return None;
        }
        self.guesses.arrive(self.bit())
    }

    /// Feeds what a guess that begins here has decoded, and goes on after it.
    fn take_over(&mut self, guess: Guess, feeder: &mut Feeder<'_>) -> Result<(), Error> {
        let meaning = Arc::new(Meaning::new(self.stream.window()));
        let window = meaning.window_after(&guess);
        for part in guess.parts {
            self.submit(
                feeder,
                match part {
                    Part::Symbols(symbols) => DecodeJob::Symbols(symbols, Arc::clone(&meaning)),
                    Part::Bytes(bytes) => DecodeJob::Plain(bytes),
                },
            )?;
        }
        let taken = guess.end / 8 - self.input.taken();
        self.input.skip(usize::try_from(taken).expect("it was in memory"));
        let bit = u8::try_from(guess.end % 8).expect("less than eight");
        self.stream.resume(guess.blocks, &window, bit);
        Ok(())
    }

    /// Reads on after the last member: zeros are padding, anything else is garbage.
    fn rest(&mut self) -> Result<(), Error> {
        loop {
            let rest = match self.input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                rest => rest.map_err(Error::Read)?,
            };
            if rest.is_empty() {
                return Ok(());
            }
            if rest.iter().any(|&byte| byte != 0) {
                self.found.trailing_garbage = true;
                return Ok(());
            }
            let count = rest.len();
            self.input.consume(count);
        }
    }
}

/// Why [`fill`](MemberReader::fill) has ended.
enum Filled {
    /// The buffer is full, or should be handed on.
    Full,
    /// The member's data has ended.
    Ended,
    /// A guess begins here.
    Guessed(Guess),
}

/// What can begin at some place of the input.
enum Start {
    /// A gzip member.
    Gzip,
    /// The output of `pack`.
    Packed,
    /// The output of `compress`, which only ends with the input.
    Compressed,
    /// A zip archive; its first entry is decompressed.
    Entry,
    /// The output of SCO's `compress -H`, which is not supported.
    Lzh,
    /// The end of the input, one byte into a header.
    Cut,
    /// The end of the input.
    End,
    /// Anything else.
    Other,
}

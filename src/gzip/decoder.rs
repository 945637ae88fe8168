//! A reader that decompresses.

use super::failure::Failure;
use super::{Error, Settings, Totals, decode};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::{mem, thread};

/// A [`Read`] and [`BufRead`] of what another reader's data decompresses to: all members, one after
/// the other, as of [`decompress`](super::decompress).
///
/// It can replace `flate2::read::MultiGzDecoder`:
///
/// ```
/// use csp_toolkit::gzip::{self, Decoder, Settings};
/// use std::io::BufRead;
///
/// # let mut compressed = Vec::new();
/// # gzip::compress(&b"in the beginning\nwas the word\n"[..], &mut compressed, &Settings::default())?;
/// let reader = std::io::Cursor::new(compressed);
/// let lines: Result<Vec<_>, _> = Decoder::new(reader, Settings::default()).lines().collect();
/// assert_eq!(lines?, ["in the beginning", "was the word"]);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Threads, memory and blocking
///
/// The first call starts threads of its own, which read ahead, decompress in parallel as
/// [`decompress`](super::decompress) does, and hand over blocks; a few blocks for each thread bound the memory. So the
/// reader goes to another thread, and has to be `Send` and `'static`: borrowed data can be
/// decompressed by [`decompress`](super::decompress).
///
/// # Errors
///
/// All that comes before an error is returned first. After an error, every later call returns an
/// error. [Settings](Settings) that make no sense are an error of the first call, and so is a system
/// that starts no thread: without one, memory would have no bound. What follows the
/// last member and is no member is ignored; [`totals`](Self::totals) reports it.
///
/// # Dropping
///
/// Dropping it early does not block. The threads end, and drop the reader, when the reader's current
/// call returns.
pub struct Decoder<R> {
    state: State<R>,
    /// Decompressed bytes, and how many of them were taken.
    block: Vec<u8>,
    taken: usize,
}

enum State<R> {
    Ready(R, Settings),
    Running(Blocks),
    Ended(Totals),
    Failed(Failure),
}

/// What comes from the thread that decompresses.
enum Message {
    Block(Vec<u8>),
    End(Result<Totals, Error>),
}

struct Blocks {
    messages: Receiver<Message>,
    /// Where blocks go to be used again.
    empty: Sender<Vec<u8>>,
}

/// Blocks that are ready or empty, at most.
const BLOCKS: usize = 2;

impl<R: Read + Send + 'static> Decoder<R> {
    /// Decompresses with these [`Settings`]. Reads nothing yet.
    pub fn new(reader: R, settings: impl Into<Settings>) -> Self {
        Self { state: State::Ready(reader, settings.into()), block: Vec::new(), taken: 0 }
    }

    /// How much was read and written, once everything was read.
    pub fn totals(&self) -> Option<Totals> {
        match self.state {
            State::Ended(totals) if self.taken == self.block.len() => Some(totals),
            _ => None,
        }
    }

    /// Makes the next block the current one, or notes the end.
    fn next_block(&mut self) -> Result<(), Error> {
        self.taken = 0;
        self.block.clear();
        if matches!(self.state, State::Ready(..)) {
            self.start()?;
        }
        let State::Running(blocks) = &self.state else { return Ok(()) };
        match blocks.messages.recv() {
            Ok(Message::Block(block)) => {
                // Not needed if there are enough.
                let _ = blocks.empty.try_send(mem::replace(&mut self.block, block));
            }
            Ok(Message::End(end)) => self.state = State::Ended(end?),
            Err(_) => {
                let panicked = io::Error::other("the decompressing thread panicked");
                return Err(Error::Read(panicked));
            }
        }
        Ok(())
    }

    fn start(&mut self) -> Result<(), Error> {
        let failure = State::Failed(Failure::new("the reader panicked"));
        let State::Ready(reader, settings) = mem::replace(&mut self.state, failure) else {
            return Ok(());
        };
        let settings = settings.check()?;
        let (sender, messages) = bounded(BLOCKS);
        let (empty, used) = bounded(BLOCKS);
        let decompress = move || {
            let output = BlockWriter { sender: &sender, used };
            let end = decode::decompress(reader, output, &settings);
            // Fails if the decoder was dropped.
            let _ = sender.send(Message::End(end));
        };
        thread::Builder::new().spawn(decompress).map_err(Error::Read)?;
        self.state = State::Running(Blocks { messages, empty });
        Ok(())
    }
}

impl<R: Read + Send + 'static> Read for Decoder<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() && !matches!(self.state, State::Failed(_)) {
            return Ok(0);
        }
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read + Send + 'static> BufRead for Decoder<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.block.len() {
            match &self.state {
                State::Failed(failure) => return Err(failure.error()),
                State::Ended(_) => break,
                State::Ready(..) | State::Running(_) => {}
            }
            if let Err(error) = self.next_block() {
                let error = io::Error::from(error);
                self.state = State::Failed(Failure::of(&error));
                return Err(error);
            }
        }
        Ok(&self.block[self.taken..])
    }

    fn consume(&mut self, count: usize) {
        self.taken = self.block.len().min(self.taken + count);
    }
}

impl<R> fmt::Debug for Decoder<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").finish_non_exhaustive()
    }
}

/// Hands blocks to the decoder.
struct BlockWriter<'a> {
    sender: &'a Sender<Message>,
    /// Blocks to be used again.
    used: Receiver<Vec<u8>>,
}

impl Write for BlockWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut block = self.used.try_recv().unwrap_or_default();
        block.clear();
        block.extend_from_slice(bytes);
        let sent = self.sender.send(Message::Block(block));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! What can only be read from beginning to end, in blocks that are cut between words.

use super::queue::{Block, Queue};
use super::source::GZIP;
use super::words::{self, LONGEST_SPACE};
use crate::gzip::{GzipError, Settings, stream};
use std::io::{self, ErrorKind, Read, Write};

/// Bytes in a block, unless a word needs more.
const BLOCK: usize = 512 * 1024;

/// Reads all of the input and puts it into the queue, decompressed where it is a gzip file.
///
/// On an error, what came before it has been put there, but for a word that had not ended.
pub(super) fn read(input: Box<dyn Read + Send>, queue: &Queue) -> io::Result<()> {
    let mut input = Metered { input, queue };
    let mut cutter = Cutter::new(queue);
    let mut first = [0; GZIP.len()];
    let mut known = 0;
    while known < first.len() {
        match read_some(&mut input, &mut first[known..])? {
            0 => break,
            count => known += count,
        }
    }
    if first[..known] == GZIP {
        decompress(first.chain(input), &mut cutter)?;
        return cutter.finish();
    }
    cutter.write_all(&first[..known])?;
    copy(input, cutter)
}

/// The same, of what is not compressed, whatever it begins with.
pub(super) fn read_plain(input: Box<dyn Read + Send>, queue: &Queue) -> io::Result<()> {
    copy(Metered { input, queue }, Cutter::new(queue))
}

fn copy(mut input: Metered<'_>, mut cutter: Cutter<'_>) -> io::Result<()> {
    loop {
        match read_some(&mut input, cutter.space())? {
            0 => return cutter.finish(),
            count => cutter.filled(count)?,
        }
    }
}

/// All that is said here to the gzip engine.
fn decompress(input: impl Read + Send, output: &mut Cutter<'_>) -> io::Result<()> {
    let settings = Settings::new(output.queue.workers());
    match stream::decompress(input, output, &settings) {
        Ok(_) => Ok(()),
        Err(GzipError::Read(error) | GzipError::Write(error)) => Err(error),
        Err(error) => Err(io::Error::new(ErrorKind::InvalidData, error)),
    }
}

fn read_some(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Tells how far the reading is.
struct Metered<'q> {
    input: Box<dyn Read + Send>,
    queue: &'q Queue,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.queue.progress().advance(count as u64);
        Ok(count)
    }
}

/// Gathers bytes and puts a block into the queue whenever there are enough of them.
struct Cutter<'q> {
    queue: &'q Queue,
    /// Begins at a word's beginning, or in white space.
    buffer: Vec<u8>,
    filled: usize,
    /// Up to here there is no white space to cut at.
    searched: usize,
}

impl<'q> Cutter<'q> {
    fn new(queue: &'q Queue) -> Self {
        let mut buffer = queue.buffer();
        buffer.resize(BLOCK, 0);
        Self { queue, buffer, filled: 0, searched: 0 }
    }

    /// Where the next bytes go; never empty.
    fn space(&mut self) -> &mut [u8] {
        &mut self.buffer[self.filled..]
    }

    /// Takes the bytes that were put there. Blocks while the queue is full.
    fn filled(&mut self, count: usize) -> io::Result<()> {
        self.filled += count;
        if self.filled == self.buffer.len() {
            if let Some(cut) = self.last_boundary() {
                return self.cut(cut);
            }
            if self.filled > self.queue.longest_word() {
                return Err(words::too_long(self.queue.longest_word()));
            }
            self.searched = self.filled.saturating_sub(LONGEST_SPACE - 1);
            self.buffer.resize(2 * self.filled, 0);
        }
        Ok(())
    }

    /// The place after the last white space.
    fn last_boundary(&self) -> Option<usize> {
        let text = &self.buffer[..self.filled];
        (self.searched..self.filled).rev().find_map(|at| match words::space(&text[at..]) {
            0 => None,
            length => Some(at + length),
        })
    }

    fn cut(&mut self, at: usize) -> io::Result<()> {
        let mut next = self.queue.buffer();
        let rest = self.filled - at;
        next.resize(BLOCK.max(2 * rest), 0);
        next[..rest].copy_from_slice(&self.buffer[at..self.filled]);
        let bytes = std::mem::replace(&mut self.buffer, next);
        self.filled = rest;
        self.searched = 0;
        self.queue.put(Block { bytes, length: at })
    }

    fn finish(mut self) -> io::Result<()> {
        if self.filled > 0 { self.cut(self.filled) } else { Ok(()) }
    }
}

impl Write for Cutter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let space = self.space();
        let count = space.len().min(bytes.len());
        space[..count].copy_from_slice(&bytes[..count]);
        self.filled(count)?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

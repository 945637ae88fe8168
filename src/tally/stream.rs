//! What can only be read from beginning to end, in blocks that are cut between words.

use super::queue::{Block, Queue};
use super::source::{self, GZIP};
use super::words::{self, LONGEST_SPACE};
use crate::gzip::{self, Settings};
use std::io::{self, BufReader, ErrorKind, Read, Write};

/// Bytes in a block, unless a word needs more.
const BLOCK: usize = 512 * 1024;
/// Bytes asked for at a time, at least: of a pipe or a socket that keeps packets apart, the rest of
/// one would be lost. Few are longer than a kernel's default, 208 KiB.
pub(super) const PACKET: usize = 256 * 1024;

/// Where the blocks go. May block.
pub(super) type Put<'p> = &'p mut dyn FnMut(Block) -> io::Result<()>;

/// Reads all of the input and puts it in blocks, decompressed where it is a gzip file.
///
/// On an error, all words that ended before it have been put.
pub(super) fn read(input: Box<dyn Read + Send>, queue: &Queue, put: Put<'_>) -> io::Result<()> {
    let mut input = BufReader::with_capacity(PACKET, Metered { input, queue });
    let mut cutter = Cutter::new(queue, put);
    let (first, read) = source::first(&mut input);
    let garbage = if first == GZIP {
        read.and_then(|()| decompress(first.chain(input), &mut cutter))
    } else {
        let written = cutter.write_all(&first).and(read);
        written.and_then(|()| copy(input, &mut cutter)).map(|()| false)
    };
    if cutter.finish(garbage)? { Err(source::garbage()) } else { Ok(()) }
}

/// The same, of what is not compressed, whatever it begins with.
pub(super) fn read_plain(
    input: Box<dyn Read + Send>,
    queue: &Queue,
    put: Put<'_>,
) -> io::Result<()> {
    let input = BufReader::with_capacity(PACKET, Metered { input, queue });
    let mut cutter = Cutter::new(queue, put);
    let copied = copy(input, &mut cutter);
    cutter.finish(copied)
}

fn copy(mut input: impl Read, cutter: &mut Cutter<'_, '_>) -> io::Result<()> {
    loop {
        match input.read(cutter.space()) {
            Ok(0) => return Ok(()),
            Ok(count) => cutter.filled(count)?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Decompresses; returns whether there is garbage behind the data.
fn decompress(input: impl Read + Send, output: &mut Cutter<'_, '_>) -> io::Result<bool> {
    let settings = Settings::default().threads(output.queue.workers().get());
    Ok(gzip::decompress(input, output, &settings)?.trailing_garbage)
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

/// Gathers bytes and puts a block whenever there are enough of them.
struct Cutter<'q, 'p> {
    queue: &'q Queue,
    put: Put<'p>,
    /// Begins at a word's beginning, or in white space.
    buffer: Vec<u8>,
    filled: usize,
    /// Up to here there is no white space to cut at.
    searched: usize,
}

impl<'q, 'p> Cutter<'q, 'p> {
    fn new(queue: &'q Queue, put: Put<'p>) -> Self {
        let mut buffer = queue.buffer();
        buffer.resize(BLOCK, 0);
        Self { queue, put, buffer, filled: 0, searched: 0 }
    }

    /// Where the next bytes go; never empty.
    fn space(&mut self) -> &mut [u8] {
        &mut self.buffer[self.filled..]
    }

    /// Takes the bytes that were put there.
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
        let at = words::last_boundary(&self.buffer[self.searched..self.filled])?;
        Some(self.searched + at)
    }

    fn cut(&mut self, at: usize) -> io::Result<()> {
        let mut next = self.queue.buffer();
        let rest = self.filled - at;
        next.resize(BLOCK.max(2 * rest), 0);
        next[..rest].copy_from_slice(&self.buffer[at..self.filled]);
        let bytes = std::mem::replace(&mut self.buffer, next);
        self.filled = rest;
        self.searched = 0;
        (self.put)(Block { bytes, length: at })
    }

    /// Puts what is left; after an error without the word that it may have cut.
    fn finish<T>(mut self, read: io::Result<T>) -> io::Result<T> {
        let cut = if read.is_ok() { self.filled } else { self.last_boundary().unwrap_or(0) };
        let put = if cut > 0 { self.cut(cut) } else { Ok(()) };
        // An error of reading comes first.
        read.and_then(|read| put.map(|()| read))
    }
}

impl Write for Cutter<'_, '_> {
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

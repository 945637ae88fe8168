//! Streams, which are read from beginning to end in blocks that are cut between words.

use super::queue::{Block, Queue};
use super::{Decoding, gzip};
use crate::io::retry;
use crate::tally::words::{self, LONGEST_SPACE};
use std::io::{self, BufRead, BufReader, Read, Write};

/// Bytes in a block, unless a word needs more.
const BLOCK: usize = 512 * 1024;
/// Bytes asked for at a time, at least: a socket or pipe in packet mode drops the rest of a packet.
/// Few packets are longer than a kernel's default, 208 KiB.
pub(in crate::tally) const PACKET: usize = 256 * 1024;

/// Takes the blocks. May block.
pub(in crate::tally) type Put<'p> = &'p mut dyn FnMut(Block) -> io::Result<()>;

/// Reads the whole input and passes it on in blocks of UTF-8, decompressed if it begins like a gzip
/// file and `decompress` is set.
///
/// On an error, all words that ended before it have been passed on.
pub(in crate::tally) fn read(
    input: Box<dyn Read + Send + '_>,
    decompress: bool,
    queue: &Queue<'_>,
    put: Put<'_>,
) -> io::Result<()> {
    let mut input = BufReader::with_capacity(PACKET, queue.progress().meter(input));
    let mut text = Decoding::new(Cutter::new(queue, put), queue.encoding());
    let (first, more) = if decompress { gzip::first(&mut input) } else { (Vec::new(), Ok(true)) };
    let garbage = match more {
        Ok(_) if first == gzip::MAGIC => {
            let decompressed = gzip::decompress(first.chain(input), &mut text, queue.workers());
            decompressed.map_err(io::Error::from)
        }
        more => {
            let more = text.write_all(&first).and(more);
            more.and_then(|more| if more { copy(input, &mut text) } else { Ok(()) }).map(|()| false)
        }
    };
    let garbage = garbage.and_then(|garbage| text.finish().map(|()| garbage));
    if text.into_inner().finish(garbage)? { Err(gzip::garbage()) } else { Ok(()) }
}

fn copy(mut input: impl BufRead, text: &mut Decoding<Cutter<'_, '_, '_>>) -> io::Result<()> {
    loop {
        if let Some(cutter) = text.undecoded() {
            match retry(|| input.read(cutter.space()))? {
                0 => return Ok(()),
                count => cutter.filled(count)?,
            }
        } else {
            let bytes = retry(|| input.fill_buf().map(<[u8]>::len))?;
            if bytes == 0 {
                return Ok(());
            }
            let count = text.write(input.fill_buf()?)?;
            input.consume(count);
        }
    }
}

/// Gathers bytes and passes on a block whenever there are enough.
struct Cutter<'q, 'a, 'p> {
    queue: &'q Queue<'a>,
    put: Put<'p>,
    /// Begins at the beginning of a word, or in white space.
    buffer: Vec<u8>,
    filled: usize,
    /// Up to here there is no white space to cut at.
    searched: usize,
}

impl<'q, 'a, 'p> Cutter<'q, 'a, 'p> {
    fn new(queue: &'q Queue<'a>, put: Put<'p>) -> Self {
        let mut buffer = queue.buffer();
        buffer.resize(BLOCK, 0);
        Self { queue, put, buffer, filled: 0, searched: 0 }
    }

    /// Returns where the next bytes go; never empty.
    fn space(&mut self) -> &mut [u8] {
        &mut self.buffer[self.filled..]
    }

    /// Takes the `count` bytes that were put there.
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

    /// Returns the place after the last white space.
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

    /// Passes on the rest; after an error without the last word, which may be cut off.
    fn finish<T>(mut self, read: io::Result<T>) -> io::Result<T> {
        let cut = if read.is_ok() { self.filled } else { self.last_boundary().unwrap_or(0) };
        let put = if cut > 0 { self.cut(cut) } else { Ok(()) };
        // A reading error comes first.
        read.and_then(|read| put.map(|()| read))
    }
}

impl Write for Cutter<'_, '_, '_> {
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

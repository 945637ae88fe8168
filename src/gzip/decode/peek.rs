//! The input of a decoder: bytes can be looked at before they are taken, and put back; and more can be
//! read ahead, for others to decode meanwhile.

use crate::io::buffer::{Buffer, Buffers};
use crate::io::retry;
use std::collections::VecDeque;
use std::io::{self, BufRead, Empty, Read, empty};
use std::mem;
use std::sync::Arc;

/// Bytes in a slab, unless it came from elsewhere.
const SLAB: usize = 512 << 10;
/// The fewest bytes of the next slab that are copied behind the rest of the first. Few symbols and
/// headers are longer.
const JOINED: usize = 512;

/// A buffered reader that counts what is taken from it.
pub(in crate::gzip) struct PeekReader<R> {
    input: R,
    /// The size of a slab.
    slab: usize,
    /// What was read and not taken yet. Only the last can have room left.
    slabs: VecDeque<Slab>,
    /// Bytes in all the slabs.
    buffered: usize,
    taken: u64,
    /// Memory for slabs.
    memory: Arc<Buffers>,
    /// Whether a read does not block.
    is_ready: fn(&R) -> bool,
    /// Whether the last read gave all it was asked for, as a file's do up to its end. The next one
    /// is taken not to block then.
    had_plenty: bool,
    /// An error of reading ahead, to be returned when all that was read before it is taken.
    failure: Option<io::Error>,
}

/// Bytes that can be shared with other threads, of which those up to `start` were taken.
struct Slab {
    bytes: Arc<Bytes>,
    start: usize,
}

/// Bytes, and where their memory goes to be used again.
struct Bytes(Buffer, Option<Arc<Buffers>>);

impl Slab {
    fn new(bytes: Vec<u8>) -> Self {
        Self { bytes: Arc::new(Bytes(bytes.into(), None)), start: 0 }
    }

    fn empty(memory: &Arc<Buffers>) -> Self {
        let buffer = memory.take_empty();
        Self { bytes: Arc::new(Bytes(buffer, Some(Arc::clone(memory)))), start: 0 }
    }

    fn rest(&self) -> &[u8] {
        &self.bytes.0[self.start..]
    }

    /// The buffer, unless others have it too.
    fn buffer(&mut self) -> Option<&mut Buffer> {
        Arc::get_mut(&mut self.bytes).map(|bytes| &mut bytes.0)
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        if let Some(memory) = &self.1 {
            memory.give(mem::replace(&mut self.0, Buffer::new(0)));
        }
    }
}

impl PeekReader<Empty> {
    /// A reader of what another one has read ahead.
    fn of(slabs: VecDeque<Slab>, buffered: usize, taken: u64) -> Self {
        Self { slabs, buffered, taken, ..Self::new(empty()) }
    }
}

impl<R: Read> PeekReader<R> {
    pub(in crate::gzip) fn new(input: R) -> Self {
        Self {
            input,
            slab: SLAB,
            slabs: VecDeque::new(),
            buffered: 0,
            taken: 0,
            memory: Arc::new(Buffers::new(SLAB)),
            is_ready: |_| false,
            had_plenty: false,
            failure: None,
        }
    }

    /// A reader that knows when a read does not block, so that more is read ahead.
    pub(in crate::gzip) fn eager(input: R, is_ready: fn(&R) -> bool) -> Self {
        Self { is_ready, ..Self::new(input) }
    }

    /// A reader whose first bytes were read already.
    pub(in crate::gzip) fn preloaded(bytes: Vec<u8>, input: R) -> Self {
        let mut reader = Self::new(input);
        reader.buffered = bytes.len();
        reader.slabs.push_back(Slab::new(bytes));
        reader
    }

    /// The bytes that were read first and not taken yet; nothing only if there are none.
    pub(in crate::gzip) fn first(&self) -> &[u8] {
        self.slabs.front().map_or(&[], Slab::rest)
    }

    /// The memory of what was read first, to be used again.
    pub(in crate::gzip) fn into_buffer(mut self) -> Vec<u8> {
        let mut first = self.slabs.pop_front();
        let buffer = first.as_mut().and_then(Slab::buffer);
        buffer.map(|buffer| mem::replace(buffer, Buffer::new(0)).into()).unwrap_or_default()
    }

    /// The number of bytes taken and not put back.
    pub(in crate::gzip) fn taken(&self) -> u64 {
        self.taken
    }

    /// The next `count` bytes, without taking them; fewer at the end of the input.
    pub(in crate::gzip) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        let bytes = self.peek_all(count)?;
        Ok(&bytes[..count.min(bytes.len())])
    }

    /// The next bytes, without taking them: at least `count`, fewer only at the end of the input; more
    /// if they are there.
    pub(in crate::gzip) fn peek_all(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.first().len() < count {
            if self.slabs.len() > 1 {
                self.join();
            } else if self.read_more()? == 0 {
                break;
            }
        }
        Ok(self.first())
    }

    /// Moves the first bytes of the second slab to those of the first.
    fn join(&mut self) {
        let (Some(first), Some(second)) = (self.slabs.pop_front(), self.slabs.front_mut()) else {
            return;
        };
        let (head, tail) = (first.rest(), second.rest());
        let tail = &tail[..tail.len().min(JOINED.max(head.len()))];
        let joined = [head, tail].concat();
        second.start += tail.len();
        if second.rest().is_empty() {
            self.slabs.pop_front();
        }
        self.slabs.push_front(Slab::new(joined));
    }

    /// Reads until this many bytes are buffered, as long as that does not block.
    pub(in crate::gzip) fn read_ahead(&mut self, count: usize) {
        while self.buffered < count
            && self.failure.is_none()
            && (self.had_plenty || (self.is_ready)(&self.input))
        {
            match self.read_more() {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => self.failure = Some(error),
            }
        }
    }

    /// How many bytes are buffered, and whether a read would give more without blocking.
    pub(in crate::gzip) fn ahead(&self) -> (usize, bool) {
        (self.buffered, self.had_plenty)
    }

    /// A reader of `count` of the bytes that are buffered, after the first `skipped`.
    pub(in crate::gzip) fn fork(&self, skipped: usize, count: usize) -> PeekReader<Empty> {
        let (mut slabs, mut offset) = (VecDeque::new(), 0);
        for slab in &self.slabs {
            let length = slab.rest().len();
            if offset < skipped.saturating_add(count) && offset + length > skipped {
                let start = slab.start + skipped.saturating_sub(offset);
                slabs.push_back(Slab { bytes: Arc::clone(&slab.bytes), start });
            }
            offset += length;
        }
        let buffered = slabs.iter().map(|slab| slab.rest().len()).sum();
        PeekReader::of(slabs, buffered, self.taken + skipped as u64)
    }

    /// Appends the next `count` bytes, fewer at the end of the input. Memory is allocated as they are
    /// read, so that a wrong count in a header costs nothing.
    pub(in crate::gzip) fn read_into(
        &mut self,
        count: usize,
        into: &mut Vec<u8>,
    ) -> io::Result<()> {
        self.take(count as u64).read_to_end(into)?;
        Ok(())
    }

    /// Puts back the bytes that were taken last.
    pub(in crate::gzip) fn put_back(&mut self, bytes: Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        self.taken -= bytes.len() as u64;
        self.buffered += bytes.len();
        self.slabs.push_front(Slab::new(bytes));
    }

    /// Reads once, into the last slab or a new one.
    fn read_more(&mut self) -> io::Result<usize> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let last = self.slabs.back_mut().and_then(Slab::buffer);
        if last.is_none_or(|slab| slab.is_full()) {
            self.slabs.push_back(Slab::empty(&self.memory));
        }
        let last = self.slabs.back_mut().and_then(Slab::buffer);
        let slab = last.expect("it has not been shared yet");
        let room = slab.room();
        let asked = room.len();
        let read = retry(|| self.input.read(room));
        let count = *read.as_ref().unwrap_or(&0);
        slab.grow(count);
        self.buffered += count;
        self.had_plenty = count == asked;
        if self.slabs.back().is_some_and(|slab| slab.rest().is_empty()) {
            self.slabs.pop_back();
        }
        read
    }

    /// Takes what was read and decoded by another, or will not be decoded.
    pub(in crate::gzip) fn skip(&mut self, mut count: usize) {
        while count > 0 && self.buffered > 0 {
            let now = count.min(self.first().len());
            self.consume(now);
            count -= now;
        }
    }
}

impl<R: Read> Read for PeekReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.buffered == 0 && into.len() >= self.slab && self.failure.is_none() {
            let read = self.input.read(into)?;
            self.taken += read as u64;
            return Ok(read);
        }
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for PeekReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek_all(1)
    }

    fn consume(&mut self, count: usize) {
        self.taken += count as u64;
        self.buffered -= count;
        if let Some(first) = self.slabs.front_mut() {
            first.start += count;
            if first.rest().is_empty() {
                self.slabs.pop_front();
            }
        }
    }
}

#[cfg(test)]
impl<R: Read> PeekReader<R> {
    /// The same with slabs of this size.
    pub(in crate::gzip) fn with_slabs_of(self, slab: usize) -> Self {
        Self { slab, memory: Arc::new(Buffers::new(slab)), ..self }
    }

    /// The same, taking every read not to block.
    pub(in crate::gzip) fn that_is_ready(self) -> Self {
        Self { is_ready: |_| true, ..self }
    }
}

#[cfg(test)]
pub(super) mod tests;

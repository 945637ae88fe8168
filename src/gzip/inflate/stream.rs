//! Decodes data that comes in pieces, and returns the plain bytes in pieces.
//!
//! It stops at the symbol in which the input or the output buffer ends, and continues there. It
//! decodes into a buffer of its own, so that distances can reach back; when that is full, its last
//! 32 KiB move to its front.

use super::bits::Bits;
use super::sink::{Fill, Sink};
use super::{Contents, InflateError, Inflater, Place, WINDOW, decode};
use std::mem;

/// Bytes decoded at a time. With the window and the tables they fit into the second-level cache.
const ROOM: usize = 128 * 1024;

/// Room for a step of the decoder: two literals, the longest match, and what a copy may write beyond
/// it.
const STEP: usize = 2 + 258 + 32;

pub(crate) struct Stream {
    blocks: Blocks,
    /// The window, and what was decoded after it.
    buffer: Box<[u8]>,
    /// Up to here, the buffer was handed out.
    given: usize,
    /// Up to here, the buffer is filled.
    decoded: usize,
    /// Bits taken of the first byte that was not taken as a whole.
    bit: u8,
}

/// Decodes block after block, and remembers where it is.
struct Blocks {
    inflater: Inflater,
    state: State,
    /// Whether this block, or the one before, is marked final.
    last: bool,
}

#[derive(Clone, Copy)]
enum State {
    /// Before a block.
    Between,
    /// In a stored block, this many bytes before its end.
    Stored(usize),
    /// In a block of symbols; their codes are in the tables.
    Coded,
    Ended,
    Failed(InflateError),
}

/// The result of a call.
pub(crate) struct Step {
    /// Bytes of the input that were used. The next call must begin with those after them.
    pub(crate) taken: usize,
    /// Plain bytes written.
    pub(crate) given: usize,
    /// All that was decoded before an error or the end is handed out first.
    pub(crate) status: Result<Status, InflateError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// There is no more room for output.
    Full,
    /// More input is needed, after all that was offered and not taken.
    Starved,
    /// The final block has ended, within the last byte taken.
    Ended,
}

impl Stream {
    /// A decoder at the start of a stream.
    pub(crate) fn new() -> Self {
        let blocks = Blocks { inflater: Inflater::new(), state: State::Between, last: false };
        let buffer = vec![0; WINDOW + ROOM].into_boxed_slice();
        Self { blocks, buffer, given: 0, decoded: 0, bit: 0 }
    }

    /// Starts again at the start of a block, with as much of `window` before it as a distance can
    /// reach.
    pub(crate) fn restart(&mut self, window: &[u8]) {
        let window = &window[window.len().saturating_sub(WINDOW)..];
        self.buffer[..window.len()].copy_from_slice(window);
        (self.given, self.decoded, self.bit) = (window.len(), window.len(), 0);
        (self.blocks.state, self.blocks.last) = (State::Between, false);
    }

    /// Decodes until `out` is full, the input does not suffice for another symbol, or the data ends.
    /// Only the caller knows whether more input follows.
    pub(crate) fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let (mut taken, mut given) = (0, 0);
        let mut starved = false;
        let status = loop {
            given += self.give(&mut out[given..]);
            if self.given < self.decoded {
                break Ok(Status::Full);
            }
            match self.blocks.state {
                State::Ended => break Ok(Status::Ended),
                State::Failed(error) => break Err(error),
                _ if starved => break Ok(Status::Starved),
                _ if given == out.len() => break Ok(Status::Full),
                _ => {}
            }
            starved = self.produce(input, &mut taken);
        };
        Step { taken, given, status }
    }

    fn give(&mut self, out: &mut [u8]) -> usize {
        let count = out.len().min(self.decoded - self.given);
        out[..count].copy_from_slice(&self.buffer[self.given..][..count]);
        self.given += count;
        count
    }

    /// Decodes into the buffer, all of which is handed out, until it is full. Adds the number
    /// of input bytes used to `taken`; returns whether more are needed.
    fn produce(&mut self, input: &[u8], taken: &mut usize) -> bool {
        if self.buffer.len() - self.decoded < STEP {
            self.buffer.copy_within(self.decoded - WINDOW..self.decoded, 0);
            (self.given, self.decoded) = (WINDOW, WINDOW);
        }
        let mut bits = Bits::from_bit(&input[*taken..], self.bit);
        let mut sink = Fill::from_position(&mut self.buffer, self.decoded);
        let result = self.blocks.advance(&mut bits, &mut sink);
        self.decoded = sink.position();
        // At the end, the rest of the byte counts as taken.
        let ended = result == Ok(Status::Ended);
        let position = if ended { bits.position().next_multiple_of(8) } else { bits.position() };
        *taken += position / 8;
        self.bit = u8::try_from(position % 8).expect("less than eight");
        if let Err(error) = result {
            self.blocks.state = State::Failed(error);
        }
        result == Ok(Status::Starved)
    }
}

impl Blocks {
    /// Decodes as far as input and room suffice. The bytes taken and written then end at the same
    /// symbol.
    fn advance(
        &mut self,
        bits: &mut Bits<'_>,
        sink: &mut Fill<'_>,
    ) -> Result<Status, InflateError> {
        loop {
            match self.state {
                State::Between if self.last => self.state = State::Ended,
                State::Between => {
                    let mut ahead = *bits;
                    let header = self.inflater.header(&mut ahead);
                    if ahead.is_beyond() || matches!(header, Err(InflateError::Truncated)) {
                        return Ok(Status::Starved);
                    }
                    let (last, contents) = header?;
                    *bits = ahead;
                    self.last = last;
                    self.state = match contents {
                        Contents::Stored(length) => State::Stored(length),
                        Contents::Coded => State::Coded,
                    };
                }
                State::Stored(0) => self.state = State::Between,
                State::Stored(length) => {
                    let room = sink.room();
                    if room == 0 {
                        return Ok(Status::Full);
                    }
                    let bytes = bits.stored(length.min(room));
                    if bytes.is_empty() {
                        return Ok(Status::Starved);
                    }
                    sink.stored(bytes)?;
                    self.state = State::Stored(length - bytes.len());
                }
                State::Coded => match self.symbols(bits, sink)? {
                    Status::Ended => self.state = State::Between,
                    status => return Ok(status),
                },
                State::Ended => return Ok(Status::Ended),
                State::Failed(error) => return Err(error),
            }
        }
    }

    /// Decodes symbols; [`Status::Ended`] is the end of the block.
    fn symbols(&self, bits: &mut Bits<'_>, sink: &mut Fill<'_>) -> Result<Status, InflateError> {
        let tables = &self.inflater.tables;
        while sink.room() >= STEP {
            let place = if bits.has_plenty() {
                let goes_on =
                    |bits: &Bits<'_>, sink: &Fill<'_>| bits.has_plenty() && sink.room() >= STEP;
                decode::<true, _>(tables, bits, sink, goes_on)?
            } else {
                // One symbol, which may turn out to be incomplete.
                let (start, position) = (*bits, sink.position());
                let mut once = true;
                let place = decode::<false, _>(tables, bits, sink, |_, _| mem::take(&mut once));
                if bits.is_beyond() {
                    *bits = start;
                    sink.go_back(position);
                    return Ok(Status::Starved);
                }
                place?
            };
            if place == Place::End {
                return Ok(Status::Ended);
            }
        }
        Ok(Status::Full)
    }
}

#[cfg(test)]
mod tests;

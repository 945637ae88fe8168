//! Decodes data that comes in pieces, and returns the plain bytes in pieces.
//!
//! It stops at the symbol in which the input or the output buffer ends, and continues there. It
//! decodes into a buffer of its own, so that distances can reach back; when that is full, its last
//! 32 KiB move to its front.
//!
//! What it decodes to can be symbols wider than a byte, of which those that come out of the window
//! then stand for bytes that are not known yet; [`guess`](crate::gzip::decode) uses that.

use super::bits::Bits;
use super::sink::{Fill, Sink, Symbol};
use super::{Contents, InflateError, Inflater, Place, WINDOW, decode};
use std::mem;

/// Bytes decoded at a time. With the window and the tables they fit into the second-level cache.
const ROOM: usize = 128 * 1024;

/// Room for a step of the decoder: two literals, the longest match, and what a copy may write beyond
/// it.
const STEP: usize = 2 + 258 + 32;

pub(crate) struct Stream<T = u8> {
    blocks: Blocks,
    /// The window, and what was decoded after it.
    buffer: Box<[T]>,
    /// Up to here, the buffer was handed out.
    given: usize,
    /// Up to here, the buffer is filled.
    decoded: usize,
    /// Bits taken of the first byte that was not taken as a whole.
    bit: u8,
}

/// Decodes block after block, and remembers where it is. With the window and the bit that comes next,
/// that is all of a decoder's state.
pub(crate) struct Blocks {
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
    /// The next block begins at or after the bit at which to stop.
    Between,
    /// The final block has ended, within the last byte taken.
    Ended,
}

impl<T: Symbol> Stream<T> {
    /// A decoder at the start of a stream.
    pub(crate) fn new() -> Self {
        let buffer = vec![T::default(); WINDOW + ROOM].into_boxed_slice();
        Self { blocks: Blocks::new(), buffer, given: 0, decoded: 0, bit: 0 }
    }

    /// Starts again at the start of a block, after `bit` bits of the next byte, with as much of `window`
    /// before it as a distance can reach.
    pub(crate) fn restart(&mut self, window: &[T], bit: u8) {
        self.set_window(window);
        self.bit = bit;
        (self.blocks.state, self.blocks.last) = (State::Between, false);
    }

    /// Starts again where a decoder has stopped: after `bit` bits of the next byte.
    pub(crate) fn resume(&mut self, blocks: Blocks, window: &[T], bit: u8) {
        self.set_window(window);
        (self.blocks, self.bit) = (blocks, bit);
    }

    fn set_window(&mut self, window: &[T]) {
        let window = &window[window.len().saturating_sub(WINDOW)..];
        self.buffer[..window.len()].copy_from_slice(window);
        (self.given, self.decoded) = (window.len(), window.len());
    }

    /// Stops, so that another decoder can [resume](Self::resume). All that was decoded must have been
    /// handed out.
    pub(crate) fn stop(&mut self) -> Blocks {
        debug_assert_eq!(self.given, self.decoded);
        mem::replace(&mut self.blocks, Blocks::new())
    }

    /// The last symbols handed out, as far back as a distance can reach.
    pub(crate) fn window(&self) -> &[T] {
        &self.buffer[self.given.saturating_sub(WINDOW)..self.given]
    }

    /// Whether all that was decoded is handed out and the next symbol begins a block.
    pub(crate) fn is_between(&self) -> bool {
        self.given == self.decoded
            && matches!(self.blocks, Blocks { state: State::Between, last: false, .. })
    }

    /// How many bits of the next byte were taken.
    pub(crate) fn bit(&self) -> u8 {
        self.bit
    }

    /// Decodes without a bit at which to stop.
    #[cfg(test)]
    pub(crate) fn decode(&mut self, input: &[u8], out: &mut [T]) -> Step {
        self.decode_until(usize::MAX, input, out)
    }

    /// Decodes until `out` is full, the input does not suffice for another symbol, a block ends at or
    /// after bit `stop` of the input, or the data ends. Only the caller knows whether more input follows.
    /// To go on from a block's end, `stop` must be after it.
    pub(crate) fn decode_until(&mut self, stop: usize, input: &[u8], out: &mut [T]) -> Step {
        let (mut taken, mut given) = (0, 0);
        let mut halted = None;
        let status = loop {
            given += self.give(&mut out[given..]);
            if self.given < self.decoded {
                break Ok(Status::Full);
            }
            match (self.blocks.state, halted) {
                (State::Ended, _) => break Ok(Status::Ended),
                (State::Failed(error), _) => break Err(error),
                (_, Some(status)) => break Ok(status),
                _ if given == out.len() => break Ok(Status::Full),
                _ => {}
            }
            halted = self.produce(input, &mut taken, stop);
        };
        Step { taken, given, status }
    }

    /// Hands out what is decoded, as far as there is room; returns the number of symbols.
    pub(crate) fn give(&mut self, out: &mut [T]) -> usize {
        let count = out.len().min(self.decoded - self.given);
        out[..count].copy_from_slice(&self.buffer[self.given..][..count]);
        self.given += count;
        count
    }

    /// Decodes into the buffer, all of which is handed out, until it is full. Adds the number
    /// of input bytes used to `taken`; returns the reason not to call it again.
    fn produce(&mut self, input: &[u8], taken: &mut usize, stop: usize) -> Option<Status> {
        if self.buffer.len() - self.decoded < STEP {
            self.buffer.copy_within(self.decoded - WINDOW..self.decoded, 0);
            (self.given, self.decoded) = (WINDOW, WINDOW);
        }
        let mut bits = Bits::from_bit(&input[*taken..], self.bit);
        let mut sink = Fill::from_position(&mut self.buffer, self.decoded);
        let result = self.blocks.advance(&mut bits, &mut sink, stop.saturating_sub(8 * *taken));
        self.decoded = sink.position();
        // At the end, the rest of the byte counts as taken.
        let ended = result == Ok(Status::Ended);
        let position = if ended { bits.position().next_multiple_of(8) } else { bits.position() };
        *taken += position / 8;
        self.bit = u8::try_from(position % 8).expect("less than eight");
        match result {
            Ok(status) => Some(status).filter(|&status| status != Status::Full),
            Err(error) => {
                self.blocks.state = State::Failed(error);
                None
            }
        }
    }
}

impl Blocks {
    fn new() -> Self {
        Self { inflater: Inflater::new(), state: State::Between, last: false }
    }

    /// Decodes as far as input and room suffice, or until a block ends at or after bit `stop`. The bytes
    /// taken and written then end at the same symbol.
    fn advance<T: Symbol>(
        &mut self,
        bits: &mut Bits<'_>,
        sink: &mut Fill<'_, T>,
        stop: usize,
    ) -> Result<Status, InflateError> {
        loop {
            match self.state {
                State::Between if self.last => self.state = State::Ended,
                State::Between if bits.position() >= stop => return Ok(Status::Between),
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
    fn symbols<T: Symbol>(
        &self,
        bits: &mut Bits<'_>,
        sink: &mut Fill<'_, T>,
    ) -> Result<Status, InflateError> {
        let tables = &self.inflater.tables;
        while sink.room() >= STEP {
            let place = if bits.has_plenty() {
                let goes_on =
                    |bits: &Bits<'_>, sink: &Fill<'_, T>| bits.has_plenty() && sink.room() >= STEP;
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

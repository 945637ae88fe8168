//! Decoding from the middle of a stream, before what comes before it is known.
//!
//! A distance may reach back into bytes that are not decoded yet. So a guess decodes to symbols of
//! 16 bits: those above 255 stand for the bytes of the unknown window, one symbol for each, and are
//! copied like any other. When the window is known, each is looked up. Once the last 32 KiB hold none
//! of them, the rest is decoded to bytes, by the ordinary decoder at its speed.
//!
//! The method is that of pugz (Kerbiriou and Chikhi, 2019) and rapidgzip (Knespel and Brunst, 2023).

use super::guesses::Sizes;
use super::peek::PeekReader;
use crate::gzip::inflate::{Blocks, Inflater, Status, Stream, Symbol, WINDOW, find_block};
use crate::io::buffer::{Buffer, Buffers};
use crossbeam_channel::Sender;
use std::io::{BufRead, Empty};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The symbol for the oldest byte of the window.
const FIRST: u16 = 256;
/// Symbols between two looks at whether to go on.
pub(super) const STEP: usize = 64 << 10;
/// Bytes that are searched between two such looks.
const SEARCH: usize = 64 << 10;
/// A guess ends when it has decoded this many symbols, so that highly compressed data takes no more
/// memory than other data.
pub(super) const MOST: usize = 4 << 20;

/// Data in the middle of a stream, to be decoded.
pub(super) struct Task {
    pub(super) input: PeekReader<Empty>,
    /// After this byte of the input, the next end of a block is the end of the guess: there, another
    /// one begins.
    pub(super) end: u64,
    pub(super) progress: Arc<Progress>,
    pub(super) result: Sender<Guess>,
}

/// What a guess and the decoder that is in order tell each other meanwhile.
pub(super) struct Progress {
    /// The bit of the input at which the guess begins, once that is known.
    start: AtomicU64,
    /// Whether to end: the decoder that is in order has arrived at the start.
    cut: AtomicBool,
}

/// Where a guess begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// It is looking for a block.
    Unknown,
    /// This bit of the input.
    At(u64),
    /// There is no block that it can begin with.
    Nowhere,
}

impl Progress {
    const UNKNOWN: u64 = u64::MAX;
    const NOWHERE: u64 = u64::MAX - 1;

    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { start: AtomicU64::new(Self::UNKNOWN), cut: AtomicBool::new(false) })
    }

    pub(super) fn start(&self) -> Start {
        match self.start.load(Ordering::Relaxed) {
            Self::UNKNOWN => Start::Unknown,
            Self::NOWHERE => Start::Nowhere,
            bit => Start::At(bit),
        }
    }

    /// Has the guess end soon.
    pub(super) fn cut(&self) {
        self.cut.store(true, Ordering::Relaxed);
    }

    fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Relaxed)
    }
}

/// What a guess has decoded.
pub(super) struct Guess {
    pub(super) start: u64,
    pub(super) parts: Vec<Part>,
    /// Its last 32 KiB.
    window: Vec<u16>,
    /// The decoder's state at the end, and the bit of the input that comes next.
    pub(super) blocks: Blocks,
    pub(super) end: u64,
}

pub(super) enum Part {
    /// Not all of these may be bytes.
    Symbols(Buffer<u16>),
    Bytes(Buffer),
}

/// What a guess is decoded with.
pub(super) struct Guesser<'a> {
    sizes: Sizes,
    buffers: &'a Buffers,
    symbol_buffers: &'a Buffers<u16>,
    finder: Inflater,
    symbols: Stream<u16>,
    bytes: Stream,
}

impl<'a> Guesser<'a> {
    pub(super) fn new(
        sizes: Sizes,
        buffers: &'a Buffers,
        symbol_buffers: &'a Buffers<u16>,
    ) -> Self {
        let (finder, symbols, bytes) = (Inflater::new(), Stream::new(), Stream::new());
        Self { sizes, buffers, symbol_buffers, finder, symbols, bytes }
    }

    /// Decodes from the first block on.
    pub(super) fn work(&mut self, mut task: Task) {
        let mut from = 0;
        let guess = loop {
            let Some(bit) = self.find(&mut task, from) else { break None };
            if let Some(guess) = self.decode(&task, bit) {
                break Some(guess);
            }
            // No block begins there after all.
            from = bit + 1;
        };
        match guess {
            // Fails if nobody wants it any more.
            Some(guess) => drop(task.result.send(guess)),
            None => task.progress.start.store(Progress::NOWHERE, Ordering::Relaxed),
        }
    }

    /// Takes the input up to the byte in which the first block begins, at or after bit `from` of the next
    /// byte; returns its bit there.
    fn find(&mut self, task: &mut Task, mut from: u8) -> Option<u8> {
        while task.input.taken() < task.end && !task.progress.is_cut() {
            // A block that begins at the end of a slab is missed.
            let data = task.input.peek_all(1).ok()?;
            let count = data.len().min(SEARCH);
            if count == 0 {
                break;
            }
            let found = find_block(data, from.into()..8 * count, &mut self.finder);
            task.input.consume(found.map_or(count, |bit| bit / 8));
            if let Some(bit) = found {
                let start = 8 * task.input.taken() + bit as u64 % 8;
                task.progress.start.store(start, Ordering::Relaxed);
                return Some(bit_of_byte(bit));
            }
            from = 0;
        }
        None
    }

    /// Decodes from this bit of the next byte on; `None` if no whole block begins there.
    fn decode(&mut self, task: &Task, bit: u8) -> Option<Guess> {
        let start = 8 * task.input.taken() + u64::from(bit);
        let window: Vec<u16> = (FIRST..).take(WINDOW).collect();
        self.symbols.restart(&window, bit);
        let mut place = Place::new(task, start, self.sizes);
        let mut known = false;
        place.run(&mut self.symbols, self.symbol_buffers, Part::Symbols, |window| {
            known = are_known(window);
            known
        });
        if place.has_failed && !place.has_block {
            return None;
        }
        let (window, bit, blocks) = if known {
            let window: Vec<u8> = bytes(self.symbols.window()).collect();
            let bit = self.symbols.bit();
            self.bytes.resume(self.symbols.stop(), &window, bit);
            place.run(&mut self.bytes, self.buffers, Part::Bytes, |_| false);
            let window = self.bytes.window().iter().map(|&byte| byte.into()).collect();
            (window, self.bytes.bit(), self.bytes.stop())
        } else {
            let bit = self.symbols.bit();
            (self.symbols.window().to_vec(), bit, self.symbols.stop())
        };
        let end = 8 * place.input.taken() + u64::from(bit);
        Some(Guess { start, parts: place.parts, window, blocks, end })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "less than eight")]
fn bit_of_byte(bit: usize) -> u8 {
    (bit % 8) as u8
}

/// Whether all of these are bytes. Those that are not are mostly near the end.
fn are_known(symbols: &[u16]) -> bool {
    symbols.rchunks(128).all(|some| some.iter().fold(0, |any, symbol| any | symbol) < FIRST)
}

/// The lowest byte of each symbol.
fn bytes(symbols: &[u16]) -> impl Iterator<Item = u8> + '_ {
    symbols.iter().map(|symbol| symbol.to_le_bytes()[0])
}

/// How far a guess has come.
struct Place<'a> {
    input: PeekReader<Empty>,
    /// Bytes of the input that have to be there for the next step.
    wanted: usize,
    start: u64,
    /// The bit at or after which the next end of a block is where to end.
    end: u64,
    progress: &'a Progress,
    /// Whether a block was decoded to its end.
    has_block: bool,
    has_failed: bool,
    /// Symbols that may still be decoded.
    left: usize,
    /// Symbols that are decoded at a time.
    step: usize,
    parts: Vec<Part>,
}

impl<'a> Place<'a> {
    fn new(task: &'a Task, start: u64, sizes: Sizes) -> Self {
        Self {
            input: task.input.fork(0, usize::MAX),
            wanted: 1,
            start,
            end: (8 * task.end).max(start + 1),
            progress: &task.progress,
            has_block: false,
            has_failed: false,
            left: sizes.most,
            step: sizes.step,
            parts: Vec::new(),
        }
    }

    /// Decodes until there is a reason to end, or `is_done`, which is asked about the window.
    fn run<T: Symbol>(
        &mut self,
        stream: &mut Stream<T>,
        buffers: &Buffers<T>,
        part: impl Fn(Buffer<T>) -> Part,
        mut is_done: impl FnMut(&[T]) -> bool,
    ) {
        let mut out = buffers.take_empty();
        loop {
            let goes_on = self.step(stream, &mut out);
            loop {
                if out.is_full() {
                    self.parts.push(part(mem::replace(&mut out, buffers.take_empty())));
                }
                let given = stream.give(out.room());
                if given == 0 {
                    break;
                }
                self.left = self.left.saturating_sub(given);
                out.grow(given);
            }
            if !goes_on || self.left == 0 || self.progress.is_cut() || is_done(stream.window()) {
                break;
            }
        }
        self.parts.push(part(out));
    }

    /// Decodes some symbols; returns whether it can go on.
    fn step<T: Symbol>(&mut self, stream: &mut Stream<T>, out: &mut Buffer<T>) -> bool {
        let start = 8 * self.input.taken();
        // Also at the end of the first block, only to note that there is one.
        let end = if self.has_block { self.end } else { self.start + 1 };
        let stop = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
        let Ok(input) = self.input.peek_all(self.wanted) else { return false };
        let available = input.len();
        let room = out.room();
        let count = room.len().min(self.step);
        let done = stream.decode_until(stop, input, &mut room[..count]);
        self.input.consume(done.taken);
        out.grow(done.given);
        self.left = self.left.saturating_sub(done.given);
        match done.status {
            Ok(Status::Full) => true,
            Ok(Status::Starved) => {
                let goes_on = available >= self.wanted;
                self.wanted = available - done.taken + 1;
                goes_on
            }
            Ok(Status::Between) => {
                self.has_block = true;
                self.wanted = 1;
                8 * self.input.taken() + u64::from(stream.bit()) < self.end
            }
            Ok(Status::Ended) => false,
            Err(_) => {
                self.has_failed = true;
                false
            }
        }
    }
}

/// As many as there are symbols, so that looking one up needs no check.
const MEANINGS: usize = 1 << 16;

/// The byte that each symbol of a guess stands for.
pub(super) struct Meaning(Box<[u8]>);

impl Meaning {
    /// By the window before the guess, which must be as long as a distance can reach.
    pub(super) fn new(window: &[u8]) -> Self {
        let mut bytes = vec![0; MEANINGS].into_boxed_slice();
        bytes.iter_mut().zip(0..=u8::MAX).for_each(|(to, byte)| *to = byte);
        bytes[FIRST.into()..][..WINDOW].copy_from_slice(window);
        Self(bytes)
    }

    /// The window after the guess.
    pub(super) fn window_after(&self, guess: &Guess) -> Vec<u8> {
        let mut window = vec![0; guess.window.len()];
        self.resolve(&guess.window, &mut window);
        window
    }

    /// Writes the bytes that the symbols stand for.
    pub(super) fn resolve(&self, symbols: &[u16], bytes: &mut [u8]) {
        const AT_ONCE: usize = 16;
        let meaning: &[u8; MEANINGS] = self.0[..].try_into().expect("it is that long");
        let mut from = symbols.chunks_exact(AT_ONCE);
        let mut to = bytes.chunks_exact_mut(AT_ONCE);
        for (from, to) in from.by_ref().zip(to.by_ref()) {
            if from.iter().fold(0, |any, symbol| any | symbol) < FIRST {
                to.iter_mut().zip(from).for_each(|(to, from)| *to = from.to_le_bytes()[0]);
            } else {
                to.iter_mut().zip(from).for_each(|(to, &from)| *to = meaning[usize::from(from)]);
            }
        }
        let (from, to) = (from.remainder(), to.into_remainder());
        to.iter_mut().zip(from).for_each(|(to, &from)| *to = meaning[usize::from(from)]);
    }
}

#[cfg(test)]
mod tests;

//! What is still to be read, handed out to the workers a piece at a time.
//!
//! One lock is taken once for a piece of some hundred kilobytes, which is nothing, and everything
//! that a worker may have to wait for is behind it: so one condition variable is all it takes.
//!
//! A worker never waits for room while it holds work, and blocks that are ready are handed out first,
//! so that whoever waits for room in here gets it.

use super::source::{Regular, Source};
use super::{Config, Progress};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Shared by the workers and by the threads that read streams.
pub(super) struct Queue {
    state: Mutex<State>,
    /// There may be work, or it may be the end.
    work: Condvar,
    /// There may be room for a block.
    room: Condvar,
    workers: NonZeroUsize,
    segment: u64,
    longest_word: usize,
    progress: Progress,
}

struct State {
    sources: std::iter::Enumerate<std::vec::IntoIter<Source>>,
    /// Files with segments left, and where the next one begins.
    files: Vec<(Arc<Shared>, u64)>,
    blocks: VecDeque<Block>,
    /// Buffers that have been used.
    spare: Vec<Vec<u8>>,
    /// How many sources are being opened, or read by a thread of their own: where from there may
    /// still come work.
    open: usize,
    /// How many of them are being read.
    streams: usize,
    failures: BTreeMap<usize, io::Error>,
    abandoned: bool,
}

impl State {
    fn check(&self) -> io::Result<()> {
        if self.abandoned { Err(io::Error::other("abandoned")) } else { Ok(()) }
    }
}

/// Something to do for a worker.
pub(super) enum Work {
    /// Open the source; it has that number.
    Open(usize, Source),
    /// Count the part of the file between two offsets.
    Segment(Arc<Shared>, u64, u64),
    /// Count the block.
    Block(Block),
}

/// A file that is read by many.
pub(super) struct Shared {
    pub(super) number: usize,
    pub(super) regular: Regular,
}

/// A part of a stream; does not begin or end within a word.
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    /// How many of the bytes count.
    pub(super) length: usize,
}

impl Queue {
    pub(super) fn new(sources: Vec<Source>, config: &Config) -> Self {
        let state = State {
            sources: sources.into_iter().enumerate(),
            files: Vec::new(),
            blocks: VecDeque::new(),
            spare: Vec::new(),
            open: 0,
            streams: 0,
            failures: BTreeMap::new(),
            abandoned: false,
        };
        Self {
            state: Mutex::new(state),
            work: Condvar::new(),
            room: Condvar::new(),
            workers: config.workers(),
            segment: config.segment.get().min(config.bounds().memory) as u64,
            longest_word: config.longest_word(),
            progress: config.progress.clone(),
        }
    }

    /// How many threads count.
    pub(super) fn workers(&self) -> NonZeroUsize {
        self.workers
    }

    /// How many bytes there may be without a word's end.
    pub(super) fn longest_word(&self) -> usize {
        self.longest_word
    }

    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The next piece of work; blocks while there is none but may still be some.
    pub(super) fn next(&self) -> Option<Work> {
        let mut state = self.lock();
        loop {
            if state.abandoned {
                return None;
            }
            if let Some(block) = state.blocks.pop_front() {
                self.room.notify_one();
                return Some(Work::Block(block));
            }
            if let Some(segment) = self.next_segment(&mut state) {
                return Some(segment);
            }
            // A thread for each of ten thousand compressed files would be too many.
            if state.streams < self.workers.get() {
                if let Some((number, source)) = state.sources.next() {
                    state.open += 1;
                    return Some(Work::Open(number, source));
                }
            }
            if state.open == 0 {
                return None;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn next_segment(&self, state: &mut State) -> Option<Work> {
        // Its size said more than there is; it may have said any number.
        while state.files.last().is_some_and(|(file, next)| file.regular.is_over(*next)) {
            state.files.pop();
        }
        let (file, next) = state.files.last_mut()?;
        let start = *next;
        let end = (start + self.segment).min(file.regular.end);
        *next = end;
        let file = Arc::clone(file);
        if end == file.regular.end {
            state.files.pop();
        }
        Some(Work::Segment(file, start, end))
    }

    /// Has the workers share the file.
    pub(super) fn share(&self, file: Shared) {
        if file.regular.start < file.regular.end {
            let start = file.regular.start;
            self.lock().files.push((Arc::new(file), start));
            self.work.notify_all();
        }
    }

    /// Puts a block in line; blocks while the line is long. Fails when all work is abandoned.
    pub(super) fn put(&self, block: Block) -> io::Result<()> {
        let mut state = self.lock();
        while state.blocks.len() > self.workers.get() && !state.abandoned {
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.check()?;
        state.blocks.push_back(block);
        self.work.notify_one();
        Ok(())
    }

    /// Fails when all work is abandoned.
    pub(super) fn check(&self) -> io::Result<()> {
        self.lock().check()
    }

    /// A buffer, used before if there is one.
    pub(super) fn buffer(&self) -> Vec<u8> {
        self.lock().spare.pop().unwrap_or_default()
    }

    /// Gives a buffer back.
    pub(super) fn recycle(&self, buffer: Vec<u8>) {
        self.lock().spare.push(buffer);
    }

    /// Notes that a source could not be read. Of several errors of one source the first counts.
    pub(super) fn fail(&self, number: usize, error: io::Error) {
        self.lock().failures.entry(number).or_insert(error);
    }

    /// The errors, by the number of the source.
    pub(super) fn into_failures(self) -> BTreeMap<usize, io::Error> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).failures
    }

    /// Ends all work: there is no more for anybody.
    pub(super) fn abandon(&self) {
        self.lock().abandoned = true;
        self.work.notify_all();
        self.room.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held by whoever works on what the queue hands out: dropped in a panic it ends all work, as
/// others would wait for what is not going to come.
pub(super) struct Vigil<'q>(pub(super) &'q Queue);

impl Drop for Vigil<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.abandon();
        }
    }
}

/// Held while a source that was handed out is open, so that nobody takes the end for near.
pub(super) struct Open<'q> {
    queue: &'q Queue,
    streaming: bool,
}

impl<'q> Open<'q> {
    pub(super) fn new(queue: &'q Queue) -> Self {
        Self { queue, streaming: false }
    }

    /// Notes that a thread of its own is going to read the source.
    pub(super) fn stream(&mut self) {
        self.streaming = true;
        self.queue.lock().streams += 1;
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.open -= 1;
        state.streams -= usize::from(self.streaming);
        drop(state);
        self.queue.work.notify_all();
    }
}

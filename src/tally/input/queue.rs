//! The work that is left, handed out to the workers a piece at a time.
//!
//! One lock is taken once per piece of some hundred kilobytes, which costs nothing, and everything
//! that a worker may wait for is behind it, so one condition variable is enough.
//!
//! A worker never waits for room while it holds work, and blocks that are ready are handed out first,
//! so that a thread that waits for room gets it.

use super::Encoding;
use super::source::{Regular, Source};
use crate::tally::{Progress, Settings};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Shared by the workers and by the threads that read streams.
pub(in crate::tally) struct Queue<'a> {
    state: Mutex<State<'a>>,
    /// Signalled when there may be work, or the end.
    work: Condvar,
    /// Signalled when there may be room for a block.
    room: Condvar,
    workers: usize,
    segment: u64,
    longest_word: usize,
    encoding: Encoding,
    progress: Progress,
}

struct State<'a> {
    sources: std::iter::Enumerate<std::vec::IntoIter<Source<'a>>>,
    /// Files with segments left, and where the next segment begins.
    files: Vec<(Arc<SharedFile>, u64)>,
    blocks: VecDeque<Block>,
    /// Used buffers.
    spare: Vec<Vec<u8>>,
    /// How many sources are being opened, or read by a thread of their own: more work can come from
    /// them.
    open: usize,
    /// How many of them are streams being read.
    streams: usize,
    failures: BTreeMap<usize, io::Error>,
    abandoned: bool,
}

impl State<'_> {
    fn check(&self) -> io::Result<()> {
        if self.abandoned { Err(io::Error::other("abandoned")) } else { Ok(()) }
    }
}

/// A piece of work.
pub(in crate::tally) enum Work<'a> {
    /// Open the source of that number.
    Open(usize, Source<'a>),
    /// Count the part of the file between two offsets.
    Segment(Arc<SharedFile>, u64, u64),
    /// Count the block.
    Block(Block),
}

/// A file that is read by all workers.
pub(in crate::tally) struct SharedFile {
    pub(in crate::tally) number: usize,
    pub(in crate::tally) regular: Regular,
}

/// A part of a stream. It neither begins nor ends within a word.
pub(in crate::tally) struct Block {
    pub(in crate::tally) bytes: Vec<u8>,
    /// How many of the bytes are text.
    pub(in crate::tally) length: usize,
}

impl<'a> Queue<'a> {
    pub(in crate::tally) fn new(sources: Vec<Source<'a>>, settings: &Settings) -> Self {
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
            workers: settings.workers(),
            segment: settings.segment().min(settings.bounds().memory) as u64,
            longest_word: settings.longest_word(),
            encoding: settings.default_encoding(),
            progress: settings.shared_progress().clone(),
        }
    }

    /// Returns how many threads count.
    pub(in crate::tally) fn workers(&self) -> usize {
        self.workers
    }

    /// Returns how many bytes without the end of a word there can be.
    pub(in crate::tally) fn longest_word(&self) -> usize {
        self.longest_word
    }

    /// Returns the encoding of sources without a mark.
    pub(in crate::tally) fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(in crate::tally) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Returns the next piece of work. Blocks while there is none but more may come.
    pub(in crate::tally) fn next(&self) -> Option<Work<'a>> {
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
            if state.streams < self.workers {
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

    fn next_segment(&self, state: &mut State<'a>) -> Option<Work<'a>> {
        // A file can be shorter than its size, by any number.
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

    /// Has all workers read the file.
    pub(in crate::tally) fn share(&self, file: SharedFile) {
        if file.regular.start < file.regular.end {
            let start = file.regular.start;
            self.lock().files.push((Arc::new(file), start));
            self.work.notify_all();
        }
    }

    /// Queues a block. Waits while there are many. Fails if all work is abandoned.
    pub(in crate::tally) fn put(&self, block: Block) -> io::Result<()> {
        let mut state = self.lock();
        while state.blocks.len() > self.workers && !state.abandoned {
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.check()?;
        state.blocks.push_back(block);
        self.work.notify_one();
        Ok(())
    }

    /// Fails if all work is abandoned.
    pub(in crate::tally) fn check(&self) -> io::Result<()> {
        self.lock().check()
    }

    /// Returns a buffer, a used one if there is any.
    pub(in crate::tally) fn buffer(&self) -> Vec<u8> {
        self.lock().spare.pop().unwrap_or_default()
    }

    /// Takes a buffer back.
    pub(in crate::tally) fn recycle(&self, buffer: Vec<u8>) {
        self.lock().spare.push(buffer);
    }

    /// Records the error of a source. Of several errors of one source, the first is kept.
    pub(in crate::tally) fn fail(&self, number: usize, error: io::Error) {
        self.lock().failures.entry(number).or_insert(error);
    }

    /// Returns the errors, by the number of the source.
    pub(in crate::tally) fn into_failures(self) -> BTreeMap<usize, io::Error> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).failures
    }

    /// Ends all work.
    pub(in crate::tally) fn abandon(&self) {
        self.lock().abandoned = true;
        self.work.notify_all();
        self.room.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held by each thread that takes work from the queue or adds to it. Dropped in a panic it ends all
/// work, because others would wait for work that never comes.
pub(in crate::tally) struct AbandonOnPanic<'q, 'a>(pub(in crate::tally) &'q Queue<'a>);

impl Drop for AbandonOnPanic<'_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.abandon();
        }
    }
}

/// Held while a source that was handed out is open: more work can come from it, so it is not the end.
pub(in crate::tally) struct OpenSource<'q, 'a> {
    queue: &'q Queue<'a>,
    streaming: bool,
}

impl<'q, 'a> OpenSource<'q, 'a> {
    pub(in crate::tally) fn new(queue: &'q Queue<'a>) -> Self {
        Self { queue, streaming: false }
    }

    /// Records that a thread of its own reads the source.
    pub(in crate::tally) fn stream(&mut self) {
        self.streaming = true;
        self.queue.lock().streams += 1;
    }
}

impl Drop for OpenSource<'_, '_> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.open -= 1;
        state.streams -= usize::from(self.streaming);
        drop(state);
        self.queue.work.notify_all();
    }
}

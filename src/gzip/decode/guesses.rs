//! The guesses under way: begun ahead of the decoder that is in order, and taken over when it arrives.

use super::guess::{Guess, Guesser, MOST, Progress, STEP, Start, Task};
use super::peek::PeekReader;
use crate::io::buffer::Buffers;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::collections::VecDeque;
use std::io::Read;
use std::sync::Arc;
use std::thread::{self, Builder, Scope};

/// Compressed bytes in a guess.
const LENGTH: usize = 512 << 10;
/// Compressed bytes before a guess that are in no other, so that the decoder that is in order does not
/// arrive before the guess has ended: a guess takes half as long again.
const GAP: usize = 768 << 10;
/// Compressed bytes that a guess has beyond the start of the next one, so that it can get there.
const OVERLAP: usize = 64 << 10;
/// Guesses left out after one that was of no use, at most.
const LONGEST_PAUSE: u64 = 256;

/// How much is done at a time. Tests make it little, so that small data has many guesses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// See [`LENGTH`], [`GAP`], [`OVERLAP`], [`MOST`], [`STEP`], [`BLOCK`](super::BLOCK) and
    /// [`NEAR`](super::reader::NEAR).
    pub(super) length: usize,
    pub(super) gap: usize,
    pub(super) overlap: usize,
    pub(super) most: usize,
    pub(super) step: usize,
    pub(super) block: usize,
    pub(super) near: usize,
    /// Whether the decoder that is in order waits for each guess to end by itself, so that what tests
    /// see does not depend on which thread is first.
    pub(super) waits: bool,
    /// Counts the guesses that are taken over.
    #[cfg(test)]
    pub(super) taken_over: Option<&'static std::sync::atomic::AtomicUsize>,
}

impl Default for Sizes {
    fn default() -> Self {
        let sizes = Self {
            length: LENGTH,
            gap: GAP,
            overlap: OVERLAP,
            most: MOST,
            step: STEP,
            block: super::BLOCK,
            near: super::reader::NEAR,
            waits: false,
            #[cfg(test)]
            taken_over: None,
        };
        if cfg!(fuzzing) {
            // Fuzzed data is short.
            return Self { length: 100, gap: 50, overlap: 100, near: 20, waits: true, ..sizes };
        }
        sizes
    }
}

/// Starts a thread that does tasks as long as there are any; returns whether that was possible.
type StartThread<'a> = Box<dyn Fn(Receiver<Task>) -> bool + 'a>;

pub(super) struct Guesses<'a> {
    /// At most this many threads.
    threads: usize,
    started: usize,
    start: StartThread<'a>,
    tasks: Sender<Task>,
    to_do: Receiver<Task>,
    /// Those not taken over yet, in order.
    pending: VecDeque<Pending>,
    /// Where the next one may begin.
    next: u64,
    /// Before this byte of the input, there is nothing new to plan.
    plan_at: u64,
    /// How many are left out after the next one that is of no use.
    pause: u64,
    sizes: Sizes,
}

struct Pending {
    /// The byte from which on it looks for a block.
    from: u64,
    progress: Arc<Progress>,
    result: Receiver<Guess>,
}

impl<'a> Guesses<'a> {
    /// Guesses made by at most this many threads of the scope, which start when there is work.
    pub(super) fn new<'scope: 'a>(
        scope: &'scope Scope<'scope, '_>,
        threads: usize,
        sizes: Sizes,
        buffers: &'scope Buffers,
        symbol_buffers: &'scope Buffers<u16>,
    ) -> Self {
        let start = move |to_do: Receiver<Task>| {
            let work = move || {
                let mut guesser = Guesser::new(sizes, buffers, symbol_buffers);
                to_do.iter().for_each(|task| guesser.work(task));
            };
            Builder::new().spawn_scoped(scope, work).is_ok()
        };
        let (tasks, to_do) = unbounded();
        Self {
            threads,
            started: 0,
            start: Box::new(start),
            tasks,
            to_do,
            pending: VecDeque::new(),
            next: 0,
            plan_at: 0,
            pause: 1,
            sizes,
        }
    }

    /// Reads ahead as far as is useful, and begins guesses there.
    pub(super) fn plan<R: Read>(&mut self, input: &mut PeekReader<R>) {
        let Sizes { length, gap, overlap, .. } = self.sizes;
        if self.threads == 0 || input.taken() < self.plan_at {
            return;
        }
        // Not for each of many small members: near the end of the input, that is a read for each.
        self.plan_at = input.taken() + length as u64 / 8;
        input.read_ahead(gap + (self.threads + 2) * length + overlap);
        while self.has_room() && self.plan_one(input) {}
    }

    /// Whether there should be another guess: one for each thread, and one for the thread that is done
    /// first.
    fn has_room(&self) -> bool {
        let under_way = self.pending.iter().filter(|pending| pending.is_under_way()).count();
        (self.sizes.waits || under_way <= self.threads) && self.pending.len() < self.threads + 2
    }

    fn plan_one<R: Read>(&mut self, input: &PeekReader<R>) -> bool {
        let Sizes { length, gap, overlap, .. } = self.sizes;
        let (here, (buffered, has_more)) = (input.taken(), input.ahead());
        let guessed = (self.pending.len() * length) as u64;
        let from = self.next.max(here + guessed + gap as u64);
        let skipped = usize::try_from(from - here).unwrap_or(usize::MAX);
        let available = buffered.saturating_sub(skipped);
        if available < if has_more { length + overlap } else { length / 4 } {
            return false;
        }
        if self.started < self.threads && self.started <= self.pending.len() {
            if (self.start)(self.to_do.clone()) {
                self.started += 1;
            } else {
                // The system is at its limit: those that are here do the work.
                self.threads = self.started;
            }
        }
        if self.started == 0 {
            return false;
        }
        let (progress, (sender, result)) = (Progress::new(), bounded(1));
        let task = Task {
            input: input.fork(skipped, length + overlap),
            end: from + length as u64,
            progress: Arc::clone(&progress),
            result: sender,
        };
        self.pending.push_back(Pending { from, progress, result });
        self.next = task.end;
        self.tasks.send(task).is_ok()
    }

    /// The bit at or after which the decoder should stop at the next block; it is at `here`.
    pub(super) fn stop(&self, here: u64) -> u64 {
        let Some(next) = self.pending.front() else { return u64::MAX };
        let stop = match next.progress.start() {
            Start::At(start) => start,
            Start::Unknown | Start::Nowhere => 8 * next.from,
        };
        stop.max(here + 1)
    }

    /// Returns the guess that begins at this bit, where a block begins.
    pub(super) fn arrive(&mut self, here: u64) -> Option<Guess> {
        loop {
            let next = self.pending.front()?;
            if self.sizes.waits && here >= 8 * next.from {
                next.wait();
            }
            match next.progress.start() {
                Start::Unknown => return None,
                Start::At(start) if start > here => return None,
                Start::At(start) if start == here => {
                    next.progress.cut();
                    let guess = next.result.recv().ok();
                    self.pending.pop_front();
                    // It may have found that no block begins there, and have gone on.
                    let guess = guess.filter(|guess| guess.start == here);
                    if guess.is_some() {
                        self.pause = 1;
                        #[cfg(test)]
                        self.sizes.taken_over.inspect(|count| {
                            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        });
                        return guess;
                    }
                }
                Start::At(_) => self.discard(),
                Start::Nowhere => {
                    if here < 8 * next.from {
                        return None;
                    }
                    self.discard();
                }
            }
        }
    }

    /// Discards the next one, and leaves some out, the more of them the more were of no use: there is
    /// data of which nothing can be guessed.
    fn discard(&mut self) {
        if let Some(next) = self.pending.pop_front() {
            next.progress.cut();
        }
        self.next += self.pause * self.sizes.length as u64;
        self.pause = (2 * self.pause).min(LONGEST_PAUSE);
    }
}

impl Pending {
    fn is_under_way(&self) -> bool {
        self.result.is_empty() && self.progress.start() != Start::Nowhere
    }

    /// Waits until the guess has ended.
    fn wait(&self) {
        while self.is_under_way() {
            thread::yield_now();
        }
    }
}

impl Drop for Guesses<'_> {
    fn drop(&mut self) {
        self.pending.iter().for_each(|pending| pending.progress.cut());
        while self.to_do.try_recv().is_ok() {}
    }
}

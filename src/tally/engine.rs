//! Many inputs, many threads, one tally.

use super::queue::{Block, Open, Queue, Shared, Vigil, Work};
use super::segment;
use super::source::{Opened, Source};
use super::store::Bounds;
use super::strategy::{Share, Strategy};
use super::stream;
use super::words::Rules;
use super::{Counted, Progress, TallyError};
use crate::sync::fan_out;
use crossbeam_channel::bounded;
use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread::{self, Scope};

/// How to count.
#[derive(Clone, Debug)]
pub struct Config {
    /// How many threads count, at most. Where the system starts fewer, those that it starts do; one
    /// is always enough.
    pub threads: NonZeroUsize,
    /// Bytes of memory for the tables of all threads together, and later for sorting. What does
    /// not fit goes into temporary files. [`Config::LEAST_MEMORY`] is the least there can be. A word
    /// that takes more than an eighth of it, there being copies of it, is an error of its source.
    pub memory: usize,
    /// Where the temporary files are made; they never have a name there.
    pub directory: PathBuf,
    /// What a word is.
    pub rules: Rules,
    /// How the threads share what they count.
    pub strategy: Strategy,
    /// Bytes of a file that a thread takes at a time. What comes out does not depend on it.
    pub segment: NonZeroUsize,
    /// Told how much has been read.
    pub progress: Progress,
}

impl Config {
    /// The least memory that can be asked for: 4 MiB.
    pub const LEAST_MEMORY: usize = 4 << 20;
    /// Fewer threads count than were asked for rather than that one has less memory than this.
    const LEAST_SHARE: usize = 2 << 20;

    /// So many threads, and as much memory as it takes.
    #[must_use]
    pub fn new(threads: NonZeroUsize) -> Self {
        Self {
            threads,
            memory: usize::MAX,
            directory: PathBuf::from("/tmp"),
            rules: Rules::default(),
            strategy: Strategy::default(),
            segment: NonZeroUsize::MIN.saturating_add((512 << 10) - 1),
            progress: Progress::default(),
        }
    }

    /// How many threads count: fewer than were asked for where they would have too little memory.
    #[must_use]
    pub fn workers(&self) -> NonZeroUsize {
        let most = NonZeroUsize::new(self.memory / Self::LEAST_SHARE);
        self.threads.min(most.unwrap_or(NonZeroUsize::MIN))
    }

    /// How many bytes there may be without a word's end.
    pub(super) fn longest_word(&self) -> usize {
        self.memory / 8
    }

    /// What one of the threads may use.
    pub(super) fn bounds(&self) -> Bounds<'_> {
        Bounds { memory: self.memory / self.workers().get(), directory: &self.directory }
    }
}

/// Counts the words of all the sources.
///
/// A source that cannot be read is given to `failed` with its position, in order, after the others
/// have been read; what could be read of it counts. Fails when a temporary file does.
pub fn count(
    sources: Vec<Source>,
    config: &Config,
    mut failed: impl FnMut(usize, io::Error),
) -> Result<Counted<'_>, TallyError> {
    let share = config.strategy.begin(config);
    for (number, error) in take_all(sources, config, &*share)? {
        failed(number, error);
    }
    Ok(Counted::new(config, share.finish()?))
}

/// Has the threads take the text of all the sources. Returns what could not be read, by the number
/// of the source.
pub(super) fn take_all<'c>(
    sources: Vec<Source>,
    config: &Config,
    share: &(dyn Share<'c> + 'c),
) -> Result<BTreeMap<usize, io::Error>, TallyError> {
    let queue = Queue::new(sources, config);
    thread::scope(|scope| {
        let queue = &queue;
        fan_out(config.workers().get(), |_| work(scope, queue, share))
    })?;
    Ok(queue.into_failures())
}

/// A worker's whole life.
fn work<'scope, 'c>(
    scope: &'scope Scope<'scope, '_>,
    queue: &'scope Queue,
    share: &(dyn Share<'c> + 'c),
) -> Result<(), TallyError> {
    let _vigil = Vigil(queue);
    let mut buffer = Vec::new();
    while let Some(work) = queue.next() {
        let done = match work {
            Work::Open(number, source) => open(scope, queue, number, source, share),
            Work::Segment(file, start, end) => {
                let longest = queue.longest_word();
                let (text, read) = segment::read(&file.regular, start..end, longest, &mut buffer);
                match read {
                    Ok(()) => queue.progress().advance(end - start),
                    Err(error) => {
                        queue.progress().advance(text.len() as u64);
                        queue.fail(file.number, error);
                    }
                }
                share.count(&mut buffer, text)
            }
            Work::Block(mut block) => {
                let done = share.count(&mut block.bytes, 0..block.length);
                queue.recycle(block.bytes);
                done
            }
        };
        done.inspect_err(|_| queue.abandon())?;
        if share.is_full() {
            queue.abandon();
        }
    }
    Ok(())
}

/// Opens the source and sees to it that it is read.
fn open<'scope, 'c>(
    scope: &'scope Scope<'scope, '_>,
    queue: &'scope Queue,
    number: usize,
    source: Source,
    share: &(dyn Share<'c> + 'c),
) -> Result<(), TallyError> {
    let mut open = Open::new(queue);
    let (input, read): (_, fn(_, &Queue, stream::Put<'_>) -> _) = match source.open() {
        Ok(Opened::Regular(regular)) => {
            queue.share(Shared { number, regular });
            return Ok(());
        }
        Ok(Opened::Stream(input)) => (input, stream::read),
        Ok(Opened::PlainStream(input)) => (input, stream::read_plain),
        Ok(Opened::Binary) => return Ok(()),
        Err(error) => {
            queue.fail(number, error);
            return Ok(());
        }
    };
    open.stream();
    let read = move |put: stream::Put<'_>| {
        let _open = open;
        if let Err(error) = read(input, queue, put) {
            queue.fail(number, error);
        }
    };
    // Sent to the thread when it is there: one that cannot be started would take it along.
    let (to_thread, received) = bounded::<Box<dyn FnOnce(stream::Put<'_>) + Send>>(1);
    let thread = move || {
        let _vigil = Vigil(queue);
        if let Ok(read) = received.recv() {
            read(&mut |block| queue.put(block));
        }
    };
    match thread::Builder::new().spawn_scoped(scope, thread) {
        Ok(_) => {
            // It waits for this, and nothing else.
            let _ = to_thread.send(Box::new(read));
            Ok(())
        }
        Err(_) => read_here(read, queue, share),
    }
}

/// Reads a stream without a thread for it, and counts as it goes: were the blocks put in line, there
/// might be nobody else to take them.
fn read_here<'c>(
    read: impl FnOnce(stream::Put<'_>),
    queue: &Queue,
    share: &(dyn Share<'c> + 'c),
) -> Result<(), TallyError> {
    let mut done = Ok(());
    read(&mut |mut block: Block| {
        queue.check()?;
        done = share.count(&mut block.bytes, 0..block.length);
        queue.recycle(block.bytes);
        if done.is_err() || share.is_full() {
            queue.abandon();
        }
        queue.check()
    });
    done
}

//! Many inputs, many threads, one count.

use super::input::{
    AbandonOnPanic, Block, OpenSource, Opened, Put, Queue, SharedFile, Source, Work,
};
use super::input::{segment, stream};
use super::table::PerThread;
use super::{Counts, Error, Settings};
use crate::sync::fan_out;
use crossbeam_channel::bounded;
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::thread::{self, Scope};

/// Counts the words of all the sources, in bounded memory.
///
/// A source that cannot be read is passed to `failed` with its position, in order, after the others
/// have been read; words read from it before the error are counted. Blocks until all is read.
///
/// # Errors
///
/// [`Error::Setting`], and [`Error::Temporary`] if a temporary file fails.
pub fn count_sources<'s>(
    sources: Vec<Source<'_>>,
    settings: &'s Settings,
    mut failed: impl FnMut(usize, io::Error),
) -> Result<Counts<'s>, Error> {
    settings.validate()?;
    let tables = PerThread::new(settings.rules(), settings.bounds());
    for (number, error) in count_into(&tables, sources, settings)? {
        failed(number, error);
    }
    Ok(Counts::new(settings, tables.finish()?))
}

/// What several threads count into together.
pub(super) trait SharedCounter: Sync {
    /// Counts the words of `buffer[text]`, which neither begins nor ends within a word. Called by
    /// many threads at once. The buffer may be overwritten.
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), Error>;
}

impl SharedCounter for PerThread<'_> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), Error> {
        PerThread::count(self, buffer, text)
    }
}

/// Counts the text of all the sources on several threads. Returns the errors by the number of the
/// source.
pub(super) fn count_into<C: SharedCounter + ?Sized>(
    counter: &C,
    sources: Vec<Source<'_>>,
    settings: &Settings,
) -> Result<BTreeMap<usize, io::Error>, Error> {
    let queue = Queue::new(sources, settings);
    thread::scope(|scope| {
        let queue = &queue;
        fan_out(settings.workers(), |_| work(scope, queue, counter))
    })?;
    Ok(queue.into_failures())
}

/// Runs a worker until there is no more work.
fn work<'scope, C: SharedCounter + ?Sized>(
    scope: &'scope Scope<'scope, '_>,
    queue: &'scope Queue<'_>,
    counter: &C,
) -> Result<(), Error> {
    let _abandon = AbandonOnPanic(queue);
    let mut buffer = Vec::new();
    while let Some(work) = queue.next() {
        let done = match work {
            Work::Open(number, source) => open(scope, queue, number, source, counter),
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
                counter.count(&mut buffer, text)
            }
            Work::Block(mut block) => {
                let done = counter.count(&mut block.bytes, 0..block.length);
                queue.recycle(block.bytes);
                done
            }
        };
        done.inspect_err(|_| queue.abandon())?;
    }
    Ok(())
}

/// Opens the source and arranges for it to be read: a regular file by all workers, a stream by a
/// thread of its own.
fn open<'scope, 'a, C: SharedCounter + ?Sized>(
    scope: &'scope Scope<'scope, '_>,
    queue: &'scope Queue<'a>,
    number: usize,
    source: Source<'a>,
    counter: &C,
) -> Result<(), Error> {
    let mut open = OpenSource::new(queue);
    let (input, decompress) = match source.open(queue.encoding()) {
        Ok(Opened::Regular(regular)) => {
            queue.progress().advance(regular.mark);
            queue.share(SharedFile { number, regular });
            return Ok(());
        }
        Ok(Opened::Stream { input, decompress }) => (input, decompress),
        Ok(Opened::Binary) => {
            queue.progress().skip();
            return Ok(());
        }
        Err(error) => {
            queue.fail(number, error);
            return Ok(());
        }
    };
    open.stream();
    let read = move |put: Put<'_>| {
        let _open = open;
        if let Err(error) = stream::read(input, decompress, queue, put) {
            queue.fail(number, error);
        }
    };
    // Sent once the thread runs: a thread that cannot be started would drop it.
    let (to_thread, received) = bounded::<Box<dyn FnOnce(Put<'_>) + Send + 'scope>>(1);
    let thread = move || {
        let _abandon = AbandonOnPanic(queue);
        if let Ok(read) = received.recv() {
            read(&mut |block| queue.put(block));
        }
    };
    match thread::Builder::new().spawn_scoped(scope, thread) {
        Ok(_) => {
            // The thread does nothing but wait for this.
            let _ = to_thread.send(Box::new(read));
            Ok(())
        }
        Err(_) => read_here(read, queue, counter),
    }
}

/// Reads a stream on this thread and counts as it reads: if the blocks were queued, there might be no
/// other worker to take them.
fn read_here<C: SharedCounter + ?Sized>(
    read: impl FnOnce(Put<'_>),
    queue: &Queue<'_>,
    counter: &C,
) -> Result<(), Error> {
    let mut done = Ok(());
    read(&mut |mut block: Block| {
        queue.check()?;
        done = counter.count(&mut block.bytes, 0..block.length);
        queue.recycle(block.bytes);
        if done.is_err() {
            queue.abandon();
        }
        queue.check()
    });
    done
}

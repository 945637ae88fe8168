//! Partial tallies merged as they are read.
//!
//! The inputs are dealt to the threads, each of which merges its own; the results are merged once
//! more. If there are too many inputs to read at once, those opened so far are merged into a temporary
//! file first, which then is one input.

use super::memory_budget::MemoryBudget;
use super::read::Reader;
use super::scratch::{OpenError, Scratch, Text, open_source};
use super::write::Writer;
use crate::tally::key::Key;
use crate::tally::rank::{Selection, Take};
use crate::tally::table::Bounds;
use crate::tally::tree::{Run, Tree};
use crate::tally::{Error, Filter, Ranking, Settings, Source};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::{mem, thread};

/// Bytes of memory for reading, all inputs together, at most.
const READ: usize = 24 << 20;
/// Bytes read at a time from an input, at least and at most.
const LEAST_READ: usize = 4 * 1024;
const MOST_READ: usize = 256 * 1024;
/// Bytes of words that a thread passes on at a time.
const BLOCK: usize = 16 * 1024;

/// Adds up the partial tallies, and calls `found` for every word, in the order of the words' bytes.
///
/// Uses the threads, the memory and the directory of `settings`. However many inputs there are, and
/// however long, reading them takes about 40 MB. In addition, words longer than half of what is read
/// at a time, which is 4 KiB at least, can take up to half of the memory of `settings`: up to four
/// times the length of one word for every input that has reached one. If no more is left, the input
/// is refused. Compressed inputs are decompressed into a temporary file first. The progress of
/// `settings` counts the bytes read of the inputs, compressed bytes where an input is compressed.
///
/// ```no_run
/// use csp_toolkit::tally::{self, Error, Settings, Source, partial};
///
/// let sources = ["monday.tsv", "tuesday.tsv.gz"].map(Source::file).into();
/// partial::merge(sources, &Settings::default(), |word, count| {
///     println!("{}: {count}", String::from_utf8_lossy(word));
///     Ok::<(), Error>(())
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
///
/// The first error of an input ([`Error::Input`]), because a sum without it would be wrong, a sum that
/// overflows ([`Error::Overflow`]), [`Error::Temporary`], [`Error::Setting`], and the first error of
/// `found`. Words that come before the error have been passed to `found`.
pub fn merge<E: From<Error>>(
    sources: Vec<Source<'_>>,
    settings: &Settings,
    found: impl FnMut(&[u8], u64) -> Result<(), E>,
) -> Result<(), E> {
    settings.validate()?;
    let mut scratch = Scratch::new(settings);
    let memory = settings.memory_limit();
    let read = READ.min(memory.saturating_mul(2));
    let buffer = (read / sources.len().max(1)).clamp(LEAST_READ, MOST_READ);
    // How many inputs are read at once.
    let most = (read / LEAST_READ).max(2);
    let beyond = Arc::new(AtomicUsize::new(memory / 2));
    let mut inputs = Vec::new();
    for (number, source) in sources.into_iter().enumerate() {
        if inputs.len() == most {
            inputs = vec![merge_aside(inputs, settings, &mut scratch)?];
        }
        let text = open_source(source, &mut scratch).map_err(|error| match error {
            OpenError::Input(error) => Error::Input { number, source: Error::Read(error).into() },
            OpenError::Scratch(error) => Error::temporary(settings.directory(), error),
        })?;
        let reader = Reader::sharing(text, buffer, MemoryBudget::of(&beyond));
        inputs.push(InputRun { number, reader });
    }
    add_up(inputs, settings, found)
}

/// Adds up the partial tallies as [`merge()`] does, and returns the words that pass the filter, in
/// order, as [`Counts::rank`](crate::tally::Counts::rank) does.
///
/// Half of the memory of `settings` is for sorting; what does not fit goes to temporary files.
///
/// # Errors
///
/// As [`merge()`].
pub fn merge_ranked<'s>(
    sources: Vec<Source<'_>>,
    settings: &'s Settings,
    filter: &Filter<'_>,
) -> Result<Ranking<'s>, Error> {
    let memory = settings.memory_limit() / 2;
    let bounds = Bounds { memory, directory: settings.directory() };
    let mut selection = Selection::new(filter, bounds);
    merge(sources, settings, |word, count| selection.take(word, count))?;
    selection.rank()
}

/// Merges the inputs into one, which is read from the temporary file.
fn merge_aside<'a>(
    inputs: Vec<InputRun<'a>>,
    settings: &Settings,
    scratch: &mut Scratch<'_>,
) -> Result<InputRun<'a>, Error> {
    let failed = |error| Error::temporary(settings.directory(), error);
    let number = inputs.first().map_or(0, |input| input.number);
    let start = scratch.end();
    let mut writer = Writer::new(&mut *scratch);
    add_up(inputs, settings, |word, count| writer.entry(word, count).map_err(failed))?;
    writer.flush().map_err(failed)?;
    let text = scratch.since(start).map_err(failed)?;
    Ok(InputRun { number, reader: Reader::new(text, LEAST_READ) })
}

/// Merges the inputs, on further threads if there are several.
fn add_up<E: From<Error>>(
    mut inputs: Vec<InputRun<'_>>,
    settings: &Settings,
    found: impl FnMut(&[u8], u64) -> Result<(), E>,
) -> Result<(), E> {
    let threads = settings.thread_count().min(inputs.len());
    if threads < 2 {
        return drain(inputs, found);
    }
    thread::scope(|scope| {
        // Started before the inputs are dealt: fewer than that may start, or none.
        let threads: Vec<_> = (0..threads)
            .map_while(|_| {
                let (deal, dealt) = bounded(1);
                // One block is under way while the next is made.
                let (sender, receiver) = bounded(1);
                let merge = move || dealt.iter().for_each(|inputs| send(inputs, &sender));
                let started = thread::Builder::new().spawn_scoped(scope, merge);
                started.ok().map(|_| (deal, receiver))
            })
            .collect();
        if threads.is_empty() {
            return drain(inputs, found);
        }
        let mut groups = Vec::new();
        for (left, (deal, receiver)) in (1..=threads.len()).rev().zip(threads) {
            let own = inputs.split_off(inputs.len() - inputs.len() / left);
            // The thread waits for this.
            let _ = deal.send(own);
            groups.push(ThreadRun { receiver, block: SumBlock::default(), at: 0 });
        }
        // When this returns, the receivers are dropped, so threads that wait to send end.
        drain(groups, found)
    })
}

fn drain<R: SummedRun, E: From<Error>>(
    runs: Vec<R>,
    mut found: impl FnMut(&[u8], u64) -> Result<(), E>,
) -> Result<(), E> {
    let mut sums = Sums::new(runs)?;
    while let Some(sum) = sums.next()? {
        found(sum.word, sum.count)?;
    }
    Ok(())
}

/// A run of words in order of their bytes.
trait SummedRun: Run<Head = Key> {
    fn word(&self) -> &[u8];
    fn count(&self) -> u64;
}

/// Returns whether the current word of one run comes before that of the other.
#[inline]
fn is_before<R: SummedRun>((one_key, one): (Key, &R), (other_key, other): (Key, &R)) -> bool {
    if one_key == other_key && one_key.is_cut() {
        return one.word() < other.word();
    }
    one_key < other_key
}

/// The words of several runs, each once, with the sum of its counts.
struct Sums<R: SummedRun> {
    tree: Tree<R>,
    word: Vec<u8>,
}

/// A word, and the sum of its counts in all runs.
struct WordSum<'s> {
    key: Key,
    word: &'s [u8],
    count: u64,
}

impl<R: SummedRun> Sums<R> {
    fn new(runs: Vec<R>) -> Result<Self, Error> {
        Ok(Self { tree: Tree::new(runs)?, word: Vec::new() })
    }

    fn next(&mut self) -> Result<Option<WordSum<'_>>, Error> {
        let Some((key, run)) = self.tree.first().filter(|(key, _)| *key != Key::END) else {
            return Ok(None);
        };
        self.word.clear();
        self.word.extend_from_slice(run.word());
        let mut sum = run.count();
        self.tree.advance()?;
        while let Some(count) = self.again(key) {
            sum = sum.checked_add(count).ok_or_else(|| Error::overflow(&self.word))?;
            self.tree.advance()?;
        }
        Ok(Some(WordSum { key, word: &self.word, count: sum }))
    }

    /// Returns the count of the first word, if it is the same word again.
    #[inline]
    fn again(&self, key: Key) -> Option<u64> {
        let (first, run) = self.tree.first()?;
        let same = first == key && (!key.is_cut() || run.word() == self.word);
        same.then(|| run.count())
    }
}

/// The words of an input.
struct InputRun<'a> {
    /// Its position.
    number: usize,
    reader: Reader<Text<'a>>,
}

impl Run for InputRun<'_> {
    type Head = Key;
    const END: Key = Key::END;

    #[inline]
    fn advance(&mut self) -> Result<bool, Error> {
        let number = self.number;
        self.reader
            .advance_sorted()
            .map_err(|source| Error::Input { number, source: source.into() })
    }

    #[inline]
    fn head(&self) -> Key {
        self.reader.key()
    }

    #[inline]
    fn is_before(one: (Key, &Self), other: (Key, &Self)) -> bool {
        is_before(one, other)
    }
}

impl SummedRun for InputRun<'_> {
    fn word(&self) -> &[u8] {
        self.reader.word()
    }

    #[inline]
    fn count(&self) -> u64 {
        self.reader.count()
    }
}

/// What a thread passes on: the words one after the other, and for each its key, where it ends, and
/// its count.
#[derive(Default)]
struct SumBlock {
    words: Vec<u8>,
    rows: Vec<(Key, usize, u64)>,
}

/// Merges the inputs on a thread, and sends the sums.
fn send(inputs: Vec<InputRun<'_>>, sender: &Sender<Result<SumBlock, Error>>) {
    // If nobody receives it, the merge has failed elsewhere.
    let pass_on = |block| sender.send(block).is_ok();
    if let Err(error) = sum_blocks(inputs, |block| pass_on(Ok(block))) {
        pass_on(Err(error));
    }
}

/// Passes on the sums, as long as they are taken.
fn sum_blocks(inputs: Vec<InputRun<'_>>, pass_on: impl Fn(SumBlock) -> bool) -> Result<(), Error> {
    let mut sums = Sums::new(inputs)?;
    let mut block = SumBlock::default();
    while let Some(WordSum { key, word, count }) = sums.next()? {
        block.words.extend_from_slice(word);
        block.rows.push((key, block.words.len(), count));
        if block.words.len() >= BLOCK && !pass_on(mem::take(&mut block)) {
            return Ok(());
        }
    }
    pass_on(block);
    Ok(())
}

/// The words that come from a thread.
struct ThreadRun {
    receiver: Receiver<Result<SumBlock, Error>>,
    block: SumBlock,
    /// How many rows of the block have come.
    at: usize,
}

impl Run for ThreadRun {
    type Head = Key;
    const END: Key = Key::END;

    fn advance(&mut self) -> Result<bool, Error> {
        while self.at == self.block.rows.len() {
            match self.receiver.recv() {
                Ok(block) => (self.block, self.at) = (block?, 0),
                Err(_) => return Ok(false),
            }
        }
        self.at += 1;
        Ok(true)
    }

    fn head(&self) -> Key {
        self.block.rows[self.at - 1].0
    }

    #[inline]
    fn is_before(one: (Key, &Self), other: (Key, &Self)) -> bool {
        is_before(one, other)
    }
}

impl SummedRun for ThreadRun {
    fn word(&self) -> &[u8] {
        let start = self.at.checked_sub(2).map_or(0, |before| self.block.rows[before].1);
        &self.block.words[start..self.block.rows[self.at - 1].1]
    }

    fn count(&self) -> u64 {
        self.block.rows[self.at - 1].2
    }
}

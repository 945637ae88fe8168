//! Partial tallies added up, as they are read.
//!
//! The inputs are dealt to the threads, each of which merges its own; what they come to is merged
//! once more. Where there are too many to be read at once, those there are so far are merged into a
//! temporary file first, which is then one of them.

use super::input::{Input, OpenError, Scratch, Text};
use super::line::Key;
use super::read::Reader;
use super::share::Share;
use super::tree::{Lane, Sum, Tree};
use super::{MergeError, Writer};
use crate::tally::Config;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::{mem, thread};

/// Bytes of memory for reading, all inputs together, at most.
const READ: usize = 24 << 20;
/// Bytes read at a time from an input, at least and at most.
const LEAST_READ: usize = 4 * 1024;
const MOST_READ: usize = 256 * 1024;
/// Bytes of words that a thread hands on at a time.
const BLOCK: usize = 16 * 1024;

/// Adds up the inputs, and calls `found` for every word, in the order of their bytes.
///
/// Uses the threads and the directory of `config`. However many inputs there are, and however long,
/// it takes some 40 MB of memory, and besides up to half of that of `config` for words longer than
/// half of what is read at a time, which is 4 KiB at least: up to four times the length of one, in
/// every input that is at one. If no more is left, the input is refused.
///
/// What is compressed is decompressed into a temporary file first. `config.progress` counts the bytes
/// read of the inputs, compressed ones where an input is compressed.
///
/// Fails at the first thing that is wrong with an input, as a sum without it would be wrong; `found`
/// may have been called for words before that.
///
/// ```no_run
/// use csp_toolkit::tally::Config;
/// use csp_toolkit::tally::partial::{Input, MergeError, merge};
/// use std::num::NonZeroUsize;
///
/// let inputs = ["monday.tsv", "tuesday.tsv.gz"].map(|name| Input::File(name.into()));
/// merge(inputs.into(), &Config::new(NonZeroUsize::MIN), |word, count| {
///     println!("{}: {count}", String::from_utf8_lossy(word));
///     Ok::<(), MergeError>(())
/// })?;
/// # Ok::<(), MergeError>(())
/// ```
pub fn merge<E: From<MergeError>>(
    inputs: Vec<Input>,
    config: &Config,
    found: impl FnMut(&[u8], u64) -> Result<(), E>,
) -> Result<(), E> {
    let mut scratch = Scratch::new(config);
    let read = READ.min(config.memory.saturating_mul(2));
    let buffer = (read / inputs.len().max(1)).clamp(LEAST_READ, MOST_READ);
    // How many inputs are read at once.
    let most = (read / LEAST_READ).max(2);
    let beyond = Arc::new(AtomicUsize::new(config.memory / 2));
    let mut lanes = Vec::new();
    for (number, input) in inputs.into_iter().enumerate() {
        if lanes.len() == most {
            lanes = vec![merge_aside(lanes, config, &mut scratch)?];
        }
        let text = input.open(&mut scratch).map_err(|error| match error {
            OpenError::Input(error) => MergeError::Input { number, source: error.into() },
            OpenError::Scratch(error) => MergeError::temporary(&config.directory, error),
        })?;
        lanes.push(Words { number, reader: Reader::sharing(text, buffer, Share::of(&beyond)) });
    }
    add_up(lanes, config, found)
}

/// What the lanes come to, as one that is read from the temporary file.
fn merge_aside(
    lanes: Vec<Words>,
    config: &Config,
    scratch: &mut Scratch<'_>,
) -> Result<Words, MergeError> {
    let failed = |error| MergeError::temporary(&config.directory, error);
    let number = lanes.first().map_or(0, |lane| lane.number);
    let start = scratch.end();
    let mut writer = Writer::new(&mut *scratch);
    add_up(lanes, config, |word, count| writer.entry(word, count).map_err(failed))?;
    writer.flush().map_err(failed)?;
    let text = scratch.since(start).map_err(failed)?;
    Ok(Words { number, reader: Reader::new(text, LEAST_READ) })
}

/// Merges the lanes, on more threads than this where there are to be some.
fn add_up<E: From<MergeError>>(
    mut lanes: Vec<Words>,
    config: &Config,
    found: impl FnMut(&[u8], u64) -> Result<(), E>,
) -> Result<(), E> {
    let threads = config.threads.get().min(lanes.len());
    if threads < 2 {
        return drain(Tree::new(lanes)?, found);
    }
    thread::scope(|scope| {
        // Started before the lanes are dealt: there may be fewer than asked for, or none.
        let threads: Vec<_> = (0..threads)
            .map_while(|_| {
                let (deal, dealt) = bounded(1);
                // One block is on its way while the next is made.
                let (sender, receiver) = bounded(1);
                let merge = move || dealt.iter().for_each(|lanes| send(lanes, &sender));
                let started = thread::Builder::new().spawn_scoped(scope, merge);
                started.ok().map(|_| (deal, receiver))
            })
            .collect();
        if threads.is_empty() {
            return drain(Tree::new(lanes)?, found);
        }
        let mut groups = Vec::new();
        for (left, (deal, receiver)) in (1..=threads.len()).rev().zip(threads) {
            let own = lanes.split_off(lanes.len() - lanes.len() / left);
            // The thread waits for this.
            let _ = deal.send(own);
            groups.push(Blocks { receiver, block: Block::default(), at: 0 });
        }
        // Gone when this ends, the receivers have threads end that wait to send.
        drain(Tree::new(groups)?, found)
    })
}

fn drain<L: Lane, E: From<MergeError>>(
    mut tree: Tree<L>,
    mut found: impl FnMut(&[u8], u64) -> Result<(), E>,
) -> Result<(), E> {
    while let Some(sum) = tree.next()? {
        found(sum.word, sum.count)?;
    }
    Ok(())
}

/// An input's words.
struct Words {
    /// Its position.
    number: usize,
    reader: Reader<Text>,
}

impl Lane for Words {
    #[inline]
    fn advance(&mut self) -> Result<bool, MergeError> {
        let number = self.number;
        self.reader.advance_sorted().map_err(|source| MergeError::Input { number, source })
    }

    #[inline]
    fn key(&self) -> Key {
        self.reader.key()
    }

    fn word(&self) -> &[u8] {
        self.reader.word()
    }

    #[inline]
    fn count(&self) -> u64 {
        self.reader.count()
    }
}

/// What a thread hands on: the words one after the other, and for each its key, where it ends, and
/// its count.
#[derive(Default)]
struct Block {
    words: Vec<u8>,
    rows: Vec<(Key, usize, u64)>,
}

/// A thread's life: merges the lanes, and sends what they come to.
fn send(lanes: Vec<Words>, sender: &Sender<Result<Block, MergeError>>) {
    // When there is nobody to take it, the merge has failed elsewhere.
    let hand_on = |block| sender.send(block).is_ok();
    if let Err(error) = blocks_of(lanes, |block| hand_on(Ok(block))) {
        hand_on(Err(error));
    }
}

/// Hands on what the lanes come to, as long as it is taken.
fn blocks_of(lanes: Vec<Words>, hand_on: impl Fn(Block) -> bool) -> Result<(), MergeError> {
    let mut tree = Tree::new(lanes)?;
    let mut block = Block::default();
    while let Some(Sum { word, key, count }) = tree.next()? {
        block.words.extend_from_slice(word);
        block.rows.push((key, block.words.len(), count));
        if block.words.len() >= BLOCK && !hand_on(mem::take(&mut block)) {
            return Ok(());
        }
    }
    hand_on(block);
    Ok(())
}

/// The words that come from a thread.
struct Blocks {
    receiver: Receiver<Result<Block, MergeError>>,
    block: Block,
    /// How many rows of the block have come.
    at: usize,
}

impl Lane for Blocks {
    fn advance(&mut self) -> Result<bool, MergeError> {
        while self.at == self.block.rows.len() {
            match self.receiver.recv() {
                Ok(block) => (self.block, self.at) = (block?, 0),
                Err(_) => return Ok(false),
            }
        }
        self.at += 1;
        Ok(true)
    }

    fn key(&self) -> Key {
        self.block.rows[self.at - 1].0
    }

    fn word(&self) -> &[u8] {
        let start = self.at.checked_sub(2).map_or(0, |before| self.block.rows[before].1);
        &self.block.words[start..self.block.rows[self.at - 1].1]
    }

    fn count(&self) -> u64 {
        self.block.rows[self.at - 1].2
    }
}

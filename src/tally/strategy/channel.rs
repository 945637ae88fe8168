//! One thread owns the map, and the others send it what they find: share by communicating.
//!
//! No lock is in sight, and one owner cannot race with itself. A message for each word would cost
//! more than the word, so words go in batches; what remains is that one thread does all the
//! counting, however many find words for it.

use super::{Share, each_word, stored};
use crate::tally::store::Store;
use crate::tally::{Config, TallyError};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::collections::HashMap;
use std::ops::Range;
use std::thread::{Builder, JoinHandle};

/// Bytes of words in a batch, but for the last word.
const BATCH: usize = 16 * 1024;

pub(super) struct Owned<'c> {
    config: &'c Config,
    batches: Sender<Batch>,
    owner: JoinHandle<HashMap<Box<[u8]>, u64>>,
}

/// Words, one after the other, and where each of them ends.
#[derive(Default)]
struct Batch {
    words: Vec<u8>,
    ends: Vec<usize>,
}

impl<'c> Owned<'c> {
    pub(super) fn new(config: &'c Config) -> Result<Self, TallyError> {
        // Room for a batch of each thread: whoever is faster than the owner waits for it.
        let (batches, received) = bounded(config.workers().get());
        let owner = Builder::new().spawn(move || own(received)).map_err(TallyError::Thread)?;
        Ok(Self { config, batches, owner })
    }

    fn send(&self, batch: &mut Batch) {
        // It fails only when the owner has panicked, and `finish` passes that on.
        let _ = self.batches.send(std::mem::take(batch));
    }
}

/// Counts what comes, until nobody is left to send any.
fn own(batches: Receiver<Batch>) -> HashMap<Box<[u8]>, u64> {
    let mut found: HashMap<Box<[u8]>, u64> = HashMap::new();
    for Batch { words, ends } in batches {
        let mut start = 0;
        for end in ends {
            let word = &words[start..end];
            match found.get_mut(word) {
                Some(count) => *count += 1,
                None => {
                    found.insert(word.into(), 1);
                }
            }
            start = end;
        }
    }
    found
}

impl<'c> Share<'c> for Owned<'c> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), TallyError> {
        let mut batch = Batch::default();
        each_word(self.config.rules, &buffer[text], |word| {
            batch.words.extend_from_slice(word);
            batch.ends.push(batch.words.len());
            if batch.words.len() >= BATCH {
                self.send(&mut batch);
            }
        });
        self.send(&mut batch);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, TallyError> {
        drop(self.batches);
        let found = self.owner.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok(stored(self.config, found))
    }
}

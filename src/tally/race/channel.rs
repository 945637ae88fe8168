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
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// Bytes of words in a batch, but for the last word.
const BATCH: usize = 16 * 1024;

type Map = HashMap<Box<[u8]>, u64>;

pub(super) struct Owned<'c> {
    config: &'c Config,
    owner: Owner,
}

enum Owner {
    Thread(Sender<Batch>, JoinHandle<Map>),
    /// The system starts no thread for it.
    Nobody(Mutex<Map>),
}

/// Words, one after the other, and where each of them ends.
#[derive(Default)]
struct Batch {
    words: Vec<u8>,
    ends: Vec<usize>,
}

impl<'c> Owned<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
        // Room for a batch of each thread: whoever is faster than the owner waits for it.
        let (batches, received) = bounded(config.workers().get());
        let owner = match Builder::new().spawn(move || own(received)) {
            Ok(owner) => Owner::Thread(batches, owner),
            Err(_) => Owner::Nobody(Mutex::default()),
        };
        Self { config, owner }
    }

    fn send(&self, batch: &mut Batch) {
        let batch = std::mem::take(batch);
        match &self.owner {
            // It fails only when the owner has panicked, and `finish` passes that on.
            Owner::Thread(batches, _) => drop(batches.send(batch)),
            Owner::Nobody(found) => {
                add(&mut found.lock().unwrap_or_else(PoisonError::into_inner), batch);
            }
        }
    }
}

/// Counts what comes, until nobody is left to send any.
fn own(batches: Receiver<Batch>) -> Map {
    let mut found = Map::new();
    for batch in batches {
        add(&mut found, batch);
    }
    found
}

fn add(found: &mut Map, Batch { words, ends }: Batch) {
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
        let found = match self.owner {
            Owner::Thread(batches, owner) => {
                drop(batches);
                owner.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }
            Owner::Nobody(found) => found.into_inner().unwrap_or_else(PoisonError::into_inner),
        };
        Ok(stored(self.config, found))
    }
}

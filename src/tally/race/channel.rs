//! One thread owns the map, and the others send it the words they find: share by communicating.
//!
//! There is no lock, and one owner cannot race with itself. A message for each word would cost more
//! than the word, so words go in batches. Still one thread does all the counting, however many find
//! words for it.

use super::counter::{StrategyCounter, each_word, stored};
use crate::tally::engine::SharedCounter;
use crate::tally::table::Store;
use crate::tally::{Error, Settings};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// Bytes of words in a batch, not counting the last word.
const BATCH: usize = 16 * 1024;

type Map = HashMap<Box<[u8]>, u64>;

pub(super) struct Owned<'c> {
    settings: &'c Settings,
    owner: Owner,
}

enum Owner {
    Thread(Sender<Batch>, JoinHandle<Map>),
    /// The map itself, if the system cannot start a thread.
    Map(Mutex<Map>),
}

/// Words, one after the other, and where each of them ends.
#[derive(Default)]
struct Batch {
    words: Vec<u8>,
    ends: Vec<usize>,
}

impl<'c> Owned<'c> {
    pub(super) fn new(settings: &'c Settings) -> Self {
        // Room for one batch per thread: threads that are faster than the owner wait for it.
        let (batches, received) = bounded(settings.workers());
        let owner = match Builder::new().spawn(move || own(received)) {
            Ok(owner) => Owner::Thread(batches, owner),
            Err(_) => Owner::Map(Mutex::default()),
        };
        Self { settings, owner }
    }

    fn send(&self, batch: &mut Batch) {
        let batch = std::mem::take(batch);
        match &self.owner {
            // It fails only if the owner has panicked, and `finish` passes that on.
            Owner::Thread(batches, _) => drop(batches.send(batch)),
            Owner::Map(found) => {
                add(&mut found.lock().unwrap_or_else(PoisonError::into_inner), batch);
            }
        }
    }
}

/// Counts the words of all batches, until all senders are gone.
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

impl SharedCounter for Owned<'_> {
    fn count(&self, buffer: &mut Vec<u8>, text: Range<usize>) -> Result<(), Error> {
        let mut batch = Batch::default();
        each_word(self.settings.rules(), &buffer[text], |word| {
            batch.words.extend_from_slice(word);
            batch.ends.push(batch.words.len());
            if batch.words.len() >= BATCH {
                self.send(&mut batch);
            }
        });
        self.send(&mut batch);
        Ok(())
    }
}

impl<'c> StrategyCounter<'c> for Owned<'c> {
    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, Error> {
        let found = match self.owner {
            Owner::Thread(batches, owner) => {
                drop(batches);
                owner.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }
            Owner::Map(found) => found.into_inner().unwrap_or_else(PoisonError::into_inner),
        };
        Ok(stored(self.settings, found))
    }
}

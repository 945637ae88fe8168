//! Listing 3.5: words counted by several threads with a race.
//!
//! The Go program adds the words of all files to one map, a goroutine a file, without a lock. One
//! file works; with several it usually dies of `concurrent map writes`.
//!
//! In Rust that program does not compile: two threads cannot both hold a `&mut` to the map. The
//! docs of `csp_toolkit::tally` show the refused program, and a test sees it refused.
//!
//! What the compiler cannot see is a race in the meaning. Here the map itself no longer changes,
//! so threads may share it, and every count is an atomic, so threads may change it. But `add` does
//! what the book's `add` does: it loads the count, and stores a greater one. Whatever other threads
//! store in between is overwritten. The cure is one operation in place of two, `fetch_add`, which
//! `added` uses; or a lock, as in listing 3.6; or one map for each thread, as in the library.
//!
//! Run: `cargo run --example listing_3_05_race -- FILE...` (the sample texts, if none is named).
//!
//! You see `Lost 16515 of 2000000 updates.`, with another number each time.
//!
//! Go has `--race` to find such a thing. What Rust has is shown in `docs/races.md`, and
//! `wc-race --race` shows what this race loses on a text of yours, beside five ways to count right.

use csp_toolkit::tally::words;
use std::collections::HashMap;
use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::{io, thread};

mod common;

fn main() -> io::Result<()> {
    let mut text = Vec::new();
    for file in common::files() {
        words::for_each(File::open(file)?, |word| text.push(word.to_vec()))?;
    }
    let w = Words {
        found: text.iter().map(|word| (word.clone(), AtomicU64::new(0))).collect(),
        added: AtomicU64::new(0),
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            // A text is counted faster than a thread is started, so each goes round it many times.
            scope.spawn(|| text.iter().cycle().take(500_000).for_each(|word| w.add(word, 1)));
        }
    });
    let found: u64 = w.found.values().map(|count| count.load(Relaxed)).sum();
    let added = w.added.load(Relaxed);
    println!("Lost {} of {added} updates.", added - found);
    Ok(())
}

struct Words {
    /// How often each word was found: too low.
    found: HashMap<Vec<u8>, AtomicU64>,
    /// How often any word was added: right.
    added: AtomicU64,
}

impl Words {
    fn add(&self, word: &[u8], n: u64) {
        let count = self.found[word].load(Relaxed);
        self.found[word].store(count + n, Relaxed);
        self.added.fetch_add(n, Relaxed);
    }
}

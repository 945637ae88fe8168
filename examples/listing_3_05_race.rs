//! Listing 3.5: words counted by several threads with a race.
//!
//! The Go program adds the words of all files to one map, a goroutine a file, without a lock. One
//! file works; with several it usually dies of `concurrent map writes`.
//!
//! In Rust that program does not compile: two threads cannot both have the map to change
//! (`docs/races/listing_3_05.rs`, and the front page of the docs). The compiler demands a lock, so
//! this program has one. But the compiler cannot demand that it is held long enough. `add` reads a
//! count and writes a greater one, as the book's `add` does, and locks the map for each of the two
//! alone. What other threads add to that count in between is overwritten. Listing 3.6 is the cure.
//!
//! Run: `cargo run --example listing_3_05_race -- FILE...` (the sample texts, if none is named).
//!
//! You see `Words that appear more than once:`, lines like `the: 25`, and at last a line like
//! `Lost 328 of 1000343 words.`, with another number each time. A file that cannot be read is named,
//! and the others are counted. One core (`taskset -c 0`) can lose more than two: a thread that is
//! stopped between the two steps overwrites all that another thread has added in a whole time slice.
//!
//! Go has `--race` to find such a thing. `docs/races.md` shows what Rust has, and `wc-race --race` shows
//! what such a race loses on a text of yours, beside five ways to count correctly.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

mod common;

fn main() {
    let files = common::files();
    let w = Words::default();
    thread::scope(|scope| {
        for file in &files {
            scope.spawn(|| {
                if let Err(error) = tally_words(file, &w) {
                    eprintln!("{}: {error}", file.display());
                }
            });
        }
    });
    println!("Words that appear more than once:");
    for (word, count) in w.found.lock().unwrap().iter() {
        if *count > 1 {
            println!("{word}: {count}");
        }
    }
    go_on(&files, &w);
    let (added, found) = (w.added.load(Relaxed), w.found.lock().unwrap().values().sum::<u64>());
    println!("Lost {} of {added} words.", added - found);
}

#[derive(Default)]
struct Words {
    found: Mutex<BTreeMap<String, u64>>,
    /// The sum of all that was added, without a race.
    added: AtomicU64,
}

impl Words {
    fn add(&self, word: &str, n: u64) {
        let count = self.found.lock().unwrap().get(word).copied().unwrap_or_default();
        self.found.lock().unwrap().insert(word.to_owned(), count + n);
        self.added.fetch_add(n, Relaxed);
    }
}

fn tally_words(file: &Path, dict: &Words) -> io::Result<()> {
    for line in BufReader::new(File::open(file)?).lines() {
        for word in line?.split_whitespace() {
            dict.add(&word.to_lowercase(), 1);
        }
    }
    Ok(())
}

/// Counts the files again and again, up to a million words: a short text is counted before the next
/// thread has started, and so they never meet.
fn go_on(files: &[PathBuf], w: &Words) {
    let too_few = || w.added.load(Relaxed) < 1_000_000;
    thread::scope(|scope| {
        for file in files.iter().filter(|file| file.is_file()) {
            scope.spawn(move || (0..10_000).all(|_| too_few() && tally_words(file, w).is_ok()));
        }
    });
}

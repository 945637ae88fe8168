//! Listing 3.6: words counted by several threads with a lock.
//!
//! The Go program is that of listing 3.5 with a `sync.Mutex` embedded in the struct beside the map.
//! `add` locks and unlocks, and so does `main` around the loop that prints.
//!
//! In Rust the mutex is not beside the map but around it: there is no way to the map but through
//! `lock`, so none can be forgotten, and the guard that `lock` returns unlocks when dropped. So the
//! change from listing 3.5 is in `add` alone. It locks once, from reading the count to writing it:
//!
//! ```diff
//!      fn add(&self, word: &str, n: u64) {
//! -        let count = self.found.lock().unwrap().get(word).copied().unwrap_or_default();
//! -        self.found.lock().unwrap().insert(word.to_owned(), count + n);
//! +        let mut found = self.found.lock().unwrap();
//! +        *found.entry(word.to_owned()).or_default() += n;
//!      }
//! ```
//!
//! For many readers and one writer there is `RwLock`, as in Go. `lines` and `split_whitespace` do what
//! the book's `bufio.Scanner` with `ScanWords` does. The map is a `BTreeMap`, which prints in the order
//! of the words, where the book's order is random.
//!
//! A lock for every word is slow, and slower with more threads: `csp_toolkit::tally`, and the
//! `wc-race` command, give each thread a map of its own and add them up at the end.
//!
//! Run: `cargo run --example listing_3_06_mutex -- FILE...` (the sample texts, if none is named).
//!
//! You see `Words that appear more than once:` and then lines like `the: 25`. A file that cannot be
//! read is named, and the others are counted.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Mutex;
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
}

#[derive(Default)]
struct Words {
    found: Mutex<BTreeMap<String, u64>>,
}

impl Words {
    fn add(&self, word: &str, n: u64) {
        let mut found = self.found.lock().unwrap();
        *found.entry(word.to_owned()).or_default() += n;
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

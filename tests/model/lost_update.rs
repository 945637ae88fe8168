//! The lost update of listing 3.5, found every time: a model checker does not depend on bad luck.

use shuttle::sync::Arc;
use shuttle::sync::atomic::{AtomicU64, Ordering::SeqCst};
use shuttle::{check_dfs, replay, thread};
use std::panic::catch_unwind;

/// Two threads that each count one word as the book's `add` does: a load, then a store.
fn race() {
    count(|words| {
        let n = words.load(SeqCst);
        words.store(n + 1, SeqCst);
    });
}

/// The same in one step.
fn cure() {
    count(|words| {
        words.fetch_add(1, SeqCst);
    });
}

fn count(add: fn(&AtomicU64)) {
    let words = Arc::new(AtomicU64::new(0));
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let words = Arc::clone(&words);
            thread::spawn(move || add(&words))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(words.load(SeqCst), 2, "an update was lost");
}

#[test]
fn the_race_is_found_every_time() {
    for _ in 0..10 {
        assert!(catch_unwind(|| check_dfs(race, None)).is_err());
    }
}

/// As shuttle printed it: both threads load, and only then does either store.
const FOUND: &str = "91020cf8acd191010024522000";

#[test]
fn the_interleaving_that_was_found_can_be_replayed() {
    for _ in 0..10 {
        assert!(catch_unwind(|| replay(race, FOUND)).is_err());
    }
}

#[test]
fn no_interleaving_breaks_the_cure() {
    check_dfs(cure, None);
}

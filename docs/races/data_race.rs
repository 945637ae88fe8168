//! A data race, wrong on purpose, for the tools that `docs/races.md` shows to find.
//!
//! Two threads add to one number without a lock and without atomics. Safe Rust refuses that; here
//! `unsafe` claims that it is all right, and it is not: the behaviour is undefined. In practice
//! updates are lost. It is no listing of the book, but what its listing 3.5 would be in Rust.
//!
//! Run: `rustc -g --edition 2024 docs/races/data_race.rs && ./data_race [ADDITIONS]`

use std::thread;

static mut COUNT: u64 = 0;

fn main() {
    let additions: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..additions).for_each(|_| add_one()));
        }
    });
    // SAFETY: this one is sound, as the threads have ended.
    let count = unsafe { COUNT };
    println!("Lost {} of {} updates.", 2 * additions - count, 2 * additions);
}

/// Volatile, so that the compiler does not make one addition of them all.
fn add_one() {
    let count = &raw mut COUNT;
    // NOT SAFE: the other thread does the same at the same time.
    unsafe { count.write_volatile(count.read_volatile() + 1) }
}

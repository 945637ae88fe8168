//! Listing 3.2: a closure run as a goroutine.
//!
//! The Go program prints, starts an anonymous function as a goroutine, prints again, and yields to
//! the scheduler once, so that the goroutine comes to run before `main` returns.
//!
//! In Rust the closure runs on a thread, and the operating system schedules it. To yield is to let
//! others have this core: on a machine with one core that does what the book shows, but where
//! another core is free the thread starts there, in its own time, and the yield returns at once.
//! It promises nothing. What does is `join` on the handle that `spawn` returns, or `thread::scope`
//! as in listing 3.4.
//!
//! Run: `cargo run --example listing_3_02_closure`, several times; then the built program,
//! `target/debug/examples/listing_3_02_closure`, under `taskset -c 0`, which gives it one core.
//!
//! You see `Outside a thread.` and `Outside again.`; and `Inside a thread.` between them, after
//! them, or not at all. On one core it is nearly always after them.

use std::thread;

fn main() {
    println!("Outside a thread.");
    thread::spawn(|| {
        println!("Inside a thread.");
    });
    println!("Outside again.");
    thread::yield_now();
}

//! Listing 3.12: a channel with a buffer of one as a lock.
//!
//! The Go program starts six goroutines. Each sends into the channel to lock it, which blocks while
//! the buffer is full, holds the lock for 500 ms, and receives to unlock it. `main` sleeps for 10 s.
//! A buffer of two would let two in.
//!
//! In Rust the same lock is `csp_toolkit::sync::lock::ChannelLock`. Its `acquire` returns a permit,
//! and dropping the permit is what receives, so that no worker can forget to. The threads borrow
//! the lock from `main`, and the scope they run in ends when the last of them has, after 3 s.
//!
//! Run: `cargo run --example listing_3_12_channel_lock`, or with `-- 2` for two seconds in all.
//!
//! You see `1 wants the lock`, `1 has the lock`, `1 is releasing the lock`, and the same of five
//! others. They want it at once, in any order, and have it strictly one after the other.

use csp_toolkit::sync::lock::ChannelLock;
use std::thread;
use std::time::Duration;

mod common;

fn main() {
    let ms = common::second(3.0) / 1000;
    let lock = ChannelLock::default();
    thread::scope(|scope| {
        for i in 1..7 {
            let lock = &lock;
            scope.spawn(move || worker(i, lock, 500 * ms));
        }
    });
}

fn worker(id: u32, lock: &ChannelLock, hold: Duration) {
    println!("{id} wants the lock");
    let permit = lock.acquire();
    println!("{id} has the lock");
    thread::sleep(hold);
    println!("{id} is releasing the lock");
    drop(permit);
}

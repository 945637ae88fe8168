//! Listing 3.12: a channel with a buffer of one as a lock.
//!
//! The Go program starts six goroutines. Each sends into the channel to lock it, which blocks while
//! the buffer is full, holds the lock for 500 ms, and receives to unlock it. `main` sleeps for 10 s.
//! A buffer of two would let two in.
//!
//! In Rust a channel has two ends, so a worker gets both: it sends on one to lock, and receives from
//! the other to unlock. The threads borrow them from `main`, and the scope they run in ends when the
//! last of them has, after 3 s.
//!
//! A worker that returns before its last line, or panics, forgets to unlock, and the others wait
//! forever. `csp_toolkit::sync::lock::ChannelLock` is this channel with a guard that receives when it
//! is dropped, so it cannot be forgotten:
//!
//! ```diff
//! -    lock.send(true).unwrap();
//! +    let permit = lock.acquire();
//!      println!("{id} has the lock");
//!      thread::sleep(hold);
//!      println!("{id} is releasing the lock");
//! -    unlock.recv().unwrap();
//! +    drop(permit);
//! ```
//!
//! Run: `cargo run --example listing_3_12_channel_lock`, or with `-- 2` for two seconds in all.
//!
//! You see `1 wants the lock`, `1 has the lock`, `1 is releasing the lock`, and the same of five
//! others. They want it at once, in any order, and have it strictly one after the other.

use crossbeam_channel::{Receiver, Sender, bounded};
use std::thread;
use std::time::Duration;

mod common;

fn main() {
    let hold = common::seconds(0.5);
    let (lock, unlock) = &bounded(1);
    thread::scope(|scope| {
        for i in 1..7 {
            scope.spawn(move || worker(i, lock, unlock, hold));
        }
    });
}

fn worker(id: u32, lock: &Sender<bool>, unlock: &Receiver<bool>, hold: Duration) {
    println!("{id} wants the lock");
    lock.send(true).unwrap();
    println!("{id} has the lock");
    thread::sleep(hold);
    println!("{id} is releasing the lock");
    unlock.recv().unwrap();
}

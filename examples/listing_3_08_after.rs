//! Listing 3.8: two ways to pause.
//!
//! The Go program pauses for 5 s with `time.Sleep`, and once more by receiving from `time.After`.
//! The two are equivalent.
//!
//! In Rust they are `thread::sleep` and crossbeam's `after`. Neither ends early. The difference is
//! that a channel can be one of several in a `select!`, as in listing 3.7.
//!
//! Run: `cargo run --example listing_3_08_after`, or with `-- 2` for two seconds in all.
//!
//! You see nothing, for ten seconds.

use crossbeam_channel::{RecvError, after};
use std::thread;

mod common;

fn main() -> Result<(), RecvError> {
    thread::sleep(common::seconds(5.0));
    let sleep = after(common::seconds(5.0));
    sleep.recv()?;
    Ok(())
}

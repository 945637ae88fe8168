//! Listing 3.10: a closed channel is always ready.
//!
//! In the Go program a goroutine sends one value after 120 ms and closes the channel. `main` loops
//! over a `select` of that channel, a time-out after 600 ms, and a `default` that yawns and sleeps
//! 100 ms. Once the channel is closed, receiving from it gives a zero value at once, every time, so
//! the loop spins and prints until the time is up.
//!
//! In Rust the sender closes its channel by dropping it, and the receive that is then always ready
//! returns an error in place of a zero value. It is ignored here, so the loop spins as in Go. Listing
//! 3.7 looks at it, and has the cure. The book prints with Go's builtin `println`, which writes to
//! standard error; this program writes to standard output, where the flood can be counted.
//!
//! Run: `cargo run --example listing_3_10_flood | uniq -c`, or with `-- 2` for two seconds.
//!
//! You see `*yawn*` a few times, `Got message.` once or a few times, `Sent and closed`, thousands
//! more of `Got message.`, and at last `Time out`.

use crossbeam_channel::{Sender, after, bounded, select};
use std::thread;

mod common;

fn main() {
    let (out, ch) = bounded(0);
    let timeout = after(common::seconds(0.6));
    thread::spawn(move || send(out));
    loop {
        select! {
            recv(ch) -> _ => println!("Got message."),
            recv(timeout) -> _ => {
                println!("Time out");
                return;
            }
            default => {
                println!("*yawn*");
                thread::sleep(common::seconds(0.1));
            }
        }
    }
}

fn send(ch: Sender<bool>) {
    thread::sleep(common::seconds(0.12));
    let _ = ch.send(true);
    drop(ch);
    println!("Sent and closed");
}

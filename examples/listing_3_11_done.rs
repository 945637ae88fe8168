//! Listing 3.11: listing 3.9 put right. Only the sender closes, when told to.
//!
//! The Go program has a second channel, `done`. When the 5 s are over `main` sends on it, waits
//! for 500 ms and returns. The sender selects between `done` and a `default` that sends `hello`;
//! told to stop, it prints a line, closes its own channel and returns. (If it is about to send at
//! that very moment, each of the two waits for the other, and the program dies of a deadlock.)
//!
//! In Rust `done` can be a channel that is never sent on, only closed: `csp_toolkit::sync::stop`.
//! Closing it never blocks, and it stops any number of senders. Sending is a case of the `select!`
//! like the other, so a sender that waits for a receiver is stopped too. It closes its channel by
//! dropping it, and `main` waits for that with `join`, neither too long nor too short. (The book prints
//! `Done` with Go's builtin `println`, which writes to standard error.)
//!
//! Run: `cargo run --example listing_3_11_done`, or with `-- 2` for two seconds.
//!
//! You see about ten lines `hello`, then `Done`.

use crossbeam_channel::{RecvError, Sender, after, bounded, select};
use csp_toolkit::sync::stop::{self, Stop};
use std::thread;

mod common;

fn main() -> Result<(), RecvError> {
    let (ch, msg) = bounded(0);
    let (stopper, done) = stop::signal();
    let until = after(common::seconds(5.0));
    let sender = thread::spawn(move || send(ch, &done));
    loop {
        select! {
            recv(msg) -> m => println!("{}", m?),
            recv(until) -> _ => {
                stopper.stop();
                sender.join().expect("send does not panic");
                return Ok(());
            }
        }
    }
}

fn send(ch: Sender<&'static str>, done: &Stop) {
    loop {
        select! {
            recv(done.channel()) -> _ => {
                println!("Done");
                drop(ch);
                return;
            }
            send(ch, "hello") -> _ => thread::sleep(common::seconds(0.5)),
        }
    }
}

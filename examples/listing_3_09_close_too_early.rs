//! Listing 3.9: the receiver closes the channel while the sender still sends.
//!
//! In the Go program a goroutine sends `hello` twice a second. After 5 s `main`, which receives,
//! closes the channel; the next send panics, `send on closed channel`, and the whole program dies
//! with exit status 2.
//!
//! In Rust a receiver cannot close a channel: `Receiver` has no such method. It can only be dropped,
//! as here, and then `send` returns an error, which contains what was not sent. A sender cannot
//! overlook it, because an unused `Result` is a warning; this one returns it, and `main` ends with the
//! same status as the book's program. Listing 3.11 puts it right.
//!
//! Run: `cargo run --example listing_3_09_close_too_early`, or with `-- 2` for two seconds.
//!
//! You see about ten lines `hello`, then `send: sending on a disconnected channel`, and the exit
//! status is 2.

use crossbeam_channel::{RecvError, SendError, Sender, after, bounded, select};
use std::process::ExitCode;
use std::thread;

mod common;

fn main() -> Result<ExitCode, RecvError> {
    let (ch, msg) = bounded(0);
    let until = after(common::seconds(5.0));
    let sender = thread::spawn(move || send(&ch));
    loop {
        select! {
            recv(msg) -> m => println!("{}", m?),
            recv(until) -> _ => {
                drop(msg);
                let error = sender.join().expect("send does not panic");
                eprintln!("send: {error}");
                return Ok(ExitCode::from(2));
            }
        }
    }
}

fn send(ch: &Sender<&'static str>) -> SendError<&'static str> {
    loop {
        if let Err(error) = ch.send("hello") {
            return error;
        }
        thread::sleep(common::seconds(0.5));
    }
}

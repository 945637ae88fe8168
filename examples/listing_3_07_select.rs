//! Listing 3.7: the echo of listing 3.1 with channels.
//!
//! In the Go program a goroutine reads standard input and sends what it read down a channel, and
//! `main` selects between that channel and `time.After(30 s)`. It writes the whole 1024-byte
//! buffer, padding included, and spins when the input ends.
//!
//! In Rust `select!`, `after` and the channels are crossbeam's; as in Go, a `Sender` and a
//! `Receiver` have the direction in their types. A buffer is cut to what was read. At the end of
//! input the reader returns, and its `Sender` is dropped, which closes the channel. A closed channel is
//! always ready (listing 3.10), so `main` replaces it with one that `never` is.
//!
//! Run: `cargo run --example listing_3_07_select`, or with `-- 2` for two seconds.
//!
//! You see each line that you type a second time, and at the end `Timed out`.

use crossbeam_channel::{Sender, after, bounded, never, select};
use std::io::{self, Read, Write};
use std::thread;

mod common;

fn main() -> io::Result<()> {
    let done = after(common::seconds(30.0));
    let (out, mut echo) = bounded(0);
    thread::spawn(move || read_stdin(&out));
    loop {
        select! {
            recv(echo) -> buf => match buf {
                Ok(buf) => {
                    io::stdout().write_all(&buf)?;
                    io::stdout().flush()?;
                }
                Err(_) => echo = never(),
            },
            recv(done) -> _ => {
                println!("Timed out");
                return Ok(());
            }
        }
    }
}

fn read_stdin(out: &Sender<Vec<u8>>) -> io::Result<()> {
    loop {
        let mut data = vec![0; 1024];
        let l = io::stdin().read(&mut data)?;
        data.truncate(l);
        if l == 0 || out.send(data).is_err() {
            return Ok(());
        }
    }
}

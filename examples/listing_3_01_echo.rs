//! Listing 3.1: an echo that stops after thirty seconds.
//!
//! The Go program copies standard input to standard output in a goroutine, while `main` sleeps for
//! 30 s, prints a line and exits, which is what stops the goroutine.
//!
//! In Rust the goroutine is a thread. It too ends with the process, wherever it happens to be: what
//! it has read and not yet written is lost, and if it is stuck in a write because nothing reads the
//! output, `main` cannot print either. `csp_toolkit::echo` and the `echoback` command have neither
//! fault.
//!
//! Run: `cargo run --example listing_3_01_echo`, or with `-- 2` for two seconds.
//!
//! You see each line that you type a second time, and at the end `Timed out.`

use std::io::{self, Read, Write};
use std::{process, thread};

mod common;

fn main() {
    thread::spawn(|| echo(io::stdin(), io::stdout()));
    thread::sleep(common::seconds(30.0));
    println!("Timed out.");
    process::exit(0);
}

fn echo(mut input: impl Read, mut output: impl Write) -> io::Result<u64> {
    io::copy(&mut input, &mut output)
}

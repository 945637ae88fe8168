//! Listing 3.4: files compressed all at once, and a wait for the last.
//!
//! The Go program runs the `compress` of listing 3.3, unchanged, in one goroutine a file. A
//! `sync.WaitGroup` counts them: `Add` before each start, `Done` at the end of each, and `Wait`
//! until all are done. The loop variable is passed as an argument, because a goroutine that closes
//! over it might find a later file's name in it.
//!
//! In Rust it is the same `compress` too. A scope does what the wait group does, and cannot be
//! miscounted: it ends when the last of its threads has, so the threads can borrow what `main` owns.
//! `move` copies the loop variable into the closure, and the compiler insists on it. What `compress`
//! returns comes back through `join`, where the book's `Done` carries nothing. So the number printed
//! is that of the files that were compressed, not of those that were tried.
//!
//! One thread a file is poor for thousands of files: `csp_toolkit::sync::pool` is for them.
//!
//! Run: `cargo run --example listing_3_04_wait_group -- FILE...`
//!
//! You see `Compressed 3 files`, if you named three or none. Without a FILE, copies of the sample
//! texts are compressed, and a line says where they are.

use common::compress::compress;
use std::process::ExitCode;
use std::{io, thread};

mod common;

fn main() -> io::Result<ExitCode> {
    let files = common::files_to_compress()?;
    let mut compressed = 0;
    thread::scope(|scope| {
        let mut wait_group = Vec::new();
        for file in &files {
            wait_group.push((file, scope.spawn(move || compress(file))));
        }
        for (file, thread) in wait_group {
            match thread.join().expect("compress does not panic") {
                Ok(()) => compressed += 1,
                Err(error) => eprintln!("{}: {error}", file.display()),
            }
        }
    });
    println!("Compressed {compressed} files");
    Ok(if compressed == files.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

//! Listing 3.3: files compressed one after the other.
//!
//! The Go program makes NAME.gz of each file that it is given, on one core, and leaves the files as
//! they are. Its `compress` returns an error that `main` drops.
//!
//! In Rust dropping a `Result` is a compiler warning, so this `main` prints the error and exits with
//! status 1. The rest is the same: `compress`, in `common/compress.rs`, wraps the output in flate2's
//! encoder as Go's does in a `gzip.Writer`, and `io::copy` is `io.Copy`. Both programs leave half an
//! output if they fail, which `csp_toolkit::gzip` does not: an output appears when it is complete.
//!
//! Run: `cargo run --example listing_3_03_compress -- FILE...`
//!
//! You see nothing; the .gz files are there. Without a FILE, copies of the sample texts are
//! compressed, and a line says where they are.

use common::compress::compress;
use std::io;
use std::process::ExitCode;

mod common;

fn main() -> io::Result<ExitCode> {
    let mut exit = ExitCode::SUCCESS;
    for file in common::files_to_compress()? {
        if let Err(error) = compress(&file) {
            eprintln!("{}: {error}", file.display());
            exit = ExitCode::FAILURE;
        }
    }
    Ok(exit)
}

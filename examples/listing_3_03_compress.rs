//! Listing 3.3: files compressed one after the other.
//!
//! The Go program makes NAME.gz of each file that it is given, on one core, and leaves the
//! originals as they are. Its `compress` returns an error that `main` drops.
//!
//! In Rust dropping a `Result` is a compiler warning, so this `main` prints the error and ends with
//! status 1. `compress` is one call of the library, which writes under a temporary name and renames
//! at the end: there is never half a NAME.gz.
//!
//! Run: `cargo run --example listing_3_03_compress -- FILE...`
//!
//! You see nothing; the .gz files are there. Without a FILE, copies of the sample texts are
//! compressed, and a line says where they are.

use csp_toolkit::gzip::file::{Action, Options, Outcome};
use csp_toolkit::gzip::place::Existing;
use csp_toolkit::gzip::{Settings, batch};
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
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

fn compress(file: &Path) -> Outcome {
    let settings = Settings::new(NonZeroUsize::MIN);
    let options = Options::new(Action::Compress, settings).existing(Existing::Replace);
    batch::run_one(file, &options)
}

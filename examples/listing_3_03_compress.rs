//! Listing 3.3: files compressed one after the other.
//!
//! The Go program makes NAME.gz of each file that it is given, on one core, and leaves the
//! originals as they are. Its `compress` returns an error that `main` drops.
//!
//! In Rust dropping a `Result` is a compiler warning, so this `main` prints the error and ends with
//! status 1. The rest is the same: `flate2`'s encoder wraps the file as Go's `gzip.Writer` does, and
//! `io::copy` is `io.Copy`. What both lack is in `csp_toolkit::gzip`, which listing 3.4 uses: until
//! it is complete, an output is not seen under its name.
//!
//! Run: `cargo run --example listing_3_03_compress -- FILE...`
//!
//! You see nothing; the .gz files are there. Without a FILE, copies of the sample texts are
//! compressed, and a line says where they are.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io;
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

fn compress(file: &Path) -> io::Result<()> {
    let mut input = File::open(file)?;
    let mut name = file.as_os_str().to_owned();
    name.push(".gz");
    let mut encoder = GzEncoder::new(File::create(name)?, Compression::default());
    io::copy(&mut input, &mut encoder)?;
    encoder.finish()?;
    Ok(())
}

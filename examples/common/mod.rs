//! What the examples share: how long the book's second lasts, and which files are read.

#![allow(dead_code, reason = "no example needs all of it")]

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, io};

/// One second of a program that takes `book` seconds in the book. Given an argument, the program
/// takes that many seconds instead, and its seconds are shorter in proportion.
pub(crate) fn second(book: f64) -> Duration {
    let asked = env::args().nth(1);
    let takes: f64 =
        asked.map_or(book, |text| text.parse().expect("the argument is a number of seconds"));
    Duration::from_secs_f64(takes / book)
}

/// The files that the command line names, or else the three texts in `examples/data`.
pub(crate) fn files() -> Vec<PathBuf> {
    named().unwrap_or_else(|| texts().to_vec())
}

/// The same, but copies of the texts, for a program whose output goes beside its input. They are
/// made beside the built program, so that they go where it goes: `cargo clean` removes them.
pub(crate) fn files_to_compress() -> io::Result<Vec<PathBuf>> {
    if let Some(files) = named() {
        return Ok(files);
    }
    let copies = env::current_exe()?.with_extension("data");
    eprintln!("No file named: compressing copies of examples/data in {}", copies.display());
    fs::create_dir_all(&copies)?;
    let copy = |text: PathBuf| {
        let copy = copies.join(text.file_name().expect("a text has a name"));
        fs::copy(text, &copy).map(|_| copy)
    };
    texts().into_iter().map(copy).collect()
}

fn named() -> Option<Vec<PathBuf>> {
    let files: Vec<_> = env::args_os().skip(1).map(PathBuf::from).collect();
    (!files.is_empty()).then_some(files)
}

fn texts() -> [PathBuf; 3] {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data");
    ["gettysburg.txt", "john.txt", "tale_of_two_cities.txt"].map(|text| data.join(text))
}

//! What the listings share: their arguments, the files they read, and a quiet end.
//!
//! A Go program whose output is closed (`| head`) dies quietly of the signal SIGPIPE. A Rust program
//! ignores that signal, and panics in `println!`. The functions here turn that back.

#![allow(dead_code, reason = "no listing needs all of it")]

pub(crate) mod compress;

use signal_hook::{consts::SIGPIPE, flag};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{env, fs, io};

/// The name of the listing that this is compiled into.
const LISTING: &str = env!("CARGO_CRATE_NAME");

/// How long the listing takes in the book, in seconds.
fn book_takes() -> f64 {
    match LISTING.split_at("listing_3_00".len()).0 {
        "listing_3_01" | "listing_3_07" => 30.0,
        "listing_3_08" => 10.0,
        "listing_3_09" | "listing_3_11" => 5.0,
        "listing_3_10" => 0.6,
        "listing_3_12" => 3.0,
        _ => 1.0,
    }
}

/// A time in the book's program, in seconds. If the command line says how many seconds the whole
/// listing is to take, each of its times changes in proportion.
pub(crate) fn seconds(book: f64) -> Duration {
    static SCALE: OnceLock<f64> = OnceLock::new();
    Duration::from_secs_f64(book * SCALE.get_or_init(scale))
}

fn scale() -> f64 {
    let whole = book_takes();
    let arguments = arguments(&format!("[SECONDS]\n\nSECONDS is how long it takes [{whole}]"));
    let [argument] = &arguments[..] else {
        return arguments.get(1).map_or(1.0, |argument| refuse(argument, "one argument is enough"));
    };
    // An hour is long enough, and no sum of times can overflow.
    match argument.to_str().and_then(|text| text.parse().ok()) {
        Some(seconds @ 0.0..=3600.0) => seconds / whole,
        _ => refuse(argument, "not a number of seconds from 0 to 3600"),
    }
}

/// For a listing without arguments.
pub(crate) fn no_arguments() {
    if let Some(argument) = arguments("").first() {
        refuse(argument, "there are no arguments");
    }
}

/// The files that the command line names, or else the three texts in `examples/data`.
pub(crate) fn files() -> Vec<PathBuf> {
    named().unwrap_or_else(|| texts().to_vec())
}

/// The same, but copies of the texts, for a program whose output goes beside its input. They are
/// made beside the built program, so that `cargo clean` removes them.
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
    let files =
        arguments("[FILE...]\n\nWithout a FILE, it takes the three texts in examples/data.");
    (!files.is_empty()).then(|| files.into_iter().map(PathBuf::from).collect())
}

fn texts() -> [PathBuf; 3] {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data");
    ["gettysburg.txt", "john.txt", "tale_of_two_cities.txt"].map(|text| data.join(text))
}

/// The arguments of the command line. Prints the usage if that is what they ask for.
fn arguments(usage: &str) -> Vec<OsString> {
    // It fails only where there is no such signal.
    let _ = flag::register_conditional_default(SIGPIPE, Arc::new(AtomicBool::new(true)));
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("Usage: {LISTING} {usage}");
        exit(0);
    }
    arguments
}

/// Ends the program because of an argument.
fn refuse(argument: &OsStr, reason: &str) -> ! {
    eprintln!("{LISTING}: {}: {reason}", argument.to_string_lossy());
    exit(2);
}

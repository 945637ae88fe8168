//! Tallies words over many files (listings 3.5 and 3.6).

use anyhow::Context;
use clap::Parser;
use csp_toolkit::cli::{Exit, exit, message, threads};
use csp_toolkit::tally::{self, Source, report};
use std::io::{self, BufWriter};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const NAME: &str = "wc-race";

/// Counts the words of all files together and prints those that appear more than once.
///
/// Words are split at white space and lower-cased. The most frequent come first, equally frequent
/// ones in the order of their bytes.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit status: 0, 1 if a file could not be read (the others count), 2 on unusable options."
)]
struct Options {
    /// Files to read; none, or -, is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// How many threads count [default: the cores this process may use]
    #[arg(short = 'j', long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

pub(crate) fn main() -> ExitCode {
    exit::finish(NAME, run(Options::parse()))
}

fn run(mut options: Options) -> anyhow::Result<Exit> {
    if options.files.is_empty() {
        options.files.push(PathBuf::from("-"));
    }
    let sources = options.files.iter().map(|file| source(file)).collect();
    let mut exit = Exit::Success;
    let tally =
        tally::tally_all(sources, threads::or_default(options.threads), |position, error| {
            message::fail_file(NAME, &options.files[position], &error);
            exit.worsen(Exit::Failure);
        });
    report::write_text(&tally, 2, BufWriter::new(io::stdout().lock()))
        .context("standard output")?;
    Ok(exit)
}

fn source(file: &Path) -> Source {
    if file == Path::new("-") {
        Source::Reader(Box::new(io::stdin()))
    } else {
        Source::File(file.to_owned())
    }
}

//! Gzips files in parallel (listings 3.3 and 3.4).

use anyhow::Context;
use clap::Parser;
use csp_toolkit::cli::level::LevelArgs;
use csp_toolkit::cli::{Exit, exit, message, signals, threads};
use csp_toolkit::gzip::file::{self, Action};
use csp_toolkit::gzip::place::Existing;
use csp_toolkit::gzip::{GzipError, Outcome, Settings, batch, stream};
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const NAME: &str = "pgz";

/// Compresses each FILE into FILE.gz beside it, many at once. The originals stay.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit status: 0, 1 if a file failed (the others are done), 2 on unusable options."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
struct Options {
    /// Files to compress; none, or -, is standard input to standard output
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Write to standard output
    #[arg(short = 'c', long, visible_alias = "to-stdout")]
    stdout: bool,

    /// Decompress
    #[arg(short, long, visible_alias = "uncompress")]
    decompress: bool,

    /// Replace outputs that exist, and write compressed data to a terminal
    #[arg(short, long)]
    force: bool,

    /// Keep the originals, as is done anyway
    #[arg(short, long)]
    keep: bool,

    /// How many threads work [default: the cores this process may use]
    #[arg(short = 'p', long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    #[command(flatten)]
    level: LevelArgs,
}

pub(crate) fn main() -> ExitCode {
    exit::finish(NAME, run(Options::parse()))
}

fn run(mut options: Options) -> anyhow::Result<Exit> {
    if options.files.is_empty() {
        options.files.push(PathBuf::from("-"));
    }
    let settings = Settings::new(threads::or_default(options.threads)).level(options.level.level);
    let files = std::mem::take(&mut options.files);
    let (streamed, placed): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| options.stdout || is_stdin(file));
    let mut exit = to_stdout(&options, &settings, &streamed)?;
    if !placed.is_empty() {
        let (worst, done) = beside(&options, settings, &placed)?;
        exit.worsen(worst);
        if streamed.is_empty() {
            let verb = if options.decompress { "Decompressed" } else { "Compressed" };
            let files = if done == 1 { "file" } else { "files" };
            writeln!(io::stdout(), "{verb} {done} {files}").context("standard output")?;
        }
    }
    Ok(exit)
}

/// Every file into the one beside it. Tells how many succeeded.
fn beside(
    options: &Options,
    settings: Settings,
    files: &[PathBuf],
) -> anyhow::Result<(Exit, usize)> {
    let action = if options.decompress { Action::Decompress } else { Action::Compress };
    let existing = if options.force { Existing::Replace } else { Existing::Keep };
    let batch = file::Options::new(action, settings).existing(existing);
    signals::clean_up_on_signals(&batch.unfinished).context("cannot watch for signals")?;
    let (mut exit, mut done) = (Exit::Success, 0);
    batch::run(files, &batch, |position, outcome| {
        done += usize::from(outcome.is_ok());
        exit.worsen(tell(&files[position], &outcome));
    });
    Ok((exit, done))
}

/// Every input, one after the other, to standard output.
fn to_stdout(options: &Options, settings: &Settings, files: &[PathBuf]) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    if !files.is_empty() && !options.decompress && !options.force && io::stdout().is_terminal() {
        anyhow::bail!("compressed data not written to a terminal; -f forces it, -h helps");
    }
    let mut output = stream_of(io::stdout())?;
    for file in files {
        let input = if is_stdin(file) {
            stream_of(io::stdin()).map_err(GzipError::Read)
        } else {
            file::open(file)
        };
        let outcome = input.and_then(|input| {
            if options.decompress {
                stream::decompress(input, &mut output, settings)
            } else {
                stream::compress(input, &mut output, settings)
            }
        });
        if let Err(GzipError::Write(error)) = outcome {
            // Nothing that follows could be written either.
            return Err(error).context("standard output");
        }
        exit.worsen(tell(file, &outcome));
    }
    Ok(exit)
}

/// The file behind a standard stream: the stream's own buffer would only be in the way.
fn stream_of(stream: impl AsFd) -> io::Result<File> {
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}

fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

/// Says what there is to know of a file, if anything.
fn tell(file: &Path, outcome: &Outcome) -> Exit {
    let name = if is_stdin(file) { Path::new("stdin") } else { file };
    match outcome {
        Ok(totals) if totals.trailing_garbage => {
            let name = message::Name(name);
            message::line(NAME, &format!("{name}: decompression OK, trailing garbage ignored"));
            Exit::Warning
        }
        Ok(_) => Exit::Success,
        Err(error) => {
            message::fail_file(NAME, name, error);
            Exit::Failure
        }
    }
}

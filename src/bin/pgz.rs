//! Gzips files in parallel (listings 3.3 and 3.4).

use anyhow::Context;
use clap::Parser;
use csp_toolkit::cli::level::LevelArgs;
use csp_toolkit::cli::{Exit, exit, message, signals, threads};
use csp_toolkit::gzip::file::{self, Action};
use csp_toolkit::gzip::place::Existing;
use csp_toolkit::gzip::{GzipError, Unfinished, stream};
use csp_toolkit::sync::pool::Pool;
use std::convert::Infallible;
use std::io::{self, IsTerminal, Read, Write};
use std::num::NonZeroUsize;
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

impl Options {
    fn action(&self) -> Action {
        if self.decompress { Action::Decompress } else { Action::Compress(self.level.level) }
    }
}

pub(crate) fn main() -> ExitCode {
    exit::finish(NAME, run(Options::parse()))
}

fn run(mut options: Options) -> anyhow::Result<Exit> {
    if options.files.is_empty() {
        options.files.push(PathBuf::from("-"));
    }
    let files = std::mem::take(&mut options.files);
    let (streamed, placed): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| options.stdout || is_stdin(file));
    let mut exit = to_stdout(&options, &streamed)?;
    if !placed.is_empty() {
        let (worst, done) = beside(&options, &placed)?;
        exit.worsen(worst);
        if streamed.is_empty() {
            let verb = if options.decompress { "Decompressed" } else { "Compressed" };
            let files = if done == 1 { "file" } else { "files" };
            writeln!(io::stdout(), "{verb} {done} {files}").context("standard output")?;
        }
    }
    Ok(exit)
}

/// Every file into the one beside it, on the pool. Tells how many succeeded.
fn beside(options: &Options, files: &[PathBuf]) -> anyhow::Result<(Exit, usize)> {
    let unfinished = Unfinished::default();
    signals::clean_up_on_signals(&unfinished).context("cannot watch for signals")?;
    let existing = if options.force { Existing::Replace } else { Existing::Keep };
    let (mut exit, mut done) = (Exit::Success, 0);
    let Ok(()) = Pool::new(threads::or_default(options.threads)).run(
        |feeder| {
            for file in files {
                if feeder.submit(file).is_err() {
                    break;
                }
            }
        },
        || |file: &PathBuf| (file, file::process(file, options.action(), existing, &unfinished)),
        |(file, result)| {
            match result {
                Ok(_) => done += 1,
                Err(error) => exit.worsen(tell(file, &error)),
            }
            Ok::<(), Infallible>(())
        },
    );
    Ok((exit, done))
}

/// Every input, one after the other, to standard output.
fn to_stdout(options: &Options, files: &[PathBuf]) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    let mut output = io::stdout().lock();
    let compressing = matches!(options.action(), Action::Compress(_));
    if !files.is_empty() && compressing && !options.force && output.is_terminal() {
        anyhow::bail!("compressed data not written to a terminal; -f forces it, -h helps");
    }
    for file in files {
        let input: Result<Box<dyn Read>, _> = if is_stdin(file) {
            Ok(Box::new(io::stdin().lock()))
        } else {
            file::open(file).map(|file| Box::new(file) as _)
        };
        let result = input.and_then(|input| match options.action() {
            Action::Compress(level) => stream::compress(input, &mut output, level),
            Action::Decompress => stream::decompress(input, &mut output),
        });
        match result {
            Ok(_) => {}
            // Nothing that follows could be written either.
            Err(GzipError::Write(error)) => return Err(error).context("standard output"),
            Err(error) => exit.worsen(tell(file, &error)),
        }
    }
    Ok(exit)
}

fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

fn tell(file: &Path, error: &GzipError) -> Exit {
    let name = if is_stdin(file) { Path::new("stdin") } else { file };
    message::fail_file(NAME, name, error);
    Exit::Failure
}

//! Six workers and a lock made of a channel (listing 3.12).

use anyhow::Context;
use clap::Parser;
use csp_toolkit::cli::arguments::Reader;
use csp_toolkit::cli::lockdemo::spans::Rows;
use csp_toolkit::cli::lockdemo::{MOST_ROWS, NAME, bench, events, picture, timeline};
use csp_toolkit::cli::output::Sink;
use csp_toolkit::cli::{Exit, duration, exit, message, stdio, terminal};
use csp_toolkit::locks::Kind;
use csp_toolkit::locks::bench::{Measured, measure};
use csp_toolkit::locks::demo::{self, Config, Deed, DemoError, Event};
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

csp_toolkit::capture_at_start!();

/// Workers that want, have and release a lock made of a bounded channel, or any other lock.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit status: 0, 1 if a worker cannot be started, the output not written, or the lock \
        lets in more than it may, 2 on unusable options."
)]
struct Options {
    /// How many workers, 10000 at most
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = workers)]
    workers: usize,

    /// How long each holds the lock: 500ms, 2s, or a bare number of seconds
    #[arg(long, value_name = "DURATION", default_value = "500ms", value_parser = duration::parse)]
    hold: Duration,

    /// How many may hold the lock at once: the size of the channel's buffer, or of the semaphore
    #[arg(long, value_name = "K", default_value = "1")]
    permits: NonZeroUsize,

    /// What the lock is made of [default: channel; with --bench, each in turn]
    #[arg(long, value_name = "KIND", value_enum)]
    lock: Option<Kind>,

    /// Give up on the lock after waiting so long for it; not with mutex and rwlock
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    patience: Option<Duration>,

    /// Draw, after the run, what each worker did when
    #[arg(long)]
    timeline: bool,

    /// Draw the same, or the comparison, as a picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,

    /// Write the events, or the comparison, as an object a line; FILE may be -, which leaves the
    /// lines out, as it does with --svg
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Compare what the locks cost, under 1, 2, 4 and 8 threads [default: 300ms for each]
    #[arg(
        long, value_name = "DURATION", num_args = 0..=1, require_equals = true,
        default_missing_value = "300ms", value_parser = duration::parse,
        conflicts_with_all = ["workers", "hold", "permits", "patience", "timeline"]
    )]
    bench: Option<Duration>,
}

/// More threads than this are more than many systems have room for.
const MOST_WORKERS: usize = 10_000;

fn workers(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|&number| number <= MOST_WORKERS);
    number.ok_or_else(|| format!("not a number from 0 to {MOST_WORKERS}"))
}

/// The name of standard output where a file is asked for.
const STANDARD: &str = "-";

impl Options {
    /// Whether standard output is for data or a picture, and for nothing else.
    fn is_piped(&self) -> bool {
        [&self.svg, &self.json].into_iter().flatten().any(|path| path == Path::new(STANDARD))
    }

    /// Why these options make no sense together.
    fn complaint(&self) -> Option<String> {
        let same = self.svg.is_some() && self.svg == self.json;
        let kind = self.lock.unwrap_or_default();
        if same {
            Some("--svg and --json cannot go to the same place".to_owned())
        } else if self.timeline && self.is_piped() {
            Some("--timeline has no place on a standard output that - is taken for".to_owned())
        } else {
            kind.suits(self.permits, self.patience).err().map(|unsuited| unsuited.to_string())
        }
    }
}

fn main() -> ExitCode {
    let options: Options = match Reader::new(NAME).parse() {
        Ok(options) => options,
        Err(status) => return status,
    };
    if let Some(complaint) = options.complaint() {
        message::line(NAME, &complaint);
        return ExitCode::from(2);
    }
    let result = match options.bench {
        None => run(&options),
        Some(time) => compare(&options, time),
    };
    exit::finish(NAME, result.map(|()| Exit::Success))
}

/// Runs the workers, whose lines come as they happen, and shows what else is asked for.
fn run(options: &Options) -> anyhow::Result<()> {
    let &Options { workers, hold, permits, patience, .. } = options;
    let kind = options.lock.unwrap_or_default();
    let config = Config { kind, workers, hold, permits, patience };
    // Before the run, so that nobody waits for it in vain.
    let (svg, json) = (open(options.svg.as_deref())?, open(options.json.as_deref())?);
    let quiet = options.is_piped();
    let happened = demo::run(&config, |event| if quiet { Ok(()) } else { say(event) });
    let happened = happened.map_err(in_run)?;
    let rows = Rows::of(&happened, MOST_ROWS);
    if options.timeline {
        print(|output| timeline::draw(&rows, terminal::width(), terminal::colour(), output))?;
    }
    let heading = format!("{workers} workers, {kind} lock, {permits} at a time, each for {hold:?}");
    write(svg, |output| picture::draw(&rows, &heading).write(output))?;
    write(json, |output| events::write(&happened, output))
}

/// Measures every cell of the comparison, and shows each as it comes.
fn compare(options: &Options, time: Duration) -> anyhow::Result<()> {
    let (svg, json) = (open(options.svg.as_deref())?, open(options.json.as_deref())?);
    let quiet = options.is_piped();
    let mut all: Vec<Measured> = Vec::new();
    for cell in bench::cells(&options.lock.map_or(Kind::ALL.to_vec(), |kind| vec![kind])) {
        let measured = measure(cell, time)?;
        if !quiet {
            print(|output| bench::row(&measured, all.last(), output))?;
        }
        all.push(measured);
    }
    write(svg, |output| bench::picture(&all).write(output))?;
    write(json, |output| bench::data(&all, output))
}

/// Writes a line whole.
fn say(event: Event) -> io::Result<()> {
    let does = match event.deed {
        Deed::Wants => "wants",
        Deed::Has => "has",
        Deed::Releases => "is releasing",
        Deed::GivesUp => "gives up on",
    };
    stdio::print(&format!("{} {does} the lock\n", event.worker))
}

/// Writes to standard output, all at once.
fn print(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    write(&mut bytes).and_then(|()| stdio::output()?.write_all(&bytes)).context("standard output")
}

fn in_run(error: DemoError) -> anyhow::Error {
    match error {
        DemoError::Tell(error) => anyhow::Error::new(error).context("standard output"),
        error => error.into(),
    }
}

fn open(path: Option<&Path>) -> anyhow::Result<Option<Sink>> {
    path.map(|path| Sink::open((path != Path::new(STANDARD)).then_some(path))).transpose()
}

fn write(
    output: Option<Sink>,
    write: impl FnOnce(&mut Sink) -> io::Result<()>,
) -> anyhow::Result<()> {
    let Some(mut output) = output else { return Ok(()) };
    write(&mut output).with_context(|| output.name())?;
    output.place()
}

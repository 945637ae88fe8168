//! Six workers and a lock made of a channel, or any other lock.

mod arguments;
mod bench;
mod events;
mod picture;
mod spans;
mod timeline;

use super::common::arguments::Reader;
use super::common::output::Destination;
use super::common::{Exit, exit, message, stdio, terminal};
use crate::locks::Kind;
use crate::locks::bench::{Measured, measure};
use crate::locks::demo::{self, Config, Deed, DemoError, Event};
use anyhow::Context;
use arguments::{Options, STANDARD};
use spans::Rows;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// What errors begin with.
const NAME: &str = "lockdemo";

/// More workers than this would make a timeline that nobody reads.
const MOST_ROWS: usize = 64;

/// Runs the command.
#[must_use]
pub fn main() -> ExitCode {
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

fn open(path: Option<&Path>) -> anyhow::Result<Option<Destination>> {
    path.map(|path| Destination::open((path != Path::new(STANDARD)).then_some(path))).transpose()
}

fn write(
    output: Option<Destination>,
    write: impl FnOnce(&mut Destination) -> io::Result<()>,
) -> anyhow::Result<()> {
    let Some(mut output) = output else { return Ok(()) };
    write(&mut output).with_context(|| output.name())?;
    output.place()
}

//! `lockdemo`: six workers and a lock made of a channel, or of another kind.

mod arguments;
mod bench;
mod events;
mod load;
mod picture;
mod spans;
mod timeline;

use super::common::arguments::Reader;
use super::common::output::Destination;
use super::common::{Exit, exit, message, stdio, terminal};
use crate::locks::bench::{Cost, measure};
use crate::locks::demo::{self, Event, EventKind};
use crate::locks::{Error, Kind};
use anyhow::Context;
use arguments::Arguments;
use spans::Schedule;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// The command's name, which messages begin with.
const NAME: &str = "lockdemo";

/// The end of its man page.
const MANUAL: &str = include_str!("../../../man/lockdemo.roff");

/// A timeline of more workers than this would be too long to read.
const MOST_ROWS: usize = 64;

/// Runs the command.
#[must_use]
pub fn main() -> ExitCode {
    let reader = Reader::new(NAME, MANUAL);
    let arguments: Arguments = match reader.parse() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    if let Err(text) = arguments.validate() {
        return reader.refuse(&text);
    }
    let result = match arguments.bench {
        None => run(&arguments),
        Some(time) => compare(&arguments, time),
    };
    exit::finish(NAME, result.map(|()| Exit::Success))
}

/// Runs the workers, printing a line for each event as it happens, and then shows the run in the
/// other ways that were asked for.
fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // Opened before the run, which would be for nothing if they cannot be written.
    let (svg, json) = (open(arguments.svg.as_deref())?, open(arguments.json.as_deref())?);
    let quiet = arguments.is_piped();
    let report = |event| if quiet { Ok(()) } else { print_event(event) };
    let events = demo::run(&arguments.settings(), report).map_err(|error| match error {
        Error::Report(error) => anyhow::Error::new(error).context("standard output"),
        error => error.into(),
    })?;
    let schedule = Schedule::of(&events, MOST_ROWS);
    if arguments.timeline {
        print(|output| timeline::draw(&schedule, terminal::width(), terminal::look(), output))?;
    }
    write(svg, |output| picture::draw(&schedule, &arguments.heading()).write(output))?;
    write(json, |output| events::write(&events, output))
}

/// Measures every case of the comparison, printing a row for each as it is done.
fn compare(arguments: &Arguments, time: Duration) -> anyhow::Result<()> {
    let (svg, json) = (open(arguments.svg.as_deref())?, open(arguments.json.as_deref())?);
    if let Some(warning) = load::warning() {
        message::line(NAME, &warning);
    }
    let quiet = arguments.is_piped();
    let mut all: Vec<Cost> = Vec::new();
    for case in bench::cases(&arguments.lock.map_or(Kind::ALL.to_vec(), |kind| vec![kind])) {
        let cost = measure(case, time)?;
        if !quiet {
            print(|output| bench::row(&cost, all.last(), terminal::charset(), output))?;
        }
        all.push(cost);
    }
    write(svg, |output| bench::picture(&all).write(output))?;
    write(json, |output| bench::data(&all, output))
}

/// Writes the whole line at once.
fn print_event(event: Event) -> io::Result<()> {
    let does = match event.kind {
        EventKind::Wants => "wants",
        EventKind::Has => "has",
        EventKind::Releases => "is releasing",
        EventKind::GivesUp => "gives up on",
    };
    stdio::print(&format!("{} {does} the lock\n", event.worker))
}

/// Writes to standard output, all at once.
fn print(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    write(&mut bytes).and_then(|()| stdio::output()?.write_all(&bytes)).context("standard output")
}

fn open(path: Option<&Path>) -> anyhow::Result<Option<Destination>> {
    path.map(|path| Destination::open(Some(path))).transpose()
}

fn write(
    output: Option<Destination>,
    write: impl FnOnce(&mut Destination) -> io::Result<()>,
) -> anyhow::Result<()> {
    let Some(mut output) = output else { return Ok(()) };
    write(&mut output).with_context(|| output.name())?;
    output.place()
}

//! The options of the command line.

use crate::commands::common::output::is_standard;
use crate::commands::common::{duration, number};
use crate::locks::demo::Settings;
use crate::locks::{Error, Kind};
use clap::Parser;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// Run workers that want, have and release a lock
///
/// The lock is made of a channel with a buffer of one, unless --lock names another kind. With --bench,
/// compare what the kinds of lock cost. Either way the lock is checked: if it ever lets in more than
/// it may, that is an error.
#[derive(Parser)]
#[command(after_long_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// Start N workers, 10000 at most
    #[arg(long, value_name = "N", default_value = "6", value_parser = workers)]
    workers: NonZeroUsize,

    /// Hold the lock for this time
    ///
    /// DURATION is like 500ms, 2s, 1m, or a bare number of seconds.
    #[arg(long, value_name = "DURATION", default_value = "500ms", value_parser = duration::parse)]
    hold: Duration,

    /// Let N workers hold the lock at once
    ///
    /// N is the size of the channel's buffer, or of the semaphore. The other kinds of lock let in one.
    #[arg(long, value_name = "N", default_value = "1", value_parser = number::parse::<NonZeroUsize>)]
    permits: NonZeroUsize,

    /// Give up waiting for the lock after this time
    ///
    /// Not supported with --lock mutex and --lock rwlock.
    #[arg(long, alias = "patience", value_name = "DURATION", value_parser = duration::parse)]
    timeout: Option<Duration>,

    /// Use this kind of lock [default: channel; with --bench, all]
    #[arg(long, value_name = "KIND", value_parser = kind())]
    pub(super) lock: Option<Kind>,

    /// Draw the run as text when it has ended
    #[arg(long, help_heading = "Output")]
    pub(super) timeline: bool,

    /// Draw the run, or the comparison, as a picture
    ///
    /// - is standard output, which is then for the picture alone.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) svg: Option<PathBuf>,

    /// Write the run, or the comparison, as JSON Lines
    ///
    /// - is standard output, which is then for the data alone.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) json: Option<PathBuf>,

    /// Compare the kinds of lock, 300ms per row
    ///
    /// Measure each kind of lock under 1, 2, 4 and 8 threads, with short and long critical sections:
    /// acquisitions per second, waiting time, and fairness. DURATION is the time per row, at least
    /// 10ms.
    #[arg(
        long, value_name = "DURATION", num_args = 0..=1, require_equals = true,
        default_missing_value = "300ms", value_parser = measurable,
        conflicts_with_all = ["workers", "hold", "permits", "timeout", "timeline"]
    )]
    pub(super) bench: Option<Duration>,
}

const AFTER_HELP: &str = "\
Examples:
  lockdemo                              six workers, one after the other
  lockdemo --permits 2 --timeline       two at a time, drawn as text
  lockdemo --lock spin --timeout 1s     another lock; workers wait 1s at most
  lockdemo --bench                      the cost of each kind of lock
  lockdemo --bench=1s --json - | jq .   the same, more exactly, as data

Exit status: 0 on success, 1 if a worker cannot be started, an output cannot be
written, or the lock lets in more than it may, 2 on a usage error.";

/// More threads than this are more than many systems have room for.
const MOST_WORKERS: usize = 10_000;

fn workers(text: &str) -> Result<NonZeroUsize, String> {
    match number::parse::<NonZeroUsize>(text) {
        Ok(number) if number.get() > MOST_WORKERS => Err(format!("must be at most {MOST_WORKERS}")),
        parsed => parsed,
    }
}

/// In a shorter time the threads have hardly met.
const LEAST: Duration = Duration::from_millis(10);

fn measurable(text: &str) -> Result<Duration, String> {
    match duration::parse(text) {
        Ok(time) if time < LEAST => Err("must be at least 10ms to measure anything".to_owned()),
        parsed => parsed,
    }
}

fn kind() -> impl TypedValueParser<Value = Kind> {
    let value = |kind: Kind| PossibleValue::new(kind.name()).help(describe(kind));
    let named = |name: String| Kind::ALL.into_iter().find(|kind| kind.name() == name);
    PossibleValuesParser::new(Kind::ALL.map(value))
        .map(move |name| named(name).expect("the values are the names"))
}

fn describe(kind: Kind) -> &'static str {
    match kind {
        Kind::Channel => "A bounded channel: send to lock, receive to unlock",
        Kind::Mutex => "The standard library's Mutex",
        Kind::RwLock => "The standard library's RwLock, every worker a writer",
        Kind::Semaphore => "A number of permits under a mutex, and a condition variable",
        Kind::Spin => "An atomic flag, tried until it is free",
        Kind::ParkingLot => "The Mutex of the parking_lot crate",
    }
}

impl Arguments {
    /// Whether standard output is for data or a picture, and for nothing else.
    pub(super) fn is_piped(&self) -> bool {
        [&self.svg, &self.json].into_iter().flatten().any(|path| is_standard(path))
    }

    /// Checks what the options' parsers cannot.
    pub(super) fn validate(&self) -> Result<(), String> {
        let kind = self.lock.unwrap_or_default();
        if self.svg.is_some() && self.svg == self.json {
            return Err("--svg and --json cannot write to the same file".to_owned());
        }
        if self.timeline && self.is_piped() {
            return Err("--timeline cannot be combined with --svg - or --json -: \
                        both write to standard output"
                .to_owned());
        }
        kind.check(self.permits.get(), self.timeout).map_err(|error| match error {
            Error::OnePermit(kind) => format!(
                "--permits {} is not supported with --lock {kind}: it lets in one at a time",
                self.permits
            ),
            Error::NoTimeout(kind) => format!(
                "--timeout is not supported with --lock {kind}: \
                 the standard library's locks have none"
            ),
            error => error.to_string(),
        })
    }

    /// What to run.
    pub(super) fn settings(&self) -> Settings {
        Settings::default()
            .kind(self.lock.unwrap_or_default())
            .workers(self.workers.get())
            .hold(self.hold)
            .permits(self.permits.get())
            .timeout(self.timeout)
    }

    /// A sentence about the run, for the picture.
    pub(super) fn heading(&self) -> String {
        let kind = self.lock.unwrap_or_default();
        let Self { workers, permits, hold, .. } = self;
        format!("{workers} workers, {kind} lock, {permits} at a time, each for {hold:?}")
    }
}

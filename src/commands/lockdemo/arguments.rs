//! The flags of the command line.

use crate::commands::common::duration;
use crate::locks::Kind;
use clap::Parser;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Workers that want, have and release a lock made of a bounded channel, or any other lock.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit status: 0, 1 if a worker cannot be started, the output not written, or the lock \
        lets in more than it may, 2 on unusable options."
)]
pub(super) struct Options {
    /// How many workers, 10000 at most
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = workers)]
    pub(super) workers: usize,

    /// How long each holds the lock: 500ms, 2s, or a bare number of seconds
    #[arg(long, value_name = "DURATION", default_value = "500ms", value_parser = duration::parse)]
    pub(super) hold: Duration,

    /// How many may hold the lock at once: the size of the channel's buffer, or of the semaphore
    #[arg(long, value_name = "K", default_value = "1")]
    pub(super) permits: NonZeroUsize,

    /// What the lock is made of [default: channel; with --bench, each in turn]
    #[arg(long, value_name = "KIND", value_enum)]
    pub(super) lock: Option<Kind>,

    /// Give up on the lock after waiting so long for it; not with mutex and rwlock
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub(super) patience: Option<Duration>,

    /// Draw, after the run, what each worker did when
    #[arg(long)]
    pub(super) timeline: bool,

    /// Draw the same, or the comparison, as a picture
    #[arg(long, value_name = "FILE")]
    pub(super) svg: Option<PathBuf>,

    /// Write the events, or the comparison, as an object a line; FILE may be -, which leaves the
    /// lines out, as it does with --svg
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,

    /// Compare what the locks cost, under 1, 2, 4 and 8 threads [default: 300ms for each]
    #[arg(
        long, value_name = "DURATION", num_args = 0..=1, require_equals = true,
        default_missing_value = "300ms", value_parser = duration::parse,
        conflicts_with_all = ["workers", "hold", "permits", "patience", "timeline"]
    )]
    pub(super) bench: Option<Duration>,
}

/// More threads than this are more than many systems have room for.
const MOST_WORKERS: usize = 10_000;

fn workers(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|&number| number <= MOST_WORKERS);
    number.ok_or_else(|| format!("not a number from 0 to {MOST_WORKERS}"))
}

/// The name of standard output where a file is asked for.
pub(super) const STANDARD: &str = "-";

impl Options {
    /// Whether standard output is for data or a picture, and for nothing else.
    pub(super) fn is_piped(&self) -> bool {
        [&self.svg, &self.json].into_iter().flatten().any(|path| path == Path::new(STANDARD))
    }

    /// Why these options make no sense together.
    pub(super) fn complaint(&self) -> Option<String> {
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

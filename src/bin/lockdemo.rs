//! Six workers and a lock made of a channel (listing 3.12).

use anyhow::Context;
use clap::Parser;
use csp_toolkit::cli::{Exit, duration, exit};
use csp_toolkit::sync::lock::ChannelLock;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::thread::{self, Builder};
use std::time::Duration;

const NAME: &str = "lockdemo";
/// A worker needs little, and there may be many.
const STACK: usize = 64 * 1024;

/// Workers that want, have and release a lock made of a bounded channel.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit status: 0, 1 if a worker cannot be started or the output written, 2 on unusable options."
)]
struct Options {
    /// How many workers
    #[arg(long, value_name = "N", default_value_t = 6)]
    workers: usize,

    /// How long each holds the lock: 500ms, 2s, or a bare number of seconds
    #[arg(long, value_name = "DURATION", default_value = "500ms", value_parser = duration::parse)]
    hold: Duration,

    /// How many may hold the lock at once: the size of the channel's buffer
    #[arg(long, value_name = "K", default_value = "1")]
    permits: NonZeroUsize,
}

fn main() -> ExitCode {
    exit::finish(NAME, run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<Exit> {
    let lock = &ChannelLock::new(options.permits);
    thread::scope(|scope| {
        let started: Vec<_> = (1..=options.workers)
            .map(|id| {
                let worker = move || work(id, lock, options.hold);
                Builder::new().stack_size(STACK).spawn_scoped(scope, worker)
            })
            .collect();
        for worker in started {
            let worker = worker.context("cannot start a worker")?;
            worker.join().expect("a worker does not panic").context("standard output")?;
        }
        Ok(Exit::Success)
    })
}

/// What the book's worker does, line by line.
fn work(id: usize, lock: &ChannelLock, hold: Duration) -> io::Result<()> {
    say(id, "wants")?;
    let _permit = lock.acquire();
    say(id, "has")?;
    thread::sleep(hold);
    say(id, "is releasing")
}

/// Writes a line whole: standard output is locked for the length of it.
fn say(id: usize, what: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{id} {what} the lock")
}

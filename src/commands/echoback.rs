//! Echoes what you type, for 30 seconds.

use super::common::arguments::Reader;
use super::common::duration::Timeout;
use super::common::{Exit, exit, message, stdio};
use crate::echo::{self, Config, EchoError, Outcome};
use anyhow::Context;
use clap::Parser;
use rustix::io::Errno;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

const NAME: &str = "echoback";
const INPUT: &str = "standard input";
const OUTPUT: &str = "standard output";

/// Echoes standard input to standard output as it arrives, byte for byte, until the time is up.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit status: 0 at the end, 1 on a read or write error, 2 on unusable options."
)]
struct Options {
    /// How long to echo: 500ms, 30s, 2m, a bare number of seconds, or never
    #[arg(short, long, value_name = "DURATION", default_value = "30s")]
    timeout: Timeout,

    /// End at the end of input, without the closing line
    #[arg(short, long)]
    exit_on_eof: bool,

    /// Leave the closing line out
    #[arg(short, long)]
    quiet: bool,
}

/// Runs the command.
#[must_use]
pub fn main() -> ExitCode {
    match Reader::new(NAME).parse() {
        Ok(options) => exit::finish(NAME, run(&options)),
        Err(status) => status,
    }
}

fn run(options: &Options) -> anyhow::Result<Exit> {
    let config = Config {
        timeout: options.timeout.0,
        closing: if options.quiet { Vec::new() } else { b"Timed out.\n".to_vec() },
        wait_at_end: !options.exit_on_eof,
        on_end: || {
            if io::stderr().is_terminal() {
                message::line(NAME, "end of input; waiting for the time-out (Ctrl-C ends it now)");
            }
        },
    };
    let input = stdio::input().context(INPUT)?.into_inner();
    let output = stdio::output().context(OUTPUT)?;
    match echo::run(input, output, config) {
        Ok(Outcome::TimedOut | Outcome::Stalled | Outcome::EndOfInput) => Ok(Exit::Success),
        Ok(Outcome::Closed) => Err(io::Error::from(Errno::PIPE)).context(OUTPUT),
        Err(EchoError::Read(error)) => Err(error).context(INPUT),
        Err(EchoError::Write(error)) => Err(error).context(OUTPUT),
    }
}

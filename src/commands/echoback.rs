//! `echoback`: the echo of listings 3.1 and 3.7, for 30 seconds.

use super::common::arguments::Reader;
use super::common::duration::Timeout;
use super::common::{Exit, exit, message, stdio};
use crate::echo::{self, Ending, Error, Settings};
use anyhow::Context;
use clap::Parser;
use rustix::io::Errno;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

const NAME: &str = "echoback";
const MANUAL: &str = include_str!("../../man/echoback.roff");
const INPUT: &str = "standard input";
const OUTPUT: &str = "standard output";

/// Echo standard input to standard output, byte for byte, until the time is up
///
/// Everything that is read is written. No more is read than can be written: the rest of the input
/// stays for the next program. The deadline holds even if the reader of the output has stalled.
#[derive(Parser)]
#[command(after_long_help = AFTER_HELP)]
struct Arguments {
    /// Stop after this time, as with --timeout
    #[arg(value_name = "DURATION", conflicts_with = "timeout")]
    duration: Option<Timeout>,

    /// Stop after this time
    ///
    /// DURATION is like 500ms, 30s, 2m, a bare number of seconds, or never.
    #[arg(short, long, value_name = "DURATION", default_value = "30s")]
    timeout: Timeout,

    /// Exit at the end of input, without the closing line
    #[arg(short, long)]
    exit_on_eof: bool,

    /// Do not print the closing line
    #[arg(short, long)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
Examples:
  echoback 5                     echo what you type for five seconds
  yes | echoback -q 1 | wc -c    count what passes in a second
  echoback -e never <file        copy a file

Exit status: 0 on success, 1 if reading or writing fails, 2 on a usage error.";

/// Runs the command.
#[must_use]
pub fn main() -> ExitCode {
    match Reader::new(NAME, MANUAL).parse() {
        Ok(arguments) => exit::finish(NAME, run(&arguments)),
        Err(status) => status,
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let settings = Settings::default()
        .timeout(arguments.duration.unwrap_or(arguments.timeout).0)
        .closing(if arguments.quiet { "" } else { "Timed out.\n" })
        .wait_at_end(!arguments.exit_on_eof)
        .on_end(|| {
            if io::stderr().is_terminal() {
                message::line(NAME, "end of input; waiting for the timeout (Ctrl-C ends it now)");
            }
        });
    let input = stdio::input().context(INPUT)?.into_inner();
    let output = stdio::output().context(OUTPUT)?;
    match echo::run(input, output, &settings) {
        Ok(Ending::TimedOut | Ending::Stalled | Ending::EndOfInput) => Ok(Exit::Success),
        Ok(Ending::OutputClosed) => Err(io::Error::from(Errno::PIPE)).context(OUTPUT),
        Err(Error::Read(error)) => Err(error).context(INPUT),
        Err(Error::Write(error)) => Err(error).context(OUTPUT),
    }
}

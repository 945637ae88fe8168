//! What is left of damaged files, and a report of what is missing.

use super::streams::{shown, standard_output};
use super::{Plan, make_output_directory, prompt, range};
use crate::commands::common::dash::is_stdin;
use crate::commands::common::message::{self, Name};
use crate::commands::common::{Exit, number, signals, stdio};
use crate::gzip::{self, Error, FileOptions, InputPath, Missing, OutputPath, Recovered};
use crate::gzip::{FileReport, RecoverOptions};
use anyhow::Context;
use clap::Args;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// What to recover, and how.
#[derive(Args)]
pub(super) struct RecoverArgs {
    /// Decompress the intact parts of damaged files, and report what is missing
    ///
    /// What cannot be decoded is left out. What no checksum verifies is written, and reported as not
    /// verified. The inputs are kept. Exit status: 1 if anything is missing or not verified.
    #[arg(
        long,
        conflicts_with_all = ["test", "list", "rm", "index", "range"],
        hide_short_help = true
    )]
    pub(super) recover: bool,

    /// With --recover, write BYTE in place of each missing one, so that offsets stay the same
    ///
    /// A number from 0 to 255, or from 0x00 to 0xff. Where it is not known how many bytes are missing,
    /// none are written.
    #[arg(
        long,
        value_name = "BYTE",
        value_parser = byte,
        requires = "recover",
        hide_short_help = true
    )]
    fill: Option<u8>,

    /// With --recover, leave out what is not verified by a checksum
    #[arg(long, requires = "recover", hide_short_help = true)]
    only_verified: bool,
}

impl RecoverArgs {
    pub(super) fn options(&self) -> Option<RecoverOptions> {
        let options = RecoverOptions::default().fill(self.fill).only_verified(self.only_verified);
        self.recover.then_some(options)
    }
}

/// Reads a byte: `32` or `0x20`.
fn byte(text: &str) -> Result<u8, String> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if digits.starts_with('+') => Err("not a number".to_owned()),
        Some(digits) => u8::from_str_radix(digits, 16)
            .map_err(|_| "not a byte (try 0, or 0x20 for a space)".to_owned()),
        None => number::parse(text),
    }
}

/// Recovers each input. Returns how that ended.
pub(super) fn run(
    plan: &Plan,
    how: RecoverOptions,
    inputs: Vec<InputPath>,
) -> anyhow::Result<Exit> {
    signals::clean_up_on_signals(&plan.run.outputs).context("cannot watch for signals")?;
    let how = how.settings(plan.options.settings);
    let (streamed, placed): (Vec<_>, Vec<_>) =
        inputs.into_iter().partition(|input| plan.stdout || is_stdin(input.path()));
    let mut exit = Exit::Success;
    for input in &streamed {
        let done = match &plan.options.output {
            OutputPath::File(target) => {
                range::place(plan, input, target, |file, output| recover(how, file, output))
            }
            _ => to_stdout(plan, how, input)?,
        };
        exit.worsen(tell(plan, input, done));
    }
    if !placed.is_empty() {
        make_output_directory(plan)?;
        let answers = prompt::ask(placed, plan).context("standard input")?;
        if answers.refused > 0 {
            exit.worsen(Exit::Warning);
        }
        exit.worsen(all(plan, how, &answers.free, &plan.options));
        exit.worsen(all(plan, how, &answers.replace, &plan.options.clone().overwrite(true)));
        for error in plan.run.trees.finish() {
            // Its words have the directory's name.
            exit.worsen(plan.reporter.failure(Path::new(""), &error));
        }
    }
    Ok(exit)
}

/// Recovers files, each into another.
fn all(plan: &Plan, how: RecoverOptions, files: &[InputPath], options: &FileOptions) -> Exit {
    let mut exit = Exit::Success;
    for file in files {
        let done = gzip::recover_file(file, options, &how, &plan.run);
        let done = done.map(|(FileReport { warnings, .. }, recovered)| {
            for warning in &warnings {
                exit.worsen(plan.reporter.failure(file.path(), warning));
            }
            recovered
        });
        exit.worsen(tell(plan, file, done));
    }
    exit
}

/// Recovers an input to standard output. If that cannot be written to, neither can anything that
/// follows.
fn to_stdout(
    plan: &Plan,
    how: RecoverOptions,
    input: &InputPath,
) -> anyhow::Result<Result<Recovered, Error>> {
    let mut output = stdio::output().context(standard_output(plan))?;
    match range::open(plan, input).and_then(|file| recover(how, file, &mut output)) {
        Err(Error::Write(error)) => Err(error).context(standard_output(plan)),
        done => Ok(done),
    }
}

fn recover(how: RecoverOptions, file: File, output: impl Write) -> Result<Recovered, Error> {
    if !file.metadata().map_err(Error::Read)?.is_file() {
        let reason = "--recover reads a file several times, so it needs a regular file";
        return Err(Error::Read(std::io::Error::other(reason)));
    }
    gzip::recover(file, output, &how)
}

/// Reports what became of an input. Returns how it ended.
fn tell(plan: &Plan, input: &InputPath, done: Result<Recovered, Error>) -> Exit {
    let name = shown(input.path());
    let done = match done {
        Ok(done) => done,
        Err(error) => return plan.reporter.failure(name, &error),
    };
    if !done.intact && !plan.reporter.is_quiet() {
        let command = plan.reporter.invoked_as.name();
        let most = if plan.reporter.is_verbose() { usize::MAX } else { SHOWN };
        for text in lines(&done, most) {
            message::line(command, &format!("{}: {text}", Name(name)));
        }
    }
    if done.whole { Exit::Success } else { Exit::Failure }
}

/// The most ranges of a kind that are shown without `-v`.
const SHOWN: usize = 20;

/// One line for each range, and one for all of it.
fn lines(done: &Recovered, most: usize) -> Vec<String> {
    let mut lines: Vec<_> = done.missing.iter().take(most).map(missing).collect();
    let more = done.more_missing + done.missing.len().saturating_sub(most) as u64;
    if more > 0 {
        lines.push(format!("output missing in {more} more places"));
    }
    let unverified = done.unverified.iter().take(most);
    lines.extend(unverified.map(|bytes| {
        format!("bytes {}-{} of the output not verified", bytes.start, bytes.end - 1)
    }));
    let more = done.unverified.len().saturating_sub(most);
    if more > 0 {
        lines.push(format!("output not verified in {more} more places"));
    }
    lines.push(format!("recovered {} bytes; {}", done.written, verdict(done)));
    lines
}

fn verdict(done: &Recovered) -> String {
    let filled = match done.filled {
        0 => String::new(),
        filled => format!(", {filled} filled"),
    };
    match done.missing_bytes {
        _ if done.whole => "nothing is missing".to_owned(),
        Some(0) => "nothing is missing, but not all is verified".to_owned(),
        Some(missing) => format!("{missing} missing{filled}"),
        None => format!("an unknown number missing{filled}"),
    }
}

/// `bytes 1234-5678 not recovered; 65536 bytes of output missing at offset 98765`.
fn missing(missing: &Missing) -> String {
    let Missing { compressed, offset, length, .. } = missing;
    let place = if compressed.is_empty() {
        format!("no data after byte {}", compressed.end)
    } else {
        format!("bytes {}-{} not recovered", compressed.start, compressed.end - 1)
    };
    let count = match length {
        Some(1) => "1 byte of output".to_owned(),
        Some(length) => format!("{length} bytes of output"),
        None => "output of unknown length".to_owned(),
    };
    format!("{place}; {count} missing at offset {offset}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_decimal_or_hexadecimal() {
        for (text, value) in [("0", 0), ("32", 32), ("255", 255), ("0x20", 32), ("0XfF", 255)] {
            assert_eq!(byte(text), Ok(value), "{text}");
        }
        for text in ["", "256", "-1", "x", "0x", "0x100", "0x+1", "20h"] {
            assert!(byte(text).is_err(), "{text}");
        }
    }
}

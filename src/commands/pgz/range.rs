//! A range of the uncompressed bytes, written to standard output or a file.

use super::Plan;
use super::streams::{shown, standard_output};
use crate::commands::common::dash::is_stdin;
use crate::commands::common::{Exit, signals, size, stdio};
use crate::gzip::{self, ByteRange, Error, InputPath, OutputPath};
use crate::io::{FileId, Output};
use anyhow::Context;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Reads `OFFSET:LENGTH`, or `OFFSET:` for all that follows.
pub(super) fn parse(text: &str) -> Result<ByteRange, String> {
    let (offset, length) = text
        .split_once(':')
        .ok_or("not a range (try 4K:100 for 100 bytes, or 4K: for all that follows)")?;
    let start = size::parse(offset)?;
    let end = match length {
        "" => u64::MAX,
        // Each is less than 2^53.
        length => start + size::parse(length)?,
    };
    Ok(ByteRange { start, end })
}

/// Writes the range of each input, one after the other. Returns how that ended.
pub(super) fn run(plan: &Plan, range: ByteRange, inputs: &[InputPath]) -> anyhow::Result<Exit> {
    if let OutputPath::File(target) = &plan.options.output {
        signals::clean_up_on_signals(&plan.run.outputs).context("cannot watch for signals")?;
        let results = inputs.iter().map(|input| {
            let result =
                place(plan, input, target, |file, output| copy(plan, range, input, file, output));
            result.map_or_else(|error| report(plan, input, &error), |()| Exit::Success)
        });
        return Ok(results.fold(Exit::Success, worst));
    }
    let mut output = stdio::output().context(standard_output(plan))?;
    let mut exit = Exit::Success;
    for input in inputs {
        match open(plan, input).and_then(|file| copy(plan, range, input, file, &mut output)) {
            Ok(()) => {}
            // Nothing that follows could be written either.
            Err(Error::Write(error)) => return Err(error).context(standard_output(plan)),
            Err(error) => exit.worsen(report(plan, input, &error)),
        }
    }
    Ok(exit)
}

fn worst(mut exit: Exit, other: Exit) -> Exit {
    exit.worsen(other);
    exit
}

fn report(plan: &Plan, input: &InputPath, error: &Error) -> Exit {
    plan.reporter.failure(shown(input.path()), error)
}

pub(super) fn open(plan: &Plan, input: &InputPath) -> Result<File, Error> {
    if is_stdin(input.path()) {
        Ok(stdio::input().map_err(Error::Read)?.into_inner())
    } else {
        gzip::open(input, &plan.run)
    }
}

fn copy(
    plan: &Plan,
    range: ByteRange,
    input: &InputPath,
    file: File,
    output: impl Write,
) -> Result<(), Error> {
    let path = Some(input.path()).filter(|path| !is_stdin(path));
    // As in gzip, -cf copies what cannot be decompressed.
    let copies = plan.options.force && plan.stdout;
    let settings = plan.options.settings.pass_through(copies);
    gzip::copy_range(file, path, range, output, &settings).map(drop)
}

/// Writes what is made of an input to a named file.
pub(super) fn place<T>(
    plan: &Plan,
    input: &InputPath,
    target: &Path,
    write: impl FnOnce(File, &mut Output) -> Result<T, Error>,
) -> Result<T, Error> {
    let options = &plan.options;
    let file = open(plan, input)?;
    let id = FileId::from(&file.metadata().map_err(Error::Read)?);
    let mut output = Output::open(target, &plan.run.outputs).map_err(Error::Write)?;
    match output.before() {
        Some(before) if before == id => return Err(Error::SameFile),
        Some(_) if !options.overwrite => return Err(Error::Exists(target.to_owned())),
        _ => {}
    }
    let written = write(file, &mut output)?;
    output.commit(options.existing(), options.sync).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists if !options.overwrite => Error::Exists(target.to_owned()),
        _ => Error::Write(error),
    })?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_sizes_with_units() {
        for (text, start, end) in [
            ("0:1", 0, 1),
            ("4K:100", 4096, 4196),
            ("1M:1M", 1 << 20, 2 << 20),
            ("7:0", 7, 7),
            ("1G:", 1 << 30, u64::MAX),
        ] {
            assert_eq!(parse(text), Ok(ByteRange { start, end }), "{text}");
        }
        for text in ["", ":", ":5", "5", "5:x", "-1:2", "1:2:3", "1:-2"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}

//! Gzips files in parallel, and stands in for gzip.

mod arguments;
mod batch;
mod bgzf;
mod getopt;
mod inputs;
mod invoked_as;
mod level;
mod list;
mod pigz;
mod prompt;
mod range;
mod recover;
mod reporter;
mod streams;
mod summary;

use super::common::arguments::Reader;
use super::common::dash::is_stdin;
use super::common::message::Name;
use super::common::progress::{ProgressLine, When};
use super::common::{Exit, exit, message, stdio};
use crate::gzip::{
    Action, ByteRange, FileOptions, InputPath, OutputPath, RecoverOptions, RunState,
};
use crate::io::Dir;
use anyhow::Context;
use arguments::Arguments;
use clap::Command;
use invoked_as::InvokedAs;
use reporter::Reporter;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::{env, fs};

/// The end of the man page.
const MANUAL: &str = include_str!("../../../man/pgz.roff");

/// What to do, and how to report it.
#[derive(Debug)]
struct Plan {
    /// The inputs.
    files: Files,
    /// What to do with each file.
    action: Action,
    /// How to do it.
    options: FileOptions,
    /// What all the files share.
    run: RunState,
    /// The uncompressed bytes to write, if not all.
    range: Option<ByteRange>,
    /// How to recover damaged files, if that is to be done.
    recover: Option<RecoverOptions>,
    /// Whether to list the files in a table, for `-l`.
    list: bool,
    /// Whether a stream that falls idle is flushed.
    flush_idle: bool,
    /// Whether all output goes to standard output, as with `-c`.
    stdout: bool,
    /// When to show progress.
    progress: When,
    /// How to report what was done.
    reporter: Reporter,
}

/// Where the names of the inputs are.
#[derive(Debug)]
enum Files {
    /// On the command line; none for standard input.
    Named(Vec<PathBuf>),
    /// In this file, ended by NUL bytes.
    Listed(PathBuf),
}

/// Runs the command.
#[must_use]
pub fn main() -> ExitCode {
    let invoked_as = InvokedAs::of(&env::args_os().next().unwrap_or_default());
    let advice = if invoked_as.is_gnu() { |_: &str| None } else { pigz::advice };
    let (name, convention) = (invoked_as.name(), invoked_as.convention());
    let reader = Reader { name, manual: MANUAL, convention, advice };
    let command = arguments::command(invoked_as);
    let parsed = match arguments(invoked_as, &command) {
        Ok(arguments) => reader.parse_from::<Arguments>(command, arguments),
        Err(text) => return reader.refuse(&text),
    };
    match parsed {
        Ok(arguments) => run(reader, invoked_as, arguments),
        Err(status) => status,
    }
}

/// Returns this process's arguments, as the definition of the command line takes them. In gzip's
/// place, those from the variable `GZIP` come first, and all are read as `gzip` reads them.
fn arguments(invoked_as: InvokedAs, command: &Command) -> Result<Vec<OsString>, String> {
    let mut arguments: Vec<_> = env::args_os().collect();
    if !invoked_as.is_gnu() {
        return Ok(level::spell_out(command, arguments));
    }
    if let Some(variable) = env::var_os("GZIP") {
        let first = arguments.len().min(1);
        arguments.splice(first..first, getopt::from_variable(&variable)?);
    }
    getopt::check(&mut command.clone(), arguments)
}

fn run(reader: Reader, invoked_as: InvokedAs, arguments: Arguments) -> ExitCode {
    let name = reader.name;
    if arguments.license {
        return exit::finish(name, print_licence(name));
    }
    if arguments.ascii && !arguments.quiet {
        message::line(name, "option --ascii ignored on this system");
    }
    match arguments.plan(invoked_as) {
        Ok(plan) => exit::finish(name, carry_out(plan)),
        Err(text) if invoked_as.is_gnu() => {
            // Of a value, gzip says no more than this.
            message::line(name, &text);
            ExitCode::from(Exit::Failure.code())
        }
        Err(text) => reader.refuse(&text),
    }
}

fn print_licence(name: &str) -> anyhow::Result<Exit> {
    let mut text = format!("{name} is licensed under MIT or Apache-2.0, at your option.\n");
    if cfg!(feature = "libdeflate") {
        text += "It contains libdeflate (MIT) and libdeflater (Apache-2.0).\n";
    }
    stdio::print(&text).context("standard output")?;
    Ok(Exit::Success)
}

fn carry_out(plan: Plan) -> anyhow::Result<Exit> {
    let (names, mut exit) = inputs::names(&plan)?;
    let unnamed = matches!(&plan.files, Files::Named(names) if names.is_empty());
    let (files, worst) = inputs::expand(names, &plan);
    exit.worsen(worst);
    if let Some(range) = plan.range {
        streams::refuse_terminals(&plan, &files)?;
        exit.worsen(range::run(&plan, range, &files)?);
        return Ok(exit);
    }
    if let Some(how) = plan.recover {
        exit.worsen(recover::run(&plan, how, files)?);
        return Ok(exit);
    }
    let (streamed, placed): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| plan.stdout || is_stdin(file.path()));
    streams::refuse_terminals(&plan, &streamed)?;
    if unnamed {
        plan.reporter.announce_input();
    }
    let line = show_progress(&plan, &streamed, &placed);
    match &plan.options.output {
        _ if streamed.is_empty() => {}
        OutputPath::File(target) => exit.worsen(streams::to_file(&plan, target)?),
        OutputPath::Directory(path) => {
            anyhow::bail!("standard input has no name in {}", Name(path));
        }
        OutputPath::NextToInput => exit.worsen(streams::to_stdout(&plan, &streamed)?),
    }
    if !placed.is_empty() {
        make_output_directory(&plan)?;
        let (worst, summary) = batch::run(&plan, placed)?;
        exit.worsen(worst);
        drop(line);
        if streamed.is_empty() {
            summary.print(&plan).context("standard output")?;
        }
    }
    Ok(exit)
}

/// Makes the directory for the outputs of `-r`, if it is missing.
fn make_output_directory(plan: &Plan) -> anyhow::Result<()> {
    let OutputPath::Directory(path) = &plan.options.output else { return Ok(()) };
    if plan.action == Action::Test || path.exists() {
        return Ok(());
    }
    let make = || {
        fs::create_dir(path)?;
        if plan.options.sync {
            let (parent, _) = Dir::of(path)?;
            parent.sync(&fs::File::open(path)?)?;
        }
        Ok::<(), io::Error>(())
    };
    make().with_context(|| Name(path).to_string())
}

/// Shows progress until the line that it returns is dropped.
fn show_progress(plan: &Plan, streamed: &[InputPath], placed: &[InputPath]) -> ProgressLine {
    let when = match plan.progress {
        _ if plan.reporter.is_quiet() => When::Never,
        // It would be mixed with the output on the same terminal.
        When::Auto if !streamed.is_empty() && io::stdout().is_terminal() => When::Never,
        when => when.beside(streamed.iter().map(InputPath::path)),
    };
    let mut all = streamed.iter().chain(placed);
    let total = || all.try_fold(0, |sum, file| Some(sum + file.path().metadata().ok()?.len()));
    let read = Arc::clone(&plan.run.bytes_read);
    ProgressLine::start(when, total, move || read.load(Ordering::Relaxed))
}

//! Gzips files in parallel, and stands in for gzip.

mod arguments;
mod batch;
mod getopt;
mod inputs;
mod invoked_as;
mod level;
mod list;
mod pigz;
mod prompt;
mod reporter;
mod streams;

use super::common::arguments::Reader;
use super::common::message::Name;
use super::common::progress::{ProgressLine, When};
use super::common::{Exit, exit, message, stdio};
use crate::gzip::file::{Action, Input, Options, Place};
use anyhow::{Context, bail};
use arguments::Options as Flags;
use clap::{Command, CommandFactory};
use inputs::is_stdin;
use invoked_as::InvokedAs;
use reporter::Reporter;
use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What is to be done, and how that is to be told.
#[derive(Debug)]
struct Plan {
    /// What to do with files.
    options: Options,
    /// Whether the files are told in a table, as `-l` has it.
    list: bool,
    /// Whether standard output takes it all, as `-c` has it.
    stdout: bool,
    /// Who speaks.
    reporter: Reporter,
}

impl Plan {
    /// Says how many files were done, as the book's program does and gzip does not.
    fn sum_up(&self, done: usize) -> io::Result<()> {
        let verb = match self.options.action {
            Action::Compress => "Compressed",
            Action::Decompress => "Decompressed",
            Action::Test => return Ok(()),
        };
        if self.reporter.invoked_as.is_gnu() || self.reporter.is_quiet() {
            return Ok(());
        }
        let files = if done == 1 { "file" } else { "files" };
        stdio::print(&format!("{verb} {done} {files}\n"))
    }
}

/// Runs the command.
#[must_use]
pub fn main() -> ExitCode {
    let invoked_as = InvokedAs::of(&env::args_os().next().unwrap_or_default());
    let (name, convention) = (invoked_as.name(), invoked_as.convention());
    let advice = if invoked_as.is_gnu() { |_: &str| None } else { pigz::advice };
    let reader = Reader { name, convention, advice };
    let mut command = Flags::command().name(name).bin_name(name);
    if invoked_as.is_gnu() {
        // There, -b is something else, and means nothing.
        command = command.mut_arg("chunk", |arg| arg.short(None));
    }
    let arguments = match arguments(invoked_as, &command) {
        Ok(arguments) => arguments,
        Err(text) => return reader.refuse(&text),
    };
    match reader.parse_from(command, arguments) {
        Ok(options) => exit::finish(name, run(invoked_as, options)),
        Err(status) => status,
    }
}

/// This process's arguments. In gzip's place those from the variable `GZIP` come before them, and
/// all are read as `gzip` reads them.
fn arguments(invoked_as: InvokedAs, command: &Command) -> Result<Vec<OsString>, String> {
    let mut arguments: Vec<_> = env::args_os().collect();
    if !invoked_as.is_gnu() {
        return Ok(arguments);
    }
    if let Some(variable) = env::var_os("GZIP") {
        let first = arguments.len().min(1);
        arguments.splice(first..first, getopt::from_variable(&variable)?);
    }
    getopt::check(&mut command.clone(), arguments)
}

fn run(invoked_as: InvokedAs, mut options: Flags) -> anyhow::Result<Exit> {
    if options.license {
        let name = invoked_as.name();
        stdio::print(&format!("{name} is under the MIT or the Apache-2.0 licence.\n"))
            .context("standard output")?;
        return Ok(Exit::Success);
    }
    if options.ascii && !options.quiet {
        message::line(invoked_as.name(), "option --ascii ignored on this system");
    }
    let names = std::mem::take(&mut options.files);
    let progress = options.progress;
    let plan = options.plan(invoked_as, names.len())?;
    let names = if names.is_empty() { vec![PathBuf::from("-")] } else { names };
    let (files, mut exit) = inputs::expand(names, &plan);
    let (streamed, placed): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| plan.stdout || is_stdin(file.path()));
    if let (Place::In(directory), false) = (&plan.options.place, streamed.is_empty()) {
        bail!("standard input has no name in {}; give -o a name", Name(directory));
    }
    let when = match progress {
        _ if plan.reporter.is_quiet() => When::Never,
        // What is written there would be mixed with it.
        When::Auto if !streamed.is_empty() && io::stdout().is_terminal() => When::Never,
        when => when.beside(streamed.iter().map(Input::path)),
    };
    let all = streamed.iter().chain(&placed);
    let total = || all.map(|file| Some(file.path().metadata().ok()?.len())).sum();
    let read = Arc::clone(&plan.options.read);
    let _line = ProgressLine::start(when, total, move || read.load(Ordering::Relaxed));
    match &plan.options.place {
        _ if streamed.is_empty() => {}
        Place::At(target) => exit.worsen(streams::to_file(&plan, target)?),
        _ => exit.worsen(streams::to_stdout(&plan, &streamed)?),
    }
    if !placed.is_empty() {
        let (worst, done) = batch::run(&plan, placed)?;
        exit.worsen(worst);
        if streamed.is_empty() {
            plan.sum_up(done).context("standard output")?;
        }
    }
    Ok(exit)
}

//! Gzips files in parallel, and stands in for gzip.

mod arguments;
mod batch;
mod getopt;
mod inputs;
mod level;
mod list;
mod persona;
mod pigz;
mod prompt;
mod streams;
mod voice;

use super::common::arguments::Reader;
use super::common::message::Name;
use super::common::progress::{Line, When};
use super::common::{Exit, exit, message, stdio};
use crate::gzip::{Action, FileOptions, InputPath, OutputPath};
use anyhow::{Context, bail};
use arguments::Options as Flags;
use clap::{Command, CommandFactory};
use inputs::is_stdin;
use persona::Persona;
use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What is to be done, and how that is to be told.
#[derive(Debug)]
pub struct Work {
    /// What to do with files.
    pub(crate) action: Action,
    /// How to do it.
    pub options: FileOptions,
    /// Whether the files are told in a table, as `-l` has it.
    pub list: bool,
    /// Whether standard output takes it all, as `-c` has it.
    pub stdout: bool,
    /// Who speaks.
    pub voice: voice::Voice,
}

impl Work {
    /// Says how many files were done, as the book's program does and gzip does not.
    pub fn sum_up(&self, done: usize) -> io::Result<()> {
        let verb = match self.action {
            Action::Compress => "Compressed",
            Action::Decompress => "Decompressed",
            Action::Test => return Ok(()),
        };
        if self.voice.persona.is_gnu() || self.voice.is_quiet() {
            return Ok(());
        }
        let files = if done == 1 { "file" } else { "files" };
        stdio::print(&format!("{verb} {done} {files}\n"))
    }
}

/// Runs the command.
#[must_use]
pub fn main() -> ExitCode {
    let persona = Persona::of(&env::args_os().next().unwrap_or_default());
    let (name, usage) = (persona.name(), persona.usage());
    let advice = if persona.is_gnu() { |_: &str| None } else { pigz::advice };
    let reader = Reader { name, usage, advice };
    let mut command = Flags::command().name(name).bin_name(name);
    if persona.is_gnu() {
        // There, -b is something else, and means nothing.
        command = command.mut_arg("chunk", |arg| arg.short(None));
    }
    let arguments = match arguments(persona, &command) {
        Ok(arguments) => arguments,
        Err(text) => return reader.refuse(&text),
    };
    match reader.parse_from(command, arguments) {
        Ok(options) => exit::finish(name, run(persona, options)),
        Err(status) => status,
    }
}

/// This process's arguments. In gzip's place those from the variable `GZIP` come before them, and
/// all are read as `gzip` reads them.
fn arguments(persona: Persona, command: &Command) -> Result<Vec<OsString>, String> {
    let mut arguments: Vec<_> = env::args_os().collect();
    if !persona.is_gnu() {
        return Ok(arguments);
    }
    if let Some(variable) = env::var_os("GZIP") {
        let first = arguments.len().min(1);
        arguments.splice(first..first, getopt::from_variable(&variable)?);
    }
    getopt::check(&mut command.clone(), arguments)
}

fn run(persona: Persona, mut options: Flags) -> anyhow::Result<Exit> {
    if options.license {
        let name = persona.name();
        stdio::print(&format!("{name} is under the MIT or the Apache-2.0 licence.\n"))
            .context("standard output")?;
        return Ok(Exit::Success);
    }
    if options.ascii && !options.quiet {
        message::line(persona.name(), "option --ascii ignored on this system");
    }
    let names = std::mem::take(&mut options.files);
    let progress = options.progress;
    let work = options.work(persona, names.len())?;
    let names = if names.is_empty() { vec![PathBuf::from("-")] } else { names };
    let (files, mut exit) = inputs::expand(names, &work);
    let (streamed, placed): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| work.stdout || is_stdin(file.path()));
    if let (OutputPath::Directory(directory), false) = (&work.options.output, streamed.is_empty()) {
        bail!("standard input has no name in {}; give -o a name", Name(directory));
    }
    let when = match progress {
        _ if work.voice.is_quiet() => When::Never,
        // What is written there would be mixed with it.
        When::Auto if !streamed.is_empty() && io::stdout().is_terminal() => When::Never,
        when => when.beside(streamed.iter().map(InputPath::path)),
    };
    let all = streamed.iter().chain(&placed);
    let total = || all.map(|file| Some(file.path().metadata().ok()?.len())).sum();
    let read = Arc::clone(&work.options.bytes_read);
    let _line = Line::start(when, total, move || read.load(Ordering::Relaxed));
    match &work.options.output {
        _ if streamed.is_empty() => {}
        OutputPath::File(target) => exit.worsen(streams::to_file(&work, target)?),
        _ => exit.worsen(streams::to_stdout(&work, &streamed)?),
    }
    if !placed.is_empty() {
        let (worst, done) = batch::run(&work, placed)?;
        exit.worsen(worst);
        if streamed.is_empty() {
            work.sum_up(done).context("standard output")?;
        }
    }
    Ok(exit)
}

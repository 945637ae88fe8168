//! Gzips files in parallel (listings 3.3 and 3.4), and stands in for gzip.

use anyhow::{Context, anyhow};
use clap::{CommandFactory, FromArgMatches, Parser};
use csp_toolkit::cli::level::LevelArgs;
use csp_toolkit::cli::pgz::inputs::{self, is_stdin};
use csp_toolkit::cli::pgz::persona::Persona;
use csp_toolkit::cli::pgz::voice::{Verbosity, Voice};
use csp_toolkit::cli::pgz::{Work, batch, streams};
use csp_toolkit::cli::progress::{Line, When};
use csp_toolkit::cli::{Exit, exit, message, size, stdio, threads};
use csp_toolkit::gzip::file::{self, Action, Original, Place};
use csp_toolkit::gzip::{Existing, Foreign, Settings};
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

csp_toolkit::capture_at_start!();

/// Compresses each FILE into FILE.gz beside it, many at once. The originals stay.
///
/// Called as gzip, gunzip or zcat, it has their defaults: the originals go away once the output is
/// in place, and names and times are stored.
#[derive(Parser)]
#[command(
    version,
    infer_long_args = true,
    after_help = "Exit status: 0, 1 if a file failed (the others are done), 2 on a warning or unusable options."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
struct Options {
    /// Files to compress; none, or -, is standard input to standard output
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Write to standard output; the originals stay
    #[arg(short = 'c', long, visible_alias = "to-stdout")]
    stdout: bool,

    /// Decompress
    #[arg(short, long, visible_alias = "uncompress")]
    decompress: bool,

    /// Replace outputs that exist, compress what links point to and what ends in .gz, use terminals
    #[arg(short, long)]
    force: bool,

    /// Keep the originals [default, but for gzip]
    #[arg(short, long, overrides_with = "rm")]
    keep: bool,

    /// Remove each original once its output is proved, complete and on the disk
    #[arg(long, overrides_with = "keep")]
    rm: bool,

    /// List true sizes
    #[arg(short, long)]
    list: bool,

    /// Say under which licence this comes
    #[arg(short = 'L', long)]
    license: bool,

    /// Neither store nor restore name and time [default, but for gzip]
    #[arg(short = 'n', long, overrides_with = "name")]
    no_name: bool,

    /// Store name and time, or restore them
    #[arg(short = 'N', long, overrides_with = "no_name")]
    name: bool,

    /// Write each FILE's output to PATH, or into it if it is a directory
    #[arg(short, long, value_name = "PATH", conflicts_with = "stdout")]
    output: Option<PathBuf>,

    /// No warnings
    #[arg(short, long, visible_alias = "silent", overrides_with = "verbose")]
    quiet: bool,

    /// Do the files in directories
    #[arg(short, long)]
    recursive: bool,

    /// Cut where the data says so, that a small change stays small for rsync
    #[arg(long)]
    rsyncable: bool,

    /// The ending of compressed files' names
    #[arg(short = 'S', long, value_name = "SUFFIX", default_value = ".gz")]
    suffix: OsString,

    /// Have each output on the disk before the next step
    #[arg(long)]
    synchronous: bool,

    /// Test whether files are whole
    #[arg(short, long)]
    test: bool,

    /// Say what becomes of each file
    #[arg(short, long, overrides_with = "quiet")]
    verbose: bool,

    /// How many threads work [default: the cores this process may use]
    #[arg(short = 'p', long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    /// Compress in pieces of SIZE, 64K to 16M [default: 1M]
    #[arg(short = 'b', long, value_name = "SIZE", value_parser = size::parse)]
    chunk: Option<u64>,

    /// Show how far it is on standard error
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    progress: When,

    #[command(flatten)]
    level: LevelArgs,
}

pub(crate) fn main() -> ExitCode {
    let persona = Persona::of(&std::env::args_os().next().unwrap_or_default());
    let arguments = match persona.arguments() {
        Ok(arguments) => arguments,
        Err(text) => {
            let name = persona.name();
            message::line(name, &format!("{text}\nTry `{name} --help' for more information."));
            return ExitCode::from(persona.usage().code());
        }
    };
    let command = Options::command().name(persona.name()).bin_name(persona.name());
    let parsed = command.try_get_matches_from(arguments);
    match parsed.and_then(|matches| Options::from_arg_matches(&matches)) {
        Ok(options) => exit::finish(persona.name(), run(persona, options)),
        Err(error) => {
            let asked_for = error.exit_code() == 0;
            // Nothing better can be done if it cannot be printed.
            let _ = error.print();
            ExitCode::from(if asked_for { 0 } else { persona.usage().code() })
        }
    }
}

fn run(persona: Persona, mut options: Options) -> anyhow::Result<Exit> {
    if options.license {
        let name = persona.name();
        stdio::print(&format!("{name} is under the MIT or the Apache-2.0 licence.\n"))
            .context("standard output")?;
        return Ok(Exit::Success);
    }
    let names = std::mem::take(&mut options.files);
    let progress = options.progress;
    let work = options.work(persona, names.len())?;
    let names = if names.is_empty() { vec![PathBuf::from("-")] } else { names };
    let (files, mut exit) = inputs::expand(names, &work);
    let sizes = || files.iter().map(|file| Some(file.path().metadata().ok()?.len())).sum();
    let total = work.voice.progress.then(sizes).flatten();
    let read = Arc::clone(&work.options.read);
    let when = if work.voice.is_quiet() { When::Never } else { progress };
    let _line = Line::start(when, total, move || read.load(Ordering::Relaxed));

    let (streamed, placed): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| work.stdout || is_stdin(file.path()));
    match &work.options.place {
        _ if streamed.is_empty() => {}
        Place::At(target) => exit.worsen(streams::to_file(&work, target)?),
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

impl Options {
    /// What the flags come to.
    fn work(self, persona: Persona, inputs: usize) -> anyhow::Result<Work> {
        let gnu = persona.is_gnu();
        let action = match () {
            () if self.test || self.list => Action::Test,
            () if self.decompress || persona.decompresses() => Action::Decompress,
            () => Action::Compress,
        };
        let mut settings = Settings::new(threads::or_default(self.threads)).level(self.level.level);
        if let Some(chunk) = self.chunk {
            let sized = usize::try_from(chunk).ok().and_then(|chunk| settings.chunk(chunk));
            settings = sized.context("a chunk has from 64K to 16M")?;
        }
        settings.rsyncable = self.rsyncable;
        settings.index = !gnu;
        if action == Action::Test && self.force && !self.list {
            settings.foreign = Foreign::Copy;
        }
        let mut options = file::Options::new(action, settings);
        options.existing = if self.force { Existing::Replace } else { Existing::Keep };
        let remove = self.rm || gnu && !self.keep;
        options.original = if remove { Original::Remove } else { Original::Keep };
        // Compressing, gzip stores the name unless told not to; the other way it must be told to.
        options.origin = self.name || gnu && !self.no_name && action == Action::Compress;
        options.synchronous = self.synchronous || self.rm;
        options.force = self.force;
        options.place = match self.output {
            None => Place::Beside,
            Some(directory) if directory.is_dir() => Place::In(directory),
            Some(_) if inputs > 1 || self.recursive => {
                return Err(anyhow!("-o takes the output of one file, or a directory"));
            }
            Some(target) => Place::At(target),
        };
        let suffix = self.suffix.to_string_lossy();
        anyhow::ensure!(!suffix.contains('/') && suffix.len() <= 30, "invalid suffix '{suffix}'");
        anyhow::ensure!(
            !suffix.is_empty() || action != Action::Compress,
            "invalid suffix '{suffix}'"
        );
        options.suffix.clone_from(&self.suffix);
        let verbosity = match () {
            () if self.quiet => Verbosity::Quiet,
            () if self.verbose => Verbosity::Verbose,
            () => Verbosity::Usual,
        };
        let (recursive, suffix) = (self.recursive, self.suffix);
        let on_terminal = self.progress == When::Auto && io::stderr().is_terminal();
        let progress =
            verbosity != Verbosity::Quiet && (self.progress == When::Always || on_terminal);
        let voice = Voice { persona, verbosity, recursive, suffix, progress };
        let stdout = self.stdout || persona == Persona::Zcat;
        Ok(Work { options, list: self.list, stdout: stdout && action != Action::Test, voice })
    }
}

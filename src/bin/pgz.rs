//! Gzips files in parallel (listings 3.3 and 3.4), and stands in for gzip.

use anyhow::{Context, anyhow, bail, ensure};
use clap::{Command, CommandFactory, Parser};
use csp_toolkit::cli::arguments::Reader;
use csp_toolkit::cli::level::LevelArgs;
use csp_toolkit::cli::message::Name;
use csp_toolkit::cli::pgz::inputs::{self, is_stdin};
use csp_toolkit::cli::pgz::persona::Persona;
use csp_toolkit::cli::pgz::voice::{Verbosity, Voice};
use csp_toolkit::cli::pgz::{Work, batch, getopt, pigz, streams};
use csp_toolkit::cli::progress::{Line, When};
use csp_toolkit::cli::{Exit, exit, message, output, stdio, threads};
use csp_toolkit::gzip::file::{self, Action, Input, Original, Place, Stored};
use csp_toolkit::gzip::{Existing, Foreign, Settings};
use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

csp_toolkit::capture_at_start!();

/// Compresses each FILE into FILE.gz beside it, many at once. The originals stay.
///
/// Called as gzip, gunzip or zcat (or unpigz, uncompress, gzcat), it has their defaults: the
/// originals go away once the output is in place, and names and times are stored.
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

    /// Taken, with a word that it changes nothing: line ends are the same everywhere now
    #[arg(short, long, hide = true)]
    ascii: bool,

    /// Neither store nor restore name and time [default, but for gzip]
    #[arg(short = 'n', long, overrides_with = "name")]
    no_name: bool,

    /// Store name and time, or restore them
    #[arg(short = 'N', long, overrides_with = "no_name")]
    name: bool,

    /// Neither store nor restore the time, as gzip takes it
    #[arg(short = 'm', hide = true, overrides_with = "time")]
    no_time: bool,

    /// Store the time, or restore it, as gzip takes it
    #[arg(short = 'M', hide = true, overrides_with = "no_time")]
    time: bool,

    /// Leave the index out of the header [default for gzip]
    #[arg(long)]
    no_index: bool,

    /// Write each FILE's output to PATH, or into it if it is a directory; - is standard output
    #[arg(short, long, value_name = "PATH", conflicts_with = "stdout")]
    output: Option<PathBuf>,

    /// No warnings
    #[arg(short, long, visible_alias = "silent", overrides_with = "verbose")]
    quiet: bool,

    /// Do the files in directories
    #[arg(short, long)]
    recursive: bool,

    /// Cut where the data says so, that a small change stays small for rsync
    #[arg(long, short_alias = 'R')]
    rsyncable: bool,

    /// The ending of compressed files' names
    #[arg(short = 'S', long, value_name = "SUFFIX", default_value = ".gz")]
    suffix: OsString,

    /// Have each output on the disk before the next step
    #[arg(long, short_alias = 'Y')]
    synchronous: bool,

    /// Test whether files are whole
    #[arg(short, long)]
    test: bool,

    /// Say what becomes of each file
    #[arg(short, long, overrides_with = "quiet")]
    verbose: bool,

    /// How many threads work, 1024 at most [default: the cores this process may use]
    #[arg(short = 'p', long, alias = "processes", value_name = "N", value_parser = threads::parse)]
    threads: Option<NonZeroUsize>,

    /// Compress in pieces of SIZE, 64K to 16M [default: 1M]
    #[arg(short = 'b', long, alias = "blocksize", value_name = "SIZE", value_parser = pigz::chunk)]
    chunk: Option<u64>,

    /// Show how far it is on standard error
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    progress: When,

    #[command(flatten)]
    level: LevelArgs,
}

pub(crate) fn main() -> ExitCode {
    let persona = Persona::of(&env::args_os().next().unwrap_or_default());
    let (name, usage) = (persona.name(), persona.usage());
    let advice = if persona.is_gnu() { |_: &str| None } else { pigz::advice };
    let reader = Reader { name, usage, advice };
    let mut command = Options::command().name(name).bin_name(name);
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

fn run(persona: Persona, mut options: Options) -> anyhow::Result<Exit> {
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
    if let (Place::In(directory), false) = (&work.options.place, streamed.is_empty()) {
        bail!("standard input has no name in {}; give -o a name", Name(directory));
    }
    let when = match progress {
        _ if work.voice.is_quiet() => When::Never,
        // What is written there would be mixed with it.
        When::Auto if !streamed.is_empty() && io::stdout().is_terminal() => When::Never,
        when => when.beside(streamed.iter().map(Input::path)),
    };
    let all = streamed.iter().chain(&placed);
    let total = || all.map(|file| Some(file.path().metadata().ok()?.len())).sum();
    let read = Arc::clone(&work.options.read);
    let _line = Line::start(when, total, move || read.load(Ordering::Relaxed));
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
        let mut settings = Settings::new(threads::or_default(self.threads))
            .level(self.level.level)
            .index(!self.no_index && !gnu);
        if let Some(chunk) = self.chunk {
            let sized = usize::try_from(chunk).ok().and_then(|chunk| settings.chunk(chunk));
            settings = sized.context("a chunk has from 64K to 16M")?;
        }
        settings.rsyncable = self.rsyncable;
        if action == Action::Test && self.force && !self.list {
            settings.foreign = Foreign::Copy;
        }
        let mut options = file::Options::new(action, settings);
        options.existing = if self.force { Existing::Replace } else { Existing::Keep };
        let remove = self.rm || gnu && !self.keep && !persona.is_zcat();
        options.original = if remove { Original::Remove } else { Original::Keep };
        // Compressing, gzip stores the name unless told not to; the other way it must be told to.
        let both = self.name || gnu && !self.no_name && action == Action::Compress;
        options.stored = Stored { name: both, time: self.time || both && !self.no_time };
        options.synchronous = self.synchronous || self.rm;
        options.force = self.force;
        let to_stdout = self.output.as_deref().map_or(persona.is_zcat(), output::is_standard);
        options.place = match self.output {
            None => Place::Beside,
            Some(_) if to_stdout => Place::Beside,
            Some(directory) if directory.is_dir() => Place::In(directory),
            Some(_) if inputs > 1 || self.recursive => {
                return Err(anyhow!("-o takes the output of one file, or a directory"));
            }
            Some(target) => Place::At(target),
        };
        let suffix = self.suffix.as_encoded_bytes();
        ensure!(
            !suffix.contains(&b'/') && (1..=30).contains(&suffix.len()),
            "invalid suffix '{}'",
            Name(Path::new(&self.suffix))
        );
        options.suffix.clone_from(&self.suffix);
        let verbosity = match () {
            () if self.quiet => Verbosity::Quiet,
            () if self.verbose => Verbosity::Verbose,
            () => Verbosity::Usual,
        };
        let (recursive, suffix) = (self.recursive, self.suffix);
        let voice = Voice { persona, verbosity, recursive, suffix };
        let stdout = (self.stdout || to_stdout) && action != Action::Test;
        Ok(Work { options, list: self.list, stdout, voice })
    }
}

//! Standard input, or files, to standard output or to one named file.

use super::Work;
use super::inputs::is_stdin;
use super::list::Table;
use super::voice::saved;
use crate::cli::output::fresh_permissions;
use crate::cli::{Exit, signals, stdio};
use crate::gzip::file::{self, Action, Place};
use crate::gzip::place::{Existing, Output};
use crate::gzip::{Foreign, GzipError, Origin, Outcome, stream};
use crate::io::Blocking;
use anyhow::Context;
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Every input, one after the other, to standard output. Tells how that ended.
pub fn to_stdout(work: &Work, files: &[PathBuf]) -> anyhow::Result<Exit> {
    refuse_terminals(work, files)?;
    let mut output = stdio::output()?;
    let mut exit = Exit::Success;
    for file in files {
        let outcome = Input::open(file, work).and_then(|input| match work.options.action {
            Action::Test => input.pass(work, io::sink()),
            _ => input.pass(work, &mut output),
        });
        if let Err(GzipError::Write(error)) = outcome {
            // Nothing that follows could be written either.
            let stdout = if work.voice.persona.is_gnu() { "stdout" } else { "standard output" };
            return Err(error).context(stdout);
        }
        exit.worsen(tell(work, file, &outcome)?);
    }
    Ok(exit)
}

/// Standard input to a named file.
pub fn to_file(work: &Work, target: &Path) -> anyhow::Result<Exit> {
    let stdin = Path::new("-");
    refuse_terminals(work, &[stdin.to_owned()])?;
    signals::clean_up_on_signals(&work.options.unfinished).context("cannot watch for signals")?;
    let permissions = fresh_permissions();
    let outcome = Input::open(stdin, work).and_then(|input| {
        let options = &work.options;
        if options.existing == Existing::Keep && target.symlink_metadata().is_ok() {
            return Err(GzipError::Exists(target.to_owned()));
        }
        let mut output = Output::create(target, &options.unfinished).map_err(GzipError::Write)?;
        let totals = input.pass(work, &mut output)?;
        output.set_permissions(permissions).map_err(GzipError::Write)?;
        output.commit(options.existing, options.synchronous).map_err(GzipError::Write)?;
        Ok(totals)
    });
    tell(work, stdin, &outcome)
}

/// Compressed data is neither typed nor read by people.
fn refuse_terminals(work: &Work, files: &[PathBuf]) -> anyhow::Result<()> {
    let stdin = files.iter().any(|file| is_stdin(file)) && io::stdin().is_terminal();
    let to_stdout = work.options.place == Place::Beside && io::stdout().is_terminal();
    let (verb, force) = match work.options.action {
        _ if work.options.force => return Ok(()),
        Action::Compress if to_stdout => ("written to", "compression"),
        Action::Decompress | Action::Test if stdin => ("read from", "decompression"),
        _ => return Ok(()),
    };
    if !work.voice.persona.is_gnu() {
        anyhow::bail!("compressed data not {verb} a terminal; -f forces it, -h helps");
    }
    let name = work.voice.persona.name();
    let help = format!("For help, type: {name} -h");
    anyhow::bail!("compressed data not {verb} a terminal. Use -f to force {force}.\n{help}")
}

/// Something to read, and what is known of it.
struct Input {
    bytes: file::Counted,
    origin: Origin,
}

impl Input {
    fn open(path: &Path, work: &Work) -> Result<Self, GzipError> {
        let file = if is_stdin(path) {
            stdio::input().map_err(GzipError::Read)?
        } else {
            Blocking::new(file::open(path)?)
        };
        let metadata = file.get_ref().metadata().map_err(GzipError::Read)?;
        let origin = match () {
            () if !work.options.origin => Origin::default(),
            () if is_stdin(path) => Origin::timed(&metadata),
            () => Origin::of(path, &metadata),
        };
        let bytes = file::Counted::new(file, &work.options);
        Ok(Self { bytes, origin })
    }

    fn pass(self, work: &Work, output: impl Write) -> Outcome {
        let Self { bytes, origin } = self;
        let settings = &work.options.settings;
        if work.options.action == Action::Compress {
            return stream::compress_from(bytes, output, settings, &origin);
        }
        // As gzip has it: what is forced to standard output is copied if it cannot be decompressed.
        let copies =
            work.options.force && !work.list && !matches!(work.options.place, Place::At(_));
        let foreign = if copies { Foreign::Copy } else { Foreign::Report };
        stream::decompress(bytes, output, &settings.foreign(foreign))
    }
}

/// Says what there is to know of an input.
fn tell(work: &Work, file: &Path, outcome: &Outcome) -> anyhow::Result<Exit> {
    let Work { options, voice, list, .. } = work;
    let name = if is_stdin(file) { Path::new("stdin") } else { file };
    let totals = match outcome {
        Ok(totals) => totals,
        Err(error) => return Ok(voice.failure(name, error)),
    };
    if *list {
        let time = stdio::input().and_then(|stdin| stdin.get_ref().metadata());
        let time = time.map_or(0, |metadata| metadata.mtime());
        Table::new(voice, false)
            .row(Path::new("stdout"), totals, time)
            .context("standard output")?;
        return Ok(voice.success(name, totals, None));
    }
    let end = match options.action {
        Action::Test => " OK".to_owned(),
        _ if is_stdin(file) => saved(totals),
        _ => format!("{} -- replaced with stdout", saved(totals)),
    };
    Ok(voice.success(name, totals, Some(end)))
}

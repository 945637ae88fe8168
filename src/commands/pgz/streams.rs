//! Inputs that are copied to standard output, and standard input to a named file.

use super::Plan;
use super::inputs::is_stdin;
use super::list::Table;
use super::reporter::saved;
use crate::commands::common::{Exit, signals, stdio};
use crate::gzip::file::{self, Action, Place};
use crate::gzip::{Existing, Foreign, GzipError, Origin, Outcome, stream};
use crate::io::{FileId, Output};
use anyhow::Context;
use std::io::{self, ErrorKind, IsTerminal, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Writes every input to standard output, one after the other. Returns how that ended.
pub(super) fn to_stdout(plan: &Plan, files: &[file::Input]) -> anyhow::Result<Exit> {
    let mut output = match plan.options.action {
        Action::Test => None,
        _ => Some(stdio::output().context(standard_output(plan))?),
    };
    let mut exit = Exit::Success;
    for file in files {
        let outcome = Stream::open(file, plan).and_then(|input| match &mut output {
            None => input.pass(plan, io::sink()),
            Some(output) => input.pass(plan, output),
        });
        if let Err(GzipError::Write(error)) = outcome {
            // Nothing that follows could be written either.
            return Err(error).context(standard_output(plan));
        }
        exit.worsen(tell(plan, file.path(), &outcome)?);
    }
    Ok(exit)
}

fn standard_output(plan: &Plan) -> &'static str {
    if plan.reporter.invoked_as.is_gnu() { "stdout" } else { "standard output" }
}

/// Writes standard input to a named file.
pub(super) fn to_file(plan: &Plan, target: &Path) -> anyhow::Result<Exit> {
    let stdin = file::Input::from("-");
    signals::clean_up_on_signals(&plan.options.outputs).context("cannot watch for signals")?;
    let outcome = Stream::open(&stdin, plan).and_then(|input| input.place(plan, target));
    tell(plan, stdin.path(), &outcome)
}

/// Fails if these inputs would write compressed data to a terminal, or read it from one.
pub(super) fn refuse_terminals(plan: &Plan, files: &[file::Input]) -> anyhow::Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let stdin = files.iter().any(|file| is_stdin(file.path())) && io::stdin().is_terminal();
    let to_stdout = plan.options.place == Place::Beside && io::stdout().is_terminal();
    let (verb, force) = match plan.options.action {
        _ if plan.options.force => return Ok(()),
        Action::Compress if to_stdout => ("written to", "compression"),
        Action::Decompress | Action::Test if stdin => ("read from", "decompression"),
        _ => return Ok(()),
    };
    if !plan.reporter.invoked_as.is_gnu() {
        anyhow::bail!("compressed data not {verb} a terminal; -f forces it, -h helps");
    }
    let name = plan.reporter.invoked_as.name();
    let help = format!("For help, type: {name} -h");
    anyhow::bail!("compressed data not {verb} a terminal. Use -f to force {force}.\n{help}")
}

/// An input that is copied to a stream, and what is known about it.
struct Stream {
    /// Its name in messages.
    name: PathBuf,
    bytes: file::Counted,
    origin: Origin,
    id: FileId,
    /// The number of bytes to read, if it is a regular file.
    length: Option<u64>,
}

impl Stream {
    fn open(input: &file::Input, plan: &Plan) -> Result<Self, GzipError> {
        let path = input.path();
        let mut file = if is_stdin(path) {
            stdio::input().map_err(GzipError::Read)?.into_inner()
        } else {
            file::open(input, &plan.options)?
        };
        let metadata = file.metadata().map_err(GzipError::Read)?;
        let origin =
            if is_stdin(path) { Origin::timed(&metadata) } else { Origin::of(path, &metadata) };
        let origin = origin.only(plan.options.stored);
        let length = if metadata.is_file() && metadata.len() > 0 {
            let start = file.stream_position().map_err(GzipError::Read)?;
            metadata.len().checked_sub(start)
        } else {
            None
        };
        let bytes = file::Counted::new(file, &plan.options);
        Ok(Self {
            name: shown(path).to_owned(),
            bytes,
            origin,
            id: FileId::from(&metadata),
            length,
        })
    }

    /// Writes the output to `target`, following links.
    fn place(self, plan: &Plan, target: &Path) -> Outcome {
        let options = &plan.options;
        let mut output = Output::open(target, &options.outputs).map_err(GzipError::Write)?;
        match output.before() {
            Some(before) if before == self.id => return Err(GzipError::SameFile),
            Some(_) if options.existing == Existing::Keep => {
                return Err(GzipError::Exists(target.to_owned()));
            }
            _ => {}
        }
        let totals = self.pass(plan, &mut output)?;
        output.commit(options.existing, options.synchronous).map_err(|error| {
            match (error.kind(), options.existing) {
                (ErrorKind::AlreadyExists, Existing::Keep) => GzipError::Exists(target.to_owned()),
                _ => GzipError::Write(error),
            }
        })?;
        Ok(totals)
    }

    fn pass(self, plan: &Plan, output: impl Write) -> Outcome {
        let Self { name, bytes, origin, length, .. } = self;
        let settings = &plan.options.settings;
        if plan.options.action == Action::Compress {
            let totals = stream::compress_from(bytes, output, settings, &origin)?;
            if length.is_some_and(|length| length != totals.plain) {
                plan.reporter.failure(&name, &GzipError::SizeChanged);
            }
            return Ok(totals);
        }
        // As in gzip, -cf copies what cannot be decompressed.
        let copies =
            plan.options.force && !plan.list && !matches!(plan.options.place, Place::At(_));
        let foreign = if copies { Foreign::Copy } else { Foreign::Report };
        stream::decompress(bytes, output, &settings.foreign(foreign))
    }
}

/// Returns an input's name in messages.
fn shown(file: &Path) -> &Path {
    if is_stdin(file) { Path::new("stdin") } else { file }
}

/// Reports what was done with an input. Returns how it ended.
fn tell(plan: &Plan, file: &Path, outcome: &Outcome) -> anyhow::Result<Exit> {
    let Plan { options, reporter, list, .. } = plan;
    let name = shown(file);
    let totals = match outcome {
        Ok(totals) => totals,
        Err(error) => return Ok(reporter.failure(name, error)),
    };
    if *list {
        let time = stdio::input().and_then(|stdin| stdin.get_ref().metadata());
        let time = time.map_or(0, |metadata| metadata.mtime());
        Table::new(reporter, false)
            .row(Path::new("stdout"), totals, time)
            .context("standard output")?;
        return Ok(reporter.success(name, totals, None));
    }
    let end = match options.action {
        Action::Test => " OK".to_owned(),
        _ if is_stdin(file) => saved(totals),
        _ => format!("{} -- replaced with stdout", saved(totals)),
    };
    Ok(reporter.success(name, totals, Some(end)))
}

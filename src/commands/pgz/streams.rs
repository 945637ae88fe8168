//! Standard input, or files, to standard output or to one named file.

use super::Work;
use super::inputs::is_stdin;
use super::list::Table;
use super::voice::saved;
use crate::commands::common::{Exit, signals, stdio};
use crate::gzip::file::{self, Action, Place};
use crate::gzip::{Existing, Foreign, GzipError, Origin, Outcome, stream};
use crate::io::{FileId, Output};
use anyhow::Context;
use std::io::{self, ErrorKind, IsTerminal, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Every input, one after the other, to standard output. Tells how that ended.
pub(super) fn to_stdout(work: &Work, files: &[file::Input]) -> anyhow::Result<Exit> {
    refuse_terminals(work, files)?;
    let mut output = match work.options.action {
        Action::Test => None,
        _ => Some(stdio::output().context(standard_output(work))?),
    };
    let mut exit = Exit::Success;
    for file in files {
        let outcome = Input::open(file, work).and_then(|input| match &mut output {
            None => input.pass(work, io::sink()),
            Some(output) => input.pass(work, output),
        });
        if let Err(GzipError::Write(error)) = outcome {
            // Nothing that follows could be written either.
            return Err(error).context(standard_output(work));
        }
        exit.worsen(tell(work, file.path(), &outcome)?);
    }
    Ok(exit)
}

fn standard_output(work: &Work) -> &'static str {
    if work.voice.persona.is_gnu() { "stdout" } else { "standard output" }
}

/// Standard input to a named file.
pub(super) fn to_file(work: &Work, target: &Path) -> anyhow::Result<Exit> {
    let stdin = file::Input::from("-");
    refuse_terminals(work, std::slice::from_ref(&stdin))?;
    signals::clean_up_on_signals(&work.options.outputs).context("cannot watch for signals")?;
    let outcome = Input::open(&stdin, work).and_then(|input| input.place(work, target));
    tell(work, stdin.path(), &outcome)
}

/// Compressed data is neither typed nor read by people.
fn refuse_terminals(work: &Work, files: &[file::Input]) -> anyhow::Result<()> {
    let stdin = files.iter().any(|file| is_stdin(file.path())) && io::stdin().is_terminal();
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
    /// As it is called in messages.
    name: PathBuf,
    bytes: file::Counted,
    origin: Origin,
    id: FileId,
    /// How much there is to read, if it is a regular file.
    length: Option<u64>,
}

impl Input {
    fn open(input: &file::Input, work: &Work) -> Result<Self, GzipError> {
        let path = input.path();
        let mut file = if is_stdin(path) {
            stdio::input().map_err(GzipError::Read)?.into_inner()
        } else {
            file::open(input, &work.options)?
        };
        let metadata = file.metadata().map_err(GzipError::Read)?;
        let origin =
            if is_stdin(path) { Origin::timed(&metadata) } else { Origin::of(path, &metadata) };
        let origin = origin.only(work.options.stored);
        let length = if metadata.is_file() && metadata.len() > 0 {
            let start = file.stream_position().map_err(GzipError::Read)?;
            metadata.len().checked_sub(start)
        } else {
            None
        };
        let bytes = file::Counted::new(file, &work.options);
        Ok(Self {
            name: shown(path).to_owned(),
            bytes,
            origin,
            id: FileId::from(&metadata),
            length,
        })
    }

    /// Puts the output where `target` leads.
    fn place(self, work: &Work, target: &Path) -> Outcome {
        let options = &work.options;
        let mut output = Output::open(target, &options.outputs).map_err(GzipError::Write)?;
        match output.before() {
            Some(before) if before == self.id => return Err(GzipError::SameFile),
            Some(_) if options.existing == Existing::Keep => {
                return Err(GzipError::Exists(target.to_owned()));
            }
            _ => {}
        }
        let totals = self.pass(work, &mut output)?;
        output.commit(options.existing, options.synchronous).map_err(|error| {
            match (error.kind(), options.existing) {
                (ErrorKind::AlreadyExists, Existing::Keep) => GzipError::Exists(target.to_owned()),
                _ => GzipError::Write(error),
            }
        })?;
        Ok(totals)
    }

    fn pass(self, work: &Work, output: impl Write) -> Outcome {
        let Self { name, bytes, origin, length, .. } = self;
        let settings = &work.options.settings;
        if work.options.action == Action::Compress {
            let totals = stream::compress_from(bytes, output, settings, &origin)?;
            if length.is_some_and(|length| length != totals.plain) {
                work.voice.failure(&name, &GzipError::SizeChanged);
            }
            return Ok(totals);
        }
        // As in gzip: with -cf, what cannot be decompressed is copied.
        let copies =
            work.options.force && !work.list && !matches!(work.options.place, Place::At(_));
        let foreign = if copies { Foreign::Copy } else { Foreign::Report };
        stream::decompress(bytes, output, &settings.foreign(foreign))
    }
}

/// What an input is called in messages.
fn shown(file: &Path) -> &Path {
    if is_stdin(file) { Path::new("stdin") } else { file }
}

/// Says what there is to know of an input.
fn tell(work: &Work, file: &Path, outcome: &Outcome) -> anyhow::Result<Exit> {
    let Work { options, voice, list, .. } = work;
    let name = shown(file);
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

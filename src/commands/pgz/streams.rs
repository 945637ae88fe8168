//! Inputs that are copied to standard output, and standard input to a named file.

use super::Plan;
use super::list::Table;
use super::reporter::saved;
use crate::commands::common::dash::is_stdin;
use crate::commands::common::{Exit, signals, stdio};
use crate::gzip::{
    self, Action, Error, GziWriter, HeaderInfo, InputPath, OutputPath, Totals, counted,
    counted_idle,
};
use crate::io::{FileId, Output, Target};
use anyhow::Context;
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long nothing comes until an input is idle, for `--flush-idle`.
const IDLE: Duration = Duration::from_secs(1);

/// Writes every input to standard output, one after the other. Returns how that ended.
pub(super) fn to_stdout(plan: &Plan, files: &[InputPath]) -> anyhow::Result<Exit> {
    let mut output = match plan.action {
        Action::Test => None,
        _ => Some(stdio::output().context(standard_output(plan))?),
    };
    let mut exit = Exit::Success;
    for file in files {
        let outcome = Stream::open(file, plan).and_then(|input| match &mut output {
            None => input.pass(plan, io::sink(), None),
            Some(output) => input.pass(plan, output, None),
        });
        let outcome = outcome.map(|(totals, _)| totals);
        if let Err(Error::Write(error)) = outcome {
            // Nothing that follows could be written either.
            return Err(error).context(standard_output(plan));
        }
        exit.worsen(tell(plan, file.path(), &outcome)?);
    }
    Ok(exit)
}

pub(super) fn standard_output(plan: &Plan) -> &'static str {
    if plan.reporter.invoked_as.is_gnu() { "stdout" } else { "standard output" }
}

/// Writes standard input to a named file.
pub(super) fn to_file(plan: &Plan, target: &Path) -> anyhow::Result<Exit> {
    let stdin = InputPath::from("-");
    signals::clean_up_on_signals(&plan.run.outputs).context("cannot watch for signals")?;
    let outcome = Stream::open(&stdin, plan).and_then(|input| input.place(plan, target));
    tell(plan, stdin.path(), &outcome)
}

/// Fails if these inputs would write compressed data to a terminal, or read it from one.
pub(super) fn refuse_terminals(plan: &Plan, files: &[InputPath]) -> anyhow::Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let stdin = files.iter().any(|file| is_stdin(file.path())) && io::stdin().is_terminal();
    let to_stdout = plan.options.output == OutputPath::NextToInput && io::stdout().is_terminal();
    let (verb, force) = match plan.action {
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
    file: File,
    header_info: HeaderInfo,
    id: FileId,
    /// The number of bytes to read, if it is a regular file.
    length: Option<u64>,
}

impl Stream {
    fn open(input: &InputPath, plan: &Plan) -> Result<Self, Error> {
        let path = input.path();
        let mut file = if is_stdin(path) {
            stdio::input().map_err(Error::Read)?.into_inner()
        } else {
            gzip::open(input, &plan.run)?
        };
        let metadata = file.metadata().map_err(Error::Read)?;
        let header_info = if is_stdin(path) {
            HeaderInfo::timed(&metadata)
        } else {
            HeaderInfo::of(path, &metadata)
        };
        let header_info = header_info.filtered(&plan.options);
        let length = if metadata.is_file() && metadata.len() > 0 {
            let start = file.stream_position().map_err(Error::Read)?;
            metadata.len().checked_sub(start)
        } else {
            None
        };
        Ok(Self {
            name: shown(path).to_owned(),
            file,
            header_info,
            id: FileId::from(&metadata),
            length,
        })
    }

    /// Writes the output to `target`, following links.
    fn place(self, plan: &Plan, target: &Path) -> Result<Totals, Error> {
        let options = &plan.options;
        let mut output = Output::open(target, &plan.run.outputs).map_err(Error::Write)?;
        match output.before() {
            Some(before) if before == self.id => return Err(Error::SameFile),
            Some(_) if !options.overwrite => {
                return Err(Error::Exists(target.to_owned()));
            }
            _ => {}
        }
        let verifies = options.verifies(plan.action);
        if verifies && output.file().is_none() {
            return Err(Error::Unverifiable(target.to_owned()));
        }
        if plan.action == Action::Decompress {
            output.make_holes(options.sparse);
        }
        let index = begin_index(plan, target)?;
        let (totals, index) = self.pass(plan, &mut output, index)?;
        let index = index.map(GziWriter::finish).transpose().map_err(Error::Write)?;
        if let Some(file) = output.file().filter(|_| verifies) {
            gzip::verify(file, &totals, options.sync)?;
        }
        output.commit(options.existing(), options.sync).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists if !options.overwrite => Error::Exists(target.to_owned()),
            _ => Error::Write(error),
        })?;
        if let Some(index) = index {
            let placed = index.commit(options.existing(), options.sync);
            placed.and_then(|placed| placed.confirm()).map_err(Error::Index)?;
        }
        Ok(totals)
    }

    /// Returns the index too, if there is one to fill.
    fn pass(
        self,
        plan: &Plan,
        output: impl Write,
        index: Option<GziWriter>,
    ) -> Result<(Totals, Option<GziWriter>), Error> {
        let Self { name, file, header_info, length, .. } = self;
        let settings = &plan.options.settings;
        if plan.action == Action::Compress {
            let compressed = if plan.flush_idle {
                let input = counted_idle(file, IDLE, &plan.run);
                let settings = settings.flush_idle(true);
                gzip::compress_from(input, output, &settings, &header_info, index)?
            } else {
                let input = counted(file, &plan.run);
                gzip::compress_from(input, output, settings, &header_info, index)?
            };
            if length.is_some_and(|length| length != compressed.0.uncompressed) {
                plan.reporter.failure(&name, &Error::SizeChanged);
            }
            return Ok(compressed);
        }
        // As in gzip, -cf copies what cannot be decompressed.
        let copies =
            plan.options.force && !plan.list && !matches!(plan.options.output, OutputPath::File(_));
        let input = counted(file, &plan.run);
        let totals = gzip::decompress_from(input, output, &settings.pass_through(copies))?;
        Ok((totals, None))
    }
}

/// Begins the index beside `target`, if one is wanted.
fn begin_index(plan: &Plan, target: &Path) -> Result<Option<GziWriter>, Error> {
    let options = &plan.options;
    if !options.block_index {
        return Ok(None);
    }
    let output = Target::of(target).map_err(Error::Write)?;
    let taken = match &output {
        Target::Name(dir, name) => dir.look(&gzip::index_name(name)).is_ok(),
        Target::Stream(_) | Target::Special(..) => false,
    };
    if taken && !options.overwrite {
        return Err(Error::Exists(gzip::index_name(target).into()));
    }
    let index = GziWriter::beside(output, 0o666, &plan.run.outputs);
    index.map(Some).map_err(Error::Write)
}

/// Returns an input's name in messages.
pub(super) fn shown(file: &Path) -> &Path {
    if is_stdin(file) { Path::new("stdin") } else { file }
}

/// Reports what was done with an input. Returns how it ended.
fn tell(plan: &Plan, file: &Path, outcome: &Result<Totals, Error>) -> anyhow::Result<Exit> {
    let Plan { action, reporter, list, .. } = plan;
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
    let end = match action {
        Action::Test => " OK".to_owned(),
        _ if is_stdin(file) => saved(totals),
        _ => format!("{} -- replaced with stdout", saved(totals)),
    };
    Ok(reporter.success(name, totals, Some(end)))
}

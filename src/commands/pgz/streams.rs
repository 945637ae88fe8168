//! Standard input, or files, to standard output or to one named file.

use super::Work;
use super::inputs::is_stdin;
use super::list::Table;
use super::voice::saved;
use crate::commands::common::{Exit, signals, stdio};
use crate::gzip::{self, Action, CountedInput, Error, HeaderInfo, InputPath, OutputPath, Totals};
use crate::io::{FileId, Output};
use anyhow::Context;
use std::io::{self, ErrorKind, IsTerminal, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Every input, one after the other, to standard output. Tells how that ended.
pub(super) fn to_stdout(work: &Work, files: &[InputPath]) -> anyhow::Result<Exit> {
    refuse_terminals(work, files)?;
    let mut output = match work.action {
        Action::Test => None,
        _ => Some(stdio::output().context(standard_output(work))?),
    };
    let mut exit = Exit::Success;
    for file in files {
        let outcome = Input::open(file, work).and_then(|input| match &mut output {
            None => input.pass(work, io::sink()),
            Some(output) => input.pass(work, output),
        });
        if let Err(Error::Write(error)) = outcome {
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
    let stdin = InputPath::from("-");
    refuse_terminals(work, std::slice::from_ref(&stdin))?;
    signals::clean_up_on_signals(&work.options.outputs).context("cannot watch for signals")?;
    let outcome = Input::open(&stdin, work).and_then(|input| input.place(work, target));
    tell(work, stdin.path(), &outcome)
}

/// Compressed data is neither typed nor read by people.
fn refuse_terminals(work: &Work, files: &[InputPath]) -> anyhow::Result<()> {
    let stdin = files.iter().any(|file| is_stdin(file.path())) && io::stdin().is_terminal();
    let to_stdout = work.options.output == OutputPath::NextToInput && io::stdout().is_terminal();
    let (verb, force) = match work.action {
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
    bytes: CountedInput,
    header_info: HeaderInfo,
    id: FileId,
    /// How much there is to read, if it is a regular file.
    length: Option<u64>,
}

impl Input {
    fn open(input: &InputPath, work: &Work) -> Result<Self, Error> {
        let path = input.path();
        let mut file = if is_stdin(path) {
            stdio::input().map_err(Error::Read)?.into_inner()
        } else {
            gzip::open(input, &work.options)?
        };
        let metadata = file.metadata().map_err(Error::Read)?;
        let header_info = if is_stdin(path) {
            HeaderInfo::timed(&metadata)
        } else {
            HeaderInfo::of(path, &metadata)
        };
        let header_info = header_info.filtered(&work.options);
        let length = if metadata.is_file() && metadata.len() > 0 {
            let start = file.stream_position().map_err(Error::Read)?;
            metadata.len().checked_sub(start)
        } else {
            None
        };
        let bytes = CountedInput::new(file, &work.options);
        Ok(Self {
            name: shown(path).to_owned(),
            bytes,
            header_info,
            id: FileId::from(&metadata),
            length,
        })
    }

    /// Puts the output where `target` leads.
    fn place(self, work: &Work, target: &Path) -> Result<Totals, Error> {
        let options = &work.options;
        let mut output = Output::open(target, &options.outputs).map_err(Error::Write)?;
        match output.before() {
            Some(before) if before == self.id => return Err(Error::SameFile),
            Some(_) if !options.overwrite => {
                return Err(Error::Exists(target.to_owned()));
            }
            _ => {}
        }
        let totals = self.pass(work, &mut output)?;
        output.commit(options.existing(), options.sync).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists if !options.overwrite => Error::Exists(target.to_owned()),
            _ => Error::Write(error),
        })?;
        Ok(totals)
    }

    fn pass(self, work: &Work, output: impl Write) -> Result<Totals, Error> {
        let Self { name, bytes, header_info, length, .. } = self;
        let settings = &work.options.settings;
        if work.action == Action::Compress {
            let totals = gzip::compress_from(bytes, output, settings, &header_info)?;
            if length.is_some_and(|length| length != totals.uncompressed) {
                work.voice.failure(&name, &Error::SizeChanged);
            }
            return Ok(totals);
        }
        // As in gzip: with -cf, what cannot be decompressed is copied.
        let copies =
            work.options.force && !work.list && !matches!(work.options.output, OutputPath::File(_));
        gzip::decompress(bytes, output, &settings.pass_through(copies))
    }
}

/// What an input is called in messages.
fn shown(file: &Path) -> &Path {
    if is_stdin(file) { Path::new("stdin") } else { file }
}

/// Says what there is to know of an input.
fn tell(work: &Work, file: &Path, outcome: &Result<Totals, Error>) -> anyhow::Result<Exit> {
    let Work { action, voice, list, .. } = work;
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
    let end = match action {
        Action::Test => " OK".to_owned(),
        _ if is_stdin(file) => saved(totals),
        _ => format!("{} -- replaced with stdout", saved(totals)),
    };
    Ok(voice.success(name, totals, Some(end)))
}

//! Where a command's result goes: standard output, or a file that appears only when it is complete.

use super::escaping::{Escapes, EscapingWriter};
use super::inputs::Input;
use super::{message, signals, stdio};
use crate::io::{Blocking, Existing, FileId, Output, Outputs, close};
use anyhow::{Context, bail};
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Bytes written at a time.
const BUFFER: usize = 128 * 1024;
/// The name of standard output where a path is asked for.
const STANDARD: &str = "-";

/// Whether the path is another name of standard output, such as `-` and `/dev/stdout`.
#[must_use]
pub(crate) fn is_standard(path: &Path) -> bool {
    path == Path::new(STANDARD) || crate::io::is_standard_output(path)
}

/// An output being written. It is buffered; [`place`](Self::place) writes the rest.
#[derive(Debug)]
pub(crate) struct Destination {
    output: BufWriter<Target>,
    name: PathBuf,
}

#[derive(Debug)]
enum Target {
    Standard(Blocking<File>),
    Terminal(EscapingWriter<Blocking<File>>),
    Named(Box<Output>),
}

impl Destination {
    /// Opens the output at `path`; without one, or for `-`, standard output.
    pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let (opened, name) = match path.filter(|path| !is_standard(path)) {
            None => (stdio::output().map(Target::Standard), Path::new("standard output")),
            Some(path) => {
                let named = outputs().and_then(|outputs| Output::open(path, &outputs));
                (named.map(|output| Target::Named(Box::new(output))), path)
            }
        };
        let destination = opened.with_context(|| message::Name(name).to_string())?;
        Ok(Self { output: BufWriter::with_capacity(BUFFER, destination), name: name.to_owned() })
    }

    /// Escapes characters that would control a terminal, if this is standard output and a terminal.
    /// To be called before anything is written.
    #[must_use]
    pub(crate) fn escape_on_terminal(self, escapes: Escapes) -> Self {
        if !self.is_terminal() {
            return self;
        }
        let (target, _nothing) = self.output.into_parts();
        let target = match target {
            Target::Standard(stream) => Target::Terminal(EscapingWriter::new(stream, escapes)),
            target => target,
        };
        Self { output: BufWriter::with_capacity(BUFFER, target), name: self.name }
    }

    /// Whether this is standard output, and a terminal.
    #[must_use]
    pub(crate) fn is_terminal(&self) -> bool {
        !matches!(self.output.get_ref(), Target::Named(_)) && io::stdout().is_terminal()
    }

    /// Fails if the output would overwrite one of the inputs.
    pub(crate) fn refuse_inputs(&self, inputs: &[Input]) -> anyhow::Result<()> {
        let Target::Named(output) = self.output.get_ref() else { return Ok(()) };
        let Some(before) = output.before() else { return Ok(()) };
        let same = |input: &&Input| {
            let metadata = input.metadata();
            metadata.is_some_and(|metadata| FileId::from(&metadata) == before)
        };
        if let Some(input) = inputs.iter().find(same) {
            let input = message::InputName(&input.name);
            bail!("{}: the output would overwrite the input: {input}", self.name());
        }
        Ok(())
    }

    /// Returns its name for an error message.
    #[must_use]
    pub(crate) fn name(&self) -> String {
        message::Name(&self.name).to_string()
    }

    /// Finishes the output and puts a file under its name.
    pub(crate) fn place(self) -> anyhow::Result<()> {
        let name = self.name();
        let written = self.output.into_inner().map_err(io::IntoInnerError::into_error);
        let placed = written.and_then(|destination| match destination {
            Target::Standard(stream) => close(&stream),
            Target::Terminal(mut stream) => stream.flush().and_then(|()| close(&stream.output)),
            Target::Named(output) => output.commit(Existing::Replace, false),
        });
        placed.map_err(|error| match error.kind() {
            // It can replace any file except one that this run has written.
            ErrorKind::AlreadyExists => anyhow::anyhow!("{name}: already written by this run"),
            _ => anyhow::Error::new(error).context(name),
        })
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(stream) => stream.write(bytes),
            Self::Terminal(stream) => stream.write(bytes),
            Self::Named(output) => output.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(stream) => stream.flush(),
            Self::Terminal(stream) => stream.flush(),
            Self::Named(output) => output.flush(),
        }
    }
}

/// Returns the outputs of this process, whose unfinished files are removed if a signal ends it.
fn outputs() -> io::Result<Outputs> {
    static ALL: OnceLock<Outputs> = OnceLock::new();
    if let Some(all) = ALL.get() {
        return Ok(all.clone());
    }
    let all = Outputs::default();
    signals::clean_up_on_signals(&all)?;
    Ok(ALL.get_or_init(|| all).clone())
}

//! `wc-race merge`: partial tallies added up.

use super::count::CountArgs;
use super::list::{self, ListArgs};
use crate::commands::common::{Exit, message, stdio};
use crate::tally;
use crate::tally::partial::{self, Input, MergeError, Writer};
use anyhow::{Context, bail};
use clap::Args;
use std::path::{Path, PathBuf};

/// What stands for standard input on a command line.
const STANDARD_INPUT: &str = "-";

/// The options of the command.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit status: 0, 1 if a file could not be read or is damaged (nothing is added up without it), \
                  2 on unusable options."
)]
pub(super) struct MergeArgs {
    /// Partial tallies, gzip files too; none, or -, is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    list: ListArgs,

    #[command(flatten)]
    count: CountArgs,
}

/// Adds them up and lists the words.
pub(super) fn run(args: MergeArgs) -> anyhow::Result<Exit> {
    let MergeArgs { files, list, count } = args;
    let config = count.config()?;
    let exclude = list.stop_words(&config)?;
    let inputs = open(&files)?;
    let mut output = list.open()?;
    let name = output.name();
    if list.partial {
        let mut writer = Writer::new(&mut output);
        let merged = partial::merge(inputs, &config, |word, count| {
            writer.entry(word, count).with_context(|| name.clone())
        });
        merged.map_err(|error| match error.downcast() {
            Ok(error) => name_input(error, &files),
            Err(error) => error,
        })?;
        writer.flush().context(name)?;
    } else {
        let choice = list.choice(exclude.as_ref());
        let merged = tally::merge(inputs, &config, &choice);
        let mut ranking = merged.map_err(|error| name_input(error, &files))?;
        let written = list.writer(&mut output).list(None, &mut ranking);
        written.map_err(|error| list::in_output(error, &name))?;
    }
    output.place()?;
    Ok(Exit::Success)
}

/// The inputs of those names.
fn open(files: &[PathBuf]) -> anyhow::Result<Vec<Input>> {
    let is_standard_input = |file: &&PathBuf| file.as_os_str() == STANDARD_INPUT;
    // Two readers of one stream would each have parts of lines.
    if files.iter().filter(is_standard_input).count() > 1 {
        bail!("standard input: can be read only once");
    }
    let open = |file: &PathBuf| {
        Ok(if is_standard_input(&file) {
            Input::Open(stdio::input().context("standard input")?.into_inner())
        } else {
            Input::File(file.clone())
        })
    };
    if files.is_empty() {
        return Ok(vec![open(&PathBuf::from(STANDARD_INPUT))?]);
    }
    files.iter().map(open).collect()
}

/// An input is known by its name where people read of it.
fn name_input(error: MergeError, files: &[PathBuf]) -> anyhow::Error {
    match error {
        MergeError::Input { number, source } => {
            let name = files.get(number).map_or(Path::new(STANDARD_INPUT), PathBuf::as_path);
            anyhow::Error::new(source).context(message::InputName(name).to_string())
        }
        error => error.into(),
    }
}

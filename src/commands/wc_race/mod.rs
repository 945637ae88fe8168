//! Tallies words over many files.

mod arguments;
mod count;
mod list;
mod merge;
mod race;
mod steps;

use super::common::arguments::Reader;
use super::common::inputs::{self, Input, Walk};
use super::common::{Exit, exit, message, progress, stdio};
use crate::tally::report::Title;
use crate::tally::{self, Choice, Config, Ranking};
use arguments::Options;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;

/// What errors begin with.
const NAME: &str = "wc-race";

/// Runs the command.
#[must_use]
pub fn main() -> ExitCode {
    let options: Options = match Reader::new(NAME).parse() {
        Ok(options) => options,
        Err(status) => return status,
    };
    if let Some(complaint) = options.race.complaint(&options.list, &options.count) {
        message::line(NAME, complaint);
        return ExitCode::from(2);
    }
    exit::finish(NAME, run(options))
}

fn run(mut options: Options) -> anyhow::Result<Exit> {
    if let Some(step) = options.step {
        return steps::run(step);
    }
    let mut exit = Exit::Success;
    let Options { hidden, binary, .. } = options;
    let walk = options.recursive.then_some(Walk { hidden, binary });
    let files = std::mem::take(&mut options.files);
    if files.is_empty() {
        stdio::announce_input(NAME);
    }
    let inputs = inputs::find(files, walk, |file, error| {
        options.tell(file, error);
        exit.worsen(Exit::Failure);
    });
    let config = Config { strategy: options.race.strategy, ..options.count.config()? };
    if options.race.race {
        exit.worsen(race::run(&options.race, &options.list, &config, inputs, options.quiet)?);
        return Ok(exit);
    }
    let exclude = options.list.stop_words(&config)?;
    let choice = options.list.choice(exclude.as_ref());
    let mut output = options.list.open()?;
    output.refuse_inputs(&inputs)?;
    let name = output.name();
    let lists = if options.per_file {
        inputs.into_iter().map(|input| vec![input]).collect()
    } else {
        vec![inputs]
    };
    let mut writer = options.list.writer(&mut output);
    for inputs in lists {
        let file = options.per_file.then(|| inputs[0].name.clone());
        let before = config.progress.bytes();
        let (mut list, ended) = rank(&options, &config, &choice, inputs)?;
        exit.worsen(ended);
        if options.list.partial && exit != Exit::Success {
            return Ok(exit);
        }
        // A file that could not be read at all has no list.
        if file.is_none() || ended == Exit::Success || config.progress.bytes() > before {
            let shown = file.as_deref().map(|file| message::Name(file).to_string());
            let title = file.as_deref().zip(shown.as_deref());
            let title =
                title.map(|(file, shown)| Title { name: file.as_os_str().as_bytes(), shown });
            let written = writer.list(title, &mut list);
            written.map_err(|error| list::in_output(error, &name))?;
        }
    }
    output.place()?;
    Ok(exit)
}

/// Counts the words of the inputs together, and tells what could not be read.
fn rank<'c>(
    options: &Options,
    config: &'c Config,
    choice: &Choice<'_>,
    inputs: Vec<Input>,
) -> anyhow::Result<(Ranking<'c>, Exit)> {
    let (progress, before) = (config.progress.clone(), config.progress.bytes());
    let done = move || progress.bytes() - before;
    let when = options.progress.beside(inputs.iter().map(|input| input.name.as_path()));
    let line = progress::ProgressLine::start(when, || inputs::total(&inputs), done);
    let (names, sources): (Vec<_>, Vec<_>) =
        inputs.into_iter().map(|input| (input.name, input.source)).unzip();
    let mut failures = Vec::new();
    let counted =
        tally::count(sources, config, |number, error| failures.push((&names[number], error)))?;
    // Nothing is to be written into the middle of it.
    drop(line);
    for (name, error) in &failures {
        options.tell(name, error);
    }
    let exit = if failures.is_empty() { Exit::Success } else { Exit::Failure };
    Ok((counted.choose(choice)?, exit))
}

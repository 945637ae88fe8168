//! The main job: count the words of the inputs, and list them.

use super::arguments::Options;
use super::listing;
use crate::commands::common::inputs::Input;
use crate::commands::common::output::Destination;
use crate::commands::common::{Exit, message};
use crate::tally::report::{Title, Writer};
use crate::tally::{self, Choice, Config, Ranking};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Counts and lists.
pub(super) fn run(options: &Options) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    let inputs = options.inputs(&mut exit);
    let config = options.config()?;
    let exclude = options.list.stop_words(&config)?;
    let mut output = options.list.open()?;
    output.refuse_inputs(&inputs)?;
    let job = Job {
        options,
        config: &config,
        choice: options.list.choice(exclude.as_ref()),
        name: output.name(),
    };
    let mut writer = options.list.writer(&mut output);
    if options.per_file {
        for input in inputs {
            exit.worsen(job.list_file(input, &mut writer)?);
        }
    } else {
        let (mut ranking, counted) = job.count(inputs)?;
        exit.worsen(counted);
        // A partial tally without one of its inputs would be wrong.
        if options.list.partial && exit != Exit::Success {
            return Ok(exit);
        }
        job.write(None, &mut ranking, &mut writer)?;
    }
    output.place()?;
    Ok(exit)
}

/// What is the same for all lists.
struct Job<'j> {
    options: &'j Options,
    config: &'j Config,
    choice: Choice<'j>,
    /// The output's.
    name: String,
}

impl<'j> Job<'j> {
    /// Makes the list of one file. A file that could not be read at all has none.
    fn list_file(
        &self,
        input: Input,
        writer: &mut Writer<&mut Destination>,
    ) -> anyhow::Result<Exit> {
        let (file, before) = (input.name.clone(), self.config.progress.bytes());
        let (mut ranking, exit) = self.count(vec![input])?;
        if exit == Exit::Success || self.config.progress.bytes() > before {
            self.write(Some(&file), &mut ranking, writer)?;
        }
        Ok(exit)
    }

    /// Counts the words of the inputs together, and reports what could not be read.
    fn count(&self, inputs: Vec<Input>) -> anyhow::Result<(Ranking<'j>, Exit)> {
        let progress = self.options.show_progress(self.config, &inputs);
        let (names, sources): (Vec<_>, Vec<_>) =
            inputs.into_iter().map(|input| (input.name, input.source)).unzip();
        let mut failures = Vec::new();
        let counted = tally::count(sources, self.config, |number, error| {
            failures.push((&names[number], error));
        })?;
        drop(progress);
        for (name, error) in &failures {
            self.options.report(name, error);
        }
        let exit = if failures.is_empty() { Exit::Success } else { Exit::Failure };
        Ok((counted.choose(&self.choice)?, exit))
    }

    /// Writes a list, under the name of its file if there is one.
    fn write(
        &self,
        file: Option<&Path>,
        ranking: &mut Ranking<'_>,
        writer: &mut Writer<&mut Destination>,
    ) -> anyhow::Result<()> {
        let shown = file.map(|file| message::Name(file).to_string());
        let title = file.zip(shown.as_deref());
        let title = title.map(|(file, shown)| Title { name: file.as_os_str().as_bytes(), shown });
        writer.list(title, ranking).map_err(|error| listing::in_output(error, &self.name))
    }
}

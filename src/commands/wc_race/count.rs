//! The main job: count the words of the inputs, and list them.

use super::arguments::Options;
use super::listing;
use crate::commands::common::inputs::Input;
use crate::commands::common::output::Destination;
use crate::commands::common::{Exit, message};
use crate::tally::race::count_with;
use crate::tally::report::{ListWriter, Title};
use crate::tally::{Filter, Ranking, Settings};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Counts and lists.
pub(super) fn run(options: &Options) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    let inputs = options.inputs(&mut exit)?;
    let settings = options.settings()?;
    let criteria = options.list.criteria(&settings)?;
    let mut output = options.list.open()?;
    output.refuse_inputs(&inputs)?;
    let job = Job {
        options,
        settings: &settings,
        filter: options.list.filter(&criteria),
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
            options.report_skipped(&settings);
            return Ok(exit);
        }
        job.write(None, &mut ranking, &mut writer)?;
    }
    output.place()?;
    options.report_skipped(&settings);
    Ok(exit)
}

/// What is the same for all lists.
struct Job<'j> {
    options: &'j Options,
    settings: &'j Settings,
    filter: Filter<'j>,
    /// The output's.
    name: String,
}

impl<'j> Job<'j> {
    /// Makes the list of one file. A file that is skipped or could not be read at all has none.
    fn list_file(
        &self,
        input: Input,
        writer: &mut ListWriter<&mut Destination>,
    ) -> anyhow::Result<Exit> {
        let progress = self.settings.shared_progress();
        let file = input.name.clone();
        let (bytes, skipped) = (progress.bytes(), progress.skipped());
        let (mut ranking, exit) = self.count(vec![input])?;
        let read = exit == Exit::Success || progress.bytes() > bytes;
        if read && progress.skipped() == skipped {
            self.write(Some(&file), &mut ranking, writer)?;
        }
        Ok(exit)
    }

    /// Counts the words of the inputs together, and reports what could not be read.
    fn count(&self, inputs: Vec<Input>) -> anyhow::Result<(Ranking<'j>, Exit)> {
        let mut exit = Exit::Success;
        let strategy = self.options.comparison.strategy.into();
        let counts = self.options.read(inputs, self.settings, &mut exit, |sources, failed| {
            count_with(strategy, sources, self.settings, failed)
        })?;
        Ok((counts.rank(&self.filter)?, exit))
    }

    /// Writes a list, under the name of its file if there is one.
    fn write(
        &self,
        file: Option<&Path>,
        ranking: &mut Ranking<'_>,
        writer: &mut ListWriter<&mut Destination>,
    ) -> anyhow::Result<()> {
        let shown = file.map(|file| message::Name(file).to_string());
        let title = file.zip(shown.as_deref());
        let title = title.map(|(file, shown)| Title { name: file.as_os_str().as_bytes(), shown });
        writer.list(title, ranking).map_err(|error| listing::in_output(error, &self.name))
    }
}

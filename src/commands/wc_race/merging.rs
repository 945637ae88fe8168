//! `wc-race merge`: partial tallies added up.

use super::counting::{ResourceArgs, TextArgs, WordArgs};
use super::listing::{self, ListArgs};
use super::names::Names;
use super::values::{Case, Split};
use crate::commands::common::dash::is_stdin;
use crate::commands::common::output::Destination;
use crate::commands::common::progress::{ProgressArgs, ProgressLine, When};
use crate::commands::common::{Exit, help, message, stdio};
use crate::tally::partial::{self, Writer};
use crate::tally::{Error, Settings, Source};
use anyhow::Context;
use clap::Args;
use std::path::PathBuf;

/// The options of the command.
#[derive(Args, Debug)]
#[command(after_long_help = HELP)]
pub(super) struct MergeArgs {
    /// Read partial tallies from FILE; without one, or with -, from standard input
    #[arg(value_name = "FILE", help_heading = "Input")]
    pub files: Vec<PathBuf>,

    /// Read the partial tallies that FILE names, each name ended by a NUL byte
    ///
    /// As find -print0 writes them. - is standard input.
    #[arg(long, value_name = "FILE", hide_short_help = true, help_heading = "Input")]
    files0_from: Option<PathBuf>,

    #[command(flatten)]
    list: ListArgs,

    #[command(flatten)]
    stop_words: StopWordArgs,

    #[command(flatten)]
    resources: ResourceArgs,

    #[command(flatten, next_help_heading = help::OTHER)]
    progress: ProgressArgs,
}

const HELP: &str = "\
Examples:
  wc-race merge mon.tsv tue.tsv.gz      List the words of both days
  wc-race merge --partial *.tsv -o sum  Make one partial tally of many
  ssh host wc-race --partial '*.txt' | wc-race merge - here.tsv

Exit status: 0 on success, 1 if an input could not be read or is malformed (nothing is written) or
the output failed, 2 on invalid options";

/// How the files of `--exclude` are read, and their words are split and folded. Nothing else is here.
#[derive(Args, Debug)]
#[command(next_help_heading = "Words")]
struct StopWordArgs {
    /// With -x, split the words of FILE as those of the partial tallies were split
    #[arg(
        short = 'w',
        long = "words",
        value_name = "SPLIT",
        value_enum,
        default_value_t,
        hide_short_help = true
    )]
    split: Split,

    /// With -x, fold or keep the case of the words of FILE as in the partial tallies
    #[arg(long, value_enum, default_value_t, hide_short_help = true)]
    case: Case,

    #[command(flatten)]
    text: TextArgs,
}

impl MergeArgs {
    /// Returns what is wrong with the combination of options.
    pub(super) fn validate(&self) -> Result<(), String> {
        self.list.validate()?;
        self.names().validate()
    }

    fn names(&self) -> Names<'_> {
        let list = self.files0_from.as_deref();
        Names { files: &self.files, list, stop_lists: &self.list.exclude }
    }

    fn settings(&self) -> anyhow::Result<Settings> {
        let StopWordArgs { split, case, text } = self.stop_words;
        self.resources.settings(&WordArgs { split, case, text })
    }
}

/// The merge of these files.
struct Merge<'m> {
    args: &'m MergeArgs,
    settings: &'m Settings,
    files: &'m [PathBuf],
}

/// Adds the partial tallies up, and lists the words.
pub(super) fn run(args: &MergeArgs) -> anyhow::Result<Exit> {
    let settings = args.settings()?;
    let mut exit = Exit::Success;
    let files = args.names().read(&mut exit)?;
    // The sum without one of its inputs would be wrong.
    if exit != Exit::Success {
        return Ok(exit);
    }
    let merge = Merge { args, settings: &settings, files: &files };
    let inputs = open(&files)?;
    let mut output = args.list.open()?;
    if args.list.partial {
        merge.write_partial(inputs, &mut output)?;
    } else {
        merge.write_list(inputs, &mut output)?;
    }
    output.place()?;
    Ok(exit)
}

impl Merge<'_> {
    /// Shows progress until the result is dropped. The length of what is not a regular file is not
    /// known.
    fn show_progress(&self, when: When) -> ProgressLine {
        let when = when.beside(self.files.iter().map(PathBuf::as_path));
        let length = |file: &PathBuf| {
            let metadata = file.metadata().ok()?;
            metadata.is_file().then_some(metadata.len())
        };
        let progress = self.settings.shared_progress().clone();
        ProgressLine::start(when, || self.files.iter().map(length).sum(), move || progress.bytes())
    }

    /// An input goes by its name in messages.
    fn name_input(&self, error: Error) -> anyhow::Error {
        match error {
            Error::Input { number, source } => {
                let name = message::InputName(&self.files[number]);
                listing::cause(*source).context(name.to_string())
            }
            error => error.into(),
        }
    }

    fn write_partial(
        &self,
        inputs: Vec<Source<'static>>,
        output: &mut Destination,
    ) -> anyhow::Result<()> {
        let Self { args, settings, .. } = self;
        // The lines that are written meanwhile would go through it.
        let when = if output.is_terminal() { When::Never } else { args.progress.progress };
        let _progress = self.show_progress(when);
        let name = output.name();
        let mut writer = Writer::new(output);
        let merged = partial::merge(inputs, settings, |word, count| {
            writer.entry(word, count).with_context(|| name.clone())
        });
        merged.map_err(|error| match error.downcast() {
            Ok(error) => self.name_input(error),
            Err(error) => error,
        })?;
        writer.flush().context(name)
    }

    fn write_list(
        &self,
        inputs: Vec<Source<'static>>,
        output: &mut Destination,
    ) -> anyhow::Result<()> {
        let Self { args, settings, .. } = self;
        let criteria = args.list.criteria(settings)?;
        let filter = args.list.filter(&criteria);
        let progress = self.show_progress(args.progress.progress);
        let merged = partial::merge_ranked(inputs, settings, &filter);
        drop(progress);
        let mut ranking = merged.map_err(|error| self.name_input(error))?;
        let name = output.name();
        let written = args.list.writer(output).list(None, &mut ranking);
        written.map_err(|error| listing::in_output(error, &name))
    }
}

/// The inputs of those names.
fn open(files: &[PathBuf]) -> anyhow::Result<Vec<Source<'static>>> {
    let open = |file: &PathBuf| {
        Ok(if is_stdin(file) {
            Source::open_file(stdio::input().context("standard input")?.into_inner())
        } else {
            Source::file(file)
        })
    };
    files.iter().map(open).collect()
}

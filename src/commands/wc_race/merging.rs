//! `wc-race merge`: partial tallies added up.

use super::counting::{ResourceArgs, TextArgs, WordArgs};
use super::listing::{self, ListArgs};
use super::values::{Case, Split};
use crate::commands::common::output::Destination;
use crate::commands::common::progress::{ProgressArgs, ProgressLine, When};
use crate::commands::common::{Exit, help, inputs, message, stdio};
use crate::tally::partial::{self, Writer};
use crate::tally::{Error, Settings, Source};
use anyhow::Context;
use clap::Args;
use std::path::{Path, PathBuf};

/// Stands for standard input.
const STANDARD_INPUT: &str = "-";

/// The options of the command.
#[derive(Args, Debug)]
#[command(after_long_help = HELP)]
pub(super) struct MergeArgs {
    /// Read partial tallies from FILE; without one, or with -, from standard input
    #[arg(value_name = "FILE", help_heading = "Input")]
    pub files: Vec<PathBuf>,

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

/// How the file of `--exclude` is read, and its words are split and folded. Nothing else is here.
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
    pub(super) fn validate(&self) -> Result<(), &'static str> {
        inputs::read_once(&self.files, self.list.exclude.as_ref())
    }

    fn settings(&self) -> anyhow::Result<Settings> {
        let StopWordArgs { split, case, text } = self.stop_words;
        self.resources.settings(&WordArgs { split, case, text })
    }

    /// Shows progress until the result is dropped. The length of what is not a regular file is not
    /// known.
    fn show_progress(&self, settings: &Settings, when: When) -> ProgressLine {
        let inputs = match &*self.files {
            [] => &[PathBuf::from(STANDARD_INPUT)][..],
            files => files,
        };
        let when = when.beside(inputs.iter().map(PathBuf::as_path));
        let length = |file: &PathBuf| {
            let metadata = file.metadata().ok()?;
            metadata.is_file().then_some(metadata.len())
        };
        let progress = settings.shared_progress().clone();
        ProgressLine::start(when, || inputs.iter().map(length).sum(), move || progress.bytes())
    }

    /// An input goes by its name in messages.
    fn name_input(&self, error: Error) -> anyhow::Error {
        match error {
            Error::Input { number, source } => {
                let name =
                    self.files.get(number).map_or(Path::new(STANDARD_INPUT), PathBuf::as_path);
                listing::cause(*source).context(message::InputName(name).to_string())
            }
            error => error.into(),
        }
    }
}

/// Adds the partial tallies up, and lists the words.
pub(super) fn run(args: &MergeArgs) -> anyhow::Result<Exit> {
    let settings = args.settings()?;
    if args.files.is_empty() {
        stdio::announce_input(super::NAME);
    }
    let inputs = open(&args.files)?;
    let mut output = args.list.open()?;
    if args.list.partial {
        write_partial(args, &settings, inputs, &mut output)?;
    } else {
        write_list(args, &settings, inputs, &mut output)?;
    }
    output.place()?;
    Ok(Exit::Success)
}

fn write_partial(
    args: &MergeArgs,
    settings: &Settings,
    inputs: Vec<Source<'static>>,
    output: &mut Destination,
) -> anyhow::Result<()> {
    // The lines that are written meanwhile would go through it.
    let when = if output.is_terminal() { When::Never } else { args.progress.progress };
    let _progress = args.show_progress(settings, when);
    let name = output.name();
    let mut writer = Writer::new(output);
    let merged = partial::merge(inputs, settings, |word, count| {
        writer.entry(word, count).with_context(|| name.clone())
    });
    merged.map_err(|error| match error.downcast() {
        Ok(error) => args.name_input(error),
        Err(error) => error,
    })?;
    writer.flush().context(name)
}

fn write_list(
    args: &MergeArgs,
    settings: &Settings,
    inputs: Vec<Source<'static>>,
    output: &mut Destination,
) -> anyhow::Result<()> {
    let exclude = args.list.stop_words(settings)?;
    let filter = args.list.filter(exclude.as_ref());
    let progress = args.show_progress(settings, args.progress.progress);
    let merged = partial::merge_ranked(inputs, settings, &filter);
    drop(progress);
    let mut ranking = merged.map_err(|error| args.name_input(error))?;
    let name = output.name();
    let written = args.list.writer(output).list(None, &mut ranking);
    written.map_err(|error| listing::in_output(error, &name))
}

/// The inputs of those names.
fn open(files: &[PathBuf]) -> anyhow::Result<Vec<Source<'static>>> {
    let open = |file: &PathBuf| {
        Ok(if file == Path::new(STANDARD_INPUT) {
            Source::open_file(stdio::input().context("standard input")?.into_inner())
        } else {
            Source::file(file)
        })
    };
    if files.is_empty() {
        return Ok(vec![open(&PathBuf::from(STANDARD_INPUT))?]);
    }
    files.iter().map(open).collect()
}

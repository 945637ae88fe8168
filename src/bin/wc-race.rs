//! Tallies words over many files (listings 3.5 and 3.6).

use clap::Parser;
use csp_toolkit::cli::arguments::Reader;
use csp_toolkit::cli::inputs::{self, Input, Walk};
use csp_toolkit::cli::wc_race::NAME;
use csp_toolkit::cli::wc_race::count::CountArgs;
use csp_toolkit::cli::wc_race::list::{self, ListArgs};
use csp_toolkit::cli::wc_race::race::{self, RaceArgs};
use csp_toolkit::cli::wc_race::steps::{self, Step};
use csp_toolkit::cli::{Exit, exit, message, progress};
use csp_toolkit::tally::report::Title;
use csp_toolkit::tally::{self, Choice, Config, Ranking};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

csp_toolkit::capture_at_start!();

/// Counts the words of all files together and prints those that appear more than once.
///
/// Words are split at white space and lower-cased. The most frequent come first, equally frequent
/// ones in the order of their bytes. Gzip files are decompressed.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "A first file that is called as a command is goes as ./merge, or after --.\n\n\
        Exit status: 0, 1 if a file could not be read to its end (what was read counts), 2 on unusable \
        options."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
struct Options {
    #[command(subcommand)]
    step: Option<Step>,

    /// Files to read; none, or -, is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    list: ListArgs,

    #[command(flatten)]
    count: CountArgs,

    #[command(flatten)]
    race: RaceArgs,

    /// Make a list for each file
    #[arg(long, conflicts_with = "partial")]
    per_file: bool,

    /// Read the files in directories too; links in them are not followed
    #[arg(short, long)]
    recursive: bool,

    /// With -r, hidden files too
    #[arg(long, requires = "recursive")]
    hidden: bool,

    /// With -r, binary files too
    #[arg(long, requires = "recursive")]
    binary: bool,

    /// Show on standard error how far it is
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    progress: progress::When,

    /// Say nothing of files that cannot be read
    #[arg(short, long)]
    quiet: bool,
}

impl Options {
    fn tell(&self, file: &Path, error: &io::Error) {
        list::tell(self.quiet, file, error);
    }
}

pub(crate) fn main() -> ExitCode {
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
    let line = progress::Line::start(when, || inputs::total(&inputs), done);
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

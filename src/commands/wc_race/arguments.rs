//! The command line.

use super::comparison_args::ComparisonArgs;
use super::counting::{ResourceArgs, WordArgs};
use super::listing::ListArgs;
use super::names::Names;
use super::steps::Step;
use super::total::TotalArgs;
use crate::commands::common::arguments::attached_here;
use crate::commands::common::inputs::{self, Input, Walk};
use crate::commands::common::progress::{ProgressArgs, ProgressLine};
use crate::commands::common::{Exit, help, message};
use crate::tally::{Error, Settings, Source};
use clap::{Args, Command, CommandFactory, Parser};
use std::ffi::OsStr;
use std::fmt::Write;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Count the words of all files together and list those that appear more than once
///
/// Words are split at white space and folded to lower case. The most frequent come first; equally
/// frequent words are in the order of their bytes. Gzip files are decompressed.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "More with --help: patterns, memory, --race, and merge for many machines.",
    after_long_help = long_help()
)]
pub(super) struct Options {
    #[command(subcommand)]
    pub(super) step: Option<Step>,

    #[command(flatten)]
    pub(super) input: InputArgs,

    #[command(flatten)]
    pub(super) words: WordArgs,

    #[command(flatten)]
    pub(super) list: ListArgs,

    /// Make a list for each file
    #[arg(long, conflicts_with = "partial", help_heading = "List", hide_short_help = true)]
    pub(super) per_file: bool,

    #[command(flatten)]
    pub(super) total: TotalArgs,

    #[command(flatten)]
    pub(super) resources: ResourceArgs,

    #[command(flatten)]
    pub(super) comparison: ComparisonArgs,

    #[command(flatten)]
    pub(super) other: OtherArgs,
}

/// The options that name the inputs.
#[derive(Args)]
#[command(next_help_heading = "Input")]
pub(super) struct InputArgs {
    /// Read FILE; without one, or with -, read standard input
    #[arg(value_name = "FILE", display_order = 0)]
    files: Vec<PathBuf>,

    /// Read the files that FILE names, each name ended by a NUL byte
    ///
    /// As find -print0 writes them. - is standard input.
    #[arg(long, value_name = "FILE", hide_short_help = true, display_order = 1)]
    files0_from: Option<PathBuf>,

    /// Read the files in directories too
    #[arg(
        short,
        long,
        display_order = 1,
        long_help = "Read the files in directories too; links in them are not followed. Every file \
                     counts: where both x.txt and x.txt.gz are there, their words are counted twice"
    )]
    recursive: bool,

    /// With -r, read hidden files too
    #[arg(long, requires = "recursive", display_order = 2, hide_short_help = true)]
    hidden: bool,

    /// With -r, read binary files too: those with a NUL in the first 8 KiB
    #[arg(
        long,
        requires = "recursive",
        display_order = 3,
        hide_short_help = true,
        long_help = "With -r, read binary files too: those with a NUL character in the first 8 KiB. UTF-16 \
                     with a byte order mark is text"
    )]
    binary: bool,
}

/// The options that belong to no heading.
#[derive(Args)]
#[command(next_help_heading = help::OTHER)]
pub(super) struct OtherArgs {
    #[command(flatten)]
    progress: ProgressArgs,

    /// Suppress messages about files that cannot be read; the exit status still reports them
    #[arg(short, long, hide_short_help = true)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  wc-race *.txt                       List the words that appear more than once
  wc-race -n1 -t20 -w unicode -r src  The 20 most frequent, without punctuation
  zcat log.gz | wc-race --chart       Draw a chart of the 20 most frequent words
  wc-race -f csv -o words.csv *.txt   Write a table
  wc-race --total=words,lines *.txt   Count words and lines, as wc does
  wc-race --race book.txt             Compare six ways for threads to share a tally
  wc-race --partial a.txt -o a.tsv; wc-race merge a.tsv b.tsv
                                      Count on two machines, and add up
";

const EXIT_STATUS: &str = "
To read a file named like one of these commands, write ./merge, or -- before it.

Exit status: 0 on success, 1 if an input could not be read to its end (the rest is counted) or the
output failed, 2 on invalid options";

/// Returns the end of the long help, where the commands are listed too: in the short help they would
/// take a third of the screen.
fn long_help() -> String {
    let steps = <Step as clap::Subcommand>::augment_subcommands(Command::new(""));
    let mut text =
        format!("{EXAMPLES}\nCommands for many machines (see 'wc-race merge --help' and so on):\n");
    for step in steps.get_subcommands() {
        let about = step.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "  {:<8} {about}", step.get_name());
    }
    text + EXIT_STATUS
}

/// Returns the parser of the command line. Its short help fits on a screen of 24 lines.
pub(super) fn command() -> Command {
    help::last(Options::command()).mut_arg("threads", |arg| arg.hide_short_help(true))
}

impl Options {
    /// Returns what is wrong with the combination of options.
    pub(super) fn validate(&self) -> Result<(), String> {
        if let Some(step) = &self.step {
            return step.validate();
        }
        self.names().validate()?;
        self.list.validate()?;
        self.total.validate(&self.list)?;
        Ok(self.comparison.validate(&self.list, &self.resources)?)
    }

    fn names(&self) -> Names<'_> {
        let InputArgs { files, files0_from, .. } = &self.input;
        Names { files, list: files0_from.as_deref(), stop_lists: &self.list.exclude }
    }

    /// Returns the settings for counting words.
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        self.resources.settings(&self.words)
    }

    /// Returns the inputs. A directory that cannot be read is reported.
    pub(super) fn inputs(&self, exit: &mut Exit) -> anyhow::Result<Vec<Input>> {
        let InputArgs { recursive, hidden, binary, .. } = self.input;
        let walk = recursive.then_some(Walk { hidden, binary });
        let names = self.names().read(exit)?;
        Ok(inputs::find(names, walk, |file, error| {
            self.report(file, error);
            exit.worsen(Exit::Failure);
        }))
    }

    /// Reads the inputs, while progress is shown, and then reports those that failed. `read` gets their
    /// sources, and what to call with the number of each that fails.
    pub(super) fn read<T>(
        &self,
        inputs: Vec<Input>,
        settings: &Settings,
        exit: &mut Exit,
        read: impl FnOnce(Vec<Source<'_>>, &mut dyn FnMut(usize, io::Error)) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let progress = self.show_progress(settings, &inputs);
        let (names, sources): (Vec<_>, Vec<_>) =
            inputs.into_iter().map(|input| (input.name, input.source)).unzip();
        let mut failures = Vec::new();
        let done = read(sources, &mut |number, error| failures.push((&names[number], error)))?;
        drop(progress);
        for (name, error) in &failures {
            self.report(name, error);
            exit.worsen(Exit::Failure);
        }
        Ok(done)
    }

    /// Shows progress in reading the inputs, until the result is dropped.
    fn show_progress(&self, settings: &Settings, inputs: &[Input]) -> ProgressLine {
        let progress = settings.shared_progress().clone();
        let before = progress.bytes();
        let done = move || progress.bytes() - before;
        let when = self.other.progress.progress;
        let when = when.beside(inputs.iter().map(|input| input.name.as_path()));
        ProgressLine::start(when, || inputs::total(inputs), done)
    }

    /// Reports that a file could not be read, with a tip where one helps.
    fn report(&self, file: &Path, error: &io::Error) {
        if self.other.quiet {
            return;
        }
        match self.tip(file.as_os_str(), error.kind()) {
            Some(tip) => message::fail_file_with_tip(super::NAME, file, error, &tip),
            None => message::fail_file(super::NAME, file, error),
        }
    }

    /// Reports how many binary files have been skipped, if any.
    pub(super) fn report_skipped(&self, settings: &Settings) {
        let files = match settings.shared_progress().skipped() {
            0 => return,
            _ if self.other.quiet => return,
            1 => "1 binary file".to_owned(),
            many => format!("{many} binary files"),
        };
        message::line(super::NAME, &format!("skipped {files} (--binary reads them)"));
    }

    fn tip(&self, file: &OsStr, error: ErrorKind) -> Option<String> {
        match error {
            ErrorKind::IsADirectory if file != "-" && !self.input.recursive => {
                Some("-r reads the files in it".to_owned())
            }
            ErrorKind::NotFound => {
                let written = attached_here::<Self>(file)?;
                Some(format!("for a chart, write {written}"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_help_fits_on_a_screen() {
        for command in [command(), command().find_subcommand("merge").unwrap().clone()] {
            let help = command.term_width(80).render_help().to_string();
            assert!(help.lines().count() <= 24, "{help}");
        }
    }
}

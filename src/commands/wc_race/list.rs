//! The options that say which words are listed, and how.

use crate::commands::common::arguments::attached_here;
use crate::commands::common::output::Destination;
use crate::commands::common::{message, terminal};
use crate::tally::report::{Format, ReportError, Writer};
use crate::tally::{By, Choice, Config, Order, Progress, Source, Strategy, Tally};
use anyhow::Context;
use clap::{Args, ValueEnum};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Options of every way to list words.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// List words that appear N times or more
    #[arg(short = 'n', long, value_name = "N", default_value_t = 2)]
    pub min_count: u64,

    /// List only the N most frequent
    #[arg(short, long, value_name = "N")]
    pub top: Option<usize>,

    /// What decides the order; none is whatever is cheapest, but always the same
    #[arg(short, long, value_enum, default_value_t)]
    pub sort: Sort,

    /// Turn the order round
    #[arg(long)]
    pub reverse: bool,

    /// How to write the list; json is an object a line, uniq is as uniq -c has it
    #[arg(short, long, value_enum, default_value_t)]
    pub format: Format,

    /// Leave out the words in FILE, which may be a gzip file
    #[arg(short = 'x', long, value_name = "FILE")]
    pub exclude: Option<PathBuf>,

    /// Leave out words of fewer than N characters
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub min_length: usize,

    /// Draw a bar chart of the N most frequent instead [default N: 20]
    #[arg(
        long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "20",
        conflicts_with_all = ["format", "top", "sort", "reverse"]
    )]
    pub chart: Option<usize>,

    /// Write a partial tally instead, for merge to add up: a line for every word, sorted, with a tab
    /// before the count. Nothing is written unless all files could be read
    #[arg(
        long,
        conflicts_with_all =
            ["min_count", "top", "sort", "reverse", "format", "exclude", "min_length", "chart"]
    )]
    pub partial: bool,

    /// Write to PATH, which is replaced when the list is complete
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

/// What decides the order.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Sort {
    #[default]
    Count,
    Word,
    None,
}

impl ListArgs {
    /// The stop words, taken by the same rules as those that are counted.
    pub(super) fn stop_words(&self, config: &Config) -> anyhow::Result<Option<Tally>> {
        let read = |file: &PathBuf| {
            let mut failure = None;
            let sources = vec![Source::File(file.clone())];
            // Apart from what is counted, and of the progress that is shown.
            let config = Config {
                strategy: Strategy::default(),
                progress: Progress::default(),
                ..config.clone()
            };
            let words = Tally::of(sources, &config, |_, error| failure = Some(error));
            let name = || message::Name(file).to_string();
            match failure {
                Some(error) => Err(error).with_context(name),
                None => words.with_context(name),
            }
        };
        self.exclude.as_ref().map(read).transpose()
    }

    /// Which words are wanted, and in which order.
    #[must_use]
    pub(super) fn choice<'e>(&self, exclude: Option<&'e Tally>) -> Choice<'e> {
        if self.partial {
            return Choice { order: Order { by: By::Word, reverse: false }, ..Choice::default() };
        }
        let by = match self.sort {
            Sort::Count => By::Count,
            // Words compare as fast as anything that would mean less.
            Sort::Word | Sort::None => By::Word,
        };
        Choice {
            least: self.min_count,
            shortest: self.min_length,
            exclude,
            top: self.chart.or(self.top),
            order: Order { by, reverse: self.reverse },
        }
    }

    /// Begins the output.
    pub(super) fn open(&self) -> anyhow::Result<Destination> {
        Destination::open(self.output.as_deref())
    }

    /// Writes lists into the output.
    pub(super) fn writer<'o>(&self, output: &'o mut Destination) -> Writer<&'o mut Destination> {
        Writer::new(output, self.format(), self.min_count)
    }

    /// The command line has options of their own for a chart and a partial tally.
    fn format(&self) -> Format {
        match self.chart {
            Some(_) => Format::Chart { width: terminal::width() },
            None if self.partial => Format::Partial,
            None => self.format,
        }
    }
}

/// Says where it was that the list could not be written.
#[must_use]
pub(super) fn in_output(error: ReportError, name: &str) -> anyhow::Error {
    match error {
        ReportError::Tally(error) => error.into(),
        ReportError::Write(error) => anyhow::Error::new(error).context(name.to_owned()),
    }
}

/// Says that a file could not be used, unless nobody wants to hear it.
pub(super) fn tell(quiet: bool, file: &Path, error: &(dyn std::error::Error + 'static)) {
    if quiet {
        return;
    }
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    let tip = match kind {
        Some(ErrorKind::IsADirectory) => Some("-r reads the files in it".to_owned()),
        Some(ErrorKind::NotFound) => attached_here::<super::arguments::Options>(file.as_os_str())
            .map(|option| format!("for a chart, write {option}")),
        _ => None,
    };
    match tip {
        Some(tip) => message::fail_file_with_tip(super::NAME, file, error, &tip),
        None => message::fail_file(super::NAME, file, error),
    }
}

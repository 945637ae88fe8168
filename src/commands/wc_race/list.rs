//! The options that say which words are listed, and how.

use crate::commands::common::output::Sink;
use crate::commands::common::{message, terminal};
use crate::tally::report::{Format, ListWriter};
use crate::tally::{self, Error, Filter, Progress, Settings, SortKey, Tally};
use anyhow::Context;
use clap::{Args, ValueEnum};
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
    pub(super) fn stop_words(&self, settings: &Settings) -> anyhow::Result<Option<Tally>> {
        let Some(file) = &self.exclude else { return Ok(None) };
        // Their bytes are not part of the progress shown.
        let settings = settings.clone().progress(Progress::default());
        let words = tally::count_files(&[file], &settings).map_err(|error| match error {
            Error::File { source, .. } => anyhow::Error::new(source),
            error => error.into(),
        });
        words.map(Some).with_context(|| message::Name(file).to_string())
    }

    /// Which words are wanted, and in which order.
    #[must_use]
    pub(super) fn filter<'e>(&self, exclude: Option<&'e Tally>) -> Filter<'e> {
        if self.partial {
            return Filter::default().sort_by(SortKey::Word);
        }
        let key = match self.sort {
            Sort::Count => SortKey::Count,
            // Words compare as fast as anything that would mean less.
            Sort::Word | Sort::None => SortKey::Word,
        };
        let filter = Filter::default()
            .min_count(self.min_count)
            .min_length(self.min_length)
            .sort_by(key)
            .reverse(self.reverse);
        let filter = exclude.map_or(filter, |words| filter.exclude(words));
        self.chart.or(self.top).map_or(filter, |top| filter.top(top))
    }

    /// Begins the output.
    pub(super) fn open(&self) -> anyhow::Result<Sink> {
        Sink::open(self.output.as_deref())
    }

    /// Writes lists into the output.
    pub(super) fn writer<'o>(&self, output: &'o mut Sink) -> ListWriter<&'o mut Sink> {
        ListWriter::new(output, self.format()).min_count(self.min_count)
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
pub(super) fn in_output(error: Error, name: &str) -> anyhow::Error {
    match error {
        Error::Write(error) => anyhow::Error::new(error).context(name.to_owned()),
        error => error.into(),
    }
}

/// The error of the system, for errors that say only that something could not be read or written.
pub(super) fn cause(error: Error) -> anyhow::Error {
    match error {
        Error::Read(error) | Error::Write(error) => error.into(),
        error => error.into(),
    }
}

/// Says that a file could not be used, unless nobody wants to hear it.
pub(super) fn tell(quiet: bool, file: &Path, error: &(dyn std::error::Error + 'static)) {
    if !quiet {
        message::fail_file(super::NAME, file, error);
    }
}

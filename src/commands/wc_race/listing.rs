//! The options that choose the words to list, and how to write them.

use super::values::{Format, Sort};
use crate::commands::common::escaping::Escapes;
use crate::commands::common::output::Destination;
use crate::commands::common::{inputs, message, number, terminal};
use crate::tally::report::{self, ListWriter};
use crate::tally::{
    self, Error, Filter, PatternError, Patterns, Progress, Settings, SortKey, Tally,
};
use anyhow::Context;
use clap::Args;
use std::path::PathBuf;

/// The options of every list of words.
#[derive(Args, Debug)]
#[command(next_help_heading = "List")]
pub(super) struct ListArgs {
    /// List words that appear at least N times [default: 2]
    #[arg(short = 'n', long, value_name = "N", value_parser = number::parse::<u64>)]
    pub min_count: Option<u64>,

    /// List only the N most frequent words
    #[arg(short, long, value_name = "N", value_parser = number::parse::<usize>)]
    pub top: Option<usize>,

    /// Sort by count or by word
    #[arg(short, long, value_enum, default_value_t, hide_short_help = true)]
    pub sort: Sort,

    /// Reverse the order
    #[arg(long, hide_short_help = true)]
    pub reverse: bool,

    /// Leave out the words that FILE contains; can be given more than once
    #[arg(
        short = 'x',
        long,
        value_name = "FILE",
        hide_short_help = true,
        long_help = "Leave out the words that FILE contains; can be given more than once. FILE is read as an \
                     input is: it can be a gzip file, and - is standard input"
    )]
    pub exclude: Vec<PathBuf>,

    /// List only words that match REGEX; can be given more than once
    #[arg(
        long = "match",
        value_name = "REGEX",
        value_parser = pattern,
        allow_hyphen_values = true,
        hide_short_help = true,
        long_help = "List only words in which REGEX is found, once they are folded to lower case. Can be \
                     given more than once: a word has to match one of them. The syntax is that of the \
                     Rust crate regex: ^ and $ are the beginning and the end of the word"
    )]
    pub matching: Vec<String>,

    /// Leave out words that match REGEX; can be given more than once
    #[arg(
        long,
        value_name = "REGEX",
        value_parser = pattern,
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub no_match: Vec<String>,

    /// Leave out words of fewer than N characters
    #[arg(
        long,
        value_name = "N",
        value_parser = number::parse::<usize>,
        default_value_t = 1,
        hide_short_help = true
    )]
    pub min_length: usize,

    /// Choose the format
    #[arg(short, long, value_enum, default_value_t)]
    pub format: Format,

    /// With -f csv, keep words that begin like a formula from being taken for one
    #[arg(
        long,
        hide_short_help = true,
        long_help = "With -f csv, write words and file names that begin with =, +, -, @, a tab, or a line end in \
                     quotes and after an apostrophe, so that no spreadsheet takes them for a formula"
    )]
    pub csv_safe: bool,

    /// Draw a chart of the N most frequent [default: 20]
    #[arg(
        long,
        long_help = "Draw a bar chart of the N most frequent words instead of a list [default: 20]",
        value_name = "N",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "20",
        value_parser = number::parse::<usize>,
        conflicts_with_all = ["format", "top", "sort", "reverse"]
    )]
    pub chart: Option<usize>,

    /// Write to PATH instead of standard output
    #[arg(
        short,
        long,
        value_name = "PATH",
        hide_short_help = true,
        long_help = "Write to PATH, which is replaced once the list is complete; - is standard output"
    )]
    pub output: Option<PathBuf>,

    /// Write a partial tally for merge instead of a list
    #[arg(
        long,
        help_heading = "Many machines",
        hide_short_help = true,
        long_help = "Write a partial tally for merge instead of a list: every word, a tab and its count, \
                     one per line, sorted by word. If an input cannot be read, write nothing",
        conflicts_with_all =
            ["min_count", "top", "sort", "reverse", "format", "exclude", "matching",
            "no_match", "min_length", "chart", "csv_safe"]
    )]
    pub partial: bool,
}

/// What words are compared with.
#[derive(Debug)]
pub(super) struct Criteria {
    exclude: Option<Tally>,
    matching: Option<Patterns>,
    no_match: Option<Patterns>,
}

impl ListArgs {
    /// Returns what is wrong with the combination of options.
    pub(super) fn validate(&self) -> Result<(), &'static str> {
        if self.csv_safe && self.format != Format::Csv {
            return Err("--csv-safe requires --format csv");
        }
        Ok(())
    }

    /// Returns the words to leave out, split and folded as those that are counted.
    fn stop_words(&self, settings: &Settings) -> anyhow::Result<Option<Tally>> {
        if self.exclude.is_empty() {
            return Ok(None);
        }
        // Not part of the progress that is shown.
        let settings = settings.clone().progress(Progress::default());
        let name = |file: &PathBuf| message::InputName(file).to_string();
        let inputs = inputs::find(self.exclude.clone(), None, |_, _| {});
        let sources = inputs.into_iter().map(|input| input.source).collect();
        let words = tally::count_all(sources, &settings).map_err(|error| match error {
            Error::Input { number, source } => cause(*source).context(name(&self.exclude[number])),
            error => {
                let names: Vec<_> = self.exclude.iter().map(name).collect();
                anyhow::Error::new(error).context(names.join(", "))
            }
        });
        words.map(Some)
    }

    /// Returns what words are compared with, for the filter.
    pub(super) fn criteria(&self, settings: &Settings) -> anyhow::Result<Criteria> {
        let compile = |patterns: &[String]| match patterns {
            [] => Ok(None),
            patterns => Patterns::new(patterns).map(Some),
        };
        Ok(Criteria {
            exclude: self.stop_words(settings)?,
            matching: compile(&self.matching).context("--match")?,
            no_match: compile(&self.no_match).context("--no-match")?,
        })
    }

    /// Returns which words are listed, and in which order.
    #[must_use]
    pub(super) fn filter<'e>(&self, criteria: &'e Criteria) -> Filter<'e> {
        if self.partial {
            return Filter::default().sort_by(SortKey::Word);
        }
        let filter = self
            .kept(criteria)
            .min_count(self.least_count())
            .sort_by(self.sort.into())
            .reverse(self.reverse);
        self.chart.or(self.top).map_or(filter, |top| filter.top(top))
    }

    /// Returns which words are in the totals: all, unless an option leaves some out.
    #[must_use]
    pub(super) fn kept<'e>(&self, criteria: &'e Criteria) -> Filter<'e> {
        let Criteria { exclude, matching, no_match } = criteria;
        let filter = Filter::default()
            .min_count(self.min_count.unwrap_or_default())
            .min_length(self.min_length);
        let filter = exclude.as_ref().map_or(filter, |words| filter.exclude(words));
        let filter = matching.as_ref().map_or(filter, |patterns| filter.matching(patterns));
        no_match.as_ref().map_or(filter, |patterns| filter.no_match(patterns))
    }

    /// Returns how often a word appears that is listed, at least.
    fn least_count(&self) -> u64 {
        self.min_count.unwrap_or(2)
    }

    /// Opens the output. On a terminal, characters of words that would control it are escaped.
    pub(super) fn open(&self) -> anyhow::Result<Destination> {
        let escapes = if self.format == Format::Json { Escapes::Json } else { Escapes::Rust };
        Ok(Destination::open(self.output.as_deref())?.escape_on_terminal(escapes))
    }

    /// Returns the writer of lists into the output.
    pub(super) fn writer<'o>(
        &self,
        output: &'o mut Destination,
    ) -> ListWriter<&'o mut Destination> {
        let writer = ListWriter::new(output, self.format()).min_count(self.least_count());
        if self.csv_safe { writer.csv_safe() } else { writer }
    }

    /// To the library, a chart and a partial tally are formats.
    fn format(&self) -> report::Format {
        match self.chart {
            Some(_) => {
                report::Format::Chart { width: terminal::width(), bars: terminal::charset().into() }
            }
            None if self.partial => report::Format::Partial,
            None => self.format.into(),
        }
    }
}

/// Checks a regular expression.
fn pattern(text: &str) -> Result<String, PatternError> {
    Patterns::new([text]).map(|_| text.to_owned())
}

/// Adds the output's name to an error in writing to it.
#[must_use]
pub(super) fn in_output(error: Error, name: &str) -> anyhow::Error {
    match error {
        Error::Write(error) => anyhow::Error::new(error).context(name.to_owned()),
        error => error.into(),
    }
}

/// Returns the system's error in place of one that says only that reading or writing failed.
pub(super) fn cause(error: Error) -> anyhow::Error {
    match error {
        Error::Read(error) | Error::Write(error) => error.into(),
        error => error.into(),
    }
}

//! Tallies words over many files (listings 3.5 and 3.6).

use anyhow::Context;
use clap::{Parser, ValueEnum};
use csp_toolkit::cli::inputs::{self, Input, Walk};
use csp_toolkit::cli::output::Sink;
use csp_toolkit::cli::{Exit, exit, memory, message, progress, size, terminal, threads};
use csp_toolkit::tally::report::{Format, ReportError, Writer};
use csp_toolkit::tally::words::{Case, Rules, Split};
use csp_toolkit::tally::{self, By, Choice, Config, Order, Ranking, Tally};
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const NAME: &str = "wc-race";

/// Counts the words of all files together and prints those that appear more than once.
///
/// Words are split at white space and lower-cased. The most frequent come first, equally frequent
/// ones in the order of their bytes. Gzip files are decompressed.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit status: 0, 1 if a file could not be read (the others count), 2 on unusable options."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
struct Options {
    /// Files to read; none, or -, is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// List words that appear N times or more
    #[arg(short = 'n', long, value_name = "N", default_value_t = 2)]
    min_count: u64,

    /// List only the N most frequent
    #[arg(short, long, value_name = "N")]
    top: Option<usize>,

    /// What decides the order; none is whatever is cheapest, but always the same
    #[arg(short, long, value_enum, default_value_t)]
    sort: Sort,

    /// Turn the order round
    #[arg(long)]
    reverse: bool,

    /// How to write the list; json is an object a line, uniq is as uniq -c has it
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,

    /// Whether capital letters count as small ones
    #[arg(long, value_enum, default_value_t)]
    case: Case,

    /// What is between words: white space, or also what Unicode's UAX 29 says
    #[arg(short, long, value_enum, default_value_t)]
    words: Split,

    /// Leave out the words in FILE
    #[arg(short = 'x', long, value_name = "FILE")]
    exclude: Option<PathBuf>,

    /// Leave out words of fewer than N characters
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_length: usize,

    /// Make a list for each file
    #[arg(long)]
    per_file: bool,

    /// Draw a bar chart of the N most frequent instead [default N: 20]
    #[arg(
        long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "20",
        conflicts_with_all = ["format", "top", "sort", "reverse"]
    )]
    chart: Option<usize>,

    /// Read the files in directories too; links in them are not followed
    #[arg(short, long)]
    recursive: bool,

    /// With -r, hidden files too
    #[arg(long, requires = "recursive")]
    hidden: bool,

    /// With -r, binary files too
    #[arg(long, requires = "recursive")]
    binary: bool,

    /// Write to PATH, which is replaced when the list is complete
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// How many threads count [default: the cores this process may use]
    #[arg(short = 'j', long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    /// Memory for the words; what is more goes to temporary files in TMPDIR [default: half of
    /// what this process may use]
    #[arg(long, value_name = "SIZE", value_parser = enough_memory)]
    memory: Option<usize>,

    /// Show on standard error how far it is
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    progress: progress::When,

    /// Say nothing of files that cannot be read
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Sort {
    #[default]
    Count,
    Word,
    None,
}

impl Options {
    fn config(&self) -> Config {
        let half = || usize::try_from(memory::available() / 2).unwrap_or(usize::MAX);
        Config {
            memory: self.memory.unwrap_or_else(half).max(Config::LEAST_MEMORY),
            directory: std::env::temp_dir(),
            rules: Rules { split: self.words, case: self.case },
            ..Config::new(threads::or_default(self.threads))
        }
    }

    fn choice<'e>(&self, exclude: Option<&'e Tally>) -> Choice<'e> {
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

    /// A chart is a format that the command line has an option of its own for.
    fn format(&self) -> Format {
        match self.chart {
            Some(_) => Format::Chart { width: terminal::width() },
            None => self.format,
        }
    }

    fn tell(&self, file: &Path, error: &io::Error) {
        if !self.quiet {
            message::fail_file(NAME, file, error);
        }
    }
}

fn enough_memory(text: &str) -> Result<usize, String> {
    let bytes = usize::try_from(size::parse(text)?).unwrap_or(usize::MAX);
    if bytes < Config::LEAST_MEMORY {
        return Err(format!("too small: it takes {} MiB at least", Config::LEAST_MEMORY >> 20));
    }
    Ok(bytes)
}

pub(crate) fn main() -> ExitCode {
    exit::finish(NAME, run(Options::parse()))
}

fn run(mut options: Options) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    let Options { hidden, binary, .. } = options;
    let walk = options.recursive.then_some(Walk { hidden, binary });
    let files = std::mem::take(&mut options.files);
    let inputs = inputs::find(files, walk, |file, error| {
        options.tell(file, error);
        exit.worsen(Exit::Failure);
    });
    let config = options.config();
    let exclude = options.exclude.as_deref().map(|file| stop_words(file, config.rules));
    let exclude = exclude.transpose()?;
    let choice = options.choice(exclude.as_ref());
    let mut output = Sink::open(options.output.as_deref())?;
    let name = output.name();
    let lists = if options.per_file {
        inputs.into_iter().map(|input| vec![input]).collect()
    } else {
        vec![inputs]
    };
    let mut writer = Writer::new(&mut output, options.format(), options.min_count);
    for inputs in lists {
        let title = options.per_file.then(|| message::Name(&inputs[0].name).to_string());
        let (mut list, ended) = rank(&options, &config, &choice, inputs)?;
        exit.worsen(ended);
        if title.is_none() || ended == Exit::Success {
            let written = writer.list(title.as_deref(), &mut list);
            written.map_err(|error| in_output(error, &name))?;
        }
    }
    output.place()?;
    Ok(exit)
}

/// Says where it was that the list could not be written.
fn in_output(error: ReportError, name: &str) -> anyhow::Error {
    match error {
        ReportError::Tally(error) => error.into(),
        ReportError::Write(error) => anyhow::Error::new(error).context(name.to_owned()),
    }
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
    let line = progress::Line::start(options.progress, inputs::total(&inputs), done);
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

/// The words of a file, taken by the same rules as those that are counted.
fn stop_words(file: &Path, rules: Rules) -> anyhow::Result<Tally> {
    let mut words = Tally::default();
    File::open(file)
        .and_then(|input| words.add_reader_by(rules, input))
        .with_context(|| message::Name(file).to_string())?;
    Ok(words)
}

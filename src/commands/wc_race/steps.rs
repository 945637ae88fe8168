//! The commands of `wc-race` that take part in a tally over many machines.

use super::counting::{ResourceArgs, WordArgs};
use super::listing;
use super::merging::{self, MergeArgs};
use crate::commands::common::{Exit, message, stdio};
use crate::io::Blocking;
use crate::tally::{Error, Filter, Settings, SortKey, Source, count_sources, partial};
use anyhow::Context;
use clap::{Args, Subcommand};
use std::fs::File;

/// The streams' names in messages.
const INPUT: &str = "standard input";
const OUTPUT: &str = "standard output";

/// A part of a tally over many machines.
#[derive(Debug, Subcommand)]
pub(super) enum Step {
    /// Merge partial tallies and list the result
    #[command(hide = true)]
    Merge(Box<MergeArgs>),

    /// Write the partial tally of standard input, as a mapper
    ///
    /// Standard input is text, whatever it begins with: gzip is not decompressed. If it cannot be
    /// read to its end, nothing is written.
    #[command(hide = true, after_long_help = MAP_HELP)]
    Map(MapArgs),

    /// Add up adjacent lines of the same word, as a combiner
    #[command(hide = true, long_about = SUM, after_long_help = SUM_HELP)]
    Combine,

    /// Same as combine, for use as a reducer
    #[command(hide = true, long_about = SUM, after_long_help = SUM_HELP)]
    Reduce,
}

const SUM: &str = "\
Add up adjacent lines of the same word

Reads lines of partial tallies from standard input, where equal words are adjacent, and writes one \
line per word, in the order in which the words come. Sort them with LC_ALL=C. A malformed line is an \
error, and so is a word that comes back after others. combine and reduce are the same.";

const MAP_HELP: &str = "\
Example:
  for piece in piece.*; do wc-race map < $piece; done |
      LC_ALL=C sort | wc-race reduce > sums

In the environment of a Hadoop task, reports the job's counters on standard error.

Exit status: 0, 1 if something failed, 2 on invalid options";

const SUM_HELP: &str = "\
In the environment of a Hadoop task, reports the job's counters on standard error.

Exit status: 0, 1 if a line is malformed or something failed, 2 on invalid options";

/// The options of `map`.
#[derive(Args, Debug)]
pub(super) struct MapArgs {
    #[command(flatten)]
    words: WordArgs,

    #[command(flatten)]
    resources: ResourceArgs,
}

impl Step {
    /// Returns what is wrong with the combination of options.
    pub(super) fn validate(&self) -> Result<(), String> {
        if let Self::Merge(args) = self { args.validate() } else { Ok(()) }
    }
}

/// Takes the step.
pub(super) fn run(step: &Step) -> anyhow::Result<Exit> {
    match step {
        Step::Merge(args) => return merging::run(args),
        Step::Map(args) => map(&args.resources.settings(&args.words)?)?,
        Step::Combine => sum("combine")?,
        Step::Reduce => sum("reduce")?,
    }
    Ok(Exit::Success)
}

fn standard_input() -> anyhow::Result<Blocking<File>> {
    stdio::announce_input(super::NAME);
    stdio::input().context(INPUT)
}

/// Writes the partial tally of standard input; nothing unless all of it could be read.
fn map(settings: &Settings) -> anyhow::Result<()> {
    let mut failure = None;
    // A piece of a text can begin like a gzip file, by chance or by intent.
    let source = Source::open_file(standard_input()?.into_inner()).never_decompress();
    let counts = count_sources(vec![source], settings, |_, error| failure = Some(error))?;
    if let Some(error) = failure {
        return Err(anyhow::Error::new(error).context(INPUT));
    }
    let mut list = counts.rank(&Filter::default().sort_by(SortKey::Word))?;
    let output = stdio::output().context(OUTPUT)?;
    let written = partial::write(&mut list, output);
    let written = written.map_err(|error| listing::in_output(error, OUTPUT))?;
    let bytes = ("bytes read", settings.shared_progress().bytes());
    let words = ("words read", written.words);
    report("map", &[bytes, words, ("distinct words written", written.lines)]);
    Ok(())
}

fn sum(step: &str) -> anyhow::Result<()> {
    let (input, output) = (standard_input()?, stdio::output().context(OUTPUT)?);
    let summed = partial::sum_adjacent(input, output).map_err(|error| match error {
        Error::Write(error) => anyhow::Error::new(error).context(OUTPUT),
        error => listing::cause(error).context(INPUT),
    })?;
    let (bytes, lines) = (("bytes read", summed.bytes), ("lines read", summed.lines));
    report(step, &[bytes, lines, ("distinct words written", summed.words)]);
    Ok(())
}

/// Reports counters to Hadoop, if it runs the step: it adds a line on standard error to a counter of
/// the job if the line is `reporter:counter:GROUP,COUNTER,AMOUNT`.
fn report(step: &str, counters: &[(&str, u64)]) {
    if !in_hadoop() {
        return;
    }
    for (counter, amount) in counters {
        // Hadoop reads a signed number.
        let amount = (*amount).min(i64::MAX.unsigned_abs());
        message::print(&format!("reporter:counter:wc-race {step},{counter},{amount}\n"));
    }
}

/// Hadoop Streaming puts the job's configuration into the environment, with `_` for characters that
/// are neither letters nor digits. The second name is that of Hadoop 1.
fn in_hadoop() -> bool {
    ["mapreduce_task_id", "mapred_task_id"].iter().any(|name| std::env::var_os(name).is_some())
}

//! The commands of `wc-race` that take part in a tally over many machines.

use super::count::CountArgs;
use super::list;
use super::merge::{self, MergeArgs};
use crate::commands::common::{Exit, message, stdio};
use crate::tally::{Error, Filter, Progress, SortKey, Source, count_sources, partial};
use anyhow::Context;
use clap::Subcommand;

/// What errors of the streams say of where they are.
const INPUT: &str = "standard input";
const OUTPUT: &str = "standard output";

/// A part of a tally over many machines.
#[derive(Debug, Subcommand)]
pub(super) enum Step {
    /// Add up partial tallies, and list the words as of one
    Merge(Box<MergeArgs>),

    /// Write the partial tally of standard input, which is text: the mapper of Hadoop and its like
    Map(CountArgs),

    /// Add up partial tallies on standard input where equal words are adjacent: a combiner
    Combine,

    /// The same: a reducer
    Reduce,
}

/// Takes the step.
pub(super) fn run(step: Step) -> anyhow::Result<Exit> {
    match step {
        Step::Merge(args) => return merge::run(*args),
        Step::Map(count) => map(&count)?,
        Step::Combine => sum("combine")?,
        Step::Reduce => sum("reduce")?,
    }
    Ok(Exit::Success)
}

/// Nothing is written unless all of the input could be read.
fn map(count: &CountArgs) -> anyhow::Result<()> {
    let progress = Progress::default();
    let settings = count.settings()?.progress(progress.clone());
    let mut failure = None;
    // A piece of a text may begin as a gzip file does, by chance or for spite.
    let source = Source::open_file(stdio::input().context(INPUT)?.into_inner()).never_decompress();
    let counts = count_sources(vec![source], &settings, |_, error| failure = Some(error))?;
    if let Some(error) = failure {
        return Err(anyhow::Error::new(error).context(INPUT));
    }
    let mut list = counts.rank(&Filter::default().sort_by(SortKey::Word))?;
    let output = stdio::output().context(OUTPUT)?;
    let written = partial::write(&mut list, output);
    let written = written.map_err(|error| list::in_output(error, OUTPUT))?;
    let (bytes, words) = (("bytes read", progress.bytes()), ("words read", written.words));
    report("map", &[bytes, words, ("distinct words written", written.lines)]);
    Ok(())
}

fn sum(step: &str) -> anyhow::Result<()> {
    let (input, output) = (stdio::input().context(INPUT)?, stdio::output().context(OUTPUT)?);
    let summed = partial::sum_adjacent(input, output).map_err(|error| match error {
        Error::Write(error) => anyhow::Error::new(error).context(OUTPUT),
        error => list::cause(error).context(INPUT),
    })?;
    let (bytes, lines) = (("bytes read", summed.bytes), ("lines read", summed.lines));
    report(step, &[bytes, lines, ("distinct words written", summed.words)]);
    Ok(())
}

/// Tells Hadoop what was done, if it is Hadoop that runs the step: a line on standard error is added
/// to a counter of the job if it is `reporter:counter:GROUP,COUNTER,AMOUNT`.
fn report(step: &str, counters: &[(&str, u64)]) {
    if !in_hadoop() {
        return;
    }
    for (counter, amount) in counters {
        // What an amount is parsed as there has a sign.
        let amount = (*amount).min(i64::MAX.unsigned_abs());
        message::print(&format!("reporter:counter:wc-race {step},{counter},{amount}\n"));
    }
}

/// Hadoop Streaming puts the job's configuration into the environment, `_` for what is no letter and
/// no digit. The second name is that of Hadoop 1.
fn in_hadoop() -> bool {
    ["mapreduce_task_id", "mapred_task_id"].iter().any(|name| std::env::var_os(name).is_some())
}

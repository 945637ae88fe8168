//! Files that are each compressed or decompressed into another, tested, or listed.

use super::list::Table;
use super::reporter::saved;
use super::summary::Summary;
use super::{Plan, prompt};
use crate::commands::common::message::Name;
use crate::commands::common::{Exit, signals};
use crate::gzip::{self, Action, Error, FileOptions, FileResult, InputPath};
use anyhow::Context;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Processes all the files. Returns how that ended, and the summary of those that succeeded.
pub(super) fn run(plan: &Plan, files: Vec<InputPath>) -> anyhow::Result<(Exit, Summary)> {
    signals::clean_up_on_signals(&plan.run.outputs).context("cannot watch for signals")?;
    let table = Table::new(&plan.reporter, files.len() > 1);
    let mut run =
        Run { plan, table, exit: Exit::Success, summary: Summary::begin(), compressed: 0 };
    let options = &plan.options;
    if plan.action == Action::Test || options.overwrite {
        run.all(&files, options)?;
    } else {
        let answers = prompt::ask(files, plan).context("standard input")?;
        if answers.refused > 0 {
            run.exit.worsen(Exit::Warning);
        }
        // The time that the answers took does not count.
        run.summary = Summary::begin();
        run.all(&answers.free, options)?;
        run.all(&answers.replace, &options.clone().overwrite(true))?;
    }
    plan.reporter.skipped(run.compressed);
    for error in plan.run.trees.finish() {
        // Its words have the directory's name.
        run.exit.worsen(plan.reporter.failure(Path::new(""), &error));
    }
    run.table.end().context("standard output")?;
    Ok((run.exit, run.summary))
}

struct Run<'a> {
    plan: &'a Plan,
    table: Table<'a>,
    exit: Exit,
    summary: Summary,
    /// The number of files left out since they are compressed already.
    compressed: usize,
}

impl Run<'_> {
    /// Processes files, and reports each in the order given.
    fn all(&mut self, files: &[InputPath], options: &FileOptions) -> anyhow::Result<()> {
        let mut told = Ok(());
        gzip::process(self.plan.action, files, options, &self.plan.run, |position, result| {
            if told.is_ok() {
                told = self.tell(files[position].path(), &result);
            }
        });
        told.context("standard output")
    }

    fn tell(&mut self, file: &Path, outcome: &FileResult) -> io::Result<()> {
        let Plan { action, reporter, list, .. } = self.plan;
        if let (Ok(done), true) = (outcome, *list) {
            let stored = done.header_info.time;
            let time = match file.metadata() {
                Ok(metadata) if stored == 0 => metadata.mtime(),
                _ => stored.into(),
            };
            self.table.row(&done.output, &done.totals, time)?;
        }
        if let Ok(done) = outcome {
            self.summary.add(&done.totals);
        }
        for warning in outcome.iter().flat_map(|done| &done.warnings) {
            self.exit.worsen(reporter.failure(file, warning));
        }
        self.exit.worsen(match outcome {
            Err(Error::AlreadyCompressed) => {
                self.compressed += 1;
                reporter.failure(file, &Error::AlreadyCompressed)
            }
            Err(error) => reporter.failure(file, error),
            Ok(done) => {
                let verb = if done.input_removed { "replaced with" } else { "created" };
                let end = match action {
                    _ if *list => None,
                    Action::Test => Some(" OK".to_owned()),
                    _ => Some(format!("{} -- {verb} {}", saved(&done.totals), Name(&done.output))),
                };
                reporter.success(file, &done.totals, end)
            }
        });
        Ok(())
    }
}

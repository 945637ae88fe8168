//! Files that are each compressed or decompressed into another, tested, or listed.

use super::list::Table;
use super::reporter::saved;
use super::summary::Summary;
use super::{Plan, prompt};
use crate::commands::common::message::Name;
use crate::commands::common::{Exit, signals};
use crate::gzip::Existing;
use crate::gzip::batch;
use crate::gzip::file::{Action, Input, Options, Outcome};
use anyhow::Context;
use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Processes all the files. Returns how that ended, and the summary of those that succeeded.
pub(super) fn run(plan: &Plan, files: Vec<Input>) -> anyhow::Result<(Exit, Summary)> {
    signals::clean_up_on_signals(&plan.options.outputs).context("cannot watch for signals")?;
    let table = Table::new(&plan.reporter, files.len() > 1);
    let mut run = Run { plan, table, exit: Exit::Success, summary: Summary::begin() };
    let options = &plan.options;
    if options.action == Action::Test || options.existing == Existing::Replace {
        run.all(&files, options)?;
    } else {
        let answers = prompt::ask(files, options, &plan.reporter).context("standard input")?;
        if answers.refused > 0 {
            run.exit.worsen(Exit::Warning);
        }
        // The time that the answers took does not count.
        run.summary = Summary::begin();
        run.all(&answers.free, options)?;
        run.all(&answers.replace, &options.clone().existing(Existing::Replace))?;
    }
    run.table.end().context("standard output")?;
    Ok((run.exit, run.summary))
}

struct Run<'a> {
    plan: &'a Plan,
    table: Table<'a>,
    exit: Exit,
    summary: Summary,
}

impl Run<'_> {
    /// Processes files, and reports each in the order given.
    fn all(&mut self, files: &[Input], options: &Options) -> anyhow::Result<()> {
        let (mut early, mut next, mut told) = (BTreeMap::new(), 0, Ok(()));
        batch::run(files, options, |position, outcome| {
            early.insert(position, outcome);
            while let Some(outcome) = early.remove(&next) {
                if told.is_ok() {
                    told = self.tell(files[next].path(), &outcome);
                }
                next += 1;
            }
        });
        told.context("standard output")
    }

    fn tell(&mut self, file: &Path, outcome: &Outcome) -> io::Result<()> {
        let Plan { options, reporter, list, .. } = self.plan;
        if let (Ok(done), true) = (outcome, *list) {
            let stored = done.origin.time;
            let time = match file.metadata() {
                Ok(metadata) if stored == 0 => metadata.mtime(),
                _ => stored.into(),
            };
            self.table.row(&done.target, &done.totals, time)?;
        }
        if let Ok(done) = outcome {
            self.summary.add(&done.totals);
        }
        for warning in outcome.iter().flat_map(|done| &done.warnings) {
            self.exit.worsen(reporter.failure(file, warning));
        }
        self.exit.worsen(match outcome {
            Err(error) => reporter.failure(file, error),
            Ok(done) => {
                let verb = if done.removed { "replaced with" } else { "created" };
                let end = match options.action {
                    _ if *list => None,
                    Action::Test => Some(" OK".to_owned()),
                    _ => Some(format!("{} -- {verb} {}", saved(&done.totals), Name(&done.target))),
                };
                reporter.success(file, &done.totals, end)
            }
        });
        Ok(())
    }
}

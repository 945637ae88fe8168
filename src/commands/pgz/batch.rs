//! Files, each into the one beside it, or tested, or listed.

use super::list::Table;
use super::voice::saved;
use super::{Work, prompt};
use crate::commands::common::message::Name;
use crate::commands::common::{Exit, signals};
use crate::gzip::{self, Action, FileOptions, FileResult, InputPath};
use anyhow::Context;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Does all the files; tells how that ended, and how many succeeded.
pub(super) fn run(work: &Work, files: Vec<InputPath>) -> anyhow::Result<(Exit, usize)> {
    signals::clean_up_on_signals(&work.options.outputs).context("cannot watch for signals")?;
    let table = Table::new(&work.voice, files.len() > 1);
    let mut run = Run { work, table, exit: Exit::Success, done: 0 };
    let options = &work.options;
    if work.action == Action::Test || options.overwrite {
        run.all(&files, options)?;
    } else {
        let answers = prompt::ask(files, work).context("standard input")?;
        if answers.refused > 0 {
            run.exit.worsen(Exit::Warning);
        }
        run.all(&answers.free, options)?;
        run.all(&answers.replace, &options.clone().overwrite(true))?;
    }
    run.table.end().context("standard output")?;
    Ok((run.exit, run.done))
}

struct Run<'a> {
    work: &'a Work,
    table: Table<'a>,
    exit: Exit,
    done: usize,
}

impl Run<'_> {
    /// Does files, and tells what became of each in the order in which they are given.
    fn all(&mut self, files: &[InputPath], options: &FileOptions) -> anyhow::Result<()> {
        let mut told = Ok(());
        gzip::process(self.work.action, files, options, |position, result| {
            if told.is_ok() {
                told = self.tell(files[position].path(), &result);
            }
        });
        told.context("standard output")
    }

    fn tell(&mut self, file: &Path, outcome: &FileResult) -> io::Result<()> {
        let Work { action, voice, list, .. } = self.work;
        if let (Ok(done), true) = (outcome, *list) {
            let stored = done.header_info.time;
            let time = match file.metadata() {
                Ok(metadata) if stored == 0 => metadata.mtime(),
                _ => stored.into(),
            };
            self.table.row(&done.output, &done.totals, time)?;
        }
        self.done += usize::from(outcome.is_ok());
        for warning in outcome.iter().flat_map(|done| &done.warnings) {
            self.exit.worsen(voice.failure(file, warning));
        }
        self.exit.worsen(match outcome {
            Err(error) => voice.failure(file, error),
            Ok(done) => {
                let verb = if done.input_removed { "replaced with" } else { "created" };
                let end = match action {
                    _ if *list => None,
                    Action::Test => Some(" OK".to_owned()),
                    _ => Some(format!("{} -- {verb} {}", saved(&done.totals), Name(&done.output))),
                };
                voice.success(file, &done.totals, end)
            }
        });
        Ok(())
    }
}

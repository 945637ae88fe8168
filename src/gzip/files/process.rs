//! Files compressed, decompressed, tested or recovered, one or many at once.

use super::input::InputPath;
use super::options::{Action, FileOptions, Plan};
use super::report::{FileReport, FileResult};
use super::run::RunState;
use super::task::InputFile;
use crate::gzip::{Error, RecoverOptions, Recovered, Totals, decode, encode, recover};
use std::collections::BTreeMap;

/// Does the same with each of the files, on all the settings' threads; `report` is called on this
/// thread with each file's position and result, in order.
///
/// No more files are open at a time than there are threads, and two more; twice as many if outputs
/// are verified.
pub(crate) fn process(
    action: Action,
    inputs: &[InputPath],
    options: &FileOptions,
    run: &RunState,
    mut report: impl FnMut(usize, FileResult),
) {
    let Ok(plan) = Plan::new(action, options, run) else {
        // Checked again for each file, since an error cannot be cloned.
        let errors = inputs.iter().filter_map(|_| Plan::new(action, options, run).err());
        errors.enumerate().for_each(|(position, error)| report(position, Err(error)));
        return;
    };
    let mut in_order = InOrder { report, next: 0, early: BTreeMap::new() };
    let report = |position, result| in_order.add(position, result);
    match action {
        Action::Compress => encode::files(inputs, &plan, report),
        Action::Decompress | Action::Test => decode::files(inputs, &plan, report),
    }
}

/// Does it with one file, which is a run of its own.
pub(super) fn process_one(
    action: Action,
    input: impl Into<InputPath>,
    options: &FileOptions,
) -> FileResult {
    let run = RunState::default();
    let plan = Plan::new(action, options, &run)?;
    match action {
        Action::Compress => encode::file(&input.into(), &plan),
        Action::Decompress | Action::Test => decode::file(&input.into(), &plan),
    }
}

/// Recovers a file into one next to it, as [`decompress_file`](crate::gzip::decompress_file) decompresses
/// it.
pub(crate) fn recover_file(
    input: &InputPath,
    options: &FileOptions,
    recover_options: &RecoverOptions,
    run: &RunState,
) -> Result<(FileReport, Recovered), Error> {
    let plan = &Plan::new(Action::Decompress, options, run)?;
    let (input, file) = InputFile::open(input, plan)?;
    let mut output = file.begin_output(plan)?;
    let done = recover(input.into_file(), &mut output, recover_options)?;
    let uncompressed = done.written + done.filled;
    let totals = Totals { uncompressed, compressed: done.compressed, ..Totals::default() };
    Ok((file.commit(output, totals, plan)?, done))
}

/// Results that come in any order, reported in order.
struct InOrder<F> {
    report: F,
    /// The position of the next result to report.
    next: usize,
    /// Results that came before their turn.
    early: BTreeMap<usize, FileResult>,
}

impl<F: FnMut(usize, FileResult)> InOrder<F> {
    fn add(&mut self, position: usize, result: FileResult) {
        self.early.insert(position, result);
        while let Some(result) = self.early.remove(&self.next) {
            (self.report)(self.next, result);
            self.next += 1;
        }
    }
}

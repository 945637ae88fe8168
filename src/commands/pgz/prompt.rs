//! The question whether to overwrite.

use super::Plan;
use super::reporter::Reporter;
use crate::commands::common::message::{self, Name};
use crate::gzip::{self, InputPath};
use std::io::{self, IsTerminal};
use std::path::Path;

/// The files, sorted by the user's answers.
pub(super) struct Answers {
    /// Their outputs do not exist.
    pub(super) free: Vec<InputPath>,
    /// Their outputs exist and are to be replaced.
    pub(super) replace: Vec<InputPath>,
    /// The number of files that were refused.
    pub(super) refused: usize,
}

/// Asks about every output that exists, if standard input is a terminal. All questions come before any
/// work, so that nothing else is printed among them and the user need not wait between them.
pub(super) fn ask(files: Vec<InputPath>, plan: &Plan) -> io::Result<Answers> {
    let mut answers = Answers { free: Vec::new(), replace: Vec::new(), refused: 0 };
    if !io::stdin().is_terminal() {
        answers.free = files;
        return Ok(answers);
    }
    for file in files {
        match gzip::taken(plan.action, &file, &plan.options, &plan.run) {
            Ok(Some(target)) => {
                if is_yes(&target, &plan.reporter)? {
                    answers.replace.push(file);
                } else {
                    message::print("\tnot overwritten\n");
                    answers.refused += 1;
                }
            }
            // An error is reported when the file's turn comes.
            _ => answers.free.push(file),
        }
    }
    Ok(answers)
}

fn is_yes(target: &Path, reporter: &Reporter) -> io::Result<bool> {
    let question = if reporter.invoked_as.is_gnu() {
        "do you wish to overwrite (y or n)?"
    } else {
        "overwrite (y/n)?"
    };
    let name = reporter.invoked_as.name();
    let question = format!("{name}: {} already exists; {question} ", Name(target));
    Ok(message::ask(&question)?.trim_start().starts_with(['y', 'Y']))
}

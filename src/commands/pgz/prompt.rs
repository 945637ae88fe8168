//! The question whether to overwrite.

use super::Work;
use super::voice::Voice;
use crate::commands::common::message::{self, Name};
use crate::gzip::{self, InputPath};
use std::io::{self, IsTerminal};
use std::path::Path;

/// The files, sorted by what the user says.
pub(super) struct Answers {
    /// Nothing was in their way.
    pub(super) free: Vec<InputPath>,
    /// What is in their way may be replaced.
    pub(super) replace: Vec<InputPath>,
    /// How many the user does not want done.
    pub(super) refused: usize,
}

/// Asks about every output that exists, if there is somebody at a terminal to be asked. All the
/// questions come before any work, so that they never meet and nobody has to wait for the next.
pub(super) fn ask(files: Vec<InputPath>, work: &Work) -> io::Result<Answers> {
    let mut answers = Answers { free: Vec::new(), replace: Vec::new(), refused: 0 };
    if !io::stdin().is_terminal() {
        answers.free = files;
        return Ok(answers);
    }
    for file in files {
        match gzip::taken(work.action, &file, &work.options) {
            Ok(Some(target)) => {
                if is_yes(&target, &work.voice)? {
                    answers.replace.push(file);
                } else {
                    message::print("\tnot overwritten\n");
                    answers.refused += 1;
                }
            }
            // What is wrong with it, if anything, will be told when its turn comes.
            _ => answers.free.push(file),
        }
    }
    Ok(answers)
}

fn is_yes(target: &Path, voice: &Voice) -> io::Result<bool> {
    let question = if voice.persona.is_gnu() {
        "do you wish to overwrite (y or n)?"
    } else {
        "overwrite (y/n)?"
    };
    let name = voice.persona.name();
    let question = format!("{name}: {} already exists; {question} ", Name(target));
    Ok(message::ask(&question)?.trim_start().starts_with(['y', 'Y']))
}

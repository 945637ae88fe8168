//! Which files there are to be done: those named, and all in the directories named.

use super::Plan;
use crate::commands::common::Exit;
use crate::gzip::GzipError;
use crate::gzip::file::{Action, Input, Root};
use crate::gzip::suffix::{self, Links};
use crate::io::is_temporary;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Whether standard input is meant.
#[must_use]
pub(super) fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

/// The files behind the names on the command line, in that order; those in directories, if these
/// are to be walked, by name. What cannot be walked is told at once.
#[must_use]
pub(super) fn expand(names: Vec<PathBuf>, plan: &Plan) -> (Vec<Input>, Exit) {
    let (mut files, mut exit) = (Vec::new(), Exit::Success);
    for name in names {
        if is_stdin(&name) {
            files.push(name.into());
            continue;
        }
        match name.symlink_metadata().map(|metadata| metadata.is_dir()) {
            Ok(true) if plan.reporter.recursive => exit.worsen(walk(name, plan, &mut files)),
            Err(error) if plan.reporter.recursive && error.kind() != ErrorKind::NotFound => {
                exit.worsen(plan.reporter.failure(&name, &GzipError::Read(error)));
            }
            // A link to a directory is a file that fails later.
            _ => files.push(meant(name, plan).into()),
        }
    }
    (files, exit)
}

/// Decompressing, `NAME` may mean `NAME.gz`.
fn meant(name: PathBuf, plan: &Plan) -> PathBuf {
    match plan.options.action {
        Action::Compress => name,
        Action::Decompress | Action::Test => {
            let follow = plan.stdout || plan.options.force || plan.options.action == Action::Test;
            let links = if follow { Links::Followed } else { Links::Themselves };
            suffix::find(name, &plan.options.suffix, links)
        }
    }
}

/// All in the directory that is no directory. Links are not followed; they are files that fail later.
fn walk(name: PathBuf, plan: &Plan, files: &mut Vec<Input>) -> Exit {
    let root = match Root::open(name.clone()) {
        Ok(root) => root,
        Err(error) => return plan.reporter.failure(&name, &GzipError::Read(error)),
    };
    let mut exit = Exit::Success;
    root.walk(|input, kind| match kind {
        Ok(()) if ignored(input.path(), plan) => {}
        Ok(()) => files.push(input),
        Err(error) => exit.worsen(plan.reporter.failure(input.path(), &GzipError::Read(error))),
    });
    exit
}

/// Tested and listed are those files in a directory whose names say that they are gzip files. An
/// output that another process has under way, or has left, is no file to be done.
fn ignored(file: &Path, plan: &Plan) -> bool {
    let named = || suffix::of(file, &plan.options.suffix).is_some();
    file.file_name().is_some_and(is_temporary) || plan.options.action == Action::Test && !named()
}

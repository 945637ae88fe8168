//! The files to process: those named, and those in the directories named.

use super::{Files, Plan};
use crate::commands::common::dash::is_stdin;
use crate::commands::common::files0::NameList;
use crate::commands::common::{Exit, message};
use crate::gzip::suffix::{self, Links};
use crate::gzip::{Action, Error, InputPath, OutputPath, Root};
use crate::io::is_temporary;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Returns the names of the inputs. A name in a list that cannot be one is reported.
pub(super) fn names(plan: &Plan) -> anyhow::Result<(Vec<PathBuf>, Exit)> {
    let list = match &plan.files {
        Files::Named(names) if names.is_empty() => return Ok((vec!["-".into()], Exit::Success)),
        Files::Named(names) => return Ok((names.clone(), Exit::Success)),
        Files::Listed(list) => list,
    };
    let (mut names, mut exit) = (Vec::new(), Exit::Success);
    for name in NameList::open(list)? {
        match name {
            Ok(name) => names.push(name),
            Err(error) => {
                message::line(plan.reporter.invoked_as.name(), &error.to_string());
                exit.worsen(Exit::Failure);
            }
        }
    }
    Ok((names, exit))
}

/// Returns the files that the names on the command line stand for, in that order; with `-r`, those in
/// directories are sorted by name. A directory that cannot be read is reported.
#[must_use]
pub(super) fn expand(names: Vec<PathBuf>, plan: &Plan) -> (Vec<InputPath>, Exit) {
    let (mut files, mut exit) = (Vec::new(), Exit::Success);
    for name in names {
        if is_stdin(&name) {
            files.push(name.into());
            continue;
        }
        match name.symlink_metadata().map(|metadata| metadata.is_dir()) {
            Ok(true) if plan.reporter.recursive => exit.worsen(walk(name, plan, &mut files)),
            Err(error) if plan.reporter.recursive && error.kind() != ErrorKind::NotFound => {
                exit.worsen(plan.reporter.failure(&name, &Error::Read(error)));
            }
            // A link to a directory fails later, as a file.
            _ => files.push(meant(name, plan).into()),
        }
    }
    (files, exit)
}

/// Returns the file that is meant: when decompressing, `NAME` can stand for `NAME.gz`.
fn meant(name: PathBuf, plan: &Plan) -> PathBuf {
    match plan.action {
        Action::Compress => name,
        Action::Decompress | Action::Test => {
            let follow = plan.stdout || plan.options.force || plan.action == Action::Test;
            let links = if follow { Links::Followed } else { Links::Themselves };
            suffix::find(name, &plan.options.suffix, links)
        }
    }
}

/// Adds everything below the directory that is not a directory itself. Links fail later, as files.
fn walk(name: PathBuf, plan: &Plan, files: &mut Vec<InputPath>) -> Exit {
    let root = match Root::open(name.clone()) {
        Ok(root) => root,
        Err(error) => return plan.reporter.failure(&name, &Error::Read(error)),
    };
    let mut exit = Exit::Success;
    let output = match &plan.options.output {
        OutputPath::Directory(path) => Some(&**path),
        _ => None,
    };
    root.walk(output, |input, kind| match kind {
        Ok(()) if ignored(input.path(), plan) => {}
        Ok(()) => files.push(input),
        Err(error) => exit.worsen(plan.reporter.failure(input.path(), &Error::Read(error))),
    });
    exit
}

/// Whether a file in a directory is passed over: when testing and listing, one whose name is not a gzip
/// file's; always, another process's unfinished output.
fn ignored(file: &Path, plan: &Plan) -> bool {
    let named = || suffix::of(file, &plan.options.suffix).is_some();
    file.file_name().is_some_and(is_temporary) || plan.action == Action::Test && !named()
}

//! Which files there are to be done: those named, and all in the directories named.

use super::Work;
use crate::commands::common::Exit;
use crate::gzip::suffix::{self, Links};
use crate::gzip::{Action, Error, InputPath, Root};
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
pub(super) fn expand(names: Vec<PathBuf>, work: &Work) -> (Vec<InputPath>, Exit) {
    let (mut files, mut exit) = (Vec::new(), Exit::Success);
    for name in names {
        if is_stdin(&name) {
            files.push(name.into());
            continue;
        }
        match name.symlink_metadata().map(|metadata| metadata.is_dir()) {
            Ok(true) if work.voice.recursive => exit.worsen(walk(name, work, &mut files)),
            Err(error) if work.voice.recursive && error.kind() != ErrorKind::NotFound => {
                exit.worsen(work.voice.failure(&name, &Error::Read(error)));
            }
            // A link to a directory is a file that fails later.
            _ => files.push(meant(name, work).into()),
        }
    }
    (files, exit)
}

/// Decompressing, `NAME` may mean `NAME.gz`.
fn meant(name: PathBuf, work: &Work) -> PathBuf {
    match work.action {
        Action::Compress => name,
        Action::Decompress | Action::Test => {
            let follow = work.stdout || work.options.force || work.action == Action::Test;
            let links = if follow { Links::Followed } else { Links::Themselves };
            suffix::find(name, &work.options.suffix, links)
        }
    }
}

/// All in the directory that is no directory. Links are not followed; they are files that fail later.
fn walk(name: PathBuf, work: &Work, files: &mut Vec<InputPath>) -> Exit {
    let root = match Root::open(name.clone()) {
        Ok(root) => root,
        Err(error) => return work.voice.failure(&name, &Error::Read(error)),
    };
    let mut exit = Exit::Success;
    root.walk(|input, kind| match kind {
        Ok(()) if ignored(input.path(), work) => {}
        Ok(()) => files.push(input),
        Err(error) => exit.worsen(work.voice.failure(input.path(), &Error::Read(error))),
    });
    exit
}

/// Tested and listed are those files in a directory whose names say that they are gzip files. An
/// output that another process has under way, or has left, is no file to be done.
fn ignored(file: &Path, work: &Work) -> bool {
    let named = || suffix::of(file, &work.options.suffix).is_some();
    file.file_name().is_some_and(is_temporary) || work.action == Action::Test && !named()
}

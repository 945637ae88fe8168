//! Which files there are to be done: those named, and all in the directories named.

use super::Work;
use crate::cli::Exit;
use crate::gzip::GzipError;
use crate::gzip::file::{Action, Input, Root};
use crate::gzip::suffix::{self, Links};
use crate::io::is_temporary;
use std::io;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Whether standard input is meant.
#[must_use]
pub fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

/// The files behind the names on the command line, in that order; those in directories, if these
/// are to be walked, by name. What cannot be walked is told at once.
#[must_use]
pub fn expand(names: Vec<PathBuf>, work: &Work) -> (Vec<Input>, Exit) {
    let (mut files, mut exit) = (Vec::new(), Exit::Success);
    for name in names {
        if is_stdin(&name) {
            files.push(name.into());
        } else if work.voice.recursive && is_directory(&name) {
            exit.worsen(walk(name, work, &mut files));
        } else {
            files.push(meant(name, work).into());
        }
    }
    (files, exit)
}

/// A link to a directory is none: it is a file that fails later.
fn is_directory(name: &Path) -> bool {
    name.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

/// Decompressing, `NAME` may mean `NAME.gz`.
fn meant(name: PathBuf, work: &Work) -> PathBuf {
    match work.options.action {
        Action::Compress => name,
        Action::Decompress | Action::Test => {
            let follow = work.stdout || work.options.force || work.options.action == Action::Test;
            let links = if follow { Links::Followed } else { Links::Themselves };
            suffix::find(name, &work.options.suffix, links)
        }
    }
}

/// All in `root` that is no directory. Links are not followed; they are files that fail later.
fn walk(name: PathBuf, work: &Work, files: &mut Vec<Input>) -> Exit {
    let mut exit = Exit::Success;
    let mut fail = |file: &Path, error| {
        exit.worsen(work.voice.failure(file, &GzipError::Read(error)));
    };
    let root = match Root::open(name.clone()) {
        Ok(root) => root,
        Err(error) => {
            fail(&name, error);
            return exit;
        }
    };
    for entry in WalkDir::new(&name).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_dir() || ignored(&entry, work) => {}
            Ok(entry) => files.push(root.input(entry.into_path())),
            Err(error) => {
                let file = error.path().unwrap_or(&name).to_owned();
                fail(&file, io::Error::from(error));
            }
        }
    }
    exit
}

/// Tested and listed are those files in a directory whose names say that they are gzip files. An
/// output that another process has under way, or has left, is no file to be done.
fn ignored(entry: &DirEntry, work: &Work) -> bool {
    let named = || suffix::of(entry.path(), &work.options.suffix).is_some();
    is_temporary(entry.file_name()) || work.options.action == Action::Test && !named()
}

//! Which files there are to be done: those named, and all in the directories named.

use super::Work;
use crate::cli::Exit;
use crate::gzip::GzipError;
use crate::gzip::file::Action;
use crate::gzip::suffix::{self, Links};
use std::io;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Whether standard input is meant.
#[must_use]
pub fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

/// The files behind the names on the command line, in that order; those in directories, if these
/// are to be walked, by name. What cannot be walked is told at once.
#[must_use]
pub fn expand(names: Vec<PathBuf>, work: &Work) -> (Vec<PathBuf>, Exit) {
    let (mut files, mut exit) = (Vec::new(), Exit::Success);
    for name in names {
        if is_stdin(&name) {
            files.push(name);
        } else if work.voice.recursive {
            exit.worsen(walk(&name, work, &mut files));
        } else {
            files.push(meant(name, work));
        }
    }
    (files, exit)
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
fn walk(root: &Path, work: &Work, files: &mut Vec<PathBuf>) -> Exit {
    let mut exit = Exit::Success;
    for entry in WalkDir::new(root).follow_root_links(false).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) if entry.depth() == 0 => files.push(entry.into_path()),
            Ok(entry) if ignored(entry.path(), work) => {}
            Ok(entry) => files.push(entry.into_path()),
            // What was named is not there: it may be there by another name.
            Err(error) if error.depth() == 0 => files.push(meant(root.to_owned(), work)),
            Err(error) => {
                let file = error.path().unwrap_or(root).to_owned();
                let error = GzipError::Read(io::Error::from(error));
                exit.worsen(work.voice.failure(&file, &error));
            }
        }
    }
    exit
}

/// Tested and listed are those files in a directory whose names say that they are gzip files.
fn ignored(file: &Path, work: &Work) -> bool {
    work.options.action == Action::Test && suffix::of(file, &work.options.suffix).is_none()
}

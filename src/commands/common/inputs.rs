//! The inputs that a command line names: files, standard input, and what is in directories.

use super::stdio;
use crate::io::Dir;
use crate::tally::Source;
use rustix::fs::FileType;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// An input and what it is called.
#[derive(Debug)]
pub(crate) struct Input {
    /// As it is on the command line, or was found; `-` for standard input.
    pub name: PathBuf,
    /// What to read.
    pub source: Source<'static>,
}

/// What is taken of a directory.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Walk {
    /// Files and directories whose names begin with a dot, too.
    pub hidden: bool,
    /// Binary files, too.
    pub binary: bool,
}

/// The inputs of those names, in order; without names, standard input. With `walk`, a directory
/// stands for the regular files in it and in the directories below, by name. Links in it are not
/// followed. What cannot be listed goes to `failed`.
pub(crate) fn find(
    names: Vec<PathBuf>,
    walk: Option<Walk>,
    mut failed: impl FnMut(&Path, &io::Error),
) -> Vec<Input> {
    let mut inputs = Vec::new();
    if names.is_empty() {
        inputs.push(standard_input());
    }
    for name in names {
        match walk {
            _ if name == Path::new("-") => inputs.push(standard_input()),
            Some(walk) if name.is_dir() => find_below(&name, walk, &mut inputs, &mut failed),
            _ => inputs.push(Input { source: Source::file(&name), name }),
        }
    }
    inputs
}

/// Standard input as a file where that can be had, so that a regular one is read by all threads.
fn standard_input() -> Input {
    let source = match stdio::input() {
        Ok(file) => Source::open_file(file.into_inner()),
        Err(error) => Source::reader(Failing(Some(error))),
    };
    Input { name: PathBuf::from("-"), source }
}

/// A stream that could not be opened: reading it returns the error.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

fn find_below(
    root: &Path,
    walk: Walk,
    inputs: &mut Vec<Input>,
    failed: &mut impl FnMut(&Path, &io::Error),
) {
    let dir = match Dir::open(root) {
        Ok(dir) => dir,
        Err(error) => return failed(root, &error),
    };
    let wanted = |name: &OsStr| walk.hidden || !name.as_bytes().starts_with(b".");
    crate::io::walk(&dir, wanted, |path, kind| match kind {
        Ok(FileType::RegularFile) if wanted(path.file_name().unwrap_or_default()) => {
            let name = root.join(path);
            let source = Source::file(&name);
            let source = if walk.binary { source } else { source.skip_binary() };
            inputs.push(Input { name, source });
        }
        Ok(_) => {}
        Err(error) => failed(&crate::io::below(root, path), &error),
    });
}

impl Input {
    /// Of the file that it is; none if it cannot be had.
    #[must_use]
    pub(crate) fn metadata(&self) -> Option<Metadata> {
        self.source.metadata()
    }
}

/// How many bytes there are to read, if all inputs are regular files.
#[must_use]
pub(crate) fn total(inputs: &[Input]) -> Option<u64> {
    let lengths = inputs.iter().map(|input| {
        let metadata = input.metadata()?;
        metadata.is_file().then_some(metadata.len())
    });
    lengths.sum()
}

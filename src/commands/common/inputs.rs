//! The inputs that a command line names: files, standard input, and the files in directories.

use super::dash::is_stdin;
use super::stdio;
use crate::io::Dir;
use crate::tally::Source;
use rustix::fs::FileType;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// An input and its name.
#[derive(Debug)]
pub(crate) struct Input {
    /// As given on the command line, or as found in a directory; `-` for standard input.
    pub name: PathBuf,
    /// Where its data comes from.
    pub source: Source<'static>,
}

/// Which files in a directory are read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Walk {
    /// Whether to include files and directories whose names begin with a dot.
    pub hidden: bool,
    /// Whether to include binary files.
    pub binary: bool,
}

/// Returns the inputs of these names, in order. With `walk`, a directory stands for the regular files
/// in it and below it, sorted by name, without following links.
/// `failed` is called for each directory that cannot be read.
pub(crate) fn find(
    names: Vec<PathBuf>,
    walk: Option<Walk>,
    mut failed: impl FnMut(&Path, &io::Error),
) -> Vec<Input> {
    let mut inputs = Vec::new();
    for name in names {
        match walk {
            _ if is_stdin(&name) => inputs.push(standard_input()),
            Some(walk) if name.is_dir() => find_below(&name, walk, &mut inputs, &mut failed),
            _ => inputs.push(Input { source: Source::file(&name), name }),
        }
    }
    inputs
}

/// Returns standard input, as a file if possible: a regular one is read by all threads.
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
    let enter = |path: &Path| wanted(path.file_name().unwrap_or_default());
    crate::io::walk(&dir, enter, |path, kind| match kind {
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
    /// Returns its file's metadata; `None` if it is not a file or cannot be examined.
    #[must_use]
    pub(crate) fn metadata(&self) -> Option<Metadata> {
        self.source.metadata()
    }
}

/// Returns the number of bytes to read; `None` unless all inputs are regular files.
#[must_use]
pub(crate) fn total(inputs: &[Input]) -> Option<u64> {
    let lengths = inputs.iter().map(|input| {
        let metadata = input.metadata()?;
        metadata.is_file().then_some(metadata.len())
    });
    lengths.sum()
}

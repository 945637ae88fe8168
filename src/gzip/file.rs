//! A file compressed or decompressed into the one beside it. The original stays.

use super::place::{Existing, Output, Unfinished};
use super::stream::{self, Totals};
use super::{GzipError, Level};
use std::ffi::OsStr;
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What a gzip file's name ends in.
const SUFFIX: &[u8] = b".gz";

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make `NAME.gz` of `NAME`.
    Compress(Level),
    /// Make `NAME` of `NAME.gz`.
    Decompress,
}

/// Does the action to the file at `path` and puts the output beside it, with the same permissions.
///
/// `unfinished` knows the output while it is under way. On an error there is no output, and what
/// was there before is as it was.
pub fn process(
    path: &Path,
    action: Action,
    existing: Existing,
    unfinished: &Unfinished,
) -> Result<Totals, GzipError> {
    let target = target(path, action)?;
    let input = open(path)?;
    let permissions = input.metadata().map_err(GzipError::Read)?.permissions();
    // Found out early, to spare the work; `commit` is what makes sure.
    if existing == Existing::Keep && target.symlink_metadata().is_ok() {
        return Err(GzipError::Exists(target));
    }
    let mut output = Output::create(&target, unfinished).map_err(GzipError::Write)?;
    let totals = match action {
        Action::Compress(level) => stream::compress(input, &mut output, level)?,
        Action::Decompress => stream::decompress(input, &mut output)?,
    };
    match output.commit(permissions, existing) {
        Ok(()) => Ok(totals),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(GzipError::Exists(target)),
        Err(error) => Err(GzipError::Write(error)),
    }
}

/// Opens a file to read, and refuses a directory.
pub fn open(path: &Path) -> Result<File, GzipError> {
    let file = File::open(path).map_err(GzipError::Read)?;
    if file.metadata().map_err(GzipError::Read)?.is_dir() {
        Err(GzipError::Directory)
    } else {
        Ok(file)
    }
}

/// The name of the output, which only the input's name decides.
fn target(path: &Path, action: Action) -> Result<PathBuf, GzipError> {
    let name = path.as_os_str().as_bytes();
    match (action, name.strip_suffix(SUFFIX)) {
        (Action::Compress(_), None) => {
            Ok(PathBuf::from(OsStr::from_bytes(&[name, SUFFIX].concat())))
        }
        (Action::Compress(_), Some(_)) => Err(GzipError::HasSuffix),
        (Action::Decompress, Some(stem)) if !stem.is_empty() && !stem.ends_with(b"/") => {
            Ok(PathBuf::from(OsStr::from_bytes(stem)))
        }
        (Action::Decompress, _) => Err(GzipError::NoSuffix),
    }
}

//! Lists of file names that are ended by NUL bytes, as `find -print0` writes them.

use super::dash::is_stdin;
use super::message::{self, InputName};
use super::stdio;
use crate::io::{Blocking, open};
use anyhow::Context;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// The names in a list, in order, each read when it is asked for. The last one need not be ended.
///
/// A name that cannot be a file's is an error, and so is `-` in a list that is read from standard
/// input, since the file would be the rest of the list. The names after it can still be read.
#[derive(Debug)]
pub(crate) struct NameList<R = BufReader<Blocking<File>>> {
    bytes: R,
    path: PathBuf,
    /// The number of names so far.
    count: u64,
    failed: bool,
}

/// Why there is no name at some place of a list.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListError {
    /// It cannot be a file's name.
    #[error("{}:{number}: {reason}", InputName(list))]
    Name { list: PathBuf, number: u64, reason: &'static str },
    /// The list cannot be read. It ends here.
    #[error("{}: {}", InputName(list), message::reason(source))]
    Read { list: PathBuf, source: io::Error },
}

/// The longest name in bytes, far longer than the paths that a system takes at once. A list that is
/// none, without NUL bytes, must not fill the memory.
const LONGEST: usize = 64 << 10;

impl NameList {
    /// Opens the list; `-` is standard input.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = if is_stdin(path) { stdio::input() } else { open(path).map(Blocking::new) };
        let file = file.with_context(|| InputName(path).to_string())?;
        Ok(Self::new(BufReader::new(file), path))
    }
}

impl<R: BufRead> NameList<R> {
    fn new(bytes: R, path: &Path) -> Self {
        Self { bytes, path: path.to_owned(), count: 0, failed: false }
    }

    /// Returns the bytes up to the next NUL byte or the end, those past the longest name left out;
    /// `None` at the end.
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut name = Vec::new();
        // One more, for the NUL byte.
        let most = LONGEST as u64 + 1;
        if self.bytes.by_ref().take(most).read_until(0, &mut name)? == 0 {
            return Ok(None);
        }
        if name.last() == Some(&0) {
            name.pop();
        } else {
            // There is no more of it, unless it is too long.
            self.bytes.skip_until(0)?;
        }
        Ok(Some(name))
    }

    /// Returns what keeps the bytes from being a name.
    fn fault(&self, name: &[u8]) -> Option<&'static str> {
        match name {
            b"" => Some("empty file name"),
            b"-" if is_stdin(&self.path) => Some("the names are read from standard input already"),
            _ if name.len() > LONGEST => Some("file name too long"),
            _ => None,
        }
    }
}

impl<R: BufRead> Iterator for NameList<R> {
    type Item = Result<PathBuf, ListError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let name = match self.read() {
            Ok(name) => name?,
            Err(source) => {
                self.failed = true;
                return Some(Err(ListError::Read { list: self.path.clone(), source }));
            }
        };
        self.count += 1;
        Some(match self.fault(&name) {
            None => Ok(OsString::from_vec(name).into()),
            Some(reason) => {
                let list = self.path.clone();
                Err(ListError::Name { list, number: self.count, reason })
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(bytes: &[u8], path: &str) -> Vec<String> {
        let list = NameList::new(BufReader::with_capacity(7, bytes), Path::new(path));
        let text = |name: Result<PathBuf, ListError>| match name {
            Ok(name) => name.display().to_string(),
            Err(error) => format!("! {error}"),
        };
        list.map(text).collect()
    }

    #[test]
    fn names_are_ended_by_nul_bytes_and_the_last_by_the_end() {
        for (bytes, expected) in [
            (&b""[..], &[][..]),
            (b"a\0b", &["a", "b"]),
            (b"a b\n\0-\0", &["a b\n", "-"]),
            (b"\0a\0\0", &["! l:1: empty file name", "a", "! l:3: empty file name"]),
        ] {
            assert_eq!(names(bytes, "l"), expected);
        }
        let twice = "! standard input:2: the names are read from standard input already";
        assert_eq!(names(b"a\0-", "-"), ["a", twice]);
    }

    #[test]
    fn a_name_without_an_end_takes_no_memory() {
        for (length, fits) in [(LONGEST, true), (LONGEST + 1, false), (9 * LONGEST, false)] {
            let bytes = [&vec![b'x'; length], &b"\0a\0"[..]].concat();
            let names = names(&bytes, "l");
            assert_eq!(names[0] == "! l:1: file name too long", !fits);
            assert_eq!(names[1..], ["a"]);
        }
    }
}

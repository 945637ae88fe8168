//! The names of the inputs: on the command line, or in a list.

use crate::commands::common::dash::is_stdin;
use crate::commands::common::files0::NameList;
use crate::commands::common::{Exit, message, stdio};
use anyhow::bail;
use std::path::{Path, PathBuf};

/// Where the names of inputs come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'n> {
    /// Those on the command line. Without any, and without a list, standard input is read.
    pub(super) files: &'n [PathBuf],
    /// The list of `--files0-from`.
    pub(super) list: Option<&'n Path>,
    /// The files of `--exclude`, which are read besides.
    pub(super) stop_lists: &'n [PathBuf],
}

const READ_TWICE: &str = "standard input: can be read only once";

impl Names<'_> {
    /// Returns what is wrong with the combination of names.
    pub(super) fn validate(self) -> Result<(), String> {
        if let (Some(_), Some(extra)) = (self.list, self.files.first()) {
            let extra = message::Name(extra);
            return Err(format!("extra operand '{extra}': --files0-from names all the files"));
        }
        if self.is_read_twice(self.files) { Err(READ_TWICE.to_owned()) } else { Ok(()) }
    }

    /// Returns the names, `-` for standard input. A name in the list that cannot be a file's is
    /// reported.
    pub(super) fn read(self, exit: &mut Exit) -> anyhow::Result<Vec<PathBuf>> {
        let Some(list) = self.list else {
            if self.is_unnamed() {
                stdio::announce_input(super::NAME);
                return Ok(vec![PathBuf::from("-")]);
            }
            return Ok(self.files.to_owned());
        };
        let mut names = Vec::new();
        for name in NameList::open(list)? {
            match name {
                Ok(name) => names.push(name),
                Err(error) => {
                    message::line(super::NAME, &error.to_string());
                    exit.worsen(Exit::Failure);
                }
            }
        }
        if self.is_read_twice(&names) {
            bail!(READ_TWICE);
        }
        Ok(names)
    }

    fn is_unnamed(self) -> bool {
        self.files.is_empty() && self.list.is_none()
    }

    /// Whether standard input would be read more than once: two readers of a stream would each get
    /// parts of words.
    fn is_read_twice(self, names: &[PathBuf]) -> bool {
        let others = self.stop_lists.iter().map(PathBuf::as_path).chain(self.list);
        let all = names.iter().map(PathBuf::as_path).chain(others);
        let times = all.filter(|name| is_stdin(name)).count();
        times + usize::from(self.is_unnamed()) > 1
    }
}

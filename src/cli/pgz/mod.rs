//! What `pgz` does beside reading its flags: whom it stands in for, and how it tells what happens.

pub mod batch;
pub mod getopt;
pub mod inputs;
mod list;
pub mod persona;
pub mod pigz;
mod prompt;
pub mod streams;
pub mod voice;

use crate::cli::stdio;
use crate::gzip::file::{Action, Options};
use std::io;

/// What is to be done, and how that is to be told.
#[derive(Debug)]
pub struct Work {
    /// What to do with files.
    pub options: Options,
    /// Whether the files are told in a table, as `-l` has it.
    pub list: bool,
    /// Whether standard output takes it all, as `-c` has it.
    pub stdout: bool,
    /// Who speaks.
    pub voice: voice::Voice,
}

impl Work {
    /// Says how many files were done, as the book's program does and gzip does not.
    pub fn sum_up(&self, done: usize) -> io::Result<()> {
        let verb = match self.options.action {
            Action::Compress => "Compressed",
            Action::Decompress => "Decompressed",
            Action::Test => return Ok(()),
        };
        if self.voice.persona.is_gnu() || self.voice.is_quiet() {
            return Ok(());
        }
        let files = if done == 1 { "file" } else { "files" };
        stdio::print(&format!("{verb} {done} {files}\n"))
    }
}

//! Whether a file has changed.

use super::Version;
use std::fs::File;
use std::io;

impl Version {
    /// Fails if the file has changed.
    pub(crate) fn check(&self, file: &File) -> io::Result<()> {
        if Self::from(&file.metadata()?) == *self {
            return Ok(());
        }
        Err(io::Error::other("changed while it was read"))
    }
}

//! Directories held open, files that are written atomically, and streams that block, on Unix.

mod atomic_file;
mod attributes;
mod blocking;
mod close;
mod dir;
mod dirs;
mod holes;
mod idle;
mod output;
mod outputs;
mod target;
mod version;
mod walk;
mod xattr;

pub(crate) use atomic_file::{AtomicFile, Existing, Placed};
pub(crate) use attributes::Attributes;
pub(crate) use blocking::Blocking;
pub(crate) use close::close;
pub(crate) use dir::{Dir, open, split};
pub(crate) use dirs::Dirs;
pub(crate) use holes::Holes;
pub use holes::Sparse;
pub(crate) use idle::Idle;
pub(crate) use output::Output;
pub(crate) use outputs::{Outputs, is_temporary};
pub(crate) use std::os::unix::fs::FileExt;
pub(crate) use target::{Target, is_standard_output, open_special};
pub(crate) use version::{FileId, Version};
pub(crate) use walk::{below, walk};

use std::fs::Metadata;
use std::os::unix::fs::FileTypeExt;

/// Whether it is a socket.
pub(crate) fn is_socket(metadata: &Metadata) -> bool {
    metadata.file_type().is_socket()
}

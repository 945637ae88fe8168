//! What several modules need of the system: streams that wait, directories that are held, files put
//! in place whole.

mod atomic_file;
mod attributes;
mod blocking;
mod close;
mod dir;
mod identity;
mod output;
mod outputs;
mod target;

pub use atomic_file::Existing;
pub(crate) use atomic_file::{AtomicFile, Placed};
pub(crate) use attributes::Attributes;
pub(crate) use blocking::Blocking;
pub(crate) use close::close;
pub(crate) use dir::Dir;
pub(crate) use identity::{FileId, Version};
pub(crate) use output::Output;
pub use outputs::Outputs;
pub(crate) use outputs::is_temporary;
pub(crate) use target::{Target, is_standard_output, open_special};

//! What several modules need of the system: streams that wait, directories that are held, files put
//! in place whole.

mod atomic_file;
mod attributes;
// Only the commands have it in their interface.
#[cfg_attr(not(feature = "cli"), allow(unreachable_pub))]
mod blocking;
pub(crate) mod buffer;
mod close;
mod dir;
mod dirs;
#[cfg(feature = "cli")]
mod output;
mod outputs;
mod target;
mod version;
#[cfg(feature = "cli")]
mod walk;

pub use atomic_file::Existing;
pub(crate) use atomic_file::{AtomicFile, Placed};
pub(crate) use attributes::Attributes;
pub(crate) use blocking::Blocking;
pub(crate) use close::close;
pub(crate) use dir::{Dir, open, split};
pub(crate) use dirs::Dirs;
#[cfg(feature = "cli")]
pub(crate) use output::Output;
pub use outputs::Outputs;
#[cfg(feature = "cli")]
pub(crate) use outputs::is_temporary;
#[cfg(feature = "cli")]
pub(crate) use target::is_standard_output;
pub(crate) use target::{Target, open_special};
pub(crate) use version::{FileId, Version};
#[cfg(feature = "cli")]
pub(crate) use walk::{below, walk};

//! What several modules need from the system: streams that block, directories held open, files that
//! are written atomically.

mod atomic_file;
mod attributes;
mod blocking;
pub(crate) mod buffer;
mod close;
#[cfg(feature = "tally")]
mod controls;
mod dir;
mod dirs;
mod holes;
mod idle;
mod metered;
mod output;
mod outputs;
mod retry;
mod target;
mod version;
mod walk;
mod xattr;

pub(crate) use atomic_file::{AtomicFile, Existing, Placed};
pub(crate) use attributes::Attributes;
pub(crate) use blocking::Blocking;
pub(crate) use close::close;
#[cfg(feature = "tally")]
pub(crate) use controls::controls;
pub(crate) use dir::{Dir, open, split};
pub(crate) use dirs::Dirs;
pub use holes::Sparse;
pub(crate) use holes::{Holes, is_zero};
pub(crate) use idle::Idle;
pub(crate) use metered::Metered;
pub(crate) use output::Output;
pub(crate) use outputs::{Outputs, is_temporary};
pub(crate) use retry::{fill, retry};
pub(crate) use target::{Target, is_standard_output, open_special};
pub(crate) use version::{FileId, Version};
pub(crate) use walk::{below, walk};

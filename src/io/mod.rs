//! What several modules need from the system: streams that block, directories held open, files that
//! are written atomically.

pub(crate) mod buffer;
#[cfg(feature = "tally")]
mod controls;
mod metered;
mod retry;
mod version;
mod zeros;

#[cfg(feature = "tally")]
pub(crate) use controls::controls;
pub(crate) use metered::Metered;
pub(crate) use retry::{fill, retry};
pub(crate) use zeros::is_zero;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{Blocking, FileExt, Version, is_socket, open};

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::Sparse;
#[cfg(unix)]
pub(crate) use unix::{
    AtomicFile, Attributes, Blocking, Dir, Dirs, Existing, FileExt, FileId, Holes, Idle, Output,
    Outputs, Placed, Target, Version, below, close, is_socket, is_standard_output, is_temporary,
    open, open_special, split, walk,
};

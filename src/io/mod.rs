//! What several modules need of the system: streams that wait, files put in place whole.

mod blocking;
mod close;

pub(crate) use blocking::Blocking;
pub(crate) use close::close;

//! The primitives that [`lock`](super::lock) and [`pool`](super::pool) are built from.
//!
//! They name them through this module alone, so that `tests/model` can compile the very same two
//! files against the model checker's primitives instead.

pub(super) use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
pub(super) use std::thread;

/// Starts a thread in the scope; tells whether the system let it.
pub(super) fn start<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    run: impl FnOnce() + Send + 'scope,
) -> bool {
    thread::Builder::new().spawn_scoped(scope, run).is_ok()
}

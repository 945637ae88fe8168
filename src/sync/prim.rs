//! The primitives that [`lock`](super::lock) and [`pool`](super::pool) are built from.
//!
//! They import them from this module alone, so that `tests/model` can compile the very same two
//! files against the model checker's primitives instead.

pub(super) use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
pub(super) use std::thread;

use crossbeam_channel::{after, select_biased};
use std::time::Duration;

/// Sends if there is room before `timeout` has passed; returns whether it was sent.
pub(super) fn send_within<T>(sender: &Sender<T>, message: T, timeout: Duration) -> bool {
    select_biased! {
        send(sender, message) -> sent => sent.is_ok(),
        recv(after(timeout)) -> _ => false,
    }
}

/// Starts a thread in the scope; returns whether the system let it.
pub(super) fn start<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    run: impl FnOnce() + Send + 'scope,
) -> bool {
    thread::Builder::new().spawn_scoped(scope, run).is_ok()
}

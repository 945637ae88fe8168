//! A bounded channel as a lock (technique 15, listing 3.12).
//!
//! A channel with a buffer of one is a lock: whoever gets a message into the buffer holds it, and
//! taking the message out lets the next one in. A buffer of `K` lets `K` in at once. The channel
//! gives everything that a lock needs: `send` blocks while the buffer is full, and what happened
//! before a receive is visible to whoever's send that receive made room for.
//!
//! In the book each worker must remember to receive. Here [`ChannelLock::acquire`] returns a
//! [`Permit`] that does so when it is dropped, on an early return and on a panic too.
//!
//! ```
//! use csp_toolkit::sync::lock::ChannelLock;
//! use std::num::NonZeroUsize;
//! use std::sync::atomic::{AtomicU32, Ordering};
//!
//! let lock = ChannelLock::new(NonZeroUsize::MIN);
//! let inside = AtomicU32::new(0);
//! std::thread::scope(|scope| {
//!     for _ in 0..6 {
//!         scope.spawn(|| {
//!             let _permit = lock.acquire();
//!             assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0, "alone in here");
//!             inside.fetch_sub(1, Ordering::Relaxed);
//!         });
//!     }
//! });
//! ```
//!
//! For protecting data prefer [`std::sync::Mutex`]: it owns what it protects and is cheaper
//! (`lockdemo --bench`). See the [asides](super#the-chapters-three-asides-answered).

use super::prim::{Receiver, Sender, bounded, send_within};
use std::num::NonZeroUsize;
use std::time::Duration;

/// A lock made of a bounded channel; with `K` permits, a counting semaphore.
///
/// It is neither fair nor re-entrant: a thread that asks for the only permit while it holds it
/// waits for ever, as with the book's lock. It is not poisoned by a panic, because it guards no
/// data whose state could be half changed.
#[derive(Debug)]
pub struct ChannelLock {
    /// One message in the buffer for each permit that is out.
    enter: Sender<()>,
    leave: Receiver<()>,
}

impl ChannelLock {
    /// Makes a lock that at most `permits` threads hold at a time. The channel has room for them all,
    /// 16 bytes for each: ask for no more than there are threads.
    #[must_use]
    pub fn new(permits: NonZeroUsize) -> Self {
        let (enter, leave) = bounded(permits.get());
        Self { enter, leave }
    }

    /// Waits for a permit, however long it takes.
    #[must_use = "the lock is released when the permit is dropped"]
    pub fn acquire(&self) -> Permit<'_> {
        match self.enter.send(()) {
            Ok(()) => Permit { lock: self },
            Err(_) => unreachable!("the lock itself keeps the receiver"),
        }
    }

    /// Takes a permit if one is free now; never blocks.
    #[must_use]
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let entered = self.enter.try_send(()).is_ok();
        // Not `then_some`: a permit made and dropped would release somebody else's.
        entered.then(|| Permit { lock: self })
    }

    /// Waits for a permit, but gives up after `patience`: what a channel can do and
    /// [`std::sync::Mutex`] cannot. It is a `select!` of the send and the clock, as in listing 3.7,
    /// in which the send comes first if both are ready.
    #[must_use]
    pub fn acquire_timeout(&self, patience: Duration) -> Option<Permit<'_>> {
        let entered = send_within(&self.enter, (), patience);
        entered.then(|| Permit { lock: self })
    }
}

/// The right to be inside; dropping it releases the lock and never blocks.
#[derive(Debug)]
#[must_use = "the lock is released when the permit is dropped"]
pub struct Permit<'a> {
    lock: &'a ChannelLock,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // Our own message is in the buffer, or that of another holder who will find ours instead:
        // either way there is one, so this cannot block, and the sender is alive, so no error.
        let _ = self.lock.leave.try_recv();
    }
}

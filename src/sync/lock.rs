//! A bounded channel as a lock (technique 15, listing 3.12).
//!
//! A channel with a buffer of one is a lock: the thread whose message is in the buffer holds it, and
//! taking the message out lets the next one in. A buffer of `K` lets `K` in at once. The channel has
//! everything that a lock needs: `send` blocks while the buffer is full, and what happened before a
//! receive is visible after the send that it made room for.
//!
//! In the book each worker must remember to receive. Here [`ChannelLock::acquire`] returns a
//! [`Permit`] that does so when it is dropped, on an early return and on a panic too.
//!
//! ```
//! use csp_toolkit::sync::lock::ChannelLock;
//! use std::sync::atomic::{AtomicU32, Ordering};
//!
//! let lock = ChannelLock::default();
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
//! To protect data, prefer [`std::sync::Mutex`]: it owns what it protects and is cheaper
//! (`lockdemo --bench`). See the [asides](super#the-chapters-three-asides-answered).

use super::prim::{Receiver, Sender, bounded, send_within};
use std::sync::Arc;
use std::time::Duration;

/// A lock made of a bounded channel; with `K` permits, a counting semaphore.
///
/// It is neither fair nor re-entrant: a thread that asks for the only permit while it holds it
/// waits forever, as with the book's lock. A panic does not poison it, because it guards no data
/// that could be left half changed.
#[derive(Debug)]
pub struct ChannelLock {
    permits: usize,
    /// One message in the buffer for each permit that is out.
    enter: Sender<()>,
    leave: Receiver<()>,
}

impl Default for ChannelLock {
    /// One permit, as in the book.
    fn default() -> Self {
        Self::new(1)
    }
}

impl ChannelLock {
    /// Makes a lock that at most `permits` threads hold at a time. With 0 permits nothing ever gets
    /// in: [`acquire`](Self::acquire) blocks forever, and the others return `None`.
    ///
    /// The channel has room for all permits, 16 bytes each: ask for no more than there are threads.
    #[must_use]
    pub fn new(permits: usize) -> Self {
        let (enter, leave) = bounded(permits);
        Self { permits, enter, leave }
    }

    /// Blocks until there is a permit.
    #[must_use = "the lock is released when the permit is dropped"]
    pub fn acquire(&self) -> Permit<'_> {
        self.enter();
        Permit { lock: self }
    }

    /// Takes a permit if one is free; never blocks.
    #[must_use]
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        // Not `then_some`: a permit made and dropped would release another holder's.
        self.try_enter().then(|| Permit { lock: self })
    }

    /// Blocks until there is a permit, or `timeout` has passed, which a channel can do and
    /// [`std::sync::Mutex`] cannot. It is a `select!` of the send and the clock, as in listing 3.7;
    /// the send comes first if both are ready.
    #[must_use]
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        send_within(&self.enter, (), timeout).then(|| Permit { lock: self })
    }

    /// Like [`acquire`](Self::acquire), but the permit owns its lock, so that it can be sent to
    /// another thread or kept in a struct.
    ///
    /// ```
    /// use csp_toolkit::sync::lock::ChannelLock;
    /// use std::sync::Arc;
    ///
    /// let lock = Arc::new(ChannelLock::new(4));
    /// let threads: Vec<_> = (0..20)
    ///     .map(|_| {
    ///         let permit = lock.acquire_arc(); // at most four run at a time
    ///         std::thread::spawn(move || drop(permit))
    ///     })
    ///     .collect();
    /// for thread in threads {
    ///     thread.join().unwrap();
    /// }
    /// assert_eq!(lock.available(), 4);
    /// ```
    #[must_use = "the lock is released when the permit is dropped"]
    pub fn acquire_arc(self: &Arc<Self>) -> OwnedPermit {
        self.enter();
        OwnedPermit { lock: Arc::clone(self) }
    }

    /// Like [`try_acquire`](Self::try_acquire), with a permit that owns its lock.
    #[must_use]
    pub fn try_acquire_arc(self: &Arc<Self>) -> Option<OwnedPermit> {
        self.try_enter().then(|| OwnedPermit { lock: Arc::clone(self) })
    }

    /// Like [`acquire_timeout`](Self::acquire_timeout), with a permit that owns its lock.
    #[must_use]
    pub fn acquire_timeout_arc(self: &Arc<Self>, timeout: Duration) -> Option<OwnedPermit> {
        let entered = send_within(&self.enter, (), timeout);
        entered.then(|| OwnedPermit { lock: Arc::clone(self) })
    }

    /// Returns the number of permits that are free now. Another thread may take them at any time.
    #[must_use]
    pub fn available(&self) -> usize {
        self.permits - self.enter.len()
    }

    fn enter(&self) {
        self.enter.send(()).expect("the lock itself keeps the receiver");
    }

    fn try_enter(&self) -> bool {
        self.enter.try_send(()).is_ok()
    }

    fn leave(&self) {
        // The holder's own message is in the buffer, or that of another holder who will find this
        // one instead: either way there is one, so this cannot block, and the sender is alive, so
        // there is no error.
        let _ = self.leave.try_recv();
    }
}

/// The right to be inside. Dropping it releases the lock and never blocks.
#[derive(Debug)]
#[must_use = "the lock is released when the permit is dropped"]
pub struct Permit<'a> {
    lock: &'a ChannelLock,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.lock.leave();
    }
}

/// A [`Permit`] that owns its lock. Dropping it releases the lock and never blocks.
#[derive(Debug)]
#[must_use = "the lock is released when the permit is dropped"]
pub struct OwnedPermit {
    lock: Arc<ChannelLock>,
}

impl Drop for OwnedPermit {
    fn drop(&mut self) {
        self.lock.leave();
    }
}

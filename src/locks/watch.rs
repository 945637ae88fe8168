//! A watch on a lock: whether it lets in more than it may.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts those inside.
///
/// It is one atomic number, so that it never makes anybody wait: a watch with a lock of its own
/// would hide the very fault it is there to see. Changes of one number have one order that all
/// threads agree on, which is all the order that it needs.
#[derive(Debug)]
pub struct Watch {
    permits: NonZeroUsize,
    holders: AtomicUsize,
}

/// A lock that does not do what a lock is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Somebody was let in beside those that may be inside.
    #[error("the lock is broken: {holders} hold it at once, and {permits} may")]
    TooMany {
        /// How many were inside then.
        holders: usize,
        /// How many may be.
        permits: NonZeroUsize,
    },
    /// Somebody went who was not inside.
    #[error("the lock is broken: it was released and nobody held it")]
    NotHeld,
    /// Two were inside at once and one undid what the other had done.
    #[error("the lock is broken: of {made} changes made inside it, {left} are left")]
    Lost {
        /// Changes made.
        made: u64,
        /// Changes that can be seen.
        left: u64,
    },
}

impl Watch {
    /// Watches a lock that at most `permits` may hold.
    #[must_use]
    pub const fn new(permits: NonZeroUsize) -> Self {
        Self { permits, holders: AtomicUsize::new(0) }
    }

    /// Says that somebody has got in: call it after acquiring.
    pub fn enter(&self) -> Result<(), Fault> {
        let holders = self.holders.fetch_add(1, Ordering::Relaxed) + 1;
        let permits = self.permits;
        if holders > permits.get() { Err(Fault::TooMany { holders, permits }) } else { Ok(()) }
    }

    /// Says that somebody is about to go: call it before releasing.
    pub fn leave(&self) -> Result<(), Fault> {
        let one_less = |holders: usize| holders.checked_sub(1);
        let left = self.holders.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        left.map(|_| ()).map_err(|_| Fault::NotHeld)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_one_too_many_and_one_too_few() {
        let permits = NonZeroUsize::new(2).unwrap();
        let watch = Watch::new(permits);
        for _ in 0..2 {
            assert_eq!((watch.enter(), watch.enter()), (Ok(()), Ok(())));
            assert_eq!(watch.enter(), Err(Fault::TooMany { holders: 3, permits }));
            assert_eq!((watch.leave(), watch.leave(), watch.leave()), (Ok(()), Ok(()), Ok(())));
            assert_eq!(watch.leave(), Err(Fault::NotHeld));
        }
    }
}

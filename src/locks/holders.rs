//! A check on a lock: whether it lets in more than it may.

use super::Error;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the holders of a lock.
///
/// It is one atomic number, so that no worker ever waits for it: a check with a lock of its own
/// would hide the very fault it looks for. Changes of one number have one order that all threads
/// agree on, and no other order is needed.
#[derive(Debug)]
pub(super) struct HolderCount {
    permits: usize,
    holders: AtomicUsize,
}

impl HolderCount {
    /// For a lock that at most `permits` may hold.
    pub(super) const fn new(permits: usize) -> Self {
        Self { permits, holders: AtomicUsize::new(0) }
    }

    /// Counts a holder in: call it after acquiring.
    pub(super) fn enter(&self) -> Result<(), Error> {
        let holders = self.holders.fetch_add(1, Ordering::Relaxed) + 1;
        let permits = self.permits;
        if holders > permits { Err(Error::TooManyHolders { holders, permits }) } else { Ok(()) }
    }

    /// Counts a holder out: call it before releasing.
    pub(super) fn leave(&self) -> Result<(), Error> {
        let one_less = |holders: usize| holders.checked_sub(1);
        let left = self.holders.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        left.map(|_| ()).map_err(|_| Error::NotHeld)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_too_many_and_one_too_few_are_errors() {
        let count = HolderCount::new(2);
        for _ in 0..2 {
            assert!(count.enter().is_ok() && count.enter().is_ok());
            let error = count.enter();
            assert!(matches!(error, Err(Error::TooManyHolders { holders: 3, permits: 2 })));
            assert!(count.leave().is_ok() && count.leave().is_ok() && count.leave().is_ok());
            assert!(matches!(count.leave(), Err(Error::NotHeld)));
        }
    }
}

//! A counting semaphore of a mutex and a condition variable.

use super::{Lock, TimedLock};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A lock with a number of permits: the textbook's semaphore (Dijkstra, *Cooperating sequential
/// processes*, 1965), as one writes it where there are no channels.
///
/// Neither fair nor re-entrant. Every release notifies the condition variable, which costs a system
/// call even if no thread waits: part of the price of writing a lock oneself.
#[derive(Debug)]
pub struct Semaphore {
    free: Mutex<usize>,
    released: Condvar,
}

impl Semaphore {
    /// Makes a semaphore that at most `permits` threads hold at a time. With 0 permits nothing ever
    /// gets in.
    #[must_use]
    pub fn new(permits: usize) -> Self {
        Self { free: Mutex::new(permits), released: Condvar::new() }
    }

    /// Nothing panics while this is locked.
    fn free(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to be inside, until dropped.
struct Permit<'a>(&'a Semaphore);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free() += 1;
        self.0.released.notify_one();
    }
}

impl Lock for Semaphore {
    fn acquire(&self) -> impl Sized {
        let free = self.released.wait_while(self.free(), |free| *free == 0);
        *free.unwrap_or_else(PoisonError::into_inner) -= 1;
        Permit(self)
    }
}

impl TimedLock for Semaphore {
    fn acquire_timeout(&self, timeout: Duration) -> Option<impl Sized> {
        let free = self.released.wait_timeout_while(self.free(), timeout, |free| *free == 0);
        let mut free = free.unwrap_or_else(PoisonError::into_inner).0;
        if *free == 0 {
            return None;
        }
        *free -= 1;
        Some(Permit(self))
    }
}

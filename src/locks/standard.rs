//! The locks that others have made, behind our trait. They guard nothing here, so that a holder's
//! panic leaves nothing half changed, and poison means nothing.

use super::{Lock, TimedLock};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

impl Lock for Mutex<()> {
    fn acquire(&self) -> impl Sized {
        self.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lock for RwLock<()> {
    fn acquire(&self) -> impl Sized {
        self.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lock for parking_lot::Mutex<()> {
    fn acquire(&self) -> impl Sized {
        self.lock()
    }
}

impl TimedLock for parking_lot::Mutex<()> {
    fn acquire_within(&self, patience: Duration) -> Option<impl Sized> {
        match Instant::now().checked_add(patience) {
            Some(deadline) => self.try_lock_until(deadline),
            // Further away than the clock goes.
            None => Some(self.lock()),
        }
    }
}

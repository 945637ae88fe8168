//! The locks of the standard library and of `parking_lot`, behind our traits. They guard no data
//! here, so a holder's panic leaves nothing half changed, and poisoning is ignored.

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
    fn acquire_timeout(&self, timeout: Duration) -> Option<impl Sized> {
        match Instant::now().checked_add(timeout) {
            Some(deadline) => self.try_lock_until(deadline),
            // Later than the clock can represent.
            None => Some(self.lock()),
        }
    }
}

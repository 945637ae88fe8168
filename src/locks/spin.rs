//! A spin lock: an atomic flag, tried until it is free.

use super::{Lock, TimedLock};
use std::hint;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Tries before the processor is yielded to another thread, which may be the holder.
const ROUNDS: u32 = 100;

/// A lock made of a flag: the thread that sets it holds the lock.
///
/// A thread reads the flag until it looks free before it tries to set it, so that waiting threads do
/// not take the cache line from one another ("test and test-and-set"). Waiting uses a processor, so
/// this is only for the shortest sections, and for programs that have their processors to
/// themselves.
#[derive(Debug, Default)]
pub struct SpinLock {
    held: AtomicBool,
}

impl SpinLock {
    /// Acquires the lock if it is free.
    fn take(&self) -> Option<Held<'_>> {
        let free = !self.held.load(Ordering::Relaxed) && !self.held.swap(true, Ordering::Acquire);
        // Not `then_some`: a guard made and dropped would release another holder's lock.
        free.then(|| Held(self))
    }

    /// Tries for a while, then lets others run. Returns `None` if the lock was never free.
    fn spin(&self) -> Option<Held<'_>> {
        for _ in 0..ROUNDS {
            if let Some(held) = self.take() {
                return Some(held);
            }
            hint::spin_loop();
        }
        thread::yield_now();
        None
    }
}

/// The right to be inside, until dropped.
struct Held<'a>(&'a SpinLock);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.held.store(false, Ordering::Release);
    }
}

impl Lock for SpinLock {
    fn acquire(&self) -> impl Sized {
        loop {
            if let Some(held) = self.spin() {
                return held;
            }
        }
    }
}

impl TimedLock for SpinLock {
    fn acquire_timeout(&self, timeout: Duration) -> Option<impl Sized> {
        let begun = Instant::now();
        loop {
            if let Some(held) = self.spin() {
                return Some(held);
            }
            if begun.elapsed() >= timeout {
                return None;
            }
        }
    }
}

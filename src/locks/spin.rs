//! A spin lock: an atomic flag, and asking until it is free.

use super::{Lock, TimedLock};
use std::hint;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Rounds of asking before the processor is left to somebody else, who may be the holder.
const ROUNDS: u32 = 100;

/// Whoever sets the flag holds it.
///
/// It reads the flag until it looks free before it tries to set it, so that those who wait do not
/// take the cache line from one another ("test and test-and-set"). Waiting costs a processor, which
/// is why it is for nothing but the shortest sections and for programs that own their processors.
#[derive(Debug, Default)]
pub struct SpinLock {
    held: AtomicBool,
}

impl SpinLock {
    /// Takes it if it is free.
    fn take(&self) -> Option<Held<'_>> {
        let free = !self.held.load(Ordering::Relaxed) && !self.held.swap(true, Ordering::Acquire);
        // Not `then_some`: one made and dropped would release somebody else's.
        free.then(|| Held(self))
    }

    /// Asks for a while, then lets others run. `None` if it was never free.
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
    fn acquire_within(&self, patience: Duration) -> Option<impl Sized> {
        let begun = Instant::now();
        loop {
            if let Some(held) = self.spin() {
                return Some(held);
            }
            if begun.elapsed() >= patience {
                return None;
            }
        }
    }
}

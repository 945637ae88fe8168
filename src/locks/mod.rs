//! All kinds of lock beside one another: the laboratory of `lockdemo` (technique 15, listing 3.12).
//!
//! The book makes a lock of a channel, and says that one should not reimplement locks without
//! measuring. Here are the channel's lock, those of the standard library and two more behind one
//! small trait, so that the same six workers can queue up at each ([`demo`]) and the same stopwatch
//! can be held to each ([`mod@bench`]).
//!
//! | kind | made of | lets in | can give up |
//! |---|---|---|---|
//! | `channel` | [`ChannelLock`]: a channel with a buffer | as many as its buffer holds | yes, by `select!` |
//! | `mutex` | [`std::sync::Mutex`] | one | no |
//! | `rwlock` | [`std::sync::RwLock`], every worker a writer | one | no |
//! | `semaphore` | [`Semaphore`]: a number, a mutex and a condition variable | as many as it is made for | yes, by `wait_timeout` |
//! | `spin` | [`SpinLock`]: an atomic flag | one | yes, by the clock |
//! | `parking-lot` | [`parking_lot::Mutex`] | one | yes, by `try_lock_for` |
//!
//! ```
//! use csp_toolkit::locks::{Lock, SpinLock, TimedLock};
//! use std::time::Duration;
//!
//! let lock = SpinLock::default();
//! let held = lock.acquire();
//! assert!(lock.acquire_within(Duration::from_millis(1)).is_none());
//! drop(held);
//! assert!(lock.acquire_within(Duration::ZERO).is_some());
//! ```

pub mod bench;
pub mod demo;
mod histogram;
mod semaphore;
mod spin;
mod standard;
pub mod watch;

pub use crate::sync::lock::ChannelLock;
pub use semaphore::Semaphore;
pub use spin::SpinLock;

use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

/// What every lock can do.
pub trait Lock: Sync {
    /// Waits until let in, however long it takes. Dropping what is returned releases the lock.
    #[must_use = "the lock is released when this is dropped"]
    fn acquire(&self) -> impl Sized;
}

/// A lock that one may give up waiting for.
pub trait TimedLock: Lock {
    /// Waits until let in, but no longer than `patience`. A lock that is free is taken even if
    /// there is no patience at all.
    #[must_use = "the lock is released when this is dropped"]
    fn acquire_within(&self, patience: Duration) -> Option<impl Sized>;
}

impl Lock for ChannelLock {
    fn acquire(&self) -> impl Sized {
        self.acquire()
    }
}

impl TimedLock for ChannelLock {
    fn acquire_within(&self, patience: Duration) -> Option<impl Sized> {
        self.acquire_timeout(patience)
    }
}

/// A kind of lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Kind {
    /// A bounded channel: send to lock, receive to unlock
    #[default]
    Channel,
    /// `std::sync::Mutex`
    Mutex,
    /// `std::sync::RwLock`, every worker a writer
    Rwlock,
    /// A number of permits under a mutex, and a condition variable
    Semaphore,
    /// An atomic flag, and asking until it is free
    Spin,
    /// The mutex of the `parking_lot` crate
    ParkingLot,
}

impl Kind {
    /// Every kind, in the order of the table above.
    pub const ALL: [Self; 6] =
        [Self::Channel, Self::Mutex, Self::Rwlock, Self::Semaphore, Self::Spin, Self::ParkingLot];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Mutex => "mutex",
            Self::Rwlock => "rwlock",
            Self::Semaphore => "semaphore",
            Self::Spin => "spin",
            Self::ParkingLot => "parking-lot",
        }
    }

    /// Tells whether it can let in so many, and whether it can be given up.
    pub fn suits(self, permits: NonZeroUsize, patience: Option<Duration>) -> Result<(), Unsuited> {
        if permits > NonZeroUsize::MIN && !matches!(self, Self::Channel | Self::Semaphore) {
            return Err(Unsuited::OnlyOne(self));
        }
        if patience.is_some() && matches!(self, Self::Mutex | Self::Rwlock) {
            return Err(Unsuited::Patient(self));
        }
        Ok(())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a kind of lock cannot do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsuited {
    /// It excludes everybody else.
    #[error("the {0} lock lets in one at a time; more need the channel or the semaphore lock")]
    OnlyOne(Kind),
    /// The standard library has no way to stop waiting for it.
    #[error(
        "who waits for the {0} lock cannot give up: the standard library has no lock with a time-out"
    )]
    Patient(Kind),
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Mutex, RwLock};

    /// Fails unless the lock lets in `permits` and then nobody, until one of them is out.
    fn counts<L: TimedLock>(lock: &L, permits: usize) {
        let soon = Duration::from_millis(2);
        let mut held: Vec<_> = (0..permits).map(|_| lock.acquire_within(Duration::ZERO)).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(lock.acquire_within(soon).is_none());
        assert!(lock.acquire_within(Duration::ZERO).is_none());
        held.pop();
        assert!(lock.acquire_within(soon).is_some());
        drop(lock.acquire());
        drop(held);
    }

    #[test]
    fn those_that_can_give_up_do_and_take_what_is_free_at_once() {
        counts(&SpinLock::default(), 1);
        counts(&parking_lot::Mutex::new(()), 1);
        for permits in [1, 3] {
            let number = NonZeroUsize::new(permits).unwrap();
            counts(&ChannelLock::new(permits), permits);
            counts(&Semaphore::new(number), permits);
        }
    }

    #[test]
    fn patience_without_end_is_waiting() {
        fn waits<L: TimedLock>(lock: &L) {
            assert!(lock.acquire_within(Duration::MAX).is_some());
            let held = lock.acquire();
            std::thread::scope(|scope| {
                let waiter = scope.spawn(|| lock.acquire_within(Duration::MAX).is_some());
                drop(held);
                assert!(waiter.join().unwrap());
            });
        }
        waits(&ChannelLock::default());
        waits(&Semaphore::new(NonZeroUsize::MIN));
        waits(&SpinLock::default());
        waits(&parking_lot::Mutex::new(()));
    }

    #[test]
    fn a_panic_inside_releases_and_poisons_nothing() {
        fn survives<L: Lock>(lock: &L) {
            std::thread::scope(|scope| {
                let holder = scope.spawn(|| {
                    let _held = lock.acquire();
                    panic!("inside");
                });
                assert!(holder.join().is_err());
            });
            drop(lock.acquire());
        }
        survives(&ChannelLock::default());
        survives(&Mutex::new(()));
        survives(&RwLock::new(()));
        survives(&Semaphore::new(NonZeroUsize::MIN));
        survives(&SpinLock::default());
        survives(&parking_lot::Mutex::new(()));
    }

    #[test]
    fn what_a_kind_cannot_do_is_said() {
        let (one, two) = (NonZeroUsize::MIN, NonZeroUsize::new(2).unwrap());
        let patience = Some(Duration::ZERO);
        for kind in Kind::ALL {
            let counting = matches!(kind, Kind::Channel | Kind::Semaphore);
            let timed = !matches!(kind, Kind::Mutex | Kind::Rwlock);
            assert_eq!(kind.suits(one, None), Ok(()));
            assert_eq!(kind.suits(two, None).is_ok(), counting, "{kind}");
            assert_eq!(kind.suits(one, patience).is_ok(), timed, "{kind}");
        }
    }
}

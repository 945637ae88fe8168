//! All kinds of lock side by side: the laboratory behind `lockdemo` (technique 15, listing 3.12).
//!
//! The book makes a lock of a channel, and says that one should not reimplement locks without
//! measuring. Here are the channel's lock, those of the standard library and three more behind one
//! small trait, so that the same six workers can compete for each ([`demo`]) and the same
//! measurement can be made of each ([`mod@bench`]).
//!
//! | kind | made of | lets in | with a timeout |
//! |---|---|---|---|
//! | `channel` | [`ChannelLock`]: a channel with a buffer | as many as its buffer holds | yes, by `select!` |
//! | `mutex` | [`std::sync::Mutex`] | one | no |
//! | `rwlock` | [`std::sync::RwLock`], every worker a writer | one | no |
//! | `semaphore` | [`Semaphore`]: a number, a mutex and a condition variable | as many as it has permits | yes, by `wait_timeout` |
//! | `spin` | [`SpinLock`]: an atomic flag | one | yes, by the clock |
//! | `parking-lot` | [`parking_lot::Mutex`] | one | yes, by `try_lock_for` |
//!
//! ```
//! use csp_toolkit::locks::{Lock, SpinLock, TimedLock};
//! use std::time::Duration;
//!
//! let lock = SpinLock::default();
//! let held = lock.acquire();
//! assert!(lock.acquire_timeout(Duration::from_millis(1)).is_none());
//! drop(held);
//! assert!(lock.acquire_timeout(Duration::ZERO).is_some());
//! ```

pub mod bench;
pub mod demo;
mod error;
mod histogram;
mod holders;
mod semaphore;
mod spin;
mod standard;

pub use crate::sync::lock::ChannelLock;
pub use error::Error;
pub use semaphore::Semaphore;
pub use spin::SpinLock;

use std::fmt;
use std::time::Duration;

/// A lock that guards no data.
pub trait Lock: Sync {
    /// Blocks until the lock is acquired. Dropping the returned guard releases it.
    #[must_use = "the lock is released when this is dropped"]
    fn acquire(&self) -> impl Sized;
}

/// A lock for which one can wait a limited time.
pub trait TimedLock: Lock {
    /// Blocks until the lock is acquired or `timeout` has passed. A lock that is free is acquired even
    /// if the timeout is zero.
    #[must_use = "the lock is released when this is dropped"]
    fn acquire_timeout(&self, timeout: Duration) -> Option<impl Sized>;
}

impl Lock for ChannelLock {
    fn acquire(&self) -> impl Sized {
        self.acquire()
    }
}

impl TimedLock for ChannelLock {
    fn acquire_timeout(&self, timeout: Duration) -> Option<impl Sized> {
        self.acquire_timeout(timeout)
    }
}

/// A kind of lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A bounded channel: send to lock, receive to unlock.
    #[default]
    Channel,
    /// [`std::sync::Mutex`].
    Mutex,
    /// [`std::sync::RwLock`], every worker a writer.
    RwLock,
    /// A number of permits under a mutex, and a condition variable.
    Semaphore,
    /// An atomic flag, tried until it is free.
    Spin,
    /// The mutex of the `parking_lot` crate.
    ParkingLot,
}

impl Kind {
    /// Every kind, in the order of the table above.
    pub const ALL: [Self; 6] =
        [Self::Channel, Self::Mutex, Self::RwLock, Self::Semaphore, Self::Spin, Self::ParkingLot];

    /// The name in the table above, which `lockdemo` uses too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Mutex => "mutex",
            Self::RwLock => "rwlock",
            Self::Semaphore => "semaphore",
            Self::Spin => "spin",
            Self::ParkingLot => "parking-lot",
        }
    }

    /// Checks that this kind of lock supports this number of permits, and a timeout if one is given.
    pub fn check(self, permits: usize, timeout: Option<Duration>) -> Result<(), Error> {
        if permits == 0 {
            return Err(Error::Zero("permits"));
        }
        if permits > 1 && !matches!(self, Self::Channel | Self::Semaphore) {
            return Err(Error::OnePermit(self));
        }
        if timeout.is_some() && matches!(self, Self::Mutex | Self::RwLock) {
            return Err(Error::NoTimeout(self));
        }
        Ok(())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;
    use std::fmt::Debug;
    use std::io;
    use std::sync::{Mutex, RwLock};

    #[test]
    fn everything_public_is_debug_and_send() {
        fn check<T: Debug + Send>() {}
        check::<Semaphore>();
        check::<SpinLock>();
        check::<Kind>();
        check::<Error>();
        check::<demo::Settings>();
        check::<demo::Event>();
        check::<bench::Case>();
        check::<bench::Cost>();
    }

    /// Fails unless the lock lets in `permits` and then no more, until one of them has left.
    fn counts<L: TimedLock>(lock: &L, permits: usize) {
        let soon = Duration::from_millis(2);
        let mut held: Vec<_> = (0..permits).map(|_| lock.acquire_timeout(Duration::ZERO)).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(lock.acquire_timeout(soon).is_none());
        assert!(lock.acquire_timeout(Duration::ZERO).is_none());
        if held.pop().is_some() {
            assert!(lock.acquire_timeout(soon).is_some());
            drop(lock.acquire());
        }
        drop(held);
    }

    #[test]
    fn timed_locks_give_up_and_take_at_once_what_is_free() {
        counts(&SpinLock::default(), 1);
        counts(&parking_lot::Mutex::new(()), 1);
        for permits in [0, 1, 3] {
            counts(&ChannelLock::new(permits), permits);
            counts(&Semaphore::new(permits), permits);
        }
    }

    #[test]
    fn an_endless_timeout_waits() {
        fn waits<L: TimedLock>(lock: &L) {
            assert!(lock.acquire_timeout(Duration::MAX).is_some());
            let held = lock.acquire();
            std::thread::scope(|scope| {
                let waiter = scope.spawn(|| lock.acquire_timeout(Duration::MAX).is_some());
                drop(held);
                assert!(waiter.join().unwrap());
            });
        }
        waits(&ChannelLock::default());
        waits(&Semaphore::new(1));
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
        survives(&Semaphore::new(1));
        survives(&SpinLock::default());
        survives(&parking_lot::Mutex::new(()));
    }

    #[test]
    fn an_option_that_a_kind_does_not_support_is_an_error() {
        let timeout = Some(Duration::ZERO);
        for kind in Kind::ALL {
            let counting = matches!(kind, Kind::Channel | Kind::Semaphore);
            let timed = !matches!(kind, Kind::Mutex | Kind::RwLock);
            assert!(kind.check(1, None).is_ok());
            assert_eq!(kind.check(2, None).is_ok(), counting, "{kind}");
            assert_eq!(kind.check(1, timeout).is_ok(), timed, "{kind}");
            assert!(matches!(kind.check(0, None), Err(Error::Zero("permits"))));
        }
    }

    #[test]
    fn an_error_says_its_cause_once_and_turns_into_an_io_error() {
        let refused = || io::Error::from(io::ErrorKind::WouldBlock);
        let error = Error::Start { number: 2, count: 3, source: refused() };
        let text = error.to_string();
        assert!(!text.contains(&error.source().unwrap().to_string()), "{text}");
        assert_eq!(io::Error::from(error).kind(), io::ErrorKind::WouldBlock);
        assert_eq!(io::Error::from(Error::Report(refused())).kind(), io::ErrorKind::WouldBlock);
        assert_eq!(io::Error::from(Error::Zero("permits")).kind(), io::ErrorKind::InvalidInput);
    }
}

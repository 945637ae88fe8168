//! What can go wrong with a lock.

use super::Kind;
use std::io;

/// Why a run or a measurement failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A number that must be at least 1 is 0.
    #[error("{0} must be at least 1")]
    Zero(&'static str),
    /// This kind of lock has one permit, and more were asked for.
    #[error("the {0} lock lets in one at a time; only the channel and the semaphore let in more")]
    OnePermit(Kind),
    /// A timeout was asked for, and the standard library has none for this kind of lock.
    #[error(
        "the {0} lock has no timeout: a wait for a lock of the standard library cannot end early"
    )]
    NoTimeout(Kind),
    /// The system did not let this worker start.
    #[error("cannot start worker {number} of {count}")]
    Start {
        /// The worker, from 1.
        number: usize,
        /// The number of workers.
        count: usize,
        /// The system's reason.
        source: io::Error,
    },
    /// The function that events are reported to returned this error.
    #[error("cannot report an event")]
    Report(#[source] io::Error),
    /// The lock is broken: it let in more than it may.
    #[error("the lock is broken: {holders} workers hold it at once, and at most {permits} may")]
    TooManyHolders {
        /// The number of holders.
        holders: usize,
        /// The number of permits.
        permits: usize,
    },
    /// The lock is broken, or was released twice.
    #[error("the lock is broken: it was released while no worker held it")]
    NotHeld,
    /// The lock is broken: two were inside at once, and one overwrote what the other had done.
    #[error("the lock is broken: of {made} updates made inside it, {left} are left")]
    LostUpdates {
        /// Updates made.
        made: u64,
        /// Updates that can be seen.
        left: u64,
    },
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Report(error) => return error,
            Error::Start { ref source, .. } => source.kind(),
            Error::Zero(_) | Error::OnePermit(_) | Error::NoTimeout(_) => {
                io::ErrorKind::InvalidInput
            }
            Error::TooManyHolders { .. } | Error::NotHeld | Error::LostUpdates { .. } => {
                io::ErrorKind::Other
            }
        };
        Self::new(kind, error)
    }
}

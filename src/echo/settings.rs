//! How an echo runs, how it ends, and why it fails.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// How [`run`](super::run) echoes. The default is the book's program: it ends after 30 seconds, even if
/// the input ends before, and writes nothing of its own.
#[derive(Clone)]
pub struct Settings {
    pub(super) timeout: Option<Duration>,
    pub(super) closing: Vec<u8>,
    pub(super) wait_at_end: bool,
    pub(super) on_end: Arc<dyn Fn() + Send + Sync>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Some(Duration::from_secs(30)),
            closing: Vec::new(),
            wait_at_end: true,
            on_end: Arc::new(|| {}),
        }
    }
}

impl Settings {
    /// Sets how long the echo lasts, or `None` for no limit.
    #[must_use]
    pub fn timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        Self { timeout: timeout.into(), ..self }
    }

    /// Sets what is written after everything else when the time is up.
    #[must_use]
    pub fn closing(self, bytes: impl Into<Vec<u8>>) -> Self {
        Self { closing: bytes.into(), ..self }
    }

    /// Sets whether the echo waits for the timeout when the input has ended, as the book's program
    /// does. If not, it ends then.
    #[must_use]
    pub fn wait_at_end(self, wait: bool) -> Self {
        Self { wait_at_end: wait, ..self }
    }

    /// Sets a function to call, on another thread, when the input has ended and the echo waits for
    /// the timeout.
    #[must_use]
    pub fn on_end(self, call: impl Fn() + Send + Sync + 'static) -> Self {
        Self { on_end: Arc::new(call), ..self }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("timeout", &self.timeout)
            .field("closing", &self.closing)
            .field("wait_at_end", &self.wait_at_end)
            .finish_non_exhaustive()
    }
}

/// How an echo ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The time was up. All that had been read was written, and the closing bytes.
    TimedOut,
    /// The time was up, and the output did not accept all that had been read.
    Stalled,
    /// The input ended, and the echo was not to wait for the timeout.
    EndOfInput,
    /// The reader of the output closed it.
    OutputClosed,
}

/// Why an echo failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input could not be read. What had been read before was written.
    #[error("cannot read the input")]
    Read(#[source] io::Error),
    /// The output could not be written.
    #[error("cannot write the output")]
    Write(#[source] io::Error),
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Read(error) | Error::Write(error) => error,
        }
    }
}

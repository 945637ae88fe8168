//! How many threads to use.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

/// As many as asked for, or as many as this process may use: processor affinity and control
/// groups count.
#[must_use]
pub fn or_default(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    asked.unwrap_or_else(|| available_parallelism().unwrap_or(NonZeroUsize::MIN))
}

//! The laboratory: ways for threads to count words together, raced side by side on the same text.
//!
//! Every [`Strategy`] does the same work on the same pieces of text. They differ in one thing only:
//! what happens between threads when a word is counted. Each is a module of its own, written as one
//! would write it without the others in mind. The engine does not know them: [`Strategy::Private`]
//! is the engine's own table for each thread, and the others count for [`count_with`] and
//! [`compare`] only.
//!
//! ```
//! use csp_toolkit::tally::{Settings, race};
//! use std::time::Duration;
//!
//! let settings = Settings::default().threads(1);
//! let measurements = race::compare(b"to be, or not to be", &settings, Duration::from_secs(1))?;
//! assert_eq!(measurements.len(), 6);
//! // One thread has no other to race with.
//! assert!(measurements.iter().all(|one| one.words == 6 && one.lost == 0 && one.agrees));
//! # Ok::<(), csp_toolkit::tally::Error>(())
//! ```

mod channel;
mod counter;
mod load;
mod measure;
mod mutex;
mod racy;
mod rwlock;
mod sharded;
mod strategy;

pub use load::load;
pub use measure::{Measurement, compare, measure};
pub use strategy::{Strategy, count_with};

//! The promises of the gzip library, through its public API.
//!
//! Results are compared with those of flate2 and `gzip`, and of other gzip programs if they are
//! installed.

mod adapters;
mod batches;
mod bgzf;
mod damage;
mod failures;
mod guesses;
mod members;
mod other_formats;
mod peers;
mod properties;
mod ranges;
mod recover;
mod round_trips;
mod support;
mod wrong_hints;

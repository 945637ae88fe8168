//! What the gzip engine promises, through the library's interface.
//!
//! flate2 and `gzip` are the judges, and other gzip programs where they are installed.

mod batches;
mod damage;
mod failures;
mod foreign;
mod lies;
mod members;
mod peers;
mod properties;
mod round_trips;
mod support;

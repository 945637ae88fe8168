//! The concurrency chapter of *Go in Practice* as a Rust library.
//!
//! Chapter 3 teaches goroutines, wait groups, mutexes, channels, closing and channel locks through
//! twelve small programs. This crate holds what those programs share, grown until real commands
//! can stand on it. Threads are [`std::thread`], messages are [`crossbeam_channel`]s.
//!
//! | techniques | listings | module | command | what it adds to the chapter |
//! |---|---|---|---|---|
//! | 10, 13 | 3.1, 3.7, 3.8 | [`echo`] | `echoback` | nothing read is lost, and the deadline holds |
//! | 11 | 3.3, 3.4 | [`gzip`], on [`sync::pool`] | `pgz` | a bounded pool in place of one goroutine a file |
//! | 12 | 3.5, 3.6 | [`tally`] | `wc-race` | a tally for each worker in place of one locked map, and [for each machine](tally::partial) |
//! | 13, 14 | 3.9 to 3.11 | [`sync::stop`] | | closing as a signal that no one can send twice |
//! | 15 | 3.12 | [`sync::lock`], among [`locks`] | `lockdemo` | a guard that cannot forget to release, and every other kind of lock beside it |
//!
//! The library takes readers, writers, paths and configuration and returns reports or typed
//! errors; it never prints, never exits and never reads the environment. The commands do that, in
//! `src/commands`, behind the default feature `cli`.
//!
//! It needs a Unix: file names are bytes, and the echo waits with `poll`.

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod commands;
pub mod echo;
pub mod gzip;
mod io;
#[cfg(feature = "cli")]
pub mod locks;
pub mod sync;
pub mod tally;

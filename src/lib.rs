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

// The commands use more of the library than others can.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unreachable_pub, unused_imports))]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod commands;
#[cfg(feature = "echo")]
#[cfg_attr(docsrs, doc(cfg(feature = "echo")))]
pub mod echo;
#[cfg(feature = "gzip")]
#[cfg_attr(docsrs, doc(cfg(feature = "gzip")))]
pub mod gzip;
#[cfg(any(feature = "echo", feature = "gzip"))]
mod io;
#[cfg(feature = "locks")]
#[cfg_attr(docsrs, doc(cfg(feature = "locks")))]
pub mod locks;
pub mod sync;
#[cfg(feature = "tally")]
#[cfg_attr(docsrs, doc(cfg(feature = "tally")))]
pub mod tally;

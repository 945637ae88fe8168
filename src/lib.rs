//! The concurrency chapter of *Go in Practice*, in Rust.
//!
//! Chapter 3 teaches goroutines, wait groups, mutexes, channels, closing, and channels as locks,
//! with twelve small programs. This page is that chapter as a short course for a reader who knows
//! Go: in the chapter's order, what Go does, what Rust does, and a short example for each technique.
//! The rest of the crate is what the programs grew into.
//!
//! | module | what it does | feature | command |
//! |---|---|---|---|
//! | [`sync`] | fan out and wait, a bounded pool, a stop signal, a lock made of a channel | always there | |
//! | [`echo`] | copies input to output until a deadline | `echo` | `echoback` |
//! | [`gzip`] | compresses and decompresses gzip on all cores | `gzip` | `pgz` |
//! | [`tally`] | counts words on all cores | `tally` | `wc-race` |
//! | [`locks`] | six kinds of lock behind one trait, and what each costs | `locks` | `lockdemo` |
//!
//! The commands are behind the feature `cli`, which is on by default and turns on all the others.
//! For the library alone: `default-features = false, features = ["gzip"]`. Nothing in it is in C. With
//! `libdeflate`, [`gzip`] compresses faster and better at the levels from 2 up, and needs a C
//! compiler. With `flate2`, it takes a `flate2::Compression` for its settings.
//!
//! Threads are [`std::thread`]s and channels are [`crossbeam_channel`]s. The library takes readers,
//! writers, paths, and settings, and returns reports or typed errors. It never prints, never exits,
//! and never reads the environment. It is tested on Linux. On Windows there are [`sync`], [`locks`],
//! [`tally`], and what [`gzip`] does with readers and writers; the rest needs Unix: [`echo`], the
//! functions of [`gzip`] that take paths, and the commands.
//!
//! # The chapter
//!
//! Every listing is a program in `examples/`. `cargo run --example listing_3_01_echo` runs the first.
//!
//! ## Start something and go on (technique 10, listings 3.1 and 3.2)
//!
//! `go f()` starts a goroutine; [`thread::spawn`](std::thread::spawn) starts a thread. In both, the
//! rest of the program goes on at once, and the end of `main` ends everything that still runs. A
//! closure borrows what it uses; `move` makes it take ownership, which `spawn` requires, since the
//! thread may outlive the function that started it.
//!
//! Go's listing yields to the scheduler once and hopes that the goroutine runs. In Rust the handle
//! can be joined, and that is a promise:
//!
//! ```
//! use std::thread;
//!
//! let name = String::from("thread");
//! println!("Outside a {name}.");
//! let inside = thread::spawn(move || format!("Inside a {name}."));
//! println!("Outside again.");
//! assert_eq!(inside.join().unwrap(), "Inside a thread.");
//! ```
//!
//! ## Wait for all of them (technique 11, listings 3.3 and 3.4)
//!
//! Go counts goroutines with a `sync.WaitGroup`: `Add`, `Done`, `Wait`. In Rust a
//! [scope](std::thread::scope) waits for every thread that was started in it. There is no count to
//! get wrong, threads may borrow local variables, and what they return is not lost:
//!
//! ```
//! use std::thread;
//!
//! let files = ["gettysburg.txt", "john.txt"];
//! let lengths: Vec<usize> = thread::scope(|scope| {
//!     let threads: Vec<_> = files.iter().map(|file| scope.spawn(|| file.len())).collect();
//!     threads.into_iter().map(|thread| thread.join().unwrap()).collect()
//! });
//! assert_eq!(lengths, [14, 8]);
//! ```
//!
//! One thread per file is too many for a thousand files, as the chapter warns. A
//! [`Pool`](sync::pool::Pool) has a fixed number of threads, a bounded number of jobs under way, and
//! returns the results in order:
//!
//! ```
//! use csp_toolkit::sync::pool::Pool;
//!
//! let lengths = Pool::new(4).map(["gettysburg.txt", "john.txt"], |file| file.len());
//! assert!(lengths.into_iter().eq([14, 8]));
//! ```
//!
//! The command that grew from it is `pgz`, and the library call behind it is
//! [`gzip::compress_files`].
//!
//! ## Share a map (technique 12, listings 3.5 and 3.6)
//!
//! In Go's listing 3.5, goroutines add to one map without a lock. It compiles, and usually dies with
//! `concurrent map writes`; the race detector has to be asked to find the reason. In Rust it does not
//! compile, because two threads would hold a `&mut` to the same map:
//!
//! ```compile_fail,E0499
//! use std::collections::HashMap;
//! use std::thread;
//!
//! let mut words: HashMap<String, u64> = HashMap::new();
//! thread::scope(|scope| {
//!     for text in ["to be or", "not to be"] {
//!         scope.spawn(|| {
//!             for word in text.split_whitespace() {
//!                 *words.entry(word.to_lowercase()).or_default() += 1;
//!             }
//!         });
//!     }
//! });
//! ```
//!
//! Go puts a mutex beside the map, and every access has to remember it. In Rust the mutex is around
//! the map. The only way to the map is through [`lock`](std::sync::Mutex::lock), and the guard
//! unlocks when it is dropped:
//!
//! ```
//! use std::collections::HashMap;
//! use std::sync::Mutex;
//! use std::thread;
//!
//! let words: Mutex<HashMap<&str, u64>> = Mutex::default();
//! thread::scope(|scope| {
//!     for text in ["to be or", "not to be"] {
//!         let words = &words;
//!         scope.spawn(move || {
//!             for word in text.split_whitespace() {
//!                 *words.lock().unwrap().entry(word).or_default() += 1;
//!             }
//!         });
//!     }
//! });
//! assert_eq!(words.into_inner().unwrap()["be"], 2);
//! ```
//!
//! A lock for every word is slow, and with more threads it gets slower. If each thread has a tally
//! of its own and they are added up at the end, nothing is shared while words are counted:
//!
//! ```
//! use csp_toolkit::tally::Tally;
//! use std::thread;
//!
//! let mut total = Tally::default();
//! thread::scope(|scope| {
//!     let count = |text: &'static str| text.split_whitespace().collect::<Tally>();
//!     let threads = ["to be or", "not to be"].map(|text| scope.spawn(move || count(text)));
//!     threads.into_iter().for_each(|thread| total += thread.join().unwrap());
//! });
//! assert_eq!(total.get("be"), 2);
//! ```
//!
//! The command that grew from it is `wc-race`, and the library call behind it is
//! [`tally::count_files`]. `wc-race --race` runs six ways to share the counts side by side;
//! [`tally::race`] has them.
//!
//! ## Wait for several channels (technique 13, listings 3.7 and 3.8)
//!
//! Go's `select` waits for whichever channel is ready first. So does
//! [`select!`](crossbeam_channel::select), and [`after`](crossbeam_channel::after) is Go's
//! `time.After`. [`Sender`](crossbeam_channel::Sender) and
//! [`Receiver`](crossbeam_channel::Receiver) are separate types, as `chan<-` and `<-chan` are:
//!
//! ```
//! use crossbeam_channel::{after, bounded, select};
//! use std::thread;
//! use std::time::Duration;
//!
//! let (typed, echo) = bounded(0);
//! let done = after(Duration::from_secs(30));
//! thread::spawn(move || typed.send("hello\n"));
//! select! {
//!     recv(echo) -> text => assert_eq!(text, Ok("hello\n")),
//!     recv(done) -> _ => println!("Timed out"),
//! }
//! ```
//!
//! The command that grew from it is `echoback`, and the library call behind it is [`echo::run`].
//!
//! ## Close a channel to say stop (technique 14, listings 3.9 to 3.11)
//!
//! In Go the receiver may close a channel, and then the sender's next send panics. In Rust nobody
//! closes a channel; it is closed when all senders or all receivers are dropped, and then `send`
//! returns an error. Go's cure is a second channel, `done`. Here it is a [`stop`](sync::stop) signal:
//! a channel that carries nothing and is closed by a drop, so the signal cannot be sent twice or
//! missed:
//!
//! ```
//! use crossbeam_channel::unbounded;
//! use csp_toolkit::sync::stop;
//! use std::thread;
//! use std::time::Duration;
//!
//! let (message, messages) = unbounded();
//! let (stopper, stop) = stop::signal();
//! let sender = thread::spawn(move || {
//!     while !stop.wait_for(Duration::from_millis(1)) {
//!         message.send("hello").expect("the receiver is still there");
//!     }
//! });
//! assert_eq!(messages.recv(), Ok("hello"));
//! stopper.stop();
//! sender.join().unwrap();
//! // What was sent is still received; after that, the channel is closed.
//! assert!(messages.iter().all(|text| text == "hello"));
//! ```
//!
//! ## A channel as a lock (technique 15, listing 3.12)
//!
//! A channel with a buffer of one is a lock: send to lock, receive to unlock. In Go each worker has
//! to remember to receive. A [`ChannelLock`](sync::lock::ChannelLock) returns a permit that receives
//! when it is dropped, after an early return or a panic as well:
//!
//! ```
//! use csp_toolkit::sync::lock::ChannelLock;
//! use std::thread;
//!
//! let lock = ChannelLock::new(1);
//! thread::scope(|scope| {
//!     for id in 1..7 {
//!         let lock = &lock;
//!         scope.spawn(move || {
//!             let _permit = lock.acquire();
//!             println!("{id} has the lock");
//!         });
//!     }
//! });
//! assert_eq!(lock.available(), 1);
//! ```
//!
//! The command that grew from it is `lockdemo`. It also measures what other kinds of lock cost;
//! [`locks`] has them.
//!
//! # Which tool when
//!
//! | you want to | use |
//! |---|---|
//! | run a few things at once and wait for all | [`std::thread::scope`] |
//! | run the same function on every core | [`sync::fan_out()`] |
//! | run many jobs in bounded memory, results in order | [`sync::pool`] |
//! | change shared state, briefly | [`std::sync::Mutex`] around the state |
//! | count from many threads | a [`tally::Tally`] per thread, added at the end |
//! | hand work or data to another thread | [`crossbeam_channel::bounded`] |
//! | wait for one of several things, or for a deadline | [`crossbeam_channel::select`] |
//! | tell threads to stop | [`sync::stop`] |
//! | let in at most *n*, or give up after a while | [`sync::lock`] |
//!
//! The chapter says not to reimplement locks, to look for races, and not to overuse channels.
//! [`sync`] answers each with measurements.

#![cfg_attr(
    not(feature = "cli"),
    allow(
        dead_code,
        unreachable_pub,
        unused_imports,
        reason = "some of it is for the commands only"
    )
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(all(feature = "cli", not(unix)))]
compile_error!("the commands, the feature `cli`, need Unix");

#[cfg(all(unix, feature = "cli"))]
#[doc(hidden)]
pub mod commands;
#[cfg(all(unix, feature = "echo"))]
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

/// The Rust code in the README and in `docs/library.md` compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[doc = include_str!("../docs/library.md")]
struct Readme;

//! The chapter's primitives as Rust has them: a lock, a stop signal, a pool.
//!
//! | module | technique | Go | here |
//! |---|---|---|---|
//! | [`fan_out()`] | 11 | one goroutine a part and a `WaitGroup` | a scope that waits, and returns what each returned |
//! | [`pool`] | 11 | one goroutine a file and a `WaitGroup` | bounded workers, results in order, a scope that waits |
//! | [`stop`] | 13, 14 | a `done` channel, closed by its sender | a channel that carries nothing and is closed by a drop |
//! | [`lock`] | 15 | send to lock, receive to unlock | the same, with a guard that unlocks when dropped |
//!
//! # The chapter's three asides, answered
//!
//! **Don't reimplement locks.** The book says that the built-in mutex is fast enough and that one
//! should measure before writing another. `lockdemo --bench` measures, on the machine at hand, six
//! kinds of lock under one to eight threads, with short and long sections: acquisitions a second,
//! waiting, and fairness (`locks` has them all). With one addition inside, on the two cores it was
//! written on, the channel costs 21 ns alone, [`std::sync::Mutex`] 8 ns; with two threads it is
//! 32 ns to 30, and with a section of 5 µs nobody can tell them apart but by who waits. That is
//! less than its reputation, and still no reason to put it in place of a mutex, which besides
//! owns what it protects. What it buys is what a mutex does not have: it can be waited for together
//! with other channels, it can be given up after a while, and it can let in more than one.
//!
//! **Race detection.** In Rust the compiler is the first race detector: listing 3.5 does not
//! compile (see [`tally`](crate::tally)). What is left to find at run time is lost updates between
//! atomic operations, which break no rule, so that only a tool that does not know atomics complains
//! of them, and data races inside `unsafe`. `docs/races.md` runs the tools.
//!
//! **Don't overuse channels.** A channel costs a synchronised hand-over for every message. `cargo
//! bench --bench hand_over` prints it: 0.3 µs or less while a buffer keeps both sides running, and more
//! than 10 µs, most of it waking a thread, without a buffer. So send what is worth one: [`pool`]
//! sends a file or a mebibyte at a time, [`tally`](crate::tally) sends nothing at all while it
//! counts. Where state is shared and short-lived, use a mutex; where ownership moves, or where one
//! thread must wait for several things, use a channel.

mod fan_out;
pub mod lock;
pub mod pool;
mod prim;
pub mod stop;

pub use fan_out::fan_out;

//! The chapter's primitives as Rust has them: a fan-out, a pool, a stop signal, a lock.
//!
//! | item | technique | Go | here |
//! |---|---|---|---|
//! | [`fan_out()`] | 11 | one goroutine a part and a `WaitGroup` | a scope that waits, and returns what each thread returned |
//! | [`pool`] | 11 | one goroutine a file and a `WaitGroup` | a bounded number of workers, results in order, a scope that waits |
//! | [`stop`] | 13, 14 | a `done` channel, closed by its sender | a channel that carries nothing and is closed by a drop |
//! | [`lock`] | 15 | send to lock, receive to unlock | the same, with a guard that unlocks when dropped |
//!
//! # The chapter's three asides, answered
//!
//! **Don't reimplement locks.** The book says that the built-in mutex is fast enough, and that one
//! should measure before writing another. `lockdemo --bench` measures six kinds of lock (they are in
//! `locks`) on your machine, under one to eight threads, with short and long critical sections:
//! acquisitions per second, waiting time, and fairness. On the two cores it was written on, with one
//! addition inside the lock, the channel takes 21 ns alone and [`std::sync::Mutex`] 8 ns; with two
//! threads they take 32 ns and 30 ns, and with a section of 5 µs they differ only in who waits. So
//! the channel is better than its reputation, but that is no reason to use it in place of a mutex,
//! which also owns what it protects. Use it for what a mutex cannot do: it can be waited for
//! together with other channels, a wait for it can time out, and it can let in more than one.
//!
//! **Race detection.** In Rust the compiler is the first race detector. Listing 3.5, in which
//! goroutines share a map without a lock, does not compile; the
//! [front page](crate#share-a-map-technique-12-listings-35-and-36) shows it.
//! Two things are left to find at run time: lost updates between operations that are each safe, as
//! in `examples/listing_3_05_race.rs`, and data races inside `unsafe`. `docs/races.md` shows the
//! tools for both.
//!
//! **Don't overuse channels.** Every message costs a synchronised hand-over. `cargo bench --bench
//! hand_over` prints the price: at most 0.3 µs while a buffer keeps both sides running, and more
//! than 10 µs without a buffer, most of it for waking a thread. So send what is worth that: [`pool`]
//! sends a file or a mebibyte at a time, and `tally` sends nothing at all while it counts. Where
//! state is shared and held briefly, use a mutex. Where ownership moves, or where a thread must wait
//! for several things at once, use a channel.

mod fan_out;
pub mod lock;
pub mod pool;
mod prim;
pub mod stop;

pub use fan_out::fan_out;

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    #[test]
    fn everything_public_is_debug_and_send() {
        fn check<T: Debug + Send>() {}
        check::<super::lock::ChannelLock>();
        check::<super::lock::Permit<'_>>();
        check::<super::lock::OwnedPermit>();
        check::<super::pool::Pool>();
        check::<super::pool::Closed>();
        check::<super::stop::Stopper>();
        check::<super::stop::Stop>();
    }
}

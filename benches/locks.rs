//! What one lock-and-unlock costs, with a mutex and with a channel, and what one hand-over costs.
//!
//! `cargo bench --bench locks` measures and prints two small tables. Without the `--bench` that it
//! passes, as under `cargo test --benches`, everything is run once and briefly, to see that it can.
//! The figures hold for an idle machine: where other programs run, the threads seldom meet.

use crossbeam_channel::bounded;
use csp_toolkit::sync::lock::ChannelLock;
use std::num::NonZeroUsize;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Instant;

fn main() {
    let measuring = std::env::args().any(|argument| argument == "--bench");
    let (rounds, operations) = if measuring { (15, 100_000) } else { (1, 100) };
    let mutex = Mutex::new(());
    let channel = ChannelLock::new(NonZeroUsize::MIN);

    println!("one lock-and-unlock, by threads            1          2          4");
    for (name, operation) in [
        ("std::sync::Mutex", &(|| drop(mutex.lock())) as &(dyn Fn() + Sync)),
        ("csp_toolkit's ChannelLock", &|| drop(channel.acquire())),
    ] {
        row(
            name,
            [1, 2, 4].map(|threads| median(rounds, || contend(threads, operations, operation))),
        );
    }
    println!("\none hand-over, by size of buffer           0          1        128");
    row(
        "crossbeam_channel::bounded",
        [0, 1, 128].map(|size| median(rounds, || hand_over(size, operations / 10))),
    );
}

fn row(name: &str, nanoseconds: [f64; 3]) {
    let [a, b, c] = nanoseconds;
    println!("{name:<33}{a:>8.1} ns{b:>8.1} ns{c:>8.1} ns");
}

/// The nanoseconds of one operation when so many threads do nothing else at the same time.
fn contend(threads: u32, operations: u32, operation: &(dyn Fn() + Sync)) -> f64 {
    let start = Barrier::new(threads as usize);
    let work = || {
        start.wait();
        let begun = Instant::now();
        (0..operations).for_each(|_| operation());
        (begun, Instant::now())
    };
    let times: Vec<_> = thread::scope(|scope| {
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        started.into_iter().map(|thread| thread.join().expect("nothing panics")).collect()
    });
    let begun = times.iter().map(|time| time.0).min().expect("a thread");
    let ended = times.iter().map(|time| time.1).max().expect("a thread");
    (ended - begun).as_secs_f64() * 1e9 / f64::from(threads * operations)
}

/// The nanoseconds that a message takes from one thread to another, when messages follow each other
/// as fast as they can.
fn hand_over(size: usize, messages: u32) -> f64 {
    let (sender, receiver) = bounded(size);
    let begun = Instant::now();
    thread::scope(|scope| {
        scope.spawn(move || (0..messages).all(|message| sender.send(message).is_ok()));
        assert_eq!(receiver.iter().count(), messages as usize);
    });
    begun.elapsed().as_secs_f64() * 1e9 / f64::from(messages)
}

fn median(rounds: usize, measure: impl Fn() -> f64) -> f64 {
    let mut measured: Vec<_> = (0..rounds).map(|_| measure()).collect();
    measured.sort_by(f64::total_cmp);
    measured[rounds / 2]
}

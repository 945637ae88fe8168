//! The cost of one hand-over from thread to thread, through channels with different buffer sizes.
//!
//! `cargo bench --bench hand_over` measures and prints one line. Without the `--bench` that it
//! passes, as under `cargo test --benches`, everything runs once and briefly, to see that it works.
//! The figures are for an idle machine. `lockdemo --bench` measures what locks cost.

use crossbeam_channel::bounded;
use std::thread;
use std::time::Instant;

fn main() {
    let measuring = std::env::args().any(|argument| argument == "--bench");
    let (rounds, messages) = if measuring { (15, 10_000) } else { (1, 10) };
    println!("one hand-over, by size of buffer           0          1        128");
    let [a, b, c] = [0, 1, 128].map(|size| median(rounds, || hand_over(size, messages)));
    println!("crossbeam_channel::bounded       {a:>8.1} ns{b:>8.1} ns{c:>8.1} ns");
}

/// Returns the nanoseconds that a message takes from one thread to another, when messages follow each
/// other as fast as possible.
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

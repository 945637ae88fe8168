//! The lock and the pool under a model checker, which chooses who runs at every step.
//!
//! The two files are compiled here as they are, over the primitives of `prim`. `check` tries ten
//! thousand schedules, `check_dfs` every one of the smallest cases. A thread that waits for ever
//! fails the test as a deadlock.

#[path = "../../src/sync/lock.rs"]
pub mod lock;
#[path = "../../src/sync/pool.rs"]
pub mod pool;

mod locking;
mod lost_update;
mod pooling;
mod prim;

/// Runs a test under schedules drawn at random, and under those that a few forced switches make,
/// which find most faults.
fn check(test: impl Fn() + Copy + Send + Sync + 'static) {
    shuttle::check_random(test, 5000);
    shuttle::check_pct(test, 5000, 3);
}

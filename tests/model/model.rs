//! The lock and the pool under a model checker, which chooses which thread runs at every step.
//!
//! The two source files are compiled here unchanged, over the primitives of `prim`. `check` tries ten
//! thousand schedules, and `check_dfs` every schedule of the smallest cases. A thread that waits
//! forever fails the test as a deadlock.

#[path = "../../src/sync/lock.rs"]
pub mod lock;
#[path = "../../src/sync/pool.rs"]
pub mod pool;

mod locking;
mod lost_update;
mod pooling;
mod prim;

/// Runs a test under random schedules, and under schedules with a few forced switches, which find
/// most faults.
fn check(test: impl Fn() + Copy + Send + Sync + 'static) {
    shuttle::check_random(test, 5000);
    shuttle::check_pct(test, 5000, 3);
}

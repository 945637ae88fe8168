//! What a lock costs: each kind under a number of threads, with short and long critical sections.
//!
//! A cell of the comparison runs for a fixed time. Its threads start together and do nothing but
//! acquire, change what the lock guards, and release. Measured are the acquisitions, how long a
//! thread waited for one, and how evenly they were shared.
//!
//! Two readings of the clock cost more than a free lock, so one acquisition in [`SAMPLE`] is timed.
//! Times go into a histogram of the thread's own: nothing is allocated or shared while it runs.
//!
//! The lock is checked as it is measured. What it guards is a number that each holder reads, adds
//! one to and writes back, in two steps that others could come between (listing 3.5): if any update
//! is lost, the lock is broken.

use super::histogram::Histogram;
use super::watch::Fault;
use super::{ChannelLock, Kind, Lock, Semaphore, SpinLock};
use crate::sync::stop;
use crossbeam_channel::bounded;
use std::hint;
use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

/// The numbers of threads to compare.
pub const THREADS: [usize; 4] = [1, 2, 4, 8];

/// One acquisition in so many is timed.
pub const SAMPLE: u64 = 16;

/// How long a long critical section takes.
pub const LONG: Duration = Duration::from_micros(5);

/// What is done inside the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// One addition.
    Short,
    /// One addition, and something that takes [`LONG`].
    Long,
}

impl Section {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Short, Self::Long];
}

/// A cell of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The kind of lock, which lets in one.
    pub kind: Kind,
    /// How many threads contend for it; at least one.
    pub threads: usize,
    /// What they do inside.
    pub section: Section,
}

/// What came of a cell.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Which.
    pub cell: Cell,
    /// How long it ran.
    pub time: Duration,
    /// Acquisitions of all threads.
    pub acquisitions: u64,
    /// Those of the thread that had the fewest.
    pub least: u64,
    /// Those of the thread that had the most.
    pub most: u64,
    /// 99 of 100 waits were no longer than this, to an eighth of it.
    pub wait: Duration,
}

impl Measured {
    /// Acquisitions a second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "three digits of it are of interest")]
    pub fn per_second(&self) -> f64 {
        self.acquisitions as f64 / self.time.as_secs_f64()
    }

    /// The fewest acquisitions of a thread to the most: 1 is fair, 0 is that one had none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "two digits of it are of interest")]
    pub fn fairness(&self) -> f64 {
        self.least as f64 / self.most.max(1) as f64
    }
}

/// Why a cell could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The system did not let so many threads start.
    #[error("cannot start {threads} threads")]
    Start {
        /// How many.
        threads: usize,
        /// Why.
        source: io::Error,
    },
    /// The lock let in two at once.
    #[error(transparent)]
    Broken(#[from] Fault),
}

/// Measures a cell for `time`. Blocks until its threads have ended.
///
/// ```
/// use csp_toolkit::locks::{Kind, bench};
/// use std::time::Duration;
///
/// let cell = bench::Cell { kind: Kind::Mutex, threads: 2, section: bench::Section::Short };
/// let measured = bench::measure(cell, Duration::from_millis(5))?;
/// assert!(measured.least <= measured.most);
/// # Ok::<(), bench::BenchError>(())
/// ```
pub fn measure(cell: Cell, time: Duration) -> Result<Measured, BenchError> {
    match cell.kind {
        Kind::Channel => measure_on(ChannelLock::default(), cell, time),
        Kind::Mutex => measure_on(Mutex::new(()), cell, time),
        Kind::Rwlock => measure_on(RwLock::new(()), cell, time),
        Kind::Semaphore => measure_on(Semaphore::new(NonZeroUsize::MIN), cell, time),
        Kind::Spin => measure_on(SpinLock::default(), cell, time),
        Kind::ParkingLot => measure_on(parking_lot::Mutex::new(()), cell, time),
    }
}

/// Keeps what threads change from slowing those down that look at something beside it: two cache
/// lines, because processors fetch them in pairs.
#[repr(align(128))]
struct Apart<T>(T);

/// What the threads of a cell have in common.
struct Shared<L> {
    lock: Apart<L>,
    guarded: Apart<AtomicU64>,
    over: Apart<AtomicBool>,
    section: Section,
}

fn measure_on(lock: impl Lock, cell: Cell, time: Duration) -> Result<Measured, BenchError> {
    let shared = &Shared {
        lock: Apart(lock),
        guarded: Apart(AtomicU64::new(0)),
        over: Apart(AtomicBool::new(false)),
        section: cell.section,
    };
    // A barrier that can be called off, which that of the standard library cannot.
    let (arrive, arrived) = bounded(cell.threads);
    let (gate, opened) = stop::signal();
    let run = || {
        // There is room for it.
        let _ = arrive.send(());
        opened.wait();
        contend(shared)
    };
    let (tallies, time) = thread::scope(|scope| {
        let started: io::Result<Vec<_>> =
            (0..cell.threads).map(|_| Builder::new().spawn_scoped(scope, run)).collect();
        if started.is_ok() {
            arrived.iter().take(cell.threads).for_each(drop);
        }
        let begun = Instant::now();
        gate.stop();
        if started.is_ok() {
            thread::sleep(time);
        }
        shared.over.0.store(true, Ordering::Relaxed);
        let time = begun.elapsed();
        let tallies: Vec<Tally> =
            started?.into_iter().map(|thread| thread.join().expect("no thread panics")).collect();
        Ok((tallies, time))
    })
    .map_err(|source| BenchError::Start { threads: cell.threads, source })?;
    let made = tallies.iter().map(|tally| tally.acquisitions).sum();
    let left = shared.guarded.0.load(Ordering::Relaxed);
    if left != made {
        return Err(Fault::Lost { made, left }.into());
    }
    let mut waits = Histogram::default();
    for tally in &tallies {
        waits.merge(&tally.waits);
    }
    let each = || tallies.iter().map(|tally| tally.acquisitions);
    Ok(Measured {
        cell,
        time,
        acquisitions: made,
        least: each().min().unwrap_or(0),
        most: each().max().unwrap_or(0),
        wait: waits.per_mille(990),
    })
}

/// What a thread brings home.
struct Tally {
    acquisitions: u64,
    waits: Histogram,
}

/// Acquires, changes and releases until it is over; once at least, because on a busy machine a
/// thread may not have run before that.
fn contend(shared: &Shared<impl Lock>) -> Tally {
    let mut tally = Tally { acquisitions: 0, waits: Histogram::default() };
    let guarded = &shared.guarded.0;
    loop {
        let asked = (tally.acquisitions % SAMPLE == 0).then(Instant::now);
        let held = shared.lock.0.acquire();
        let waited = asked.map(|asked| asked.elapsed());
        // Not `fetch_add`, which needs no lock.
        guarded.store(guarded.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        if shared.section == Section::Long {
            work(LONG);
        }
        drop(held);
        tally.acquisitions += 1;
        if let Some(waited) = waited {
            tally.waits.add(waited);
        }
        if shared.over.0.load(Ordering::Relaxed) {
            return tally;
        }
    }
}

fn work(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        hint::spin_loop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRIEFLY: Duration = Duration::from_millis(10);

    #[test]
    fn every_cell_is_measured_and_adds_up() {
        for kind in Kind::ALL {
            for section in Section::ALL {
                for threads in [1, 3] {
                    let cell = Cell { kind, threads, section };
                    let measured = measure(cell, BRIEFLY).unwrap();
                    assert!(measured.time >= BRIEFLY && measured.wait < Duration::from_secs(60));
                    assert!(measured.least * threads as u64 <= measured.acquisitions);
                    assert!(measured.most * threads as u64 >= measured.acquisitions);
                    assert!((0.0..=1.0).contains(&measured.fairness()));
                    assert!(measured.per_second() > 0.0);
                }
            }
        }
    }

    #[test]
    fn a_long_section_takes_long() {
        let cell = Cell { kind: Kind::Mutex, threads: 2, section: Section::Long };
        let measured = measure(cell, BRIEFLY).unwrap();
        let inside = LONG * u32::try_from(measured.acquisitions).unwrap();
        // Those who waited when the time was up have it once more each.
        assert!(inside <= measured.time + 2 * LONG, "{measured:?}");
    }

    /// A lock that lets everybody in, and makes sure that they meet.
    struct Open;

    impl Lock for Open {
        fn acquire(&self) -> impl Sized {}
    }

    #[test]
    fn updates_lost_behind_a_broken_lock_are_found_out() {
        let cell = Cell { kind: Kind::Mutex, threads: 2, section: Section::Short };
        // On a busy machine the two may run one after the other for a while.
        let found = (0..1000).any(|_| {
            matches!(measure_on(Open, cell, BRIEFLY), Err(BenchError::Broken(Fault::Lost { .. })))
        });
        assert!(found);
    }
}

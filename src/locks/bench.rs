//! The cost of a lock: each kind under a number of threads, with short and long critical sections.
//!
//! Each case of the comparison runs for a fixed time. Its threads start together and do nothing but
//! acquire, change what the lock guards, and release. Measured are the acquisitions, how long a
//! thread waited for one, and how evenly they were shared.
//!
//! Reading the clock twice costs more than a free lock, so only one acquisition in 16 is timed. Times
//! go into a histogram that each thread has to itself: nothing is allocated or shared in the loop.
//!
//! The lock is checked while it is measured. It guards a number that each holder reads, adds one to
//! and writes back, in two steps that others could come between (listing 3.5): if any update is
//! lost, the lock is broken.

use super::histogram::Histogram;
use super::{ChannelLock, Error, Kind, Lock, Semaphore, SpinLock};
use crate::sync::stop;
use crossbeam_channel::bounded;
use crossbeam_utils::CachePadded;
use std::hint;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

/// One acquisition in this many is timed.
const SAMPLE: u64 = 16;

/// How long a long critical section takes.
pub const LONG: Duration = Duration::from_micros(5);

/// What is done while the lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// One addition.
    Short,
    /// One addition, and computing for as long as [`LONG`].
    Long,
}

impl Section {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Short, Self::Long];
}

/// A case of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// The kind of lock, which has one permit.
    pub kind: Kind,
    /// The number of threads that compete for it, at least 1.
    pub threads: usize,
    /// What they do while they hold it.
    pub section: Section,
}

/// The cost of a lock in one [`Case`].
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// The case.
    pub case: Case,
    /// How long it ran.
    pub time: Duration,
    /// Acquisitions of all threads together.
    pub acquisitions: u64,
    /// Acquisitions of the thread that had the fewest.
    pub least: u64,
    /// Acquisitions of the thread that had the most.
    pub most: u64,
    /// A time that 99 of 100 waits did not exceed, at most an eighth too long.
    pub wait: Duration,
}

impl Cost {
    /// Returns the number of acquisitions per second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "three digits of it are of interest")]
    pub fn per_second(&self) -> f64 {
        self.acquisitions as f64 / self.time.as_secs_f64()
    }

    /// Returns the ratio of the fewest acquisitions of a thread to the most: 1 is fair, 0 means that
    /// a thread had none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "two digits of it are of interest")]
    pub fn fairness(&self) -> f64 {
        self.least as f64 / self.most.max(1) as f64
    }
}

/// Measures a case for `time`. Blocks until its threads have ended.
///
/// ```
/// use csp_toolkit::locks::{self, Kind, bench};
/// use std::time::Duration;
///
/// let case = bench::Case { kind: Kind::Mutex, threads: 2, section: bench::Section::Short };
/// let cost = bench::measure(case, Duration::from_millis(5))?;
/// assert!(cost.least <= cost.most);
/// # Ok::<(), locks::Error>(())
/// ```
///
/// # Errors
///
/// If there are no threads, the system does not let one start, or the lock lets in two at once.
pub fn measure(case: Case, time: Duration) -> Result<Cost, Error> {
    match case.kind {
        Kind::Channel => measure_on(ChannelLock::default(), case, time),
        Kind::Mutex => measure_on(Mutex::new(()), case, time),
        Kind::RwLock => measure_on(RwLock::new(()), case, time),
        Kind::Semaphore => measure_on(Semaphore::new(1), case, time),
        Kind::Spin => measure_on(SpinLock::default(), case, time),
        Kind::ParkingLot => measure_on(parking_lot::Mutex::new(()), case, time),
    }
}

/// What the threads of a case share. It is padded, because a thread that changes one part would
/// slow down those that read the next.
struct Shared<L> {
    lock: CachePadded<L>,
    guarded: CachePadded<AtomicU64>,
    over: CachePadded<AtomicBool>,
    section: Section,
}

fn measure_on(lock: impl Lock, case: Case, time: Duration) -> Result<Cost, Error> {
    if case.threads == 0 {
        return Err(Error::Zero("threads"));
    }
    let shared = &Shared {
        lock: CachePadded::new(lock),
        guarded: CachePadded::new(AtomicU64::new(0)),
        over: CachePadded::new(AtomicBool::new(false)),
        section: case.section,
    };
    // A barrier that can be called off, unlike that of the standard library.
    let (arrive, arrived) = bounded(case.threads);
    let (gate, opened) = stop::signal();
    let run = || {
        // There is room for it.
        let _ = arrive.send(());
        opened.wait();
        contend(shared)
    };
    let (tallies, time) = thread::scope(|scope| {
        let start = |number| {
            let started = Builder::new().spawn_scoped(scope, run);
            started.map_err(|source| Error::Start { number, count: case.threads, source })
        };
        let started: Result<Vec<_>, _> = (1..=case.threads).map(start).collect();
        if started.is_ok() {
            arrived.iter().take(case.threads).for_each(drop);
        }
        let begun = Instant::now();
        gate.stop();
        if started.is_ok() {
            thread::sleep(time);
        }
        shared.over.store(true, Ordering::Relaxed);
        let time = begun.elapsed();
        let tallies: Vec<Tally> =
            started?.into_iter().map(|thread| thread.join().expect("no thread panics")).collect();
        Ok((tallies, time))
    })?;
    let made = tallies.iter().map(|tally| tally.acquisitions).sum();
    let left = shared.guarded.load(Ordering::Relaxed);
    if left != made {
        return Err(Error::LostUpdates { made, left });
    }
    let mut waits = Histogram::default();
    for tally in &tallies {
        waits.merge(&tally.waits);
    }
    let each = || tallies.iter().map(|tally| tally.acquisitions);
    Ok(Cost {
        case,
        time,
        acquisitions: made,
        least: each().min().unwrap_or(0),
        most: each().max().unwrap_or(0),
        wait: waits.per_mille(990),
    })
}

/// What a thread has counted.
struct Tally {
    acquisitions: u64,
    waits: Histogram,
}

/// Acquires, changes and releases until the time is over; at least once, because on a busy machine a
/// thread may not have run before.
fn contend(shared: &Shared<impl Lock>) -> Tally {
    let mut tally = Tally { acquisitions: 0, waits: Histogram::default() };
    let guarded = &*shared.guarded;
    loop {
        let asked = (tally.acquisitions % SAMPLE == 0).then(Instant::now);
        let held = shared.lock.acquire();
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
        if shared.over.load(Ordering::Relaxed) {
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
    fn every_case_is_measured_and_adds_up() {
        for kind in Kind::ALL {
            for section in Section::ALL {
                for threads in [1, 3] {
                    let case = Case { kind, threads, section };
                    let cost = measure(case, BRIEFLY).unwrap();
                    assert!(cost.time >= BRIEFLY && cost.wait < Duration::from_secs(60));
                    assert!(cost.least * threads as u64 <= cost.acquisitions);
                    assert!(cost.most * threads as u64 >= cost.acquisitions);
                    assert!((0.0..=1.0).contains(&cost.fairness()));
                    assert!(cost.per_second() > 0.0);
                }
            }
        }
    }

    #[test]
    fn no_threads_are_an_error() {
        let case = Case { kind: Kind::Mutex, threads: 0, section: Section::Short };
        assert!(matches!(measure(case, BRIEFLY), Err(Error::Zero("threads"))));
    }

    #[test]
    fn a_long_section_takes_long() {
        let case = Case { kind: Kind::Mutex, threads: 2, section: Section::Long };
        let cost = measure(case, BRIEFLY).unwrap();
        let inside = LONG * u32::try_from(cost.acquisitions).unwrap();
        // Each thread that waited when the time was up has it once more.
        assert!(inside <= cost.time + 2 * LONG, "{cost:?}");
    }

    /// A lock that lets everything in.
    struct Open;

    impl Lock for Open {
        fn acquire(&self) -> impl Sized {}
    }

    #[test]
    fn updates_lost_behind_a_broken_lock_are_detected() {
        let case = Case { kind: Kind::Mutex, threads: 2, section: Section::Short };
        // On a busy machine the two may run one after the other for a while.
        let found = (0..1000)
            .any(|_| matches!(measure_on(Open, case, BRIEFLY), Err(Error::LostUpdates { .. })));
        assert!(found);
    }
}

//! What the lock promises, whoever runs when.

use crate::check;
use crate::lock::{ChannelLock, Permit};
use crate::prim::thread::{self, crash, crashes};
use shuttle::check_dfs;
use shuttle::sync::atomic::{AtomicUsize, Ordering};
use std::num::NonZeroUsize;
use std::sync::atomic;
use std::time::Duration;

fn lock(permits: usize) -> ChannelLock {
    ChannelLock::new(NonZeroUsize::new(permits).unwrap())
}

type Acquire = fn(&ChannelLock) -> Option<Permit<'_>>;

const WAITING: Acquire = |lock| Some(lock.acquire());
const TRYING: Acquire = |lock| lock.try_acquire();
const FOR_A_WHILE: Acquire = |lock| lock.acquire_timeout(Duration::from_secs(1));

/// Sends a thread into a lock of `permits` in each of the `ways`. Fails if ever more are inside
/// than permits, or if the lock is not free at the end. Returns how many got in, and the most that
/// were inside at once.
fn contend(permits: usize, ways: &[Acquire]) -> (usize, usize) {
    let lock = lock(permits);
    let (inside, most, entered) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for acquire in ways {
            scope.spawn(|| {
                if let Some(_permit) = acquire(&lock) {
                    let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
                    assert!(now <= permits, "{now} are inside");
                    most.fetch_max(now, Ordering::SeqCst);
                    entered.fetch_add(1, Ordering::SeqCst);
                    inside.fetch_sub(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert_is_free(&lock, permits);
    (entered.into_inner(), most.into_inner())
}

fn assert_is_free(lock: &ChannelLock, permits: usize) {
    let held: Vec<_> = (0..permits).map(|_| lock.try_acquire()).collect();
    assert!(held.iter().all(Option::is_some), "a permit was lost");
    assert!(lock.try_acquire().is_none(), "a permit too many");
}

#[test]
fn one_permit_lets_in_one_at_a_time_and_everybody_in_the_end() {
    check(|| assert_eq!(contend(1, &[WAITING; 4]), (4, 1)));
}

#[test]
fn every_schedule_of_two_threads_is_sound() {
    check_dfs(|| assert_eq!(contend(1, &[WAITING; 2]), (2, 1)), None);
    check_dfs(|| assert_eq!(contend(1, &[WAITING, TRYING]).1, 1), None);
}

#[test]
fn three_permits_let_in_three_and_no_more() {
    static MOST: atomic::AtomicUsize = atomic::AtomicUsize::new(0);
    check(|| {
        let (entered, most) = contend(3, &[WAITING; 5]);
        assert_eq!(entered, 5);
        MOST.fetch_max(most, Ordering::SeqCst);
    });
    assert_eq!(MOST.load(Ordering::SeqCst), 3);
}

#[test]
fn who_only_tries_or_gives_up_takes_nothing_from_the_others() {
    static MOST: atomic::AtomicUsize = atomic::AtomicUsize::new(0);
    static FEWEST: atomic::AtomicUsize = atomic::AtomicUsize::new(usize::MAX);
    check(|| {
        let ways = [WAITING, TRYING, FOR_A_WHILE, WAITING, TRYING, FOR_A_WHILE];
        let (entered, _) = contend(1, &ways);
        MOST.fetch_max(entered, Ordering::SeqCst);
        FEWEST.fetch_min(entered, Ordering::SeqCst);
    });
    // Some schedules let everybody in, some only those who wait.
    assert_eq!((FEWEST.load(Ordering::SeqCst), MOST.load(Ordering::SeqCst)), (2, 6));
}

#[test]
fn a_holder_that_panics_lets_the_next_one_in() {
    check(|| {
        let lock = lock(1);
        thread::scope(|scope| {
            scope.spawn(|| {
                let _permit = lock.acquire();
                crash();
            });
            scope.spawn(|| {
                let crashed = crashes(|| {
                    let _permit = lock.acquire();
                    crash();
                });
                assert!(crashed);
                drop(lock.acquire());
            });
        });
        assert_is_free(&lock, 1);
    });
}

//! What the lock promises, whichever thread runs when.

use crate::check;
use crate::lock::{ChannelLock, OwnedPermit, Permit};
use crate::prim::thread::{self, crash, crashes};
use shuttle::check_dfs;
use shuttle::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, atomic};
use std::time::Duration;

/// Holds the lock until dropped.
#[expect(dead_code, reason = "held, not read")]
enum Held<'a> {
    Borrowing(Permit<'a>),
    Owning(OwnedPermit),
}

type Acquire = fn(&Arc<ChannelLock>) -> Option<Held<'_>>;

const SECOND: Duration = Duration::from_secs(1);
const WAITING: Acquire = |lock| Some(Held::Borrowing(lock.acquire()));
const TRYING: Acquire = |lock| lock.try_acquire().map(Held::Borrowing);
const TIMED: Acquire = |lock| lock.acquire_timeout(SECOND).map(Held::Borrowing);
const OWNED_WAITING: Acquire = |lock| Some(Held::Owning(lock.acquire_arc()));
const OWNED_TRYING: Acquire = |lock| lock.try_acquire_arc().map(Held::Owning);
const OWNED_TIMED: Acquire = |lock| lock.acquire_timeout_arc(SECOND).map(Held::Owning);

/// Has a thread acquire a lock of `permits` in each of the `ways`. Fails if ever more are inside
/// than permits, or if the lock is not free at the end. Returns how many got in, and the most that
/// were inside at once.
fn contend(permits: usize, ways: &[Acquire]) -> (usize, usize) {
    let lock = Arc::new(ChannelLock::new(permits));
    let (inside, most, entered) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for acquire in ways {
            scope.spawn(|| {
                if let Some(_held) = acquire(&lock) {
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
    assert_eq!(lock.available(), 0);
    drop(held);
    assert_eq!(lock.available(), permits);
}

#[test]
fn one_permit_lets_in_one_at_a_time_and_all_in_the_end() {
    check(|| assert_eq!(contend(1, &[WAITING; 4]), (4, 1)));
}

#[test]
fn every_schedule_of_two_threads_is_sound() {
    check_dfs(|| assert_eq!(contend(1, &[WAITING; 2]), (2, 1)), None);
    check_dfs(|| assert_eq!(contend(1, &[WAITING, TRYING]).1, 1), None);
    check_dfs(|| assert_eq!(contend(1, &[OWNED_WAITING, WAITING]), (2, 1)), None);
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
fn trying_or_giving_up_takes_no_permit_from_the_others() {
    static MOST: atomic::AtomicUsize = atomic::AtomicUsize::new(0);
    static FEWEST: atomic::AtomicUsize = atomic::AtomicUsize::new(usize::MAX);
    check(|| {
        let ways = [WAITING, TRYING, TIMED, OWNED_WAITING, OWNED_TRYING, OWNED_TIMED];
        let (entered, _) = contend(1, &ways);
        MOST.fetch_max(entered, Ordering::SeqCst);
        FEWEST.fetch_min(entered, Ordering::SeqCst);
    });
    // Some schedules let all of them in, some only those that wait.
    assert_eq!((FEWEST.load(Ordering::SeqCst), MOST.load(Ordering::SeqCst)), (2, 6));
}

#[test]
fn no_permits_let_nothing_in() {
    check(|| assert_eq!(contend(0, &[TRYING, TIMED, OWNED_TRYING, OWNED_TIMED]), (0, 0)));
}

#[test]
fn a_holder_that_panics_lets_the_next_one_in() {
    check(|| {
        let lock = ChannelLock::default();
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

//! The lock and the pool on real threads, under contention. `tests/model` has them under a checker.

use csp_toolkit::sync::lock::ChannelLock;
use csp_toolkit::sync::pool::{Feeder, Pool};
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

fn lock(permits: usize) -> ChannelLock {
    ChannelLock::new(NonZeroUsize::new(permits).unwrap())
}

#[test]
fn never_more_holders_than_permits() {
    for permits in [1, 2, 3] {
        let lock = lock(permits);
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let _permit = lock.acquire();
                        let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
                        most.fetch_max(now, Ordering::SeqCst);
                        thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(most.load(Ordering::SeqCst), permits);
    }
}

#[test]
fn a_panic_releases() {
    let lock = lock(1);
    let panicked = thread::scope(|scope| {
        let holder = scope.spawn(|| {
            let _permit = lock.acquire();
            panic!("while holding the lock");
        });
        holder.join().is_err()
    });
    assert!(panicked);
    assert!(lock.try_acquire().is_some());
}

#[test]
fn giving_up_leaves_the_lock_as_it_was() {
    let lock = lock(1);
    let held = lock.acquire();
    assert!(lock.try_acquire().is_none());
    assert!(lock.acquire_timeout(Duration::from_millis(20)).is_none());
    drop(held);
    assert!(lock.acquire_timeout(Duration::ZERO).is_some());
    assert!(lock.try_acquire().is_some());
}

fn pool(threads: usize) -> Pool {
    Pool::new(NonZeroUsize::new(threads).unwrap())
}

fn submit_all<R>(feeder: &mut Feeder<'_, usize, R>, count: usize) -> usize {
    (0..count).take_while(|&n| feeder.submit(n).is_ok()).count()
}

#[test]
fn results_come_in_order_whatever_they_take() {
    for threads in [1, 2, 7] {
        let mut seen = Vec::new();
        let ran: Result<(), Infallible> = pool(threads).run(
            |feeder| assert_eq!(submit_all(feeder, 200), 200),
            || {
                |n: usize| {
                    thread::sleep(Duration::from_micros((n as u64 * 7919) % 300));
                    n
                }
            },
            |n| {
                seen.push(n);
                Ok(())
            },
        );
        assert!(ran.is_ok());
        assert_eq!(seen, (0..200).collect::<Vec<_>>());
    }
}

#[test]
fn no_more_jobs_under_way_than_the_window() {
    let (under_way, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let window = NonZeroUsize::new(3).unwrap();
    let ran: Result<(), Infallible> = pool(2).window(window).run(
        |feeder| {
            for n in 0..100 {
                most.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                feeder.submit(n).unwrap();
            }
        },
        || |n: usize| n,
        |_| {
            thread::sleep(Duration::from_micros(200));
            under_way.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        },
    );
    assert!(ran.is_ok());
    // The window, the one in the sink's hands, and the one being submitted.
    assert!(most.load(Ordering::SeqCst) <= 5, "{most:?}");
}

#[test]
fn a_sink_that_fails_stops_the_feeder() {
    let (done, submitted) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let result = pool(2).run(
        |feeder| {
            submitted.store(submit_all(feeder, usize::MAX), Ordering::SeqCst);
        },
        || {
            |n: usize| {
                done.fetch_add(1, Ordering::SeqCst);
                n
            }
        },
        |n| if n == 10 { Err("enough") } else { Ok(()) },
    );
    assert_eq!(result, Err("enough"));
    assert!(submitted.load(Ordering::SeqCst) < 30);
    assert!(done.load(Ordering::SeqCst) >= 11);
}

#[test]
fn a_panic_anywhere_ends_it_with_a_panic() {
    for culprit in ["feed", "hire", "work", "sink"] {
        let run = || {
            let _ = pool(2).run(
                |feeder| {
                    let submitted = submit_all(feeder, 1000);
                    assert!(culprit != "feed", "after {submitted} jobs");
                },
                || {
                    assert!(culprit != "hire");
                    |n: usize| assert!(culprit != "work" || n != 5)
                },
                |()| {
                    assert!(culprit != "sink");
                    Ok::<(), Infallible>(())
                },
            );
        };
        assert!(catch_unwind(AssertUnwindSafe(run)).is_err(), "{culprit}");
    }
}

#[test]
fn starts_no_more_workers_than_jobs() {
    let started = AtomicUsize::new(0);
    let ran: Result<(), Infallible> = pool(64).run(
        |feeder| assert_eq!(submit_all(feeder, 3), 3),
        || {
            started.fetch_add(1, Ordering::SeqCst);
            |n: usize| n
        },
        |_| Ok(()),
    );
    assert!(ran.is_ok());
    assert!(started.load(Ordering::SeqCst) <= 3);
}

//! The lock and the pool on real threads, under contention. `tests/model` checks them exhaustively.

use csp_toolkit::sync::lock::ChannelLock;
use csp_toolkit::sync::pool::{Feeder, Pool};
use std::error::Error;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

#[test]
fn never_more_holders_than_permits() {
    for permits in [1, 2, 3] {
        let lock = ChannelLock::new(permits);
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
    let lock = ChannelLock::default();
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
    let lock = ChannelLock::default();
    let held = lock.acquire();
    assert!(lock.try_acquire().is_none());
    assert!(lock.acquire_timeout(Duration::from_millis(20)).is_none());
    drop(held);
    assert!(lock.acquire_timeout(Duration::ZERO).is_some());
    assert!(lock.try_acquire().is_some());
}

#[test]
fn a_permit_can_be_owned_and_moved_to_another_thread() {
    let lock = Arc::new(ChannelLock::default());
    let permit = lock.acquire_arc();
    assert_eq!(lock.available(), 0);
    assert!(lock.try_acquire_arc().is_none());
    assert!(lock.acquire_timeout_arc(Duration::from_millis(20)).is_none());
    thread::spawn(move || drop(permit)).join().unwrap();
    assert_eq!(lock.available(), 1);
    assert!(lock.try_acquire_arc().is_some());
    assert!(lock.acquire_timeout_arc(Duration::ZERO).is_some());
}

#[test]
fn no_permits_let_nothing_in() {
    let lock = Arc::new(ChannelLock::new(0));
    assert_eq!(lock.available(), 0);
    assert!(lock.try_acquire().is_none() && lock.try_acquire_arc().is_none());
    assert!(lock.acquire_timeout(Duration::from_millis(20)).is_none());
    assert!(lock.acquire_timeout_arc(Duration::ZERO).is_none());
}

#[test]
fn map_keeps_the_order_and_may_borrow() {
    let words: Vec<_> = (0..500).map(|n| n.to_string()).collect();
    for threads in [0, 1, 2, 7] {
        let lengths = Pool::new(threads).window(0).map(&words, |word| {
            thread::sleep(Duration::from_micros((word.len() as u64 * 7919) % 300));
            word.len()
        });
        assert!(lengths.into_iter().eq(words.iter().map(String::len)));
    }
    assert!(Pool::default().map(Vec::<()>::new(), |()| ()).is_empty());
}

#[test]
fn an_error_of_the_sink_passes_through_a_question_mark() {
    fn write(mut output: impl Write) -> Result<(), Box<dyn Error>> {
        let feed = |feeder: &mut Feeder<'_, _, _>| assert!(submit_all(feeder, 1000) >= 1);
        Pool::new(2).run(feed, || |n: usize| n, |n| writeln!(output, "{n}"))?;
        Ok(())
    }
    let mut written = Vec::new();
    write(&mut written).unwrap();
    assert!(written.starts_with(b"0\n1\n2\n") && written.ends_with(b"\n999\n"));
    let error = write(&mut [0; 3][..]).unwrap_err().downcast::<io::Error>().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::WriteZero);
}

fn submit_all<R>(feeder: &mut Feeder<'_, usize, R>, count: usize) -> usize {
    (0..count).take_while(|&n| feeder.submit(n).is_ok()).count()
}

#[test]
fn results_come_in_order_whatever_they_take() {
    for threads in [1, 2, 7] {
        let mut seen = Vec::new();
        Pool::new(threads).run(
            |feeder| assert_eq!(submit_all(feeder, 200), 200),
            || {
                |n: usize| {
                    thread::sleep(Duration::from_micros((n as u64 * 7919) % 300));
                    n
                }
            },
            |n| seen.push(n),
        );
        assert_eq!(seen, (0..200).collect::<Vec<_>>());
    }
}

#[test]
fn no_more_jobs_under_way_than_the_window() {
    let (under_way, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Pool::new(2).window(3).run(
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
        },
    );
    // The window, the one in the sink's hands, and the one being submitted.
    assert!(most.load(Ordering::SeqCst) <= 5, "{most:?}");
}

#[test]
fn a_sink_that_fails_stops_the_feeder() {
    let (done, submitted) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let result = Pool::new(2).run(
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
    for culprit in ["feed", "worker", "work", "sink"] {
        let run = || {
            Pool::new(2).run(
                |feeder| {
                    let submitted = submit_all(feeder, 1000);
                    assert!(culprit != "feed", "after {submitted} jobs");
                },
                || {
                    assert!(culprit != "worker");
                    |n: usize| assert!(culprit != "work" || n != 5)
                },
                |()| assert!(culprit != "sink"),
            );
        };
        assert!(catch_unwind(AssertUnwindSafe(run)).is_err(), "{culprit}");
    }
}

#[test]
fn starts_no_more_workers_than_jobs() {
    let started = AtomicUsize::new(0);
    Pool::new(64).run(
        |feeder| assert_eq!(submit_all(feeder, 3), 3),
        || {
            started.fetch_add(1, Ordering::SeqCst);
            |n: usize| n
        },
        |_| (),
    );
    assert!(started.load(Ordering::SeqCst) <= 3);
}

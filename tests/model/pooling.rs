//! What the pool promises, whichever thread runs when.

use crate::check;
use crate::pool::{Closed, Feeder, Pool};
use crate::prim::allow;
use crate::prim::thread::{crash, crashes};
use shuttle::check_dfs;
use shuttle::sync::atomic::{AtomicUsize, Ordering};

fn pool(threads: usize, window: usize) -> Pool {
    Pool::new(threads).window(window)
}

/// Runs a test in a system that lets at most `threads` threads start.
fn check_with(threads: usize, test: impl Fn() + Copy + Send + Sync + 'static) {
    let test = move || {
        allow(threads);
        test();
    };
    // Without a thread there is one schedule, which the random ones refuse to draw.
    if threads == 0 { check_dfs(test, None) } else { check(test) }
}

/// Squares the numbers below `jobs`. Fails unless all come out in order, with no more workers
/// than threads or jobs, and never more jobs under way than the window and the one in the sink.
fn squares(threads: usize, window: usize, jobs: usize) {
    let (taken, workers) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut seen = Vec::new();
    pool(threads, window).run(
        |feeder| {
            for n in 0..jobs {
                feeder.submit(n).unwrap();
                let under_way = n + 1 - taken.load(Ordering::SeqCst);
                assert!(under_way <= window + 1, "{under_way} are under way");
            }
        },
        || {
            workers.fetch_add(1, Ordering::SeqCst);
            |n: usize| n * n
        },
        |square| {
            seen.push(square);
            taken.fetch_add(1, Ordering::SeqCst);
        },
    );
    assert_eq!(seen, (0..jobs).map(|n| n * n).collect::<Vec<_>>());
    assert!(workers.into_inner() <= threads.min(jobs));
}

#[test]
fn results_come_in_order_and_no_more_are_under_way_than_the_window() {
    for (threads, window, jobs) in [(1, 1, 3), (2, 1, 4), (2, 3, 6), (3, 2, 5)] {
        check(move || squares(threads, window, jobs));
    }
}

#[test]
fn map_returns_the_results_in_the_order_of_the_items() {
    for threads in [0, 1, usize::MAX] {
        check_with(threads, || {
            assert_eq!(pool(2, 1).map(0..5, |n: usize| n * n), [0, 1, 4, 9, 16]);
        });
    }
}

#[test]
fn as_few_threads_as_the_system_lets_start_are_enough() {
    for threads in 0..=3 {
        check_with(threads, || squares(2, 2, 4));
    }
}

#[test]
fn every_schedule_of_no_job_ends() {
    check_dfs(|| squares(1, 1, 0), None);
}

#[test]
fn a_sink_that_stops_early_closes_the_feeder() {
    for threads in [0, 1, usize::MAX] {
        check_with(threads, move || {
            let mut seen = Vec::new();
            let result = pool(2, 2).run(
                |feeder| {
                    // At least the two that the sink takes, and at most a window of two more.
                    // Without a thread, it is the second that fails.
                    let submitted = (0..9).take_while(|&n| feeder.submit(n).is_ok()).count();
                    assert!((if threads == 0 { 1..=1 } else { 2..=4 }).contains(&submitted));
                    assert_eq!(feeder.submit(9), Err(Closed));
                },
                || |n: usize| n,
                |n| {
                    seen.push(n);
                    if n == 1 { Err("enough") } else { Ok(()) }
                },
            );
            assert_eq!(result, Err("enough"));
            assert_eq!(seen, [0, 1]);
        });
    }
}

/// Runs five jobs with the given parts, one of which crashes. What is checked is that it ends.
fn ends<W: FnMut(usize) -> usize>(
    threads: usize,
    feed: impl FnOnce(&mut Feeder<'_, usize, usize>) + Send,
    worker: impl Fn() -> W + Sync,
    sink: impl FnMut(usize),
) {
    pool(threads, 2).run(feed, worker, sink);
}

fn feed_five(feeder: &mut Feeder<'_, usize, usize>) {
    for n in 0..5 {
        if feeder.submit(n).is_err() {
            break;
        }
    }
}

#[test]
fn a_worker_that_panics_does_not_hang_the_others() {
    for threads in [1, 2] {
        check(move || {
            let worker = || |n: usize| if n == 1 { crash() } else { n };
            let mut seen = Vec::new();
            ends(threads, feed_five, worker, |n| seen.push(n));
            assert_eq!(seen, [0]);
        });
    }
}

#[test]
fn workers_that_panic_before_their_first_job_do_not_hang_the_others() {
    for threads in [1, 2] {
        check(move || {
            let worker = || -> fn(usize) -> usize { crash() };
            ends(threads, feed_five, worker, |_| panic!("no job was done"));
        });
    }
}

#[test]
fn a_feeder_or_a_sink_that_panics_does_not_hang_the_others() {
    check(|| {
        let mut seen = Vec::new();
        let feed = |feeder: &mut Feeder<'_, usize, usize>| {
            feeder.submit(0).unwrap();
            feeder.submit(1).unwrap();
            crash();
        };
        ends(2, feed, || |n| n, |n| seen.push(n));
        assert_eq!(seen, [0, 1]);
        assert!(crashes(|| ends(2, feed_five, || |n| n, |_| crash())));
    });
}

#[test]
fn a_panic_on_the_only_thread_passes_through() {
    check(|| {
        allow(0);
        let worker = || |n: usize| if n == 1 { crash() } else { n };
        let mut seen = Vec::new();
        assert!(crashes(|| ends(2, feed_five, worker, |n| seen.push(n))));
        assert_eq!(seen, [0]);
        // With a thread for the feeder alone, it works the jobs, and crashes in the worker's place.
        allow(1);
        ends(2, feed_five, worker, |_| ());
    });
}

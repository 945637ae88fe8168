//! A bounded pool: work goes out, results come back in order, memory stays flat (technique 11).
//!
//! The book starts one goroutine a file and warns that thousands of files make thousands of
//! goroutines. A [`Pool`] has a fixed number of workers and a fixed window of jobs under way.
//!
//! Order is kept without a lock and without sequence numbers: for every job the feeder makes a
//! channel for its one result and puts the receiving end into a queue. The sink takes the receivers
//! off that queue, first in, first out, and waits at each for its result. The queue holds at most a
//! window of them, so a feeder that is too far ahead blocks: one idea gives the order, the bound on
//! memory, and the back-pressure.
//!
//! ```
//! use csp_toolkit::sync::pool::Pool;
//! use std::convert::Infallible;
//! use std::num::NonZeroUsize;
//!
//! let pool = Pool::new(NonZeroUsize::new(4).unwrap());
//! let mut squares = Vec::new();
//! let ran: Result<(), Infallible> = pool.run(
//!     |feeder| {
//!         for n in 0..100 {
//!             if feeder.submit(n).is_err() {
//!                 break; // the sink has had enough
//!             }
//!         }
//!     },
//!     || |n: u32| n * n,
//!     |square| {
//!         squares.push(square);
//!         Ok(())
//!     },
//! );
//! assert!(ran.is_ok());
//! assert_eq!(squares, (0..100).map(|n| n * n).collect::<Vec<_>>());
//! ```

use super::prim::{Receiver, Sender, bounded, start, thread, unbounded};
use std::fmt;
use std::num::NonZeroUsize;

/// The most threads that a pool has: more would do no good on any machine, and the queues that go
/// with them would be memory.
const MOST_THREADS: NonZeroUsize = NonZeroUsize::new(1024).unwrap();
/// The most jobs under way, for the same reason.
const MOST_JOBS: NonZeroUsize = NonZeroUsize::new(1 << 16).unwrap();

/// How many workers, and how many jobs under way.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    threads: NonZeroUsize,
    window: NonZeroUsize,
}

impl Pool {
    /// A pool of `threads` workers, 1024 at most, with a window of twice as many jobs and two more:
    /// enough that no worker waits while the sink deals with a result.
    #[must_use]
    pub fn new(threads: NonZeroUsize) -> Self {
        let threads = threads.min(MOST_THREADS);
        let window = threads.saturating_mul(NonZeroUsize::MIN.saturating_add(1)).saturating_add(2);
        Self { threads, window }
    }

    /// Sets how many jobs may be submitted and not yet taken by the sink (it holds one more while
    /// it works on it). This bounds memory: a window of jobs and results, never more. 65536 is the
    /// most.
    #[must_use]
    pub fn window(self, window: NonZeroUsize) -> Self {
        Self { window: window.min(MOST_JOBS), ..self }
    }

    /// Runs jobs until the feeder has submitted its last and the sink has taken its result.
    ///
    /// `feed` runs on a thread of its own and submits jobs. `worker` is called once on each worker
    /// thread, when its first job has come, and returns the function that does the jobs there, so
    /// that a worker can keep buffers from job to job. `sink` is called on this thread with the
    /// results, in the order in which the jobs were submitted.
    ///
    /// Workers are started as jobs come in, so that two jobs never start more than two. Where the
    /// system lets fewer threads start, those that did start do the work; where it lets none start,
    /// everything runs on this thread, job by job, in the same order.
    ///
    /// Blocks until all threads have ended. When `sink` returns an error, it is dropped, and so are
    /// jobs not yet begun, the feeder's next [`submit`](Feeder::submit) fails, and the error is
    /// returned; a feeder that is blocked elsewhere (on a read, say) is waited for.
    ///
    /// # Panics
    ///
    /// When `feed`, `worker` or `sink` does: the others are stopped first, as by an error.
    pub fn run<J, R, E, W>(
        &self,
        feed: impl FnOnce(&mut Feeder<'_, J, R>) + Send,
        worker: impl Fn() -> W + Sync,
        sink: impl FnMut(R) -> Result<(), E>,
    ) -> Result<(), E>
    where
        J: Send,
        R: Send,
        W: FnMut(J) -> R,
    {
        // The window bounds both queues: a job is submitted only once its receiver has found room.
        let (orders, in_order) = bounded(self.window.get());
        let (jobs, to_do) = unbounded();
        let (worker, to_do) = (&worker, &to_do);
        let threads = self.threads.get();
        // Left here for the feeder's thread, because what a thread is given is gone if the thread
        // cannot be started.
        let (leave, left) = bounded(1);
        let _ = leave.send((feed, orders, jobs));
        thread::scope(|scope| {
            let left = &left;
            let started = start(scope, move || {
                let Ok((feed, orders, jobs)) = left.recv() else { return };
                let (mut hired, mut most, mut own) = (0, threads, None);
                let mut hand_over = |ticket| {
                    if hired < most {
                        let to_do = to_do.clone();
                        if start(scope, move || serve(&to_do, worker)) {
                            hired += 1;
                        } else {
                            // The system is at its limit: those that are here do the work.
                            most = hired;
                        }
                    }
                    if hired > 0 {
                        return jobs.send(ticket).map_err(|_| Closed);
                    }
                    ticket.work(own.get_or_insert_with(worker));
                    Ok(())
                };
                feed(&mut Feeder(To::Workers { orders, hand_over: &mut hand_over }));
            });
            if !started {
                if let Ok((feed, ..)) = left.recv() {
                    return run_alone(feed, worker, sink);
                }
            }
            let result = drain(in_order, sink);
            // Left over only after an error or a panic: what nobody waits for need not be done.
            while to_do.try_recv().is_ok() {}
            result
        })
    }
}

/// The pool without a thread: each job is worked, and its result taken, as it is submitted.
fn run_alone<J, R, E, W: FnMut(J) -> R>(
    feed: impl FnOnce(&mut Feeder<'_, J, R>),
    worker: impl Fn() -> W,
    sink: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let (mut work, mut sink, mut result) = (None, Some(sink), Ok(()));
    let mut take = |job| {
        let taking = sink.as_mut().ok_or(Closed)?;
        let work = work.get_or_insert_with(&worker);
        taking(work(job)).map_err(|error| {
            result = Err(error);
            // As with threads, a feeder that waits for the sink learns that it is gone.
            sink = None;
            Closed
        })
    };
    feed(&mut Feeder(To::Here(&mut take)));
    result
}

/// Where `feed` submits its jobs.
pub struct Feeder<'a, J, R>(To<'a, J, R>);

/// Where the jobs go.
enum To<'a, J, R> {
    Workers {
        orders: Sender<Receiver<R>>,
        hand_over: &'a mut dyn FnMut(Ticket<J, R>) -> Result<(), Closed>,
    },
    Here(&'a mut dyn FnMut(J) -> Result<(), Closed>),
}

impl<J, R> Feeder<'_, J, R> {
    /// Submits a job; blocks while the window is full.
    pub fn submit(&mut self, job: J) -> Result<(), Closed> {
        match &mut self.0 {
            To::Workers { orders, hand_over } => {
                let (slot, result) = bounded(1);
                orders.send(result).map_err(|_| Closed)?;
                hand_over(Ticket { job, slot })
            }
            To::Here(take) => take(job),
        }
    }
}

impl<J, R> fmt::Debug for Feeder<'_, J, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feeder").finish_non_exhaustive()
    }
}

/// The sink takes no more results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pool's consumer is gone")]
pub struct Closed;

/// A job and the channel, of capacity one, that its result goes into.
struct Ticket<J, R> {
    job: J,
    slot: Sender<R>,
}

impl<J, R> Ticket<J, R> {
    fn work(self, work: &mut impl FnMut(J) -> R) {
        // Fails when the sink has gone; the next job, if any, is then dropped by `run`.
        let _ = self.slot.send(work(self.job));
    }
}

/// A worker's whole life.
fn serve<J, R, W>(to_do: &Receiver<Ticket<J, R>>, worker: impl Fn() -> W)
where
    W: FnMut(J) -> R,
{
    let mut work = None;
    while let Ok(ticket) = to_do.recv() {
        // Made with a job in hand: if that panics, the slot is dropped, and the sink, which would
        // wait for ever for workers that never began, learns of it.
        ticket.work(work.get_or_insert_with(&worker));
    }
}

/// Hands the results to the sink, oldest first; dropping `in_order` at the end closes the feeder.
fn drain<R, E>(
    in_order: Receiver<Receiver<R>>,
    mut sink: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    while let Ok(slot) = in_order.recv() {
        match slot.recv() {
            Ok(result) => sink(result)?,
            // Its worker panicked. Stop here; the scope passes the panic on.
            Err(_) => break,
        }
    }
    drop(in_order);
    Ok(())
}

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

/// How many workers, and how many jobs under way.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    threads: NonZeroUsize,
    window: NonZeroUsize,
}

impl Pool {
    /// A pool of `threads` workers, with a window of twice as many jobs and two more: enough that
    /// no worker waits while the sink deals with a result.
    #[must_use]
    pub fn new(threads: NonZeroUsize) -> Self {
        let window = threads.saturating_mul(NonZeroUsize::MIN.saturating_add(1)).saturating_add(2);
        Self { threads, window }
    }

    /// Sets how many jobs may be submitted and not yet taken by the sink (it holds one more while
    /// it works on it). This bounds memory: a window of jobs and results, never more.
    #[must_use]
    pub fn window(self, window: NonZeroUsize) -> Self {
        Self { window, ..self }
    }

    /// Runs jobs until the feeder has submitted its last and the sink has taken its result.
    ///
    /// `feed` runs on a thread of its own and submits jobs. `worker` is called once on each worker
    /// thread, when its first job has come, and returns the function that does the jobs there, so
    /// that a worker can keep buffers from job to job. `sink` is called on this thread with the
    /// results, in the order in which the jobs were submitted.
    ///
    /// Workers are started as jobs come in, so that two jobs never start more than two.
    ///
    /// Blocks until all threads have ended. When `sink` returns an error, it is dropped, and so are
    /// jobs not yet begun, the feeder's next [`submit`](Feeder::submit) fails, and the error is
    /// returned; a feeder that is blocked elsewhere (on a read, say) is waited for.
    ///
    /// # Panics
    ///
    /// When `feed`, `worker` or `sink` does: the others are stopped first, as by an error. And when
    /// the system lets no thread start; if it is only some that it does not, the others do the work.
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
        thread::scope(|scope| {
            scope.spawn(move || {
                let (mut hired, mut most) = (0, threads);
                let mut hire = || {
                    if hired < most {
                        let to_do = to_do.clone();
                        if start(scope, move || serve(&to_do, worker)) {
                            hired += 1;
                        } else {
                            // The system is at its limit: those that are here do the work.
                            assert!(hired > 0, "cannot start a thread");
                            most = hired;
                        }
                    }
                };
                feed(&mut Feeder { orders, jobs, hire: &mut hire });
            });
            let result = drain(in_order, sink);
            // Left over only after an error or a panic: what nobody waits for need not be done.
            while to_do.try_recv().is_ok() {}
            result
        })
    }
}

/// Where `feed` submits its jobs.
pub struct Feeder<'a, J, R> {
    orders: Sender<Receiver<R>>,
    jobs: Sender<Ticket<J, R>>,
    hire: &'a mut dyn FnMut(),
}

impl<J, R> Feeder<'_, J, R> {
    /// Submits a job; blocks while the window is full.
    pub fn submit(&mut self, job: J) -> Result<(), Closed> {
        let (slot, result) = bounded(1);
        self.orders.send(result).map_err(|_| Closed)?;
        (self.hire)();
        self.jobs.send(Ticket { job, slot }).map_err(|_| Closed)
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

/// A worker's whole life.
fn serve<J, R, W>(to_do: &Receiver<Ticket<J, R>>, worker: impl Fn() -> W)
where
    W: FnMut(J) -> R,
{
    let mut work = None;
    while let Ok(Ticket { job, slot }) = to_do.recv() {
        // Made with a job in hand: if that panics, the slot is dropped, and the sink, which would
        // wait for ever for workers that never began, learns of it.
        let work = work.get_or_insert_with(&worker);
        // Fails when the sink has gone; the next job, if any, is then dropped by `run`.
        let _ = slot.send(work(job));
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

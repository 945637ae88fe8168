//! A bounded pool: work goes out, results come back in order, memory stays bounded (technique 11).
//!
//! The book starts one goroutine a file and warns that thousands of files make thousands of
//! goroutines. A [`Pool`] has a fixed number of workers and a fixed window of jobs under way.
//!
//! ```
//! use csp_toolkit::sync::pool::Pool;
//!
//! let lengths = Pool::new(4).map(["to", "be", "or", "not"], str::len);
//! assert_eq!(lengths, [2, 2, 2, 3]);
//! ```
//!
//! [`Pool::map`] is for jobs whose results fit into memory. [`Pool::run`] also bounds how many jobs
//! and results exist at a time, and lets each worker keep its buffers:
//!
//! ```
//! use csp_toolkit::sync::pool::Pool;
//! use std::io::{self, BufRead, Write};
//!
//! let (input, mut output) = ("to be\nor not to be\n".as_bytes(), Vec::new());
//! Pool::default().run(
//!     |feeder| {
//!         for line in input.lines() {
//!             if feeder.submit(line).is_err() {
//!                 break; // the sink returned an error
//!             }
//!         }
//!     },
//!     || |line: io::Result<String>| line.map(|line| line.to_uppercase()),
//!     |line| writeln!(output, "{}", line?),
//! )?;
//! assert_eq!(output, b"TO BE\nOR NOT TO BE\n");
//! # Ok::<(), io::Error>(())
//! ```
//!
//! Order is kept without a lock and without sequence numbers: for every job the feeder makes a
//! channel for its one result and puts the receiving end into a queue. The sink takes the receivers
//! off that queue, first in, first out, and waits at each for its result. The queue holds at most a
//! window of them, so a feeder that is too far ahead blocks: one idea gives the order, the bound on
//! memory, and the back-pressure.

use super::prim::{Receiver, Sender, bounded, start, thread, unbounded};
use std::{fmt, io};

/// The most threads that a pool has: more are of no use on any machine, and their queues cost memory.
pub(crate) const MOST_THREADS: usize = 1024;
/// The most jobs under way, for the same reason.
const MOST_JOBS: usize = 1 << 16;

/// A number of workers, and a number of jobs under way.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    threads: usize,
    window: usize,
}

impl Default for Pool {
    /// A worker for each core that this process may use.
    fn default() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }
}

impl Pool {
    /// Makes a pool of `threads` workers, at least 1 (0 counts as 1) and at most 1024. Its window is
    /// twice as many jobs and two more: enough that no worker waits while the sink deals with a
    /// result.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        let threads = threads.clamp(1, MOST_THREADS);
        Self { threads, window: 2 * threads + 2 }
    }

    /// Sets how many jobs may be submitted and not yet taken by the sink (which holds one more while
    /// it works on it), at least 1 (0 counts as 1) and at most 65536. This bounds memory: jobs and
    /// results together are never more.
    #[must_use]
    pub fn window(self, jobs: usize) -> Self {
        Self { window: jobs.clamp(1, MOST_JOBS), ..self }
    }

    /// Calls `work` with each of the `items`, in parallel, and returns what the calls returned, in
    /// the order of the items.
    ///
    /// The items are taken as they are needed, a window of them ahead; the results are all kept. To
    /// stop at the first error, or to write results out as they come, use [`run`](Self::run).
    ///
    /// Blocks until all are done. The items may borrow, and so may `work`.
    ///
    /// ```
    /// use csp_toolkit::sync::pool::Pool;
    /// use std::{fs, io};
    ///
    /// let files = ["Cargo.toml", "src/lib.rs"];
    /// let sizes = Pool::default().map(files, |file| fs::metadata(file).map(|file| file.len()));
    /// let sizes: Vec<u64> = sizes.into_iter().collect::<io::Result<_>>()?;
    /// assert_eq!(sizes.len(), 2);
    /// # Ok::<(), io::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When the iterator or `work` does, after all threads have ended.
    pub fn map<T: Send, R: Send>(
        &self,
        items: impl IntoIterator<Item = T, IntoIter: Send>,
        work: impl Fn(T) -> R + Sync,
    ) -> Vec<R> {
        let (mut items, mut results) = (items.into_iter(), Vec::new());
        let feed = |feeder: &mut Feeder<'_, T, R>| {
            let _ = items.try_for_each(|item| feeder.submit(item));
        };
        self.run(feed, || &work, |result| results.push(result));
        results
    }

    /// Runs jobs until the feeder has submitted its last and the sink has taken its result.
    ///
    /// `feed` runs on a thread of its own and submits jobs. `worker` is called once on each worker
    /// thread, when its first job has come, and returns the function that does the jobs there, so
    /// that a worker can keep buffers from job to job. `sink` is called on this thread with the
    /// results, in the order in which the jobs were submitted. It returns nothing, or a `Result`
    /// whose error ends the run; this function returns the same.
    ///
    /// Workers are started as jobs come in, so that two jobs never start more than two. Where the
    /// system lets fewer threads start, those that did start do the work; where it lets none start,
    /// everything runs on this thread, job by job, in the same order.
    ///
    /// Blocks until all threads have ended. When `sink` returns an error, it is dropped, and so are
    /// jobs not yet begun, the feeder's next [`submit`](Feeder::submit) fails, and the error is
    /// returned. A feeder that is blocked elsewhere (on a read, say) is waited for.
    ///
    /// # Panics
    ///
    /// When `feed`, `worker` or `sink` does: the others are stopped first, as by an error.
    pub fn run<J, R, W, S>(
        &self,
        feed: impl FnOnce(&mut Feeder<'_, J, R>) + Send,
        worker: impl Fn() -> W + Sync,
        sink: impl FnMut(R) -> S,
    ) -> S
    where
        J: Send,
        R: Send,
        W: FnMut(J) -> R,
        S: SinkResult,
    {
        // The window bounds both queues: a job is submitted only once its receiver has found room.
        let (orders, in_order) = bounded(self.window);
        let (jobs, to_do) = unbounded();
        let (worker, to_do) = (&worker, &to_do);
        let threads = self.threads;
        // Left here for the feeder's thread, because what a thread is given is gone if the thread
        // cannot be started.
        let (leave, left) = bounded(1);
        let _ = leave.send((feed, orders, jobs));
        thread::scope(|scope| {
            let left = &left;
            let feeding = start(scope, move || {
                let Ok((feed, orders, jobs)) = left.recv() else { return };
                let (mut started, mut most, mut own) = (0, threads, None);
                let mut hand_over = |ticket| {
                    if started < most {
                        let to_do = to_do.clone();
                        if start(scope, move || serve(&to_do, worker)) {
                            started += 1;
                        } else {
                            // The system is at its limit: those that are here do the work.
                            most = started;
                        }
                    }
                    if started > 0 {
                        return jobs.send(ticket).map_err(|_| Closed);
                    }
                    ticket.work(own.get_or_insert_with(worker));
                    Ok(())
                };
                feed(&mut Feeder(To::Workers { orders, hand_over: &mut hand_over }));
            });
            if !feeding {
                if let Ok((feed, ..)) = left.recv() {
                    return run_alone(feed, worker, sink);
                }
            }
            let result = drain(in_order, sink);
            // Left over only after an error or a panic; nothing waits for them any more.
            while to_do.try_recv().is_ok() {}
            result
        })
    }
}

/// The pool without a thread: each job is worked, and its result taken, as it is submitted.
fn run_alone<J, R, S: SinkResult, W: FnMut(J) -> R>(
    feed: impl FnOnce(&mut Feeder<'_, J, R>),
    worker: impl Fn() -> W,
    sink: impl FnMut(R) -> S,
) -> S {
    let (mut work, mut sink, mut result) = (None, Some(sink), S::OK);
    let mut take = |job| {
        let taking = sink.as_mut().ok_or(Closed)?;
        let work = work.get_or_insert_with(&worker);
        let taken = taking(work(job));
        if taken.is_ok() {
            return Ok(());
        }
        result = taken;
        // As with threads, a feeder that waits for the sink learns that it is gone.
        sink = None;
        Err(Closed)
    };
    feed(&mut Feeder(To::Here(&mut take)));
    result
}

/// What a [`sink`](Pool::run) returns: nothing if it cannot fail, or a `Result`, whose error ends the
/// run.
pub trait SinkResult: sealed::SinkResult {}

impl<T: sealed::SinkResult> SinkResult for T {}

mod sealed {
    pub trait SinkResult {
        const OK: Self;
        fn is_ok(&self) -> bool;
    }

    impl SinkResult for () {
        const OK: Self = ();
        fn is_ok(&self) -> bool {
            true
        }
    }

    impl<E> SinkResult for Result<(), E> {
        const OK: Self = Ok(());
        fn is_ok(&self) -> bool {
            self.is_ok()
        }
    }
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
    /// Submits a job; blocks while the window is full. The error says that the sink has returned one,
    /// and that no more jobs are needed.
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

/// The sink has returned an error, or panicked: it takes no more results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pool takes no more jobs")]
pub struct Closed;

impl From<Closed> for io::Error {
    fn from(closed: Closed) -> Self {
        Self::new(io::ErrorKind::BrokenPipe, closed)
    }
}

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

/// What a worker thread does: jobs, until there will be no more.
fn serve<J, R, W>(to_do: &Receiver<Ticket<J, R>>, worker: impl Fn() -> W)
where
    W: FnMut(J) -> R,
{
    let mut work = None;
    while let Ok(ticket) = to_do.recv() {
        // Made with a job in hand: if that panics, the slot is dropped, and the sink, which would
        // otherwise wait forever, learns of it.
        ticket.work(work.get_or_insert_with(&worker));
    }
}

/// Hands the results to the sink, oldest first; dropping `in_order` at the end closes the feeder.
fn drain<R, S: SinkResult>(in_order: Receiver<Receiver<R>>, mut sink: impl FnMut(R) -> S) -> S {
    while let Ok(slot) = in_order.recv() {
        // If there is none, its worker panicked. Stop here; the scope passes the panic on.
        let Ok(result) = slot.recv() else { break };
        let taken = sink(result);
        if !taken.is_ok() {
            return taken;
        }
    }
    S::OK
}

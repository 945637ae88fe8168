//! Workers that want, have and release a lock: listing 3.12, over any kind of lock.

use super::holders::HolderCount;
use super::{ChannelLock, Error, Kind, Lock, Semaphore, SpinLock, TimedLock};
use crate::sync::stop::{self, Stop};
use std::io;
use std::sync::{Mutex, RwLock};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

/// A worker needs a small stack, and there may be many workers.
const STACK: usize = 64 * 1024;

/// How [`run`] runs. The default is the book's program: six workers, a channel lock with one permit,
/// held for 500 ms by each, and no timeout.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    kind: Kind,
    workers: usize,
    hold: Duration,
    permits: usize,
    timeout: Option<Duration>,
}

impl Default for Settings {
    fn default() -> Self {
        let hold = Duration::from_millis(500);
        Self { kind: Kind::Channel, workers: 6, hold, permits: 1, timeout: None }
    }
}

impl Settings {
    /// Sets the kind of lock.
    #[must_use]
    pub fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// Sets the number of workers, at least 1.
    #[must_use]
    pub fn workers(self, workers: usize) -> Self {
        Self { workers, ..self }
    }

    /// Sets how long each worker holds the lock.
    #[must_use]
    pub fn hold(self, hold: Duration) -> Self {
        Self { hold, ..self }
    }

    /// Sets how many workers may hold the lock at once, at least 1. More than one is for the channel
    /// and the semaphore.
    #[must_use]
    pub fn permits(self, permits: usize) -> Self {
        Self { permits, ..self }
    }

    /// Sets how long each worker waits for the lock before it gives up, or `None` to wait forever.
    /// Not supported for `mutex` and `rwlock`.
    #[must_use]
    pub fn timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        Self { timeout: timeout.into(), ..self }
    }

    fn check(&self) -> Result<(), Error> {
        self.kind.check(self.permits, self.timeout)?;
        if self.workers == 0 { Err(Error::Zero("workers")) } else { Ok(()) }
    }
}

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum EventKind {
    Wants,
    Has,
    Releases,
    GivesUp,
}

/// What a worker did, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The worker's number, from 1.
    pub worker: usize,
    /// What it did.
    pub kind: EventKind,
    /// The time since the beginning of the run.
    pub at: Duration,
}

/// Runs the workers, all at once, until each has had the lock or has given up.
///
/// Calls `report` with each event when it happens, on the thread of its worker: with `Has` after the
/// lock is acquired, and with `Releases` before it is released. Returns all events in the order of
/// their times. After an error no new event is reported, holders release at once, and the error is
/// returned when all workers have ended.
///
/// ```
/// use csp_toolkit::locks::{self, demo};
/// use std::time::Duration;
///
/// let settings = demo::Settings::default().hold(Duration::from_millis(1));
/// let events = demo::run(&settings, |event| Ok(println!("{event:?}")))?;
/// assert_eq!(events.len(), 18);
/// # Ok::<(), locks::Error>(())
/// ```
///
/// # Errors
///
/// If the settings make no sense (before anything is started), a worker cannot be started, `report`
/// returns an error, or the lock lets in more than it may.
pub fn run(
    settings: &Settings,
    report: impl Fn(Event) -> io::Result<()> + Sync,
) -> Result<Vec<Event>, Error> {
    settings.check()?;
    // Permits for more than all workers make no difference, and a channel's buffer takes memory.
    let permits = settings.permits.min(settings.workers);
    match settings.kind {
        Kind::Channel => timed(ChannelLock::new(permits), settings, report),
        Kind::Mutex => run_on(&Forever(Mutex::new(())), settings, report),
        Kind::RwLock => run_on(&Forever(RwLock::new(())), settings, report),
        Kind::Semaphore => timed(Semaphore::new(permits), settings, report),
        Kind::Spin => timed(SpinLock::default(), settings, report),
        Kind::ParkingLot => timed(parking_lot::Mutex::new(()), settings, report),
    }
}

fn timed(
    lock: impl TimedLock,
    settings: &Settings,
    report: impl Fn(Event) -> io::Result<()> + Sync,
) -> Result<Vec<Event>, Error> {
    match settings.timeout {
        None => run_on(&Forever(lock), settings, report),
        Some(timeout) => run_on(&Timed(lock, timeout), settings, report),
    }
}

/// How a worker waits.
trait Wait: Sync {
    /// Returns a guard that releases the lock when dropped, or `None` after giving up.
    fn enter(&self) -> Option<impl Sized>;
}

/// Without a timeout.
struct Forever<L>(L);

impl<L: Lock> Wait for Forever<L> {
    fn enter(&self) -> Option<impl Sized> {
        Some(self.0.acquire())
    }
}

/// With a timeout.
struct Timed<L>(L, Duration);

impl<L: TimedLock> Wait for Timed<L> {
    fn enter(&self) -> Option<impl Sized> {
        self.0.acquire_timeout(self.1)
    }
}

fn run_on(
    lock: &impl Wait,
    settings: &Settings,
    report: impl Fn(Event) -> io::Result<()> + Sync,
) -> Result<Vec<Event>, Error> {
    let count = HolderCount::new(settings.permits);
    let (stopper, stop) = stop::signal();
    // A worker that fails takes it, which stops the others.
    let stopper = Mutex::new(Some(stopper));
    let begun = Instant::now();
    let work = |worker| {
        let mut events = Vec::new();
        let note = |kind| {
            let event = Event { worker, kind, at: begun.elapsed() };
            events.push(event);
            report(event).map_err(Error::Report)
        };
        let result = work(lock, &count, &stop, settings.hold, note);
        if result.is_err() {
            stop_all(&stopper);
        }
        result.map(|()| events)
    };
    let mut events = thread::scope(|scope| {
        let mut started = Vec::new();
        for number in 1..=settings.workers {
            let work = &work;
            match Builder::new().stack_size(STACK).spawn_scoped(scope, move || work(number)) {
                Ok(thread) => started.push(thread),
                Err(source) => {
                    stop_all(&stopper);
                    return Err(Error::Start { number, count: settings.workers, source });
                }
            }
        }
        let ended =
            started.into_iter().map(|thread| thread.join().expect("a worker does not panic"));
        // The scope waits for those that come after an error.
        ended.collect::<Result<Vec<_>, _>>()
    })?
    .concat();
    events.sort_by_key(|event| event.at);
    Ok(events)
}

fn stop_all(stopper: &Mutex<Option<stop::Stopper>>) {
    drop(stopper.lock().expect("nothing panics while it is locked").take());
}

/// What the book's worker does, line by line.
fn work(
    lock: &impl Wait,
    count: &HolderCount,
    stop: &Stop,
    hold: Duration,
    mut note: impl FnMut(EventKind) -> Result<(), Error>,
) -> Result<(), Error> {
    note(EventKind::Wants)?;
    let Some(_held) = lock.enter() else {
        return note(EventKind::GivesUp);
    };
    if stop.is_stopped() {
        return Ok(());
    }
    count.enter()?;
    let done = note(EventKind::Has)
        .and_then(|()| if stop.wait_for(hold) { Ok(()) } else { note(EventKind::Releases) });
    count.leave()?;
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Condvar;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn settings(kind: Kind, workers: usize, hold: Duration) -> Settings {
        Settings::default().kind(kind).workers(workers).hold(hold)
    }

    const MS: Duration = Duration::from_millis(1);
    const LONG: Duration = Duration::from_secs(3600);

    /// What a worker did, in order.
    fn kinds(events: &[Event], worker: usize) -> Vec<EventKind> {
        events.iter().filter(|event| event.worker == worker).map(|event| event.kind).collect()
    }

    #[test]
    fn every_worker_has_every_kind_of_lock_once() {
        for kind in Kind::ALL {
            let reported = AtomicUsize::new(0);
            let report = |_| {
                reported.fetch_add(1, Ordering::Relaxed);
                Ok(())
            };
            let events = run(&settings(kind, 8, MS), report).unwrap();
            assert_eq!((events.len(), reported.into_inner()), (24, 24));
            assert!(events.is_sorted_by_key(|event| event.at));
            for worker in 1..=8 {
                assert_eq!(
                    kinds(&events, worker),
                    [EventKind::Wants, EventKind::Has, EventKind::Releases]
                );
            }
        }
    }

    #[test]
    fn workers_give_up_at_the_timeout_while_another_holds() {
        for kind in [Kind::Channel, Kind::Semaphore, Kind::Spin, Kind::ParkingLot] {
            // The others want it only while the first has it, and it holds until they are gone.
            let gone = AtomicUsize::new(0);
            let settings = settings(kind, 4, Duration::ZERO).timeout(MS);
            let events = run(&settings, |event| {
                match event.kind {
                    EventKind::Has => {
                        while gone.load(Ordering::Relaxed) < 3 {
                            thread::yield_now();
                        }
                    }
                    EventKind::GivesUp => {
                        gone.fetch_add(1, Ordering::Relaxed);
                    }
                    EventKind::Wants | EventKind::Releases => {}
                }
                Ok(())
            });
            let events = events.unwrap();
            let gave_up =
                |&worker: &usize| kinds(&events, worker) == [EventKind::Wants, EventKind::GivesUp];
            assert_eq!((1..=4).filter(gave_up).count(), 3, "{kind}: {events:?}");
        }
    }

    #[test]
    fn no_workers_or_no_permits_are_an_error() {
        let none = settings(Kind::Mutex, 0, LONG);
        assert!(matches!(run(&none, |_| Ok(())), Err(Error::Zero("workers"))));
        let none = settings(Kind::Channel, 1, LONG).permits(0);
        assert!(matches!(run(&none, |_| Ok(())), Err(Error::Zero("permits"))));
    }

    #[test]
    fn a_report_that_fails_ends_the_run_even_while_the_lock_is_held() {
        let report = |event: Event| match event.kind {
            // By then one of them has the lock, or will have it and find that the run is over.
            EventKind::Wants if event.worker == 3 => Err(io::Error::other("enough")),
            _ => Ok(()),
        };
        let Err(Error::Report(error)) = run(&settings(Kind::Mutex, 3, LONG), report) else {
            panic!()
        };
        assert_eq!(error.to_string(), "enough");
    }

    /// A lock that lets everything in.
    struct Open;

    impl Lock for Open {
        fn acquire(&self) -> impl Sized {}
    }

    #[test]
    fn a_lock_that_lets_everything_in_is_detected() {
        let result = run_on(&Forever(Open), &settings(Kind::Mutex, 4, LONG), |_| Ok(()));
        let Err(Error::TooManyHolders { holders: 2.., .. }) = result else {
            panic!("{result:?}");
        };
    }

    /// A semaphore that every holder releases twice.
    struct Leaky(Mutex<usize>, Condvar);

    struct Twice<'a>(&'a Leaky);

    impl Drop for Twice<'_> {
        fn drop(&mut self) {
            *self.0.0.lock().unwrap() += 2;
            self.0.1.notify_all();
        }
    }

    impl Lock for Leaky {
        fn acquire(&self) -> impl Sized {
            *self.1.wait_while(self.0.lock().unwrap(), |free| *free == 0).unwrap() -= 1;
            Twice(self)
        }
    }

    #[test]
    fn a_lock_that_is_released_twice_is_detected() {
        let lock = Forever(Leaky(Mutex::new(1), Condvar::new()));
        let result = run_on(&lock, &settings(Kind::Mutex, 100, 10 * MS), |_| Ok(()));
        assert!(matches!(result, Err(Error::TooManyHolders { .. })), "{result:?}");
    }
}

//! Workers that want, have and release a lock: listing 3.12, over any kind of lock.

use super::watch::{Fault, Watch};
use super::{ChannelLock, Kind, Lock, Semaphore, SpinLock, TimedLock, Unsuited};
use crate::sync::stop::{self, Stop};
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Mutex, RwLock};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

/// A worker needs little, and there may be many.
const STACK: usize = 64 * 1024;

/// What is to happen.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The lock.
    pub kind: Kind,
    /// How many workers want it.
    pub workers: usize,
    /// How long each holds it.
    pub hold: Duration,
    /// How many may hold it at once.
    pub permits: NonZeroUsize,
    /// How long each waits for it before giving up; for ever if `None`.
    pub patience: Option<Duration>,
}

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Deed {
    Wants,
    Has,
    Releases,
    GivesUp,
}

/// What a worker did, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number, from 1.
    pub worker: usize,
    /// What it did.
    pub deed: Deed,
    /// Since the beginning of the run.
    pub at: Duration,
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The lock cannot do what is asked of it; nothing was started.
    #[error(transparent)]
    Unsuited(#[from] Unsuited),
    /// The system did not let another worker start.
    #[error("cannot start worker {worker}")]
    Start {
        /// Its number.
        worker: usize,
        /// Why.
        source: io::Error,
    },
    /// Whoever was told of the events wants no more.
    #[error(transparent)]
    Tell(io::Error),
    /// The lock let in more than it may.
    #[error(transparent)]
    Broken(#[from] Fault),
}

/// Runs the workers, all at once, until each has had the lock or has given up.
///
/// `tell` hears of each event when it happens, from the thread of the worker that it happens to:
/// of `Has` after the lock is acquired, and of `Releases` before it is released. Returns all events
/// in the order of their times. After an error, nobody new is told of, holders release at once, and
/// the error is returned when all workers have ended.
///
/// ```
/// use csp_toolkit::locks::{Kind, demo};
/// use std::{num::NonZeroUsize, time::Duration};
///
/// let config = demo::Config {
///     kind: Kind::Channel,
///     workers: 6,
///     hold: Duration::from_millis(1),
///     permits: NonZeroUsize::MIN,
///     patience: None,
/// };
/// let events = demo::run(&config, |event| Ok(println!("{event:?}")))?;
/// assert_eq!(events.len(), 18);
/// # Ok::<(), demo::DemoError>(())
/// ```
pub fn run(
    config: &Config,
    tell: impl Fn(Event) -> io::Result<()> + Sync,
) -> Result<Vec<Event>, DemoError> {
    config.kind.suits(config.permits, config.patience)?;
    // More room than for everybody makes no difference, and a channel's buffer is memory.
    let room = config.permits.min(NonZeroUsize::new(config.workers).unwrap_or(NonZeroUsize::MIN));
    match config.kind {
        Kind::Channel => timed(ChannelLock::new(room.get()), config, tell),
        Kind::Mutex => run_on(&Waiting(Mutex::new(())), config, tell),
        Kind::Rwlock => run_on(&Waiting(RwLock::new(())), config, tell),
        Kind::Semaphore => timed(Semaphore::new(config.permits), config, tell),
        Kind::Spin => timed(SpinLock::default(), config, tell),
        Kind::ParkingLot => timed(parking_lot::Mutex::new(()), config, tell),
    }
}

fn timed(
    lock: impl TimedLock,
    config: &Config,
    tell: impl Fn(Event) -> io::Result<()> + Sync,
) -> Result<Vec<Event>, DemoError> {
    match config.patience {
        None => run_on(&Waiting(lock), config, tell),
        Some(patience) => run_on(&Patient(lock, patience), config, tell),
    }
}

/// How a worker waits.
trait Wait: Sync {
    /// Returns what releases the lock when dropped; `None` if it has given up.
    fn enter(&self) -> Option<impl Sized>;
}

/// However long it takes.
struct Waiting<L>(L);

impl<L: Lock> Wait for Waiting<L> {
    fn enter(&self) -> Option<impl Sized> {
        Some(self.0.acquire())
    }
}

/// For so long.
struct Patient<L>(L, Duration);

impl<L: TimedLock> Wait for Patient<L> {
    fn enter(&self) -> Option<impl Sized> {
        self.0.acquire_within(self.1)
    }
}

fn run_on(
    lock: &impl Wait,
    config: &Config,
    tell: impl Fn(Event) -> io::Result<()> + Sync,
) -> Result<Vec<Event>, DemoError> {
    let watch = Watch::new(config.permits);
    let (stopper, stop) = stop::signal();
    // Whoever fails takes it, which stops the others.
    let stopper = Mutex::new(Some(stopper));
    let begun = Instant::now();
    let work = |worker| {
        let mut events = Vec::new();
        let note = |deed| {
            let event = Event { worker, deed, at: begun.elapsed() };
            events.push(event);
            tell(event).map_err(DemoError::Tell)
        };
        let result = work(lock, &watch, &stop, config.hold, note);
        if result.is_err() {
            stop_all(&stopper);
        }
        result.map(|()| events)
    };
    let mut events = thread::scope(|scope| {
        let mut started = Vec::new();
        for worker in 1..=config.workers {
            let work = &work;
            match Builder::new().stack_size(STACK).spawn_scoped(scope, move || work(worker)) {
                Ok(thread) => started.push(thread),
                Err(source) => {
                    stop_all(&stopper);
                    return Err(DemoError::Start { worker, source });
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
    watch: &Watch,
    stop: &Stop,
    hold: Duration,
    mut note: impl FnMut(Deed) -> Result<(), DemoError>,
) -> Result<(), DemoError> {
    note(Deed::Wants)?;
    let Some(_held) = lock.enter() else {
        return note(Deed::GivesUp);
    };
    if stop.is_stopped() {
        return Ok(());
    }
    watch.enter()?;
    let done = note(Deed::Has)
        .and_then(|()| if stop.wait_for(hold) { Ok(()) } else { note(Deed::Releases) });
    watch.leave()?;
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Condvar;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn config(kind: Kind, workers: usize, hold: Duration) -> Config {
        Config { kind, workers, hold, permits: NonZeroUsize::MIN, patience: None }
    }

    const MS: Duration = Duration::from_millis(1);
    const LONG: Duration = Duration::from_secs(3600);

    /// What a worker did, in order.
    fn deeds(events: &[Event], worker: usize) -> Vec<Deed> {
        events.iter().filter(|event| event.worker == worker).map(|event| event.deed).collect()
    }

    #[test]
    fn every_worker_has_every_kind_of_lock_once() {
        for kind in Kind::ALL {
            let told = AtomicUsize::new(0);
            let tell = |_| {
                told.fetch_add(1, Ordering::Relaxed);
                Ok(())
            };
            let events = run(&config(kind, 8, MS), tell).unwrap();
            assert_eq!((events.len(), told.into_inner()), (24, 24));
            assert!(events.is_sorted_by_key(|event| event.at));
            for worker in 1..=8 {
                assert_eq!(deeds(&events, worker), [Deed::Wants, Deed::Has, Deed::Releases]);
            }
        }
    }

    #[test]
    fn who_has_no_patience_gives_up_while_another_holds() {
        for kind in [Kind::Channel, Kind::Semaphore, Kind::Spin, Kind::ParkingLot] {
            // The others want it only while the first has it, and it holds until they are gone.
            let gone = AtomicUsize::new(0);
            let lock = Config { patience: Some(MS), ..config(kind, 4, Duration::ZERO) };
            let events = run(&lock, |event| {
                match event.deed {
                    Deed::Has => {
                        while gone.load(Ordering::Relaxed) < 3 {
                            thread::yield_now();
                        }
                    }
                    Deed::GivesUp => {
                        gone.fetch_add(1, Ordering::Relaxed);
                    }
                    Deed::Wants | Deed::Releases => {}
                }
                Ok(())
            });
            let events = events.unwrap();
            let gave_up = |&worker: &usize| deeds(&events, worker) == [Deed::Wants, Deed::GivesUp];
            assert_eq!((1..=4).filter(gave_up).count(), 3, "{kind}: {events:?}");
        }
    }

    #[test]
    fn nobody_does_nothing() {
        assert_eq!(run(&config(Kind::Mutex, 0, LONG), |_| Ok(())).unwrap(), []);
    }

    #[test]
    fn a_listener_that_fails_ends_it_even_while_the_lock_is_held() {
        let tell = |event: Event| match event.deed {
            // By then one of them has it, or will have it and find that it is over.
            Deed::Wants if event.worker == 3 => Err(io::Error::other("enough")),
            _ => Ok(()),
        };
        let error = run(&config(Kind::Mutex, 3, LONG), tell).unwrap_err();
        assert_eq!(error.to_string(), "enough");
    }

    /// A lock that lets everybody in.
    struct Open;

    impl Lock for Open {
        fn acquire(&self) -> impl Sized {}
    }

    #[test]
    fn a_lock_that_lets_everybody_in_is_found_out() {
        let result = run_on(&Waiting(Open), &config(Kind::Mutex, 4, LONG), |_| Ok(()));
        let Err(DemoError::Broken(Fault::TooMany { holders: 2.., .. })) = result else {
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
    fn a_lock_that_is_released_twice_is_found_out() {
        let lock = Waiting(Leaky(Mutex::new(1), Condvar::new()));
        let result = run_on(&lock, &config(Kind::Mutex, 100, 10 * MS), |_| Ok(()));
        assert!(matches!(result, Err(DemoError::Broken(Fault::TooMany { .. }))), "{result:?}");
    }
}

//! What `src/sync/prim.rs` names, made of the model checker's mutex, condition variable and threads.
//!
//! The channels are as simple as possible: one lock, one condition, and every change wakes all threads.

use shuttle::rand::{Rng, thread_rng};
use shuttle::sync::{Condvar, Mutex, MutexGuard};
use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// A channel whose `send` blocks while it holds `capacity` messages. Without capacity it is no
/// rendezvous: nothing can ever be sent, which is what a lock without permits needs.
pub(crate) fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let state = State { queue: VecDeque::new(), capacity, sender: true, receivers: 1 };
    let channel = Arc::new(Channel { state: Mutex::new(state), changed: Condvar::new() });
    (Sender(Arc::clone(&channel)), Receiver(channel))
}

/// A channel whose `send` never blocks.
pub(crate) fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    bounded(usize::MAX)
}

struct Channel<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    queue: VecDeque<T>,
    capacity: usize,
    sender: bool,
    receivers: usize,
}

impl<T> Channel<T> {
    /// No panic happens in the middle of a change, so poisoning is ignored.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<T>>) -> MutexGuard<'a, State<T>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends if there is room, or returns why not.
    fn offer(&self, state: &mut State<T>, message: T) -> Result<(), Refused<T>> {
        if state.receivers == 0 {
            Err(Refused::Disconnected)
        } else if state.queue.len() == state.capacity {
            Err(Refused::Full(message))
        } else {
            state.queue.push_back(message);
            self.changed.notify_all();
            Ok(())
        }
    }
}

/// Why a message was not sent.
#[derive(Debug)]
pub(crate) enum Refused<T> {
    Full(T),
    Disconnected,
}

/// There is no message, or there will never be one.
#[derive(Debug)]
pub(crate) struct Nothing;

pub(crate) struct Sender<T>(Arc<Channel<T>>);

impl<T> Sender<T> {
    pub(crate) fn send(&self, mut message: T) -> Result<(), Refused<T>> {
        let mut state = self.0.lock();
        loop {
            match self.0.offer(&mut state, message) {
                Err(Refused::Full(returned)) => message = returned,
                result => return result,
            }
            state = self.0.wait(state);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().queue.len()
    }

    pub(crate) fn try_send(&self, message: T) -> Result<(), Refused<T>> {
        self.0.offer(&mut self.0.lock(), message)
    }
}

/// Time does not pass here: a thread that finds the channel full gives up or tries again at random.
pub(crate) fn send_within<T>(sender: &Sender<T>, mut message: T, _: Duration) -> bool {
    loop {
        match sender.try_send(message) {
            Err(Refused::Full(returned)) if thread_rng().gen_bool(0.5) => message = returned,
            result => return result.is_ok(),
        }
        shuttle::thread::yield_now();
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.lock().sender = false;
        self.0.changed.notify_all();
    }
}

pub(crate) struct Receiver<T>(Arc<Channel<T>>);

impl<T> Receiver<T> {
    pub(crate) fn recv(&self) -> Result<T, Nothing> {
        let mut state = self.0.lock();
        loop {
            if let Some(message) = state.queue.pop_front() {
                self.0.changed.notify_all();
                return Ok(message);
            }
            if !state.sender {
                return Err(Nothing);
            }
            state = self.0.wait(state);
        }
    }

    pub(crate) fn try_recv(&self) -> Result<T, Nothing> {
        let message = self.0.lock().queue.pop_front().ok_or(Nothing)?;
        self.0.changed.notify_all();
        Ok(message)
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.0.lock().receivers += 1;
        Self(Arc::clone(&self.0))
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.receivers -= 1;
        if state.receivers == 0 {
            // As crossbeam's channels do: messages that cannot be received any more are dropped
            // now. Not under the lock, because messages may contain ends of other channels.
            let unread = std::mem::take(&mut state.queue);
            drop(state);
            drop(unread);
            self.0.changed.notify_all();
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender")
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver")
    }
}

thread_local! {
    /// How many threads may still be started. The checker runs all of a test on one thread.
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Lets at most `threads` more threads start in the current test.
pub(crate) fn allow(threads: usize) {
    LEFT.set(threads);
}

pub(crate) fn start<'scope>(
    scope: thread::Scope<'scope, '_>,
    run: impl FnOnce() + Send + 'scope,
) -> bool {
    let Some(left) = LEFT.get().checked_sub(1) else { return false };
    LEFT.set(left);
    scope.spawn(run);
    true
}

pub(crate) mod thread {
    //! Scoped threads that may [`crash`].

    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    struct Crash;

    /// Panics, as far as the code under test can tell. The checker treats every other panic as a
    /// failure of the test.
    pub(crate) fn crash() -> ! {
        resume_unwind(Box::new(Crash))
    }

    /// Whether `run` ended in a [`crash`]; any other panic goes on.
    pub(crate) fn crashes(run: impl FnOnce()) -> bool {
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(()) => false,
            Err(panic) if panic.is::<Crash>() => true,
            Err(panic) => resume_unwind(panic),
        }
    }

    #[derive(Clone, Copy)]
    pub(crate) struct Scope<'scope, 'env>(&'scope shuttle::thread::Scope<'scope, 'env>);

    impl<'scope> Scope<'scope, '_> {
        pub(crate) fn spawn(self, run: impl FnOnce() + Send + 'scope) {
            self.0.spawn(|| {
                crashes(run);
            });
        }
    }

    /// As `std::thread::scope`, it waits for every thread even if `run` panics. Unlike that one,
    /// it does not pass on that a thread has crashed.
    pub(crate) fn scope<'env, T>(run: impl for<'scope> FnOnce(Scope<'scope, 'env>) -> T) -> T {
        let result = shuttle::thread::scope(|scope| {
            catch_unwind(AssertUnwindSafe(move || run(Scope(scope))))
        });
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

//! A signal that tells threads to stop (techniques 13 and 14, listings 3.9 to 3.11).
//!
//! Go closes a `done` channel, which wakes every receiver. In Rust a channel is closed by dropping all
//! of its senders. A [`Stopper`] is that sender and a [`Stop`] is a receiver. The channel carries a
//! type without values, so the only thing that can ever arrive is the close. It cannot be missed, sent
//! twice or left unread, and a thread that panics while it owns the `Stopper` stops the others.
//!
//! ```
//! use csp_toolkit::sync::stop;
//! use std::{thread, time::Duration};
//!
//! let (stopper, stop) = stop::signal();
//! let worker = thread::spawn(move || {
//!     let mut rounds = 0;
//!     while !stop.wait_for(Duration::from_millis(1)) {
//!         rounds += 1;
//!     }
//!     rounds
//! });
//! thread::sleep(Duration::from_millis(20));
//! stopper.stop();
//! assert!(worker.join().unwrap() > 0);
//! ```

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded};
use std::convert::Infallible;
use std::time::Duration;

/// Makes a connected pair: the side that stops, and the side that is stopped.
#[must_use]
pub fn signal() -> (Stopper, Stop) {
    let (sender, receiver) = bounded(0);
    (Stopper { _sender: sender }, Stop { receiver })
}

/// Stops every [`Stop`] of its pair when dropped.
#[derive(Debug)]
pub struct Stopper {
    _sender: Sender<Infallible>,
}

impl Stopper {
    /// Stops them now. The same as dropping it, but more readable.
    pub fn stop(self) {
        drop(self);
    }
}

/// Reports that its [`Stopper`] was dropped. All clones report it.
#[derive(Clone, Debug)]
pub struct Stop {
    receiver: Receiver<Infallible>,
}

impl Stop {
    /// Returns whether it is time to stop; never blocks.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.receiver.try_recv() == Err(TryRecvError::Disconnected)
    }

    /// Blocks until it is time to stop.
    pub fn wait(&self) {
        // The only message is the close.
        let _ = self.receiver.recv();
    }

    /// Blocks until it is time to stop or `time` has passed; returns whether it is time to stop.
    #[must_use]
    pub fn wait_for(&self, time: Duration) -> bool {
        self.receiver.recv_timeout(time) == Err(RecvTimeoutError::Disconnected)
    }

    /// Returns the channel itself, for `select!`: it becomes ready, with an error, when it is time to
    /// stop, and stays ready.
    #[must_use]
    pub fn channel(&self) -> &Receiver<Infallible> {
        &self.receiver
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_drop_stops_every_clone_for_good() {
        let (stopper, stop) = signal();
        let clone = stop.clone();
        assert!(!stop.is_stopped() && !clone.is_stopped());
        drop(stopper);
        for stop in [stop, clone] {
            assert!(stop.is_stopped() && stop.is_stopped());
            stop.wait();
        }
    }

    #[test]
    fn waiting_ends_early_when_stopped() {
        let (stopper, stop) = signal();
        assert!(!stop.wait_for(Duration::from_millis(5)));
        let waiter = thread::spawn(move || stop.wait_for(Duration::from_secs(60)));
        stopper.stop();
        assert!(waiter.join().unwrap());
    }

    #[test]
    fn a_panic_stops_too() {
        let (stopper, stop) = signal();
        let panicked = thread::spawn(move || {
            let _stopper = stopper;
            panic!("with the stopper in hand");
        });
        stop.wait();
        assert!(panicked.join().is_err());
    }
}

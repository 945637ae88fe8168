use crossbeam_channel::{Receiver, SendTimeoutError, Sender, bounded};
use std::time::Duration;

/// Lets two workers in at a time.
struct Two {
    lock: Sender<()>,
    unlock: Receiver<()>,
}

/// One of the two places. It is free again when this is dropped.
struct Place<'a>(&'a Two);

impl Two {
    fn new() -> Self {
        let (lock, unlock) = bounded(2);
        Self { lock, unlock }
    }

    /// Waits for a place, 100 ms at most.
    fn enter(&self) -> Option<Place<'_>> {
        match self.lock.send_timeout((), Duration::from_millis(100)) {
            Ok(()) => Some(Place(self)),
            Err(SendTimeoutError::Timeout(())) => None,
            Err(SendTimeoutError::Disconnected(())) => unreachable!("this has the other end"),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.unlock.recv().expect("this has the other end");
    }
}

#[test]
fn two_are_in_at_a_time_and_a_third_gives_up() {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::thread;

    let two = &Two::new();
    let (inside, most) = (&AtomicUsize::new(0), &AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(move || {
                for _ in 0..20 {
                    // On a busy machine it may have to wait for longer than 100 ms.
                    let Some(place) = two.enter() else { continue };
                    most.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
                    thread::yield_now();
                    inside.fetch_sub(1, SeqCst);
                    drop(place);
                }
            });
        }
    });
    assert!((1..=2).contains(&most.load(SeqCst)));

    let places = (two.enter().unwrap(), two.enter().unwrap());
    assert!(two.enter().is_none());
    drop(places);
    assert!(two.enter().is_some());
}

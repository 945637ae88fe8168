use crossbeam_channel::{Receiver, Sender, bounded, select};
use std::thread;

/// Sends numbers until `stop` is closed; returns how many.
fn send(numbers: &Sender<u64>, stop: &Receiver<()>) -> u64 {
    let mut sent = 0;
    loop {
        select! {
            // Nothing is ever sent on it, so this is ready when it is closed.
            recv(stop) -> _ => return sent,
            send(numbers, sent) -> result => match result {
                Ok(()) => sent += 1,
                Err(_) => return sent,
            },
        }
    }
}

/// Runs two senders, and stops them when `enough` numbers have arrived. Returns how many were sent and
/// how many were received.
fn run(enough: u64) -> (u64, u64) {
    let (numbers, received) = bounded(10);
    let (stopper, stop) = bounded(0);
    let mut senders = Vec::new();
    for _ in 0..2 {
        let (numbers, stop) = (numbers.clone(), stop.clone());
        senders.push(thread::spawn(move || send(&numbers, &stop)));
    }
    // Only the two threads have senders now, so the channel is closed when both have ended.
    drop(numbers);
    let mut stopper = Some(stopper);
    let mut count = 0;
    for _ in received {
        count += 1;
        if count == enough {
            // To drop it is the signal. What is still in the channel is received after it.
            stopper = None;
        }
    }
    drop(stopper);
    let sent = senders.into_iter().map(|sender| sender.join().expect("send does not panic"));
    (sent.sum(), count)
}

#[test]
fn both_are_stopped_and_no_message_is_lost() {
    for enough in [1, 2, 1000] {
        let (sent, received) = run(enough);
        assert_eq!(sent, received);
        assert!(received >= enough);
    }
}

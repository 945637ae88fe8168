use crossbeam_channel::{Receiver, Sender, never, select};

/// Passes on each line from either channel, until both are closed or nobody receives any more.
fn merge(mut left: Receiver<String>, mut right: Receiver<String>, out: &Sender<String>) {
    let mut open = 2;
    while open > 0 {
        let line = select! {
            recv(left) -> line => {
                // A closed channel is always ready. One that never is takes its place.
                if line.is_err() { left = never() }
                line
            }
            recv(right) -> line => {
                if line.is_err() { right = never() }
                line
            }
        };
        let Ok(line) = line else {
            open -= 1;
            continue;
        };
        if out.send(line).is_err() {
            return;
        }
    }
}

#[test]
fn lines_of_both_are_passed_on_until_both_are_closed() {
    use crossbeam_channel::{bounded, unbounded};
    use std::thread;

    let ((a, left), (b, right), (out, merged)) = (bounded(0), bounded(0), unbounded());
    let merging = thread::spawn(move || merge(left, right, &out));
    for (sender, line) in [(&a, "1"), (&b, "2"), (&b, "3"), (&a, "4")] {
        sender.send(line.to_owned()).unwrap();
    }
    drop(a);
    b.send("5".to_owned()).unwrap();
    drop(b);
    merging.join().unwrap();
    assert_eq!(merged.iter().collect::<Vec<_>>(), ["1", "2", "3", "4", "5"]);
}

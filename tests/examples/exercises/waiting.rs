use crossbeam_channel::unbounded;
use std::thread;

/// Calls `work` with each of the names, on four threads. Returns how many of the calls succeeded.
fn share<E>(names: Vec<String>, work: impl Fn(&str) -> Result<(), E> + Sync) -> usize {
    let (sender, receiver) = unbounded();
    for name in names {
        sender.send(name).expect("the receiver is still here");
    }
    // Without this, the threads would wait for more names forever.
    drop(sender);
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for _ in 0..4 {
            threads.push(scope.spawn(|| receiver.iter().filter(|name| work(name).is_ok()).count()));
        }
        threads.into_iter().map(|thread| thread.join().expect("the work does not panic")).sum()
    })
}

#[test]
fn a_thousand_names_are_shared_by_four_threads() {
    use std::collections::HashSet;
    use std::sync::Mutex;

    let (seen, threads) = (Mutex::new(Vec::new()), Mutex::new(HashSet::new()));
    let names: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
    let succeeded = share(names.clone(), |name| {
        seen.lock().unwrap().push(name.to_owned());
        threads.lock().unwrap().insert(thread::current().id());
        if name.ends_with('7') { Err(()) } else { Ok(()) }
    });
    assert_eq!(succeeded, 900);
    assert!(threads.into_inner().unwrap().len() <= 4);
    let mut seen = seen.into_inner().unwrap();
    seen.sort_by_key(|name| name.parse::<u32>().unwrap());
    assert_eq!(seen, names);
}

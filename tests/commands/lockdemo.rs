//! `lockdemo`: six workers and a lock made of a channel (listing 3.12).

use crate::support::{Ran, Running, command, run};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

fn lockdemo(options: &str) -> Ran {
    run(&mut command("lockdemo", options), b"")
}

/// Fails unless every worker wants, has and releases the lock, each in a line of its own, in that
/// order. Returns the most that had it at once.
fn most_holders(ran: &Ran, workers: usize) -> usize {
    ran.assert_fine();
    let mut lines: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    let (mut holders, mut most) = (0, 0);
    for line in ran.text().lines() {
        let (worker, what) = line.split_once(' ').unwrap();
        lines.entry(worker.parse().unwrap()).or_default().push(what);
        match what {
            "has the lock" => holders += 1,
            "is releasing the lock" => holders -= 1,
            _ => {}
        }
        most = most.max(holders);
    }
    assert!(lines.keys().copied().eq(1..=workers));
    for (worker, said) in lines {
        let expected = ["wants the lock", "has the lock", "is releasing the lock"];
        assert_eq!(said, expected, "worker {worker}");
    }
    most
}

#[test]
fn six_workers_have_the_lock_for_half_a_second_each_one_after_the_other() {
    let ran = lockdemo("");
    assert_eq!(ran.text().lines().count(), 18);
    assert_eq!(most_holders(&ran, 6), 1);
    assert!(ran.took >= Duration::from_secs(3), "{:?}", ran.took);
}

#[test]
fn as_many_as_there_are_permits_have_it_at_once() {
    for permits in [2, 3] {
        let ran = lockdemo(&format!("--permits {permits} --hold 200ms"));
        assert_eq!(most_holders(&ran, 6), permits);
    }
}

#[test]
fn many_workers_that_hold_it_for_no_time_still_take_turns() {
    assert_eq!(most_holders(&lockdemo("--workers 200 --hold 0"), 200), 1);
}

#[test]
fn no_workers_say_nothing() {
    let ran = lockdemo("--workers 0");
    ran.assert_fine();
    assert_eq!(ran.text(), "");
}

#[test]
fn what_makes_no_sense_is_refused() {
    for options in ["--permits 0", "--workers -1", "--hold never", "--hold soon"] {
        let ran = lockdemo(options);
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{options}");
    }
}

#[test]
fn a_closed_output_ends_it_quietly() {
    let (running, _stdin, stdout) = Running::piped(&mut command("lockdemo", "--hold 100ms"));
    BufReader::new(stdout).lines().next().unwrap().unwrap();
    let ran = running.finish(b"");
    assert_eq!((ran.signal, &*ran.err), (Some(Signal::PIPE.as_raw()), ""));
}

#[test]
fn a_full_disk_is_told_in_one_line() {
    let full = File::create("/dev/full").unwrap();
    let mut lockdemo = command("lockdemo", "--hold 0");
    let ran = Running::start(lockdemo.stdin(Stdio::null()).stdout(full)).finish(b"");
    ran.assert_one_complaint("lockdemo: standard output: No space left on device\n");
}

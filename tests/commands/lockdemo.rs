//! `lockdemo`: six workers and a lock made of a channel (listing 3.12).

use crate::harness::{Dir, Ran, Running, command, run, shell, terminal};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

fn lockdemo(options: &str) -> Ran {
    run(&mut command("lockdemo", options), b"")
}

/// Fails unless the only message is a usage error with this reason, and the hint.
#[track_caller]
fn assert_usage_error(ran: &Ran, reason: &str) {
    let (error, hint) = ran.err.split_once('\n').unwrap();
    assert!(error.starts_with("lockdemo: ") && error.contains(reason), "{}", ran.err);
    assert_eq!(hint, "Try 'lockdemo --help' for more information.\n");
}

/// Fails unless every worker wants, has and releases the lock, each in a line of its own, in that
/// order. Returns the highest number of holders at once.
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
fn six_workers_hold_the_lock_for_half_a_second_each_one_after_the_other() {
    let ran = lockdemo("");
    assert_eq!(ran.text().lines().count(), 18);
    assert_eq!(most_holders(&ran, 6), 1);
    assert!(ran.took >= Duration::from_secs(3), "{:?}", ran.took);
}

/// Fails unless so many of six workers have it at once, and never more. A busy machine may start
/// the workers so late that one has released it before another one comes, so they hold it longer
/// then.
#[track_caller]
fn assert_most_holders(options: &str, expected: usize) {
    let holds = ["200ms", "2s", "20s"].into_iter();
    let mut most =
        holds.map(|hold| most_holders(&lockdemo(&format!("{options} --hold {hold}")), 6));
    assert_eq!(most.find(|&most| most >= expected), Some(expected), "{options}");
}

#[test]
fn as_many_workers_as_permits_hold_it_at_once() {
    for permits in [2, 3] {
        assert_most_holders(&format!("--permits {permits}"), permits);
    }
}

#[test]
fn any_number_of_permits_is_supported() {
    for kind in ["channel", "semaphore"] {
        assert_most_holders(&format!("--lock {kind} --permits {}", usize::MAX), 6);
    }
}

#[test]
fn many_workers_that_hold_it_for_no_time_still_take_turns() {
    assert_eq!(most_holders(&lockdemo("--workers 200 --hold 0"), 200), 1);
}

#[test]
fn invalid_numbers_and_durations_are_usage_errors() {
    for (options, reason) in [
        ("--permits 0", "must be at least 1"),
        ("--workers 0", "must be at least 1"),
        ("--workers=-1", "must not be negative"),
        ("--workers 10001", "must be at most 10000"),
        ("--workers x", "not a number"),
        ("--bench=9ms", "must be at least 10ms"),
        ("--bench 1s", "write --bench=1s"),
        ("--hold never", ""),
        ("--hold soon", ""),
        ("--lock none", "possible values: channel, mutex, rwlock, semaphore, spin, parking-lot"),
        ("--bench --hold 1", ""),
    ] {
        let ran = lockdemo(options);
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{options}");
        assert_usage_error(&ran, reason);
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
fn a_full_disk_is_reported_in_one_line() {
    let full = File::create("/dev/full").unwrap();
    let mut lockdemo = command("lockdemo", "--hold 0");
    let ran = Running::start(lockdemo.stdin(Stdio::null()).stdout(full)).finish(b"");
    ran.assert_one_complaint("lockdemo: standard output: No space left on device\n");
}

const KINDS: [&str; 6] = ["channel", "mutex", "rwlock", "semaphore", "spin", "parking-lot"];

#[test]
fn every_kind_of_lock_lets_in_one_after_the_other() {
    for kind in KINDS {
        let ran = lockdemo(&format!("--lock {kind} --workers 20 --hold 2ms"));
        assert_eq!(most_holders(&ran, 20), 1, "{kind}");
    }
    assert_most_holders("--lock semaphore --permits 3", 3);
}

#[test]
fn options_that_cannot_be_combined_are_usage_errors() {
    for (options, reason) in [
        ("--lock mutex --permits 2", "--permits 2 is not supported with --lock mutex"),
        ("--lock spin --permits 2", "--permits 2 is not supported with --lock spin"),
        ("--lock mutex --timeout 1s", "--timeout is not supported with --lock mutex"),
        ("--lock rwlock --timeout 1s", "--timeout is not supported with --lock rwlock"),
        ("--timeline --json -", "--timeline cannot be combined with"),
        ("--timeline --svg /dev/stdout", "--timeline cannot be combined with"),
        ("--svg - --json -", "--svg and --json cannot write to the same file"),
    ] {
        let ran = lockdemo(options);
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{options}");
        assert_usage_error(&ran, reason);
    }
}

#[test]
fn a_worker_that_gives_up_never_holds_the_lock() {
    for kind in ["channel", "semaphore", "spin", "parking-lot"] {
        // The first holds it for much longer than the others wait. The option's old name works too.
        let option = if kind == "channel" { "--patience" } else { "--timeout" };
        let ran = lockdemo(&format!("--lock {kind} --hold 2s {option} 10ms --workers 3"));
        ran.assert_fine();
        assert_eq!(ran.text().matches("gives up on the lock\n").count(), 2, "{}", ran.text());
        assert_eq!(ran.text().matches("has the lock\n").count(), 1, "{}", ran.text());
        assert_eq!(ran.text().lines().count(), 7);
    }
}

#[test]
fn events_are_written_as_data_in_the_order_of_time() {
    let dir = Dir::new();
    let ran = dir.run("lockdemo --workers 9 --permits 2 --hold 5ms --json events --svg picture");
    most_holders(&ran, 9);
    let events = String::from_utf8(dir.read("events")).unwrap();
    let (mut said, mut now, mut holders) = (BTreeMap::<u64, Vec<String>>::new(), 0, 0);
    for line in events.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let at = event["nanoseconds"].as_u64().unwrap();
        assert!(at >= now, "{events}");
        now = at;
        let what = event["event"].as_str().unwrap();
        holders += match what {
            "has" => 1,
            "releases" => -1,
            _ => 0,
        };
        assert!((0..=2).contains(&holders), "{events}");
        said.entry(event["worker"].as_u64().unwrap()).or_default().push(what.to_owned());
    }
    assert!(said.keys().copied().eq(1..=9));
    assert!(said.values().all(|said| said[..] == ["wants", "has", "releases"]), "{events}");
    let picture = String::from_utf8(dir.read("picture")).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("9 holds for"), "{picture}");
    assert_eq!(dir.list(), "events picture");
}

#[test]
fn with_json_to_standard_output_only_data_is_written_there() {
    let ran = lockdemo("--hold 0 --json -");
    ran.assert_fine();
    assert_eq!(ran.text().lines().filter(|line| line.starts_with("{\"worker\":")).count(), 18);
    assert_eq!(ran.text().lines().count(), 18);
}

#[test]
fn a_file_that_cannot_be_written_is_reported_before_the_run() {
    let ran = lockdemo("--hold 1h --svg /nowhere/to/be/found");
    ran.assert_one_complaint("lockdemo: /nowhere/to/be/found: No such file or directory\n");
    assert_eq!(ran.text(), "");
}

#[test]
fn the_timeline_has_a_row_for_each_worker_as_wide_as_80_columns() {
    let mut command = command("lockdemo", "--workers 3 --hold 30ms --timeline");
    let ran = run(command.env("LC_ALL", "C.UTF-8"), b"");
    ran.assert_fine();
    let drawn: Vec<_> = ran.text().lines().skip(9).collect();
    assert_eq!((drawn.len(), drawn[0]), (6, ""), "{}", ran.text());
    for (row, worker) in drawn[1..4].iter().zip(1..) {
        assert!(row.starts_with(&format!("{worker} ")) && row.ends_with('█'), "{row}");
    }
    assert_eq!(drawn.iter().map(|row| row.chars().count()).max(), Some(80));
    assert_eq!(drawn[5], "  · waits   █ holds   × gives up");
}

#[test]
fn a_terminal_is_filled_and_has_colour_unless_turned_off() {
    for (setting, coloured) in [("TERM=xterm", true), ("NO_COLOR=1", false), ("TERM=dumb", false)] {
        let script = format!(
            "stty cols 60; unset NO_COLOR; export TERM=xterm {setting}; lockdemo --hold 20ms --timeline"
        );
        let mut session = terminal(shell(&script));
        // A character for each byte.
        let bytes = session.exp_eof().unwrap();
        let bytes = bytes.chars().map(|c| u8::try_from(c).unwrap()).collect();
        let shown = String::from_utf8(bytes).unwrap();
        assert_eq!(shown.contains("\x1b["), coloured, "{setting}: {shown}");
        let plain = ["\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"];
        let plain = plain.iter().fold(shown, |shown, code| shown.replace(code, ""));
        assert_eq!(plain.lines().map(|line| line.chars().count()).max(), Some(60), "{plain}");
    }
}

#[test]
fn ten_thousand_workers_run_or_the_one_that_cannot_start_is_named() {
    let dir = Dir::new();
    let ran = dir.run("lockdemo --workers 10000 --hold 0 --timeline --svg picture");
    if ran.code == Some(1) {
        ran.assert_one_complaint("lockdemo: cannot start worker ");
        return assert_eq!(dir.list(), "");
    }
    ran.assert_fine();
    assert_eq!(ran.text().matches(" has the lock\n").count(), 10_000);
    assert!(ran.text().ends_with("   and 9936 more workers, not shown\n"));
    assert!(dir.read("picture").len() < 100_000);
}

#[test]
fn a_worker_that_cannot_start_ends_the_others_at_once() {
    // Root can start any number, so another user runs it, who may not be able to reach the command.
    let other = "setpriv --reuid=54321 --regid=54321 --clear-groups";
    let script = format!(
        "become=; if [ $(id -u) = 0 ]; then become='{other}'; $become lockdemo --version || exit 77; fi
        exec prlimit --nproc=20 $become lockdemo --workers 5000 --hold 1h"
    );
    let ran = run(&mut shell(&script), b"");
    if ran.code != Some(77) {
        ran.assert_one_complaint("lockdemo: cannot start worker ");
    }
}

#[test]
fn a_signal_ends_a_long_hold_and_leaves_no_file() {
    let dir = Dir::new();
    let mut lockdemo = dir.command("lockdemo", "--hold 1h --json events --svg picture");
    let (running, _stdin, stdout) = Running::piped(&mut lockdemo);
    let mut lines = BufReader::new(stdout).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.ends_with(" has the lock")));
    running.signal(Signal::INT);
    assert_eq!(running.finish(b"").signal, Some(Signal::INT.as_raw()));
    assert_eq!(dir.list(), "");
}

/// Fails unless it succeeded, with no message but that the machine is busy, if it is.
#[track_caller]
fn assert_fine_or_busy(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let busy = ran.err.starts_with("lockdemo: this machine is busy (");
    assert!(ran.err.is_empty() || busy && ran.err.lines().count() == 1, "{}", ran.err);
}

#[test]
fn the_comparison_has_a_row_for_every_lock_and_number_of_threads() {
    let dir = Dir::new();
    let ran = dir.run("lockdemo --bench=10ms --svg picture --json data");
    assert_fine_or_busy(&ran);
    for kind in KINDS {
        let named = |line: &&str| line.split_whitespace().any(|word| word == kind);
        assert_eq!(ran.text().lines().filter(named).count(), 8, "{kind}: {}", ran.text());
    }
    assert!(ran.text().lines().all(|line| line.chars().count() <= 80), "{}", ran.text());
    let data = String::from_utf8(dir.read("data")).unwrap();
    assert_eq!(data.lines().count(), 48);
    for line in data.lines() {
        let cell: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(cell["least"].as_u64() <= cell["most"].as_u64(), "{line}");
        assert!(cell["nanoseconds"].as_u64() >= Some(10_000_000), "{line}");
    }
    assert!(dir.read("picture").starts_with(b"<svg"));
    let one = lockdemo("--bench=10ms --lock mutex");
    assert_fine_or_busy(&one);
    assert_eq!(one.text().matches(" mutex ").count(), 8, "{}", one.text());
}

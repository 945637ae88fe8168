//! What happens at a real terminal.

use crate::harness::{Dir, terminal};
use rexpect::process::WaitStatus;
use rexpect::session::PtySession;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

fn at_terminal(dir: &Dir, line: &str) -> PtySession {
    let mut shell = dir.as_gzip(&format!("exec {line}"));
    shell.stdin(Stdio::inherit()).env("TERM", "xterm");
    terminal(shell)
}

fn code(session: &mut PtySession) -> i32 {
    match session.process_mut().wait().unwrap() {
        WaitStatus::Exited(_, code) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_overwriting_is_asked_about() {
    let dir = Dir::with("seq 9 > a; cp a b; echo old > a.gz; cp a.gz b.gz");
    let mut session = at_terminal(&dir, "pgz a b");
    session.exp_string("pgz: a.gz already exists; overwrite (y/n)? ").unwrap();
    session.send_line("n").unwrap();
    session.exp_string("not overwritten").unwrap();
    session.exp_string("pgz: b.gz already exists; overwrite (y/n)? ").unwrap();
    session.send_line("y").unwrap();
    session.exp_string("Compressed 1 file").unwrap();
    assert_eq!(code(&mut session), 2);
    dir.run("echo old | cmp - a.gz; zcat b.gz | cmp - b").silent();
}

#[test]
fn gzip_asks_in_its_own_words() {
    let dir = Dir::with("seq 9 > a; echo old > a.gz");
    let mut session = at_terminal(&dir, "gzip a");
    session.exp_string("gzip: a.gz already exists; do you wish to overwrite (y or n)? ").unwrap();
    session.send_line("yes").unwrap();
    assert_eq!(code(&mut session), 0);
    assert_eq!(dir.list(), "a.gz");
    dir.run("gzip -t a.gz").silent();
}

#[test]
fn compressed_data_goes_to_no_terminal_and_comes_from_none() {
    let dir = Dir::with("seq 9 > a");
    for (line, words) in [
        ("gzip", "gzip: compressed data not written to a terminal"),
        ("gzip -d", "gzip: compressed data not read from a terminal"),
        ("pgz -c a", "pgz: compressed data not written to a terminal"),
    ] {
        let mut session = at_terminal(&dir, line);
        session.exp_string(words).unwrap();
        assert_eq!(code(&mut session), 1, "{line}");
    }
}

#[test]
fn progress_is_shown_at_a_terminal_when_it_takes_a_second_and_is_wiped() {
    let dir = Dir::with("seq 9 > a");
    // The input ends when the line has been seen, however long that takes.
    let mut session = at_terminal(&dir, "sh -c '(cat a; read _) | pgz > b; echo done'");
    session.exp_string("B/s").unwrap();
    session.send_line("").unwrap();
    session.exp_string("\r\u{1b}[Kdone").unwrap();
    assert_eq!(code(&mut session), 0);
}

/// Long enough for a line of progress to come.
const A_WHILE: Duration = Duration::from_millis(1600);

#[test]
fn a_question_stands_until_it_is_answered() {
    let dir = Dir::with("seq 9 > a; echo old > a.gz");
    for options in ["", "--progress always "] {
        let mut session = at_terminal(&dir, &format!("pgz {options}a"));
        session.exp_string("pgz: a.gz already exists; overwrite (y/n)? ").unwrap();
        sleep(A_WHILE);
        session.send_line("n").unwrap();
        let before = session.exp_string("not overwritten").unwrap();
        assert!(!before.contains("B/s") && !before.contains(" B"), "{before:?}");
        assert_eq!(code(&mut session), 2);
    }
}

#[test]
fn progress_is_not_shown_where_it_would_be_in_the_way() {
    let dir = Dir::with("seq 9 > a");
    for line in [
        // Another job has the terminal, which may or may not let this one write.
        "set -m; (cat a; sleep 2) | pgz > b & wait; echo done",
        "stty tostop; set -m; (cat a; sleep 2) | pgz > b & wait; echo done",
        // The terminal does not say that it can be drawn on.
        "(cat a; sleep 2) | TERM=dumb pgz > b; echo done",
        "(cat a; sleep 2) | TERM= pgz > b; echo done",
        "(cat a; sleep 2) | env -u TERM pgz > b; echo done",
        // The output is on it.
        "gzip < a > c; (cat c; sleep 2) | pgz -d; echo done",
    ] {
        let mut session = at_terminal(&dir, &format!("sh -c '{line}'"));
        let shown = session.exp_string("done").unwrap();
        assert!(!shown.contains("B/s"), "{line}: {shown:?}");
        assert_eq!(code(&mut session), 0, "{line}");
    }
}

#[test]
fn progress_does_not_wipe_what_is_being_typed() {
    let dir = Dir::new();
    let mut session = at_terminal(&dir, "sh -c 'pgz > b; echo done'");
    session.send("typed").unwrap();
    session.flush().unwrap();
    sleep(A_WHILE);
    session.send_line("").unwrap();
    session.send_control('d').unwrap();
    let shown = session.exp_string("done").unwrap();
    assert!(!shown.contains("B/s"), "{shown:?}");
    dir.run("test $(zcat b) = typed").silent();
}

#[test]
fn progress_is_no_wider_than_the_terminal() {
    let dir = Dir::with("seq 9 > a; seq 2000000 > large");
    for (columns, line, word) in [
        (9, "(cat a; read _) | pgz --progress always > b", "B"),
        // The remaining time is shown rather than the sizes.
        (40, "pgz --progress always --ultra -p 1 large", " s left"),
    ] {
        let line = format!("stty cols {columns}; {line}; echo done");
        let mut session = at_terminal(&dir, &format!("sh -c '{line}'"));
        // The input ends when the line has been seen, however long that takes.
        let mut shown = session.exp_string(word).unwrap() + word;
        session.send_line("").unwrap();
        shown += &session.exp_string("done").unwrap();
        let (progress, _) = shown.rsplit_once("\u{1b}[K").unwrap();
        let lines: Vec<_> = progress.split("\u{1b}[K").map(str::trim_start).collect();
        assert!(lines.iter().all(|line| line.len() < columns), "{shown:?}");
    }
}

#[test]
fn waiting_for_typed_input_is_said_unless_it_was_asked_for_or_gzip_waits() {
    let dir = Dir::new();
    let waiting = "pgz: reading standard input; end it with Ctrl-D (-h for help)";
    for (line, says) in [
        ("pgz > b", true),
        ("pgz -o b", true),
        ("pgz - > b", false),
        ("pgz -q > b", false),
        ("gzip > b", false),
        ("pgz > b 2> err; cat err", false),
    ] {
        let mut session = at_terminal(&dir, &format!("sh -c '{line}; echo done'"));
        if says {
            session.exp_string(waiting).unwrap();
        }
        session.send_line("typed").unwrap();
        session.send_control('d').unwrap();
        let shown = session.exp_string("done").unwrap();
        assert!(!shown.contains("reading"), "{line}: {shown:?}");
        dir.run("test $(zcat b) = typed && rm b").silent();
    }
}

#[test]
fn the_summary_has_sizes_and_time_only_at_a_terminal() {
    let dir = Dir::with("seq 1000 > a; seq 2000 > b");
    let mut session = at_terminal(&dir, "pgz a b");
    session.exp_string("Compressed 2 files, 12.7 kB to ").unwrap();
    session.exp_string("% saved) in ").unwrap();
    assert_eq!(code(&mut session), 0);
    let mut session = at_terminal(&dir, "pgz -df a.gz");
    session.exp_string(" to 3.89 kB in ").unwrap();
    assert_eq!(code(&mut session), 0);
    let mut session = at_terminal(&dir, "sh -c 'pgz -f a b | cat; gzip -f a'");
    assert_eq!(session.exp_eof().unwrap(), "Compressed 2 files\r\n");
}

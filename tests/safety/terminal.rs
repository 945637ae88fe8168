//! What happens at a real terminal.

use crate::support::{Dir, Tools};
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use std::process::Stdio;

fn at_terminal(dir: &Dir, line: &str) -> PtySession {
    let mut shell = dir.shell(Tools::Ours, &format!("exec {line}"));
    shell.stdin(Stdio::inherit());
    spawn_command(shell, Some(20_000)).unwrap()
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
    let mut session = at_terminal(&dir, "sh -c '(cat a; sleep 2) | pgz > b; echo done'");
    session.exp_string("B/s").unwrap();
    session.exp_string("\r\u{1b}[Kdone").unwrap();
    assert_eq!(code(&mut session), 0);
}

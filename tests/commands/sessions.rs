//! Every session in the README and in the pages of `docs`, run as it is written there.

use crate::harness::{self, Dir, Ran};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// The commands of a session, each with the lines that it shows.
type Session = Vec<(String, String)>;

/// The blocks of the page that are marked as `console`.
fn sessions(page: &str) -> Vec<Session> {
    let page = fs::read_to_string(page).unwrap();
    let blocks = page.split("```console\n").skip(1);
    blocks.map(|block| session(block.split("```").next().unwrap())).collect()
}

fn session(block: &str) -> Session {
    let mut session = Session::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), session.last_mut()) {
            (Some(command), _) => session.push((command.to_owned(), String::new())),
            (None, Some((_, shown))) => shown.extend([line, "\n"]),
            (None, None) => panic!("a session begins with a command, not with {line:?}"),
        }
    }
    session
}

/// A fresh directory with the sample texts in it.
fn texts() -> Dir {
    let dir = Dir::new();
    for entry in fs::read_dir("examples/data").unwrap() {
        let text = entry.unwrap().path();
        fs::copy(&text, dir.path(text.file_name().unwrap())).unwrap();
    }
    dir
}

/// For `ssh`: each host is a directory of that name, if there is one, and its own machine. As sshd
/// does, it sets `SHELL`: without that, parallel's part on a host runs nothing and reports success.
const SSH: &str = r#"#!/bin/sh
while getopts 'Co:l:p:' _; do :; done
shift $((OPTIND - 1))
host=$1 && shift
[ "$1" = -- ] && shift
if [ -d "$host" ]; then cd "$host"; fi
export SHELL=/bin/sh
exec "$SHELL" -c "$*"
"#;

/// A fresh directory with a text, two hosts that have a text each, and the way to reach them.
fn hosts() -> Dir {
    let dir = texts();
    let texts = ["gettysburg.txt", "tale_of_two_cities.txt"].map(|text| dir.read(text));
    dir.write("huge.txt", &texts.concat());
    for (host, text) in ["one", "two"].into_iter().zip(texts) {
        fs::create_dir_all(dir.path(format!("{host}/texts"))).unwrap();
        dir.write(format!("{host}/texts/some.txt"), &text);
    }
    fs::create_dir(dir.path("bin")).unwrap();
    dir.write("bin/ssh", SSH.as_bytes());
    fs::set_permissions(dir.path("bin/ssh"), fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

/// Runs it in the directory, which is its home too. The programs in `bin` there come first on the
/// `PATH`, then those under test.
fn run(command: &str, dir: &Dir) -> Ran {
    let mut shell = dir.shell(&format!("PATH=$PWD/bin:$PATH\nexec 2>&1\n{command}"));
    // What is drawn there is not in ASCII.
    shell
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", dir.root())
        .env("TMPDIR", dir.root())
        .env_remove("SHELL");
    harness::run(&mut shell, b"")
}

fn assert_shown(session: &Session, dir: &Dir) {
    for (command, shown) in session {
        assert_eq!(run(command, dir).text(), *shown, "{command}");
    }
}

#[test]
fn every_session_of_the_readme_shows_what_it_says() {
    let sessions = sessions("README.md");
    assert!(sessions.len() >= 4, "a session for each command");
    for session in sessions {
        assert_shown(&session, &texts());
    }
}

#[test]
fn every_session_of_a_command_shows_what_it_says() {
    let pages =
        [("docs/pgz.md", 3), ("docs/wc-race.md", 8), ("docs/words.md", 5), ("docs/lab.md", 1)];
    for (page, least) in pages {
        let sessions = sessions(page);
        assert!(sessions.len() >= least, "{page}");
        for session in sessions {
            assert_shown(&session, &texts());
        }
    }
}

#[test]
fn every_session_with_many_hosts_shows_what_it_says() {
    if run("parallel --version", &texts()).code != Some(0) {
        eprintln!("skipped: there is no GNU parallel");
        return;
    }
    let sessions = sessions("docs/scale-out.md");
    assert!(sessions.len() >= 2, "one with a text for all hosts, and one with a text for each");
    for session in sessions {
        assert_shown(&session, &hosts());
    }
}

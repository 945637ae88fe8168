//! Every session in the README and in `docs/scale-out.md`, run as it is written there.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

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
fn texts() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for entry in fs::read_dir("examples/data").unwrap() {
        let text: PathBuf = entry.unwrap().path();
        fs::copy(&text, directory.path().join(text.file_name().unwrap())).unwrap();
    }
    directory
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
fn hosts() -> TempDir {
    let directory = texts();
    let at = |name: &str| directory.path().join(name);
    let texts =
        ["gettysburg.txt", "tale_of_two_cities.txt"].map(|text| fs::read(at(text)).unwrap());
    fs::write(at("huge.txt"), texts.concat()).unwrap();
    for (host, text) in ["one", "two"].into_iter().zip(texts) {
        fs::create_dir_all(at(host).join("texts")).unwrap();
        fs::write(at(host).join("texts/some.txt"), text).unwrap();
    }
    fs::create_dir(at("bin")).unwrap();
    fs::write(at("bin/ssh"), SSH).unwrap();
    fs::set_permissions(at("bin/ssh"), fs::Permissions::from_mode(0o755)).unwrap();
    directory
}

/// Runs it in the directory, which is its home too. The programs there come first on the `PATH`,
/// then those under test.
fn run(command: &str, directory: &TempDir) -> Output {
    let built = Path::new(env!("CARGO_BIN_EXE_pgz")).parent().unwrap();
    let first = [directory.path().join("bin"), built.to_owned()];
    let path = env::var_os("PATH").unwrap_or_default();
    let path: OsString = env::join_paths(first.into_iter().chain(env::split_paths(&path))).unwrap();
    Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(directory.path())
        .env("PATH", path)
        .env("HOME", directory.path())
        .env_remove("SHELL")
        .env("TMPDIR", directory.path())
        .output()
        .unwrap()
}

fn assert_shown(session: &Session, directory: &TempDir) {
    for (command, shown) in session {
        let output = run(command, directory);
        assert_eq!(String::from_utf8_lossy(&output.stdout), *shown, "{command}");
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
fn every_session_with_many_hosts_shows_what_it_says() {
    if !run("parallel --version", &texts()).status.success() {
        eprintln!("skipped: there is no GNU parallel");
        return;
    }
    let sessions = sessions("docs/scale-out.md");
    assert!(sessions.len() >= 2, "one with a text for all hosts, and one with a text for each");
    for session in sessions {
        assert_shown(&session, &hosts());
    }
}

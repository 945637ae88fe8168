//! Every session in the README, run as it is written there.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The commands of a session, each with the lines that it shows.
type Session = Vec<(String, String)>;

/// The blocks of the README that are marked as `console`.
fn sessions() -> Vec<Session> {
    let readme = fs::read_to_string("README.md").unwrap();
    let blocks = readme.split("```console\n").skip(1);
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

/// The commands under test come first on the `PATH`.
fn path() -> OsString {
    let built = Path::new(env!("CARGO_BIN_EXE_pgz")).parent().unwrap().to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(std::iter::once(built).chain(env::split_paths(&path))).unwrap()
}

/// A fresh directory with the sample texts in it.
fn texts() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for entry in fs::read_dir("examples/data").unwrap() {
        let text: PathBuf = entry.unwrap().path();
        fs::copy(&text, directory.path().join(text.file_name().unwrap())).unwrap();
    }
    directory
}

#[test]
fn every_session_shows_what_it_says() {
    let sessions = sessions();
    assert!(sessions.len() >= 4, "a session for each command");
    for session in sessions {
        let directory = texts();
        for (command, shown) in session {
            let output = Command::new("sh")
                .args(["-c", &format!("exec 2>&1\n{command}")])
                .current_dir(directory.path())
                .env("PATH", path())
                .output()
                .unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), shown, "{command}");
        }
    }
}

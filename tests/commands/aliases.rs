//! The other names, and what every command answers.

use crate::support::{Dir, command, run};

const COMMANDS: [&str; 6] = ["echoback", "pgz", "parallel-gz", "wc-race", "wordcount", "lockdemo"];

#[test]
fn parallel_gz_is_pgz() {
    let dir = Dir::with(&[("a", b"text"), ("b", b"more")]);
    let ran = dir.run("parallel-gz", "a b");
    ran.assert_fine();
    assert_eq!(ran.text(), "Compressed 2 files\n");
    assert_eq!(dir.list(), "a a.gz b b.gz");
}

#[test]
fn wordcount_is_wc_race() {
    let ran = run(&mut command("wordcount", ""), b"Word word");
    ran.assert_fine();
    assert_eq!(ran.text(), "Words that appear more than once:\nword: 2\n");
}

#[test]
fn every_command_tells_its_version_and_its_options() {
    for name in COMMANDS {
        let version = run(&mut command(name, "--version"), b"");
        version.assert_fine();
        assert!(version.text().ends_with(concat!(" ", env!("CARGO_PKG_VERSION"), "\n")), "{name}");
        let help = run(&mut command(name, "--help"), b"");
        help.assert_fine();
        assert!(help.text().contains("Usage: ") && help.text().contains("Exit status: "), "{name}");
    }
}

#[test]
fn every_command_refuses_an_option_it_does_not_know() {
    for name in COMMANDS {
        let ran = run(&mut command(name, "--no-such-option"), b"");
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{name}");
        assert!(ran.err.contains("--no-such-option"), "{name}: {}", ran.err);
    }
}

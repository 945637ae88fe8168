//! The other names, and what every command answers.

use crate::harness::{Dir, Running, command, run, single_threaded};
use std::fs::File;
use std::process::Stdio;

const COMMANDS: [&str; 6] = ["echoback", "pgz", "parallel-gz", "wc-race", "wordcount", "lockdemo"];

#[test]
fn parallel_gz_is_pgz() {
    let dir = Dir::with_files(&[("a", b"text"), ("b", b"more")]);
    let ran = dir.run("parallel-gz a b");
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
fn every_command_prints_its_version_and_its_options() {
    for name in COMMANDS {
        let version = run(&mut command(name, "--version"), b"");
        version.assert_fine();
        let expected = format!("{name} {} (csp-toolkit)\n", env!("CARGO_PKG_VERSION"));
        assert_eq!(version.text(), expected);
        let help = run(&mut command(name, "--help"), b"");
        help.assert_fine();
        assert!(help.text().contains("Usage: ") && help.text().contains("Exit status: "), "{name}");
        assert!(!help.text().contains('`') && !help.text().contains("]("), "{name}: Markdown");
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

#[test]
fn help_that_cannot_be_written_is_an_error() {
    let asked = COMMANDS.map(|name| ["--help", "-h", "--version"].map(|option| (name, option)));
    let steps = ["merge --help", "map --help", "combine --help", "reduce --help"];
    let steps = steps.map(|options| ("wc-race", options));
    for (name, options) in asked.into_iter().flatten().chain(steps) {
        let full = File::create("/dev/full").unwrap();
        let mut command = command(name, options);
        let ran = Running::start(command.stdin(Stdio::null()).stdout(full)).finish(b"");
        let name = name.replace("parallel-gz", "pgz").replace("wordcount", "wc-race");
        let complaint = format!("{name}: standard output: No space left on device\n");
        ran.assert_one_complaint(&complaint);
    }
}

#[test]
fn what_messages_quote_cannot_drive_the_terminal() {
    let bad = ["\u{1b}[31m", "\u{9b}31m", "\u{202e}gnp", "\n\r\u{7}"];
    for text in bad {
        for arguments in [
            vec!["pgz".to_owned(), format!("--{text}")],
            vec!["pgz".to_owned(), format!("-{text}")],
            vec!["pgz".to_owned(), "--level".to_owned(), text.to_owned()],
            vec!["pgz".to_owned(), "-S".to_owned(), format!("/{text}")],
            vec!["pgz".to_owned(), format!("no/{text}")],
            vec!["pgz".to_owned(), "-o".to_owned(), format!("no/{text}"), "Cargo.toml".to_owned()],
            vec!["echoback".to_owned(), text.to_owned()],
            vec!["echoback".to_owned(), "-t".to_owned(), text.to_owned()],
            vec!["wc-race".to_owned(), format!("no/{text}")],
            vec!["wc-race".to_owned(), "-o".to_owned(), format!("no/{text}")],
            vec!["wc-race".to_owned(), "-x".to_owned(), format!("no/{text}")],
            vec!["wc-race".to_owned(), "merge".to_owned(), format!("no/{text}")],
            vec!["wc-race".to_owned(), "map".to_owned(), format!("--{text}")],
            vec!["lockdemo".to_owned(), "--json".to_owned(), format!("no/{text}")],
            vec!["lockdemo".to_owned(), format!("--hold={text}")],
        ] {
            let ran = run(command(&arguments[0], "").args(&arguments[1..]), b"");
            assert!(matches!(ran.code, Some(1 | 2)), "{arguments:?}: {}", ran.err);
            assert!(!ran.err.is_empty(), "{arguments:?}");
            for bad in ["\u{1b}", "\u{9b}", "\u{202e}", "\r", "\u{7}"] {
                assert!(!ran.err.contains(bad), "{arguments:?}: {}", ran.err);
            }
            for line in ran.err.lines() {
                let ours = line.starts_with(&arguments[0]) || line.starts_with("Try '");
                assert!(ours, "{arguments:?}: {}", ran.err);
            }
        }
    }
}

#[test]
fn every_option_may_be_given_again_and_the_last_one_counts() {
    let dir = Dir::with_files(&[("a", b"b a b a c"), ("p", b"")]);
    for (name, options) in [
        ("pgz", "-vv -ff -kk -nn -NN -rr -qq --rm --rm -k -S .x -S .y -p 1 -p 2 -b 64K -b 128K a"),
        ("pgz", "--progress always --progress never -o x -o y --level 1 --level 2 -f a"),
        ("pgz", "-tt -ll --synchronous --synchronous --rsyncable --rsyncable y"),
        ("pgz", "-cc -dd y"),
        ("echoback", "-e -e -q -q -t 1 -t 2"),
        ("wc-race", "-q -q -n 1 -n 2 -j 1 -j 2 -r -r -f json -f text --reverse --reverse a"),
        ("wc-race", "--partial --partial -o one -o p a"),
        ("wc-race", "merge -n 1 -n 2 -o one -o two p"),
        ("lockdemo", "--workers 1 --workers 2 --hold 1s --hold 0 --timeline --timeline"),
    ] {
        let ran = dir.run(&format!("{name} {options}"));
        assert_eq!((ran.code, &*ran.complaints()), (Some(0), ""), "{name} {options}");
    }
    // On a busy machine, it warns.
    let ran = dir.run("lockdemo --bench=10ms --bench=10ms --lock mutex --lock spin");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(dir.list(), "a a.y p two y");
    assert_eq!(dir.read("p"), b"a\t2\nb\t2\nc\t1\n".as_slice());
}

#[test]
fn where_no_thread_starts_no_command_panics() {
    let words: Vec<_> = (0..700_000).map(|number| number.to_string()).collect();
    let words = words.join(" ");
    let dir = Dir::with_files(&[("a", b"b a b"), ("many", words.as_bytes())]);
    for options in ["a", "-o out a", "--progress always a", "--memory 16M -n 1 --top 2 many"] {
        let ran = run(&mut single_threaded(&dir, "wc-race", options), b"");
        assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{options}");
    }
    assert!(dir.list().contains("out"));
    let ran = run(&mut single_threaded(&dir, "lockdemo", "--hold 0"), b"");
    ran.assert_one_complaint(
        "lockdemo: cannot start worker 1 of 6: Resource temporarily unavailable\n",
    );
}

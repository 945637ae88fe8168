//! `wc-race` where there is little of something: threads, memory, or what a pipe gives at a time.

use crate::harness::{Dir, Ran, Running, command, run, single_threaded};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pipe::{PipeFlags, pipe_with};
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

/// More different words than fit into the least memory.
fn words() -> Vec<u8> {
    let numbers: Vec<String> = (0..400_000_u64).map(|n| (n * n % 399_989).to_string()).collect();
    numbers.join("\n").into_bytes()
}

/// A step on the packets, written one after the other with a pause, so that it has to wait.
fn fed(step: &str, (input, output): (OwnedFd, OwnedFd), packets: &[&[u8]]) -> Ran {
    let mut step = command("wc-race", step);
    let running = Running::start(step.stdin(input).stdout(Stdio::piped()));
    // This end of it is the step's only.
    drop(step);
    let mut output = File::from(output);
    for packet in packets {
        thread::sleep(Duration::from_millis(20));
        output.write_all(packet).unwrap();
    }
    drop(output);
    running.finish(b"")
}

/// A pipe that does not block, as one that `ssh` or `node` has open is.
fn without_blocking() -> (OwnedFd, OwnedFd) {
    let (input, output) = pipe_with(PipeFlags::CLOEXEC).unwrap();
    fcntl_setfl(&input, OFlags::NONBLOCK).unwrap();
    (input, output)
}

/// A pipe that gives a packet at a time, and drops what of it was not asked for.
fn with_packets() -> (OwnedFd, OwnedFd) {
    pipe_with(PipeFlags::DIRECT | PipeFlags::CLOEXEC).unwrap()
}

#[test]
fn streams_that_do_not_block_or_give_packets_are_read_to_their_end() {
    let dir = Dir::with_files(&[("text", b"one two one"), ("part", b"one\t2\ntwo\t1\n")]);
    dir.run("pgz text part").assert_fine();
    let (text, part) = (dir.read("text.gz"), dir.read("part.gz"));
    let lines: &[&[u8]] = &[b"one\t2\n", b"two\t1\n"];
    for (step, input) in [
        ("-n1 -f tsv", &[&b"one "[..], b"two one\n"][..]),
        ("-n1 -f tsv", &[&text[..1], &text[1..5], &text[5..]]),
        ("--partial", &[b"o", b"ne two one"]),
        ("map", &[b"one two ", b"one"]),
        ("merge -n1 -f tsv", lines),
        ("merge --partial", &[&part[..2], &part[2..]]),
        ("combine", lines),
        ("reduce", lines),
    ] {
        for stream in [without_blocking, with_packets] {
            let ran = fed(step, stream(), input);
            ran.assert_fine();
            assert_eq!(ran.text(), "one\t2\ntwo\t1\n", "{step}");
        }
    }
}

#[test]
fn one_thread_is_always_enough() {
    let words = words();
    let dir = Dir::with_files(&[("words", &words), ("a", b"a\t1\nb\t2\n"), ("b", b"b\t3\n")]);
    for arguments in [
        "-n1 -j4 words words",
        "-n1 -j4 - words",
        "-n1 -j4",
        "-n1 -j2 --memory 4M words -",
        "-n1 --strategy channel -j3 words",
        "map -j3",
        "merge -j3 --partial a b",
    ] {
        let with_threads = run(&mut dir.command("wc-race", arguments), &words);
        with_threads.assert_fine();
        let alone = run(&mut single_threaded(&dir, "wc-race", arguments), &words);
        alone.assert_fine();
        assert!(alone.out == with_threads.out, "{arguments}");
    }
}

#[test]
fn words_are_counted_in_little_memory() {
    let words = words();
    let dir = Dir::with_files(&[("words", &words)]);
    dir.run("pgz -k words").assert_fine();
    dir.run("wc-race --partial words -o part").assert_fine();
    let expected = dir.run("wc-race -n1 words").out;
    for limit in ["-v 400000", "-v 200000", "-v 150000", "-v 100000", "-d 200000", "-d 60000"] {
        for counting in [
            "wc-race -n1 words",
            "wc-race -n1 -j8 --memory 10G words",
            "wc-race -n1 words.gz",
            "cat words | wc-race -n1",
            "wc-race merge -n1 part",
        ] {
            let ran = run(&mut dir.shell(&format!("ulimit {limit}; {counting}")), b"");
            ran.assert_fine();
            assert!(ran.out == expected, "{limit}: {counting}");
        }
    }
    for limit in ["-v 25000", "-d 25000"] {
        let ran = run(&mut dir.shell(&format!("ulimit {limit}; wc-race -n1 words")), b"");
        ran.assert_one_complaint("wc-race: too little memory: ulimit leaves less than 32 MiB\n");
    }
}

#[test]
fn an_empty_tmpdir_is_none() {
    let words = words();
    let dir = Dir::with_files(&[("words", &words)]);
    let expected = dir.run("wc-race -n1 words").out;
    let mut wc_race = dir.command("wc-race", "-n1 --memory 4M words");
    let ran = run(wc_race.env("TMPDIR", ""), b"");
    ran.assert_fine();
    assert!(ran.out == expected);
    assert_eq!(dir.list(), "words");
}

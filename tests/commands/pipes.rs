//! Streams that are not what a shell gives: that do not block, packet by packet, FIFOs.

use crate::harness::{Dir, Ran, Running, command, noise, run, text};
use rustix::pipe::{PipeFlags, pipe_with};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// More than a pipe holds, however wide the command makes it.
const PLENTY: usize = 3_000_000;

/// Words, one to a line, of which many appear more than once.
fn words() -> Vec<u8> {
    noise(5, PLENTY / 7).iter().zip(0_u32..).fold(Vec::new(), |mut lines, (byte, number)| {
        writeln!(lines, "{byte}w{}", number % 1000).unwrap();
        lines
    })
}

/// Each command that reads standard input or writes standard output, and what it is given.
fn filters() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let plain = noise(6, PLENTY);
    let packed = run(&mut command("pgz", "-c"), &plain).out;
    let words = words();
    let partial = run(&mut command("wc-race", "map"), &words).out;
    vec![
        ("pgz", "", plain.clone()),
        ("pgz", "-c -", text(7, PLENTY)),
        ("pgz", "-dc", packed.clone()),
        ("pgz", "-d", packed.clone()),
        ("pgz", "-t", packed.clone()),
        ("pgz", "-l", packed),
        ("wc-race", "-n 1", words.clone()),
        ("wc-race", "-n 1 --format tsv -", words.clone()),
        ("wc-race", "map", words),
        ("wc-race", "combine", partial.clone()),
        ("wc-race", "reduce", partial.clone()),
        ("wc-race", "merge -n 1 -", partial.clone()),
        ("wc-race", "merge --partial -", partial),
        ("echoback", "-e", plain),
    ]
}

/// A pipe of that kind, at its standard input and at its standard output, with a slow peer at
/// either end.
fn through_pipes(command: &mut Command, flags: PipeFlags, pieces: Vec<&[u8]>) -> Ran {
    let (stdin, feed) = pipe_with(PipeFlags::CLOEXEC | flags).unwrap();
    let (drain, stdout) = pipe_with(PipeFlags::CLOEXEC | flags).unwrap();
    let running = Running::start(command.stdin(stdin).stdout(stdout));
    // Only the child is to hold the other ends.
    command.stdin(Stdio::null()).stdout(Stdio::null());
    thread::scope(|scope| {
        scope.spawn(|| feed_slowly(feed, pieces));
        let out = scope.spawn(|| drain_slowly(drain));
        let mut ran = running.finish(b"");
        ran.out = out.join().unwrap();
        ran
    })
}

fn feed_slowly(pipe: OwnedFd, pieces: Vec<&[u8]>) {
    let mut pipe = File::from(pipe);
    let every = pieces.len() / 50 + 1;
    for (number, piece) in pieces.into_iter().enumerate() {
        if number % every == 0 {
            thread::sleep(Duration::from_millis(2));
        }
        if write_all(&mut pipe, piece).is_err() {
            // It ended without reading it all; what it wrote shows whether that was right.
            return;
        }
    }
}

/// Writes it whole, though the pipe may not block for us either.
fn write_all(pipe: &mut File, mut piece: &[u8]) -> std::io::Result<()> {
    while !piece.is_empty() {
        match pipe.write(piece) {
            Ok(count) => piece = &piece[count..],
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn drain_slowly(pipe: OwnedFd) -> Vec<u8> {
    let (mut pipe, mut bytes, mut buffer) = (File::from(pipe), Vec::new(), vec![0; 1 << 17]);
    // By now the command has filled it, if it has so much to say.
    thread::sleep(Duration::from_millis(50));
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => return bytes,
            Ok(count) => bytes.extend(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(error) => panic!("{error}"),
        }
        thread::sleep(Duration::from_micros(200));
    }
}

/// Runs each filter through such pipes, its input cut by `cut`, and compares with what it makes of
/// it through ordinary ones.
fn assert_nothing_is_lost(flags: PipeFlags, cut: impl Fn(&[u8]) -> Vec<&[u8]>) {
    let mut failed = Vec::new();
    for (name, arguments, input) in filters() {
        let mut command = command(name, arguments);
        let expected = run(&mut command, &input);
        assert_eq!(expected.code, Some(0), "{name} {arguments}: {}", expected.err);
        let ran = through_pipes(&mut command, flags, cut(&input));
        if (ran.code, &*ran.err) != (Some(0), "") || ran.out != expected.out {
            let lengths = (ran.out.len(), expected.out.len());
            failed.push(format!("{name} {arguments}: {:?} {:?} {lengths:?}", ran.code, ran.err));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn nothing_is_lost_in_pipes_that_do_not_block() {
    assert_nothing_is_lost(PipeFlags::NONBLOCK, |input| input.chunks(50_000).collect());
}

/// What is left of a packet by a read that is too short for it is lost.
#[test]
fn packets_are_read_whole() {
    assert_nothing_is_lost(PipeFlags::DIRECT, |mut input| {
        let mut pieces = Vec::new();
        for size in [1, 9, 4096, 4095, 100, 512, 2, 4096].into_iter().cycle() {
            if input.is_empty() {
                break;
            }
            let (piece, rest) = input.split_at(input.len().min(size));
            pieces.push(piece);
            input = rest;
        }
        pieces
    });
}

#[test]
fn events_are_not_lost_in_a_pipe_that_does_not_block() {
    let mut command = command("lockdemo", "--workers 500 --hold 0 --permits 500 --json -");
    let ran = through_pipes(&mut command, PipeFlags::NONBLOCK, Vec::new());
    assert_eq!((ran.code, &*ran.err), (Some(0), ""));
    let lines = ran.text().lines();
    assert!(lines.clone().all(|line| line.starts_with('{') && line.ends_with('}')));
    assert_eq!(lines.count(), 1500);
}

fn make_fifo(dir: &Dir, name: &str) {
    assert!(Command::new("mkfifo").arg(dir.path(name)).status().unwrap().success());
}

/// A file of this length is read at once. A pipe of which as much was read can still go on.
#[test]
fn a_pipe_is_tested_to_its_end_whatever_the_length_of_its_first_member() {
    let dir = Dir::with("echo garbage > garbage");
    dir.run("head -c 1048478 /dev/zero | pgz -0 -b 16M > member").silent();
    assert_eq!(dir.read("member").len(), 1 << 20);
    dir.run("cat member | pgz -t /dev/stdin").silent();
    dir.run("cat member member | pgz -t /dev/stdin").silent();
    let garbage = "pgz: /dev/stdin: decompression OK, trailing garbage ignored\n";
    dir.run("cat member garbage | pgz -t /dev/stdin").says(2, garbage);
    dir.run("(cat member; head -c 20 member) | pgz -t /dev/stdin")
        .says(1, "pgz: /dev/stdin: unexpected end of file\n");
}

/// It never gets a writer: opening it must not wait for one, as it does not with gzip.
#[test]
fn a_fifo_without_a_writer_ends_by_itself() {
    let cut_short = "unexpected end of file";
    let ignored = "is not a directory or a regular file - ignored";
    let lines = [
        ("pgz -t f.gz", 1, cut_short),
        ("pgz -l f.gz", 1, cut_short),
        ("pgz -dc f.gz", 1, cut_short),
        ("pgz -rt .", 1, cut_short),
        ("gzip -t f.gz", 1, cut_short),
        ("gzip -l f.gz", 1, cut_short),
        ("gzip -dc f.gz", 1, cut_short),
        ("zcat f.gz", 1, cut_short),
        ("gzip -rt .", 1, cut_short),
        ("gzip -c f > out", 0, ""),
        ("pgz -c f > out", 0, ""),
        ("pgz -c --flush-idle f > out", 0, ""),
        ("gzip f", 2, ignored),
        ("gzip -d f.gz", 2, ignored),
        ("gzip -f f", 2, ignored),
        ("gzip -r .", 2, ignored),
        ("pgz -q -o out f", 2, ""),
    ];
    let mut failed = Vec::new();
    for (line, code, reason) in lines {
        let dir = Dir::new();
        make_fifo(&dir, "f");
        make_fifo(&dir, "f.gz");
        let ran = run(&mut dir.as_gzip(&format!("timeout 60 {line}")), b"");
        if ran.code != Some(code) || !ran.err.contains(reason) {
            failed.push(format!("{line}: {:?} {:?}", ran.code, ran.err));
        }
        for fifo in ["f", "f.gz"] {
            assert!(!fs::symlink_metadata(dir.path(fifo)).unwrap().is_file(), "{line}");
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_fifo_with_a_writer_is_read_to_the_end() {
    let plain = text(8, PLENTY);
    let packed = run(&mut command("pgz", "-c"), &plain).out;
    let cases = [
        ("pgz", "-dc f", &packed, Some(&plain)),
        ("pgz", "-t f", &packed, None),
        ("pgz", "-c f", &plain, Some(&packed)),
        ("wc-race", "-n 1 f", &plain, None),
    ];
    for (name, arguments, input, output) in cases {
        let dir = Dir::new();
        make_fifo(&dir, "f");
        // Opened for reading first, so that there can be a writer before the command.
        let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap();
        let reader = OpenOptions::new().read(true).custom_flags(nonblocking).open(dir.path("f"));
        let reader = reader.unwrap();
        let mut writer = OpenOptions::new().write(true).open(dir.path("f")).unwrap();
        let mut command = dir.command(name, arguments);
        let mut running = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()));
        running.wait_until_open(&dir.path("f"));
        // Only the command is to read it.
        drop(reader);
        let ran = thread::scope(|scope| {
            scope.spawn(move || {
                // By then it has met a FIFO that is empty, and has a writer.
                thread::sleep(Duration::from_millis(100));
                let _ = writer.write_all(input);
            });
            running.finish(b"")
        });
        assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{name} {arguments}");
        assert!(output.is_none_or(|output| *output == ran.out), "{name} {arguments}");
    }
}

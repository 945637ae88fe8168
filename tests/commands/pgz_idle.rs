//! `--flush-idle`: what has come can be read, although more may come.

use crate::harness::{Dir, LIMIT, Running, command, run, text, with_gzip};
use rustix::process::Signal;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// What the installed gzip makes of the beginning of a file.
fn unpacked(beginning: &[u8]) -> Vec<u8> {
    run(&mut with_gzip("gzip -dc"), beginning).out
}

#[test]
fn what_was_written_so_far_can_be_read_although_the_pipe_stays_open() {
    let more_than_a_chunk = text(1, 1_500_000);
    let pieces: [&[u8]; 4] = [b"one line\n", b"another\n", &more_than_a_chunk, b"the last\n"];
    for arguments in ["--flush-idle", "--flush-idle --rsyncable -p 1", "--flush-idle -b 64K"] {
        let (running, mut stdin, mut stdout) = Running::piped(&mut command("pgz", arguments));
        let output = Arc::new(Mutex::new(Vec::new()));
        let collected = Arc::clone(&output);
        let collecting = thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(count @ 1..) = stdout.read(&mut buffer) {
                collected.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        let mut written = Vec::new();
        for piece in pieces {
            stdin.write_all(piece).unwrap();
            written.extend_from_slice(piece);
            let start = Instant::now();
            while unpacked(&output.lock().unwrap().clone()) != written {
                assert!(start.elapsed() < LIMIT, "{arguments}: {} bytes", written.len());
                thread::sleep(Duration::from_millis(50));
            }
        }
        drop(stdin);
        running.finish(b"").assert_fine();
        collecting.join().unwrap();
        let output = output.lock().unwrap();
        for reader in ["gzip -dc", "gzip -t"] {
            run(&mut with_gzip(reader), &output).assert_fine();
        }
        assert!(unpacked(&output) == written);
        let ran = run(&mut command("pgz", "-dc"), &output);
        assert!(ran.out == written && ran.code == Some(0));
    }
}

#[test]
fn the_bytes_depend_on_pauses_only_if_asked_for() {
    let dir = Dir::with("seq 9 > a; seq 20 > b; cat a b > c");
    let slowly = "(cat a; sleep 2; cat b)";
    dir.run(&format!("pgz < c > c.gz; {slowly} | pgz | cmp - c.gz")).silent();
    let ran = dir.run(&format!("{slowly} | pgz --flush-idle > d.gz; cmp -s c.gz d.gz; echo $?"));
    assert_eq!(ran.text(), "1\n");
    dir.run("gzip -dc d.gz | cmp - c").silent();
    // A file is never idle, and a closed pipe is not either.
    dir.run("pgz --flush-idle < c | cmp - c.gz; gzip -n --flush-idle < c | cmp - c.gz").silent();
    dir.run(": | pgz --flush-idle | gzip -dc").silent();
    dir.run("(cat a; sleep 2) | pgz --flush-idle | gzip -dc | cmp - a").silent();
    dir.run("sleep 2 | pgz --flush-idle | gzip -dc").silent();
}

#[test]
fn it_ends_at_the_next_line_when_nobody_reads_the_output_any_more() {
    let (mut running, mut stdin, stdout) = Running::piped(&mut command("pgz", "--flush-idle"));
    drop(stdout);
    let start = Instant::now();
    while !running.has_ended() {
        assert!(start.elapsed() < LIMIT);
        let _ = stdin.write_all(b"line\n");
        thread::sleep(Duration::from_millis(1500));
    }
    assert_eq!(running.finish(b"").signal, Some(Signal::PIPE.as_raw()));
}

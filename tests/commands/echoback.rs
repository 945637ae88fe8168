//! `echoback`: every byte, as it arrives, until the time is up (listings 3.1 and 3.7).

use crate::harness::{
    Dir, LIMIT, Ran, Running, command, noise, run, shell, single_threaded, terminal,
};
use rexpect::process::{Signal as TerminalSignal, WaitStatus};
use rustix::pipe::{PipeFlags, pipe, pipe_with};
use rustix::process::Signal;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{ChildStdin, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

const CLOSING: &[u8] = b"Timed out.\n";
/// How late a deadline may be, at most, on a machine that is busy with many other things. By itself
/// it is some 50 ms late.
const LATE: Duration = Duration::from_secs(20);

fn echoback(options: &str, input: &[u8]) -> Ran {
    run(&mut command("echoback", options), input)
}

/// Writes until the pipe is closed.
fn flood(mut stdin: ChildStdin) {
    let block = vec![b'y'; 64 * 1024];
    thread::spawn(move || while stdin.write_all(&block).is_ok() {});
}

#[track_caller]
fn assert_took(took: Duration, timeout: Duration) {
    assert!(took >= timeout, "{took:?}");
    assert!(took < timeout + LATE, "{took:?}");
}

/// Runs a test ten times, some of which a busy machine can spoil: if the reader of the output is not
/// scheduled for longer than `echoback` waits, buffers are lost, and so is the closing line. Then the
/// test returns false.
fn ten_times(test: impl Fn() -> bool) {
    let complete = (0..10).filter(|_| test()).count();
    assert!(complete > 0, "the closing line never came");
}

/// Runs it with longer and longer timeouts, until one is long enough on a busy machine to pass all of
/// the input on, and then `closing`.
#[track_caller]
fn assert_passes_on(mut start: impl FnMut(u64) -> Ran, input: &[u8], closing: &[u8]) {
    let expected = [input, closing].concat();
    let complete = [1, 4, 16, 64].into_iter().any(|seconds| {
        let ran = start(seconds);
        ran.assert_fine();
        assert_took(ran.took, Duration::from_secs(seconds));
        // What was passed on in too short a time is the beginning.
        let passed = ran.out.strip_suffix(closing).unwrap_or(&ran.out);
        assert!(input.starts_with(passed));
        ran.out == expected
    });
    assert!(complete, "not all was passed on");
}

#[test]
fn passes_every_byte_on_and_ends_with_the_closing_line() {
    let bytes = noise(1, 1_000_003);
    assert_passes_on(|seconds| echoback(&format!("-t {seconds}"), &bytes), &bytes, CLOSING);
}

#[test]
fn quiet_omits_the_closing_line() {
    let bytes = b"no end of line";
    assert_passes_on(|seconds| echoback(&format!("-q -t {seconds}"), bytes), bytes, b"");
}

#[test]
fn ends_at_the_end_of_input_when_asked_to() {
    let bytes = noise(2, 300_000);
    let ran = echoback("-e -t never", &bytes);
    ran.assert_fine();
    assert!(ran.out == bytes);
    let ran = run(&mut shell("head -c 300M /dev/zero | echoback -e | wc -c"), b"");
    assert_eq!(ran.text().trim(), "314572800");
}

#[test]
fn waiting_costs_no_cpu_whether_input_is_idle_or_ended() {
    let (mut idle, _held_open, _stdout) = Running::piped(&mut command("echoback", ""));
    let (mut ended, stdin, _stdout) = Running::piped(&mut command("echoback", ""));
    drop(stdin);
    thread::sleep(Duration::from_secs(3));
    for running in [&mut idle, &mut ended] {
        assert!(!running.has_ended());
        let used = cpu_time(running);
        assert!(used <= Duration::from_millis(50), "{used:?}");
    }
}

/// The time that the process has spent computing so far.
fn cpu_time(running: &Running) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", running.pid())).unwrap();
    // The name, in parentheses, is the second field; user and system time are the 14th and 15th,
    // in hundredths of a second on every Linux.
    let fields = stat.rsplit_once(") ").unwrap().1.split(' ');
    let ticks = fields.skip(11).take(2).map(|field| field.parse::<u64>().unwrap());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

#[test]
fn a_line_comes_out_before_the_next_one_is_sent() {
    let (_running, mut stdin, stdout) = Running::piped(&mut command("echoback", ""));
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        BufReader::new(stdout).lines().try_for_each(|line| sender.send(line.unwrap()))
    });
    let times = (0..50).map(|number| {
        let sent = Instant::now();
        writeln!(stdin, "line {number}").unwrap();
        assert_eq!(lines.recv_timeout(LIMIT).unwrap(), format!("line {number}"));
        sent.elapsed()
    });
    // Only the fastest depends on echoback alone; the others depend on the machine. By itself it
    // takes some microseconds.
    assert!(times.min().unwrap() < Duration::from_millis(200));
}

#[test]
fn the_deadline_holds_while_input_floods() {
    ten_times(|| {
        let ran = run(&mut shell("yes | echoback -t 0.2 | tail -c 11"), b"");
        assert_took(ran.took, Duration::from_millis(200));
        ran.out == CLOSING
    });
}

#[test]
fn the_deadline_holds_while_the_output_is_not_read() {
    let (running, stdin, _unread) = Running::piped(&mut command("echoback", "-t 0.5"));
    flood(stdin);
    let ran = running.finish(b"");
    ran.assert_fine();
    assert_took(ran.took, Duration::from_millis(500));
}

#[test]
fn what_is_read_of_a_file_is_written() {
    ten_times(|| {
        // More zeros than can be read, in a file that has room for none of them.
        let mut file = tempfile::tempfile().unwrap();
        file.set_len(1 << 40).unwrap();
        let mut echoback = command("echoback", "-t 0.1");
        echoback.stdin(file.try_clone().unwrap()).stdout(Stdio::piped());
        let ran = Running::start(&mut echoback).finish(b"");
        ran.assert_fine();
        let consumed = file.stream_position().unwrap();
        let complete = ran.out.ends_with(CLOSING);
        assert!(!complete || ran.out.len() as u64 == consumed + CLOSING.len() as u64);
        complete && consumed > 0
    });
}

#[test]
fn unread_bytes_of_a_pipe_stay_there() {
    ten_times(|| {
        let (input, output) = pipe().unwrap();
        let (mut left, mut writer) = (File::from(input), File::from(output));
        let mut echoback = command("echoback", "-t 0.1");
        echoback.stdin(left.try_clone().unwrap()).stdout(Stdio::piped());
        let enough = Arc::new(AtomicBool::new(false));
        thread::spawn({
            let enough = Arc::clone(&enough);
            let mut numbers = 0_u64..;
            let mut block = move || -> Vec<u8> {
                numbers.by_ref().take(8192).flat_map(u64::to_le_bytes).collect()
            };
            move || while !enough.load(Ordering::Relaxed) && writer.write_all(&block()).is_ok() {}
        });
        let ran = Running::start(&mut echoback).finish(b"");
        ran.assert_fine();
        enough.store(true, Ordering::Relaxed);
        let mut rest = Vec::new();
        left.read_to_end(&mut rest).unwrap();
        let Some(passed) = ran.out.strip_suffix(CLOSING) else { return false };
        let all = [passed, &rest].concat();
        assert!(all.iter().copied().eq((0_u64..).flat_map(u64::to_le_bytes).take(all.len())));
        !passed.is_empty()
    });
}

#[test]
fn a_downstream_that_closes_ends_it_quietly() {
    let start = || Running::piped(&mut command("echoback", "-t never"));
    let (idle, _held_open, stdout) = start();
    drop(stdout);
    let (ended, stdin, stdout) = start();
    drop((stdin, stdout));
    let (flooded, stdin, stdout) = start();
    flood(stdin);
    drop(stdout);
    for running in [idle, ended, flooded] {
        let ran = running.finish(b"");
        assert_eq!((ran.signal, &*ran.err), (Some(Signal::PIPE.as_raw()), ""));
    }
}

#[test]
fn an_interrupt_ends_it_by_that_signal() {
    let (running, mut stdin, mut stdout) = Running::piped(&mut command("echoback", ""));
    stdin.write_all(b"x").unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    running.signal(Signal::INT);
    let ran = running.finish(b"");
    assert_eq!((ran.signal, &*ran.err), (Some(Signal::INT.as_raw()), ""));
}

#[test]
fn in_a_terminal_it_echoes_outlives_ctrl_d_and_ends_at_ctrl_c() {
    // The session switches the terminal's own echo off before it starts the shell.
    let mut session = terminal(shell("echo ready; exec echoback"));
    assert_eq!(session.read_line().unwrap(), "ready");
    for line in ["one", "two"] {
        session.send_line(line).unwrap();
        assert_eq!(session.read_line().unwrap(), line);
    }
    session.send_control('d').unwrap();
    assert!(session.read_line().unwrap().starts_with("echoback: end of input; "));
    assert_eq!(session.process().status(), Some(WaitStatus::StillAlive));
    session.send_control('c').unwrap();
    assert_eq!(session.exp_eof().unwrap(), "");
    let ended = session.process().wait().unwrap();
    assert!(matches!(ended, WaitStatus::Signaled(_, TerminalSignal::SIGINT, _)), "{ended:?}");
}

#[test]
fn durations_are_read_with_and_without_units() {
    for duration in ["500ms", "1", "0.5", "2m", "1h30m", "never"] {
        let ran = echoback(&format!("-e -t {duration}"), b"x");
        ran.assert_fine();
        assert_eq!(ran.text(), "x", "{duration}");
    }
    for duration in ["abc", "-1", "5parsecs", "nan"] {
        let ran = echoback(&format!("-e -t {duration}"), b"x");
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{duration}");
        assert!(ran.err.starts_with("echoback: "), "{}", ran.err);
    }
}

#[test]
fn the_duration_can_be_an_argument() {
    assert_passes_on(|seconds| echoback(&seconds.to_string(), b"x\n"), b"x\n", CLOSING);
    for twice in ["1 -t 1", "1 1", "soon"] {
        let ran = echoback(twice, b"x");
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{twice}");
        assert!(
            ran.err.ends_with("\nTry 'echoback --help' for more information.\n"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn unreadable_input_and_unwritable_output_are_reported_in_one_line() {
    let directory = File::open(".").unwrap();
    let mut unreadable = command("echoback", "");
    unreadable.stdin(directory).stdout(Stdio::piped());
    let ran = Running::start(&mut unreadable).finish(b"");
    ran.assert_one_complaint("echoback: standard input: Is a directory\n");

    let full = File::create("/dev/full").unwrap();
    let mut unwritable = command("echoback", "");
    let ran = Running::start(unwritable.stdin(Stdio::piped()).stdout(full)).finish(b"x");
    ran.assert_one_complaint("echoback: standard output: No space left on device\n");
}

#[test]
fn a_stream_that_was_closed_is_named() {
    for (line, complaint) in [
        ("exec echoback <&-", "echoback: standard input: Bad file descriptor\n"),
        ("exec echoback >&-", "echoback: standard output: Bad file descriptor\n"),
    ] {
        run(&mut shell(line), b"").assert_one_complaint(complaint);
    }
}

/// A pipe with `O_NONBLOCK` at both ends, which no other command inherits.
fn nonblocking_pipe() -> (File, File) {
    let (input, output) = pipe_with(PipeFlags::NONBLOCK | PipeFlags::CLOEXEC).unwrap();
    (input.into(), output.into())
}

#[test]
fn nothing_is_lost_in_pipes_that_do_not_block() {
    let bytes = noise(3, 3_000_001);
    let (input, mut writer) = nonblocking_pipe();
    let (mut reader, output) = nonblocking_pipe();
    let mut echoback = command("echoback", "-e -t never");
    let running = Running::start(echoback.stdin(input).stdout(output));
    // The command's own copies of the ends are closed with it.
    drop(echoback);
    let copied: Vec<u8> = thread::scope(|scope| {
        scope.spawn(|| {
            let mut left = &bytes[..];
            while !left.is_empty() {
                match writer.write(&left[..left.len().min(10_000)]) {
                    Ok(count) => left = &left[count..],
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::WouldBlock);
                        thread::sleep(Duration::from_millis(1));
                    }
                }
            }
            drop(writer);
        });
        let (mut copied, mut block) = (Vec::new(), vec![0_u8; 64 * 1024]);
        loop {
            match reader.read(&mut block) {
                Ok(0) => return copied,
                Ok(count) => copied.extend(&block[..count]),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::WouldBlock);
                    thread::sleep(Duration::from_millis(1));
                }
            }
        }
    });
    running.finish(b"").assert_fine();
    assert_eq!(copied.len(), bytes.len());
    assert!(copied == bytes);
}

#[test]
fn another_reader_of_its_input_does_not_delay_the_deadline() {
    for flags in [PipeFlags::empty(), PipeFlags::NONBLOCK] {
        let (input, output) = pipe_with(flags | PipeFlags::CLOEXEC).unwrap();
        let mut writer = File::from(output);
        // The same pipe, opened again, so that the flag is not echoback's.
        let path = format!("/proc/self/fd/{}", input.as_raw_fd());
        let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap();
        let mut thief = File::options().read(true).custom_flags(nonblock).open(path).unwrap();
        let mut echoback = command("echoback", "-q -t 0.5");
        let running = Running::start(echoback.stdin(input).stdout(Stdio::piped()));
        drop(echoback);
        let (mut written, mut stolen) = (0, 0);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(400) {
            writer.write_all(b"x").unwrap();
            written += 1;
            match thief.read(&mut [0; 64]) {
                Ok(count) => stolen += count,
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
            thread::sleep(Duration::from_micros(100));
        }
        let ran = running.finish(b"");
        ran.assert_fine();
        assert!(ran.took < Duration::from_millis(500) + LATE, "{:?}", ran.took);
        let mut left = Vec::new();
        let rest = thief.read_to_end(&mut left);
        assert!(rest.is_ok() || rest.unwrap_err().kind() == ErrorKind::WouldBlock);
        assert_eq!(ran.out.len() + stolen + left.len(), written);
    }
}

#[test]
fn in_the_background_of_a_terminal_the_deadline_holds() {
    for tostop in ["-tostop", "tostop"] {
        let script = format!("stty {tostop}; set -m; echoback -t 1 & echo ready; wait; echo over");
        let mut session = terminal(shell(&script));
        session.exp_string("ready").unwrap();
        session.send_line("typed").unwrap();
        session.exp_string("Timed out.").unwrap();
        session.exp_string("over").unwrap();
    }
}

#[test]
fn in_the_foreground_again_it_reads_what_was_typed() {
    let script = "set -m; echoback -q -t never & echo ready; sleep 1; fg";
    let mut session = terminal(shell(script));
    session.exp_string("ready").unwrap();
    session.send_line("typed").unwrap();
    session.exp_string("typed").unwrap();
    session.send_control('c').unwrap();
}

#[test]
fn one_thread_is_enough() {
    let dir = Dir::new();
    let typed = noise(1, 3_000_000);
    let ran = run(&mut single_threaded(&dir, "echoback", "-e"), &typed);
    assert_eq!((ran.code, &*ran.err), (Some(0), ""));
    assert!(ran.out == typed);
    let start = |seconds| {
        let arguments = format!("-t {seconds}");
        run(&mut single_threaded(&dir, "echoback", &arguments), b"typed\n")
    };
    assert_passes_on(start, b"typed\n", CLOSING);
}

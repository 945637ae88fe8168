use crossbeam_channel::{RecvTimeoutError, bounded};
use std::io::{self, Read, Write};
use std::thread;
use std::time::Duration;

/// Echoes until the input ends or the time is up. Returns whether the input has ended.
fn echo(
    mut input: impl Read + Send + 'static,
    mut output: impl Write + Send + 'static,
    time: Duration,
) -> bool {
    let (running, ended) = bounded::<()>(0);
    thread::spawn(move || {
        // Nothing is sent. When the thread ends, it drops `running`, which closes the channel.
        let _running = running;
        io::copy(&mut input, &mut output)
    });
    ended.recv_timeout(time) == Err(RecvTimeoutError::Disconnected)
}

#[test]
fn it_ends_with_the_input_or_when_the_time_is_up() {
    use std::os::unix::net::UnixStream;

    let (mut read, write) = UnixStream::pair().unwrap();
    assert!(echo(&b"to be"[..], write, Duration::from_secs(60)));
    let mut echoed = String::new();
    read.read_to_string(&mut echoed).unwrap();
    assert_eq!(echoed, "to be");

    let (silent, _keyboard) = UnixStream::pair().unwrap();
    assert!(!echo(silent, io::sink(), Duration::from_millis(20)));
}

//! The echo on one thread, for where the system starts no other.
//!
//! Nothing is read before what was read is written, and no write is larger than a pipe that has room
//! takes at once (`PIPE_BUF`), so that none outlasts the deadline.

use super::{Config, EchoError, GRACE, Outcome, Ready, TURN, block, closing, is_passing, wait};
use nix::sys::signal::Signal;
use rustix::event::{PollFd, PollFlags};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::time::Instant;

/// What a pipe takes at once, if it takes anything.
const PIECE: usize = 4096;

/// Copies until the time is up, as [`run`](super::run) does.
pub(super) fn run(
    mut input: impl Read + AsFd,
    mut output: impl Write + AsFd,
    deadline: Option<Instant>,
    config: &Config,
) -> Result<Outcome, EchoError> {
    block(Signal::SIGTTIN);
    block(Signal::SIGTTOU);
    match copy(&mut input, &mut output, deadline, config) {
        Ok(Outcome::TimedOut) => {}
        Err(EchoError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => {
            return Ok(Outcome::Closed);
        }
        ended => return ended,
    }
    if !has_room(&output, deadline) {
        return Ok(Outcome::Stalled);
    }
    write(&mut output, &config.closing)?;
    Ok(Outcome::TimedOut)
}

fn copy(
    input: &mut (impl Read + AsFd),
    output: &mut (impl Write + AsFd),
    deadline: Option<Instant>,
    config: &Config,
) -> Result<Outcome, EchoError> {
    let mut buffer = [0; PIECE];
    loop {
        match wait(PollFd::new(input, PollFlags::IN), closing(output), deadline) {
            Ready::Input => {}
            Ready::Closed => return Ok(Outcome::Closed),
            Ready::TimedOut => return Ok(Outcome::TimedOut),
        }
        let count = match input.read(&mut buffer) {
            Ok(0) if !config.wait_at_end => return Ok(Outcome::EndOfInput),
            Ok(0) => {
                (config.on_end)();
                return Ok(wait_out(output, deadline));
            }
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if is_passing(input, &error) => {
                let turn = Instant::now() + TURN;
                let until = deadline.map_or(turn, |deadline| deadline.min(turn));
                if error.kind() != ErrorKind::WouldBlock {
                    wait_out(output, Some(until));
                }
                continue;
            }
            Err(error) => return Err(EchoError::Read(error)),
        };
        if !has_room(output, deadline) {
            return Ok(Outcome::Stalled);
        }
        write(output, &buffer[..count])?;
    }
}

/// Waits until then, or for the output to be closed.
fn wait_out(output: &impl AsFd, until: Option<Instant>) -> Outcome {
    match wait(closing(output), closing(output), until) {
        Ready::TimedOut => Outcome::TimedOut,
        Ready::Closed | Ready::Input => Outcome::Closed,
    }
}

/// Waits for room in the output, until shortly after the deadline.
fn has_room(output: &impl AsFd, deadline: Option<Instant>) -> bool {
    let until = deadline.map(|deadline| deadline.max(Instant::now()) + GRACE);
    // An output that is closed is found to be so by the write.
    wait(PollFd::new(output, PollFlags::OUT), closing(output), until) != Ready::TimedOut
}

fn write(output: &mut impl Write, bytes: &[u8]) -> Result<(), EchoError> {
    output.write_all(bytes).and_then(|()| output.flush()).map_err(EchoError::Write)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;
    use std::thread;
    use std::time::Duration;

    fn echo(config: &Config, typed: &[u8], time: Duration) -> (Outcome, Vec<u8>) {
        let (input, mut keyboard) = UnixStream::pair().unwrap();
        let (mut screen, output) = UnixStream::pair().unwrap();
        thread::scope(|scope| {
            let deadline = Some(Instant::now() + time);
            let ran = scope.spawn(move || run(input, output, deadline, config).unwrap());
            scope.spawn(move || keyboard.write_all(typed).unwrap());
            let mut shown = Vec::new();
            screen.read_to_end(&mut shown).unwrap();
            (ran.join().unwrap(), shown)
        })
    }

    #[test]
    fn echoes_to_the_end_or_until_the_time_is_up() {
        let typed: Vec<u8> = (0..=255).cycle().take(1_000_000).collect();
        let config = Config { wait_at_end: false, ..Config::default() };
        let long = Duration::from_secs(60);
        assert!(echo(&config, &typed, long) == (Outcome::EndOfInput, typed.clone()));
        let config = Config { closing: b"closing".to_vec(), ..Config::default() };
        let (outcome, shown) = echo(&config, b"typed, ", Duration::from_millis(200));
        assert_eq!((outcome, &*shown), (Outcome::TimedOut, &b"typed, closing"[..]));
    }

    #[test]
    fn an_output_that_nobody_reads_does_not_hold_the_deadline_up() {
        let (input, mut keyboard) = UnixStream::pair().unwrap();
        let (_screen, output) = UnixStream::pair().unwrap();
        thread::spawn(move || while keyboard.write_all(&[0; 4096]).is_ok() {});
        let deadline = Some(Instant::now() + Duration::from_millis(200));
        assert_eq!(run(input, output, deadline, &Config::default()).unwrap(), Outcome::Stalled);
    }
}

//! The echo on one thread, for systems that start no other.
//!
//! It reads only after it has written what it read before, and no write is larger than what a pipe
//! with room accepts at once (`PIPE_BUF`), so that no write outlasts the deadline.

use super::{Ending, Error, GRACE, RETRY, Ready, Settings, block, closing, is_passing, wait};
use nix::sys::signal::Signal;
use rustix::event::{PollFd, PollFlags};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::time::Instant;

/// The bytes that a pipe accepts at once, if it has room.
const PIECE: usize = 4096;

/// Copies until the time is up, as [`run`](super::run) does.
pub(super) fn run(
    mut input: impl Read + AsFd,
    mut output: impl Write + AsFd,
    deadline: Option<Instant>,
    settings: &Settings,
) -> Result<Ending, Error> {
    block(Signal::SIGTTIN);
    block(Signal::SIGTTOU);
    match copy(&mut input, &mut output, deadline, settings) {
        Ok(Ending::TimedOut) => {}
        Err(Error::Write(error)) if error.kind() == ErrorKind::BrokenPipe => {
            return Ok(Ending::OutputClosed);
        }
        ended => return ended,
    }
    if !has_room(&output, deadline) {
        return Ok(Ending::Stalled);
    }
    write(&mut output, &settings.closing)?;
    Ok(Ending::TimedOut)
}

fn copy(
    input: &mut (impl Read + AsFd),
    output: &mut (impl Write + AsFd),
    deadline: Option<Instant>,
    settings: &Settings,
) -> Result<Ending, Error> {
    let mut buffer = [0; PIECE];
    loop {
        match wait(PollFd::new(input, PollFlags::IN), closing(output), deadline) {
            Ready::Input => {}
            Ready::Closed => return Ok(Ending::OutputClosed),
            Ready::TimedOut => return Ok(Ending::TimedOut),
        }
        let count = match input.read(&mut buffer) {
            Ok(0) if !settings.wait_at_end => return Ok(Ending::EndOfInput),
            Ok(0) => {
                (settings.on_end)();
                return Ok(wait_out(output, deadline));
            }
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if is_passing(input, &error) => {
                let retry = Instant::now() + RETRY;
                let until = deadline.map_or(retry, |deadline| deadline.min(retry));
                if error.kind() != ErrorKind::WouldBlock {
                    wait_out(output, Some(until));
                }
                continue;
            }
            Err(error) => return Err(Error::Read(error)),
        };
        if !has_room(output, deadline) {
            return Ok(Ending::Stalled);
        }
        write(output, &buffer[..count])?;
    }
}

/// Waits until `until`, or until the output is closed.
fn wait_out(output: &impl AsFd, until: Option<Instant>) -> Ending {
    match wait(closing(output), closing(output), until) {
        Ready::TimedOut => Ending::TimedOut,
        Ready::Closed | Ready::Input => Ending::OutputClosed,
    }
}

/// Waits for room in the output, until shortly after the deadline.
fn has_room(output: &impl AsFd, deadline: Option<Instant>) -> bool {
    let until = deadline.map(|deadline| deadline.max(Instant::now()) + GRACE);
    // If the output is closed, the write will report it.
    wait(PollFd::new(output, PollFlags::OUT), closing(output), until) != Ready::TimedOut
}

fn write(output: &mut impl Write, bytes: &[u8]) -> Result<(), Error> {
    output.write_all(bytes).and_then(|()| output.flush()).map_err(Error::Write)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;
    use std::thread;
    use std::time::Duration;

    fn echo(settings: &Settings, typed: &[u8], time: Duration) -> (Ending, Vec<u8>) {
        let (input, mut keyboard) = UnixStream::pair().unwrap();
        let (mut screen, output) = UnixStream::pair().unwrap();
        thread::scope(|scope| {
            let deadline = Some(Instant::now() + time);
            let ran = scope.spawn(move || run(input, output, deadline, settings).unwrap());
            scope.spawn(move || keyboard.write_all(typed).unwrap());
            let mut shown = Vec::new();
            screen.read_to_end(&mut shown).unwrap();
            (ran.join().unwrap(), shown)
        })
    }

    #[test]
    fn echoes_to_the_end_or_until_the_time_is_up() {
        let typed: Vec<u8> = (0..=255).cycle().take(1_000_000).collect();
        let settings = Settings::default().wait_at_end(false);
        let long = Duration::from_secs(60);
        assert!(echo(&settings, &typed, long) == (Ending::EndOfInput, typed.clone()));
        let settings = Settings::default().closing("closing");
        let (ending, shown) = echo(&settings, b"typed, ", Duration::from_millis(200));
        assert_eq!((ending, &*shown), (Ending::TimedOut, &b"typed, closing"[..]));
    }

    #[test]
    fn an_output_that_stalls_does_not_delay_the_deadline() {
        let (input, mut keyboard) = UnixStream::pair().unwrap();
        let (_screen, output) = UnixStream::pair().unwrap();
        thread::spawn(move || while keyboard.write_all(&[0; 4096]).is_ok() {});
        let deadline = Some(Instant::now() + Duration::from_millis(200));
        assert_eq!(run(input, output, deadline, &Settings::default()).unwrap(), Ending::Stalled);
    }
}

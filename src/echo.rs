//! The echo with a deadline (techniques 10 and 13, listings 3.1 and 3.7).
//!
//! As in listing 3.7, one thread reads and sends what it read down a channel, and a loop selects
//! between that channel and the deadline. Three things differ from the book's program. The buffers
//! are recycled and each carries its length, so that no padding is written. The end of input is a
//! message of its own, sent once, where the book's goroutine goes on sending empty reads. And the
//! loop runs on a thread of its own, so that a reader of the output that has stalled cannot delay
//! the deadline.
//!
//! ```
//! use csp_toolkit::echo::{self, Ending, Settings};
//! use std::io::{Read, Write};
//!
//! # use std::os::unix::net::UnixStream;
//! let (input, mut typed) = UnixStream::pair()?;
//! let (mut screen, output) = UnixStream::pair()?;
//! typed.write_all(b"hello\n")?;
//! drop(typed);
//! let settings = Settings::default().wait_at_end(false);
//! assert_eq!(echo::run(input, output, &settings)?, Ending::EndOfInput);
//! let mut shown = String::new();
//! screen.read_to_string(&mut shown)?;
//! assert_eq!(shown, "hello\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod alone;
mod settings;

pub use settings::{Ending, Error, Settings};

use crate::io::buffer::Buffer;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, at, bounded, never, select};
use nix::sys::signal::{SigSet, Signal};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

/// The size of a buffer in bytes.
const BUFFER: usize = 128 * 1024;
/// The number of buffers: one being read into, one being written, two between.
const BUFFERS: usize = 4;
/// How long after the deadline the last buffers may take to be written.
const GRACE: Duration = Duration::from_millis(30);
/// How often that is extended while the output has room.
const GRACES: u32 = 10;

/// How long after the deadline to wait for a reader that is in the middle of a read.
const READ_GRACE: Duration = Duration::from_millis(150);
/// The time between attempts to read from a terminal that is another job's.
const RETRY: Duration = Duration::from_millis(100);

/// Copies `input` to `output`, byte for byte and as it arrives, until the time is up.
///
/// Everything read before the deadline is written, in order. Nothing is read after it, so what
/// is still in a pipe or a file stays there for the next program. The deadline comes first: the last
/// buffers (at most 512 KiB) are lost if the output does not accept them within 30 ms, or within
/// 300 ms if it has room but the machine is too busy.
///
/// A background job is not stopped: while another job has the terminal, nothing is read from it, and
/// output is written even after `stty tostop`. `O_NONBLOCK` may be set on the input. If it is not,
/// and another process takes input that `poll` had announced to this one, the reading thread waits
/// for more input, even after the deadline.
///
/// Blocks until the end. After [`Ending::Stalled`] the writing thread still waits for `output` until
/// the process ends. Where the system starts no threads, this one does all the work.
///
/// # Errors
///
/// If reading or writing fails. A closed output is not an error, but [`Ending::OutputClosed`].
///
/// # Panics
///
/// When `output` does, in its `write`.
pub fn run<R, W>(input: R, output: W, settings: &Settings) -> Result<Ending, Error>
where
    R: Read + AsFd + Send + 'static,
    W: Write + AsFd + Send + 'static,
{
    // A timeout beyond the range of the clock is no limit.
    let deadline = settings.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let (Ok(reading), Ok(writing)) = (start(), start()) else {
        return alone::run(input, output, deadline, settings);
    };
    let downstream = Arc::new(output.as_fd().try_clone_to_owned().map_err(Error::Write)?);
    let (sender, events) = bounded(BUFFERS + 1);
    let (recycle, empty) = bounded(BUFFERS);
    for _ in 0..BUFFERS {
        let _ = recycle.send(Buffer::new(BUFFER));
    }
    let gate = Arc::new(Mutex::new(Gate::Open));
    let reader = Reader {
        input,
        downstream: Arc::clone(&downstream),
        deadline,
        wait_at_end: settings.wait_at_end,
        gate: Arc::clone(&gate),
        empty,
        events: sender,
    };
    let relay = Relay { output, events, recycle, gate };

    let _ = reading.send(Box::new(move || reader.run()));
    let (finish, finished) = bounded(1);
    let settings = settings.clone();
    let _ = writing.send(Box::new(move || {
        // Fails if `run` has returned, because the output stalled.
        let _ = finish.send(relay.run(deadline, &settings));
    }));
    let ended = match deadline {
        Some(deadline) => {
            finished.recv_deadline(deadline).or_else(|_| wait_out_grace(&finished, &downstream))
        }
        None => finished.recv().map_err(RecvTimeoutError::from),
    };
    match ended {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Ok(Ending::Stalled),
        Err(RecvTimeoutError::Disconnected) => panic!("the output panicked"),
    }
}

/// Starts a thread that runs the function it is sent. It is sent later, because what a thread is given
/// at its start is dropped if it cannot be started.
fn start() -> io::Result<Sender<Box<dyn FnOnce() + Send>>> {
    let (sender, receiver) = bounded::<Box<dyn FnOnce() + Send>>(1);
    Builder::new().spawn(move || receiver.recv().map(|work| work()))?;
    Ok(sender)
}

/// Waits for the result that comes from `finished` after the deadline.
///
/// If the output has room, it is not the output that has stalled, but the machine that is too busy to
/// run the relay. Then what was read is given up only after several times the grace.
fn wait_out_grace<T>(finished: &Receiver<T>, downstream: &OwnedFd) -> Result<T, RecvTimeoutError> {
    for _ in 1..GRACES {
        match finished.recv_timeout(GRACE) {
            Err(RecvTimeoutError::Timeout) if has_room(downstream) => {}
            ended => return ended,
        }
    }
    finished.recv_timeout(GRACE)
}

fn has_room(output: &OwnedFd) -> bool {
    let mut files = [PollFd::new(output, PollFlags::OUT)];
    poll(&mut files, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
}

/// Whether the reader may read. The reader holds the lock from finding that there is input until it
/// has sent the input on, and neither step blocks. So when the gate is shut, all that was read is in
/// the channel, and nothing more will be read.
#[derive(PartialEq)]
enum Gate {
    Open,
    Shut,
}

/// Shuts the gate. Gives up after a while: if another process took the input first, the reader's read
/// blocks after all.
fn shut(gate: &Mutex<Gate>) {
    let give_up = Instant::now() + READ_GRACE;
    loop {
        match gate.try_lock() {
            Ok(mut gate) => *gate = Gate::Shut,
            Err(TryLockError::Poisoned(gate)) => *gate.into_inner() = Gate::Shut,
            Err(TryLockError::WouldBlock) if Instant::now() < give_up => {
                thread::sleep(Duration::from_millis(1));
                continue;
            }
            Err(TryLockError::WouldBlock) => {}
        }
        return;
    }
}

/// Blocks a signal for this thread, so that reads and writes fail where the signal would stop the
/// process.
fn block(signal: Signal) {
    // It fails only for an invalid signal.
    let _ = SigSet::from(signal).thread_block();
}

/// What the reader sends to the relay.
enum Event {
    Input(Buffer),
    EndOfInput,
    Failed(io::Error),
    Closed,
}

/// The side that reads: the goroutine of listing 3.7.
struct Reader<R> {
    input: R,
    /// The output, to notice that it is closed while there is nothing to write.
    downstream: Arc<OwnedFd>,
    deadline: Option<Instant>,
    wait_at_end: bool,
    gate: Arc<Mutex<Gate>>,
    empty: Receiver<Buffer>,
    /// Holds every buffer and one more event, so that sending never blocks.
    events: Sender<Event>,
}

impl<R: Read + AsFd> Reader<R> {
    fn run(mut self) {
        block(Signal::SIGTTIN);
        // A buffer whose read failed.
        let mut unused: Option<Buffer> = None;
        while let Some(mut buffer) = unused.take().or_else(|| self.empty.recv().ok()) {
            match self.wait(PollFd::new(&self.input, PollFlags::IN), self.deadline) {
                Ready::Input => {}
                Ready::Closed => return self.close(),
                Ready::TimedOut => return,
            }
            let gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
            if *gate == Gate::Shut {
                return;
            }
            let event = match buffer.read_once(&mut self.input) {
                Ok(0) => Event::EndOfInput,
                Ok(_) => Event::Input(buffer),
                Err(error) if !is_passing(&self.input, &error) => Event::Failed(error),
                Err(error) => {
                    drop(gate);
                    unused = Some(buffer);
                    if error.kind() != ErrorKind::WouldBlock && !self.pause() {
                        return;
                    }
                    continue;
                }
            };
            let last = !matches!(event, Event::Input(_));
            if self.events.send(event).is_err() || last {
                break;
            }
        }
        if self.wait_at_end && self.wait(self.closing(), self.deadline) == Ready::Closed {
            self.close();
        }
    }

    fn close(&self) {
        let _ = self.events.send(Event::Closed);
    }

    /// Waits a while for the terminal, because poll reports input on it all the time. Returns whether
    /// to go on.
    fn pause(&self) -> bool {
        let now = Instant::now();
        let retry = now + RETRY;
        let until = self.deadline.map_or(retry, |deadline| deadline.min(retry));
        if self.wait(self.closing(), Some(until)) == Ready::Closed {
            self.close();
            return false;
        }
        self.deadline.is_none_or(|deadline| Instant::now() < deadline)
    }

    /// Blocks until there is something to do, but no later than `until`.
    fn wait(&self, input: PollFd<'_>, until: Option<Instant>) -> Ready {
        wait(input, self.closing(), until)
    }

    fn closing(&self) -> PollFd<'_> {
        closing(&*self.downstream)
    }
}

/// Whether reading may work the next time: another process was faster, or has the terminal.
fn is_passing(input: &impl AsFd, error: &io::Error) -> bool {
    let io = error.raw_os_error() == Some(Errno::IO.raw_os_error());
    error.kind() == ErrorKind::WouldBlock
        || io && tcgetpgrp(input).is_ok_and(|job| job != getpgrp())
}

/// Requests no events: poll reports a closed output regardless.
fn closing(output: &impl AsFd) -> PollFd<'_> {
    PollFd::new(output, PollFlags::empty())
}

/// Blocks until there is something to do, or the output is closed, but no later than `until`.
fn wait(input: PollFd<'_>, closing: PollFd<'_>, until: Option<Instant>) -> Ready {
    let mut files = [input, closing];
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        // Beyond the range of a `Timespec` is no limit.
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        match poll(&mut files, left.as_ref()) {
            Err(Errno::INTR) => {}
            Ok(0) => return Ready::TimedOut,
            _ if !files[1].revents().is_empty() => return Ready::Closed,
            // If poll itself failed, the read will report it.
            _ => return Ready::Input,
        }
    }
}

/// How a wait ended.
#[derive(PartialEq)]
enum Ready {
    Input,
    Closed,
    TimedOut,
}

/// The side that writes: the loop of listing 3.7.
struct Relay<W> {
    output: W,
    events: Receiver<Event>,
    recycle: Sender<Buffer>,
    gate: Arc<Mutex<Gate>>,
}

impl<W: Write> Relay<W> {
    fn run(mut self, deadline: Option<Instant>, settings: &Settings) -> Result<Ending, Error> {
        block(Signal::SIGTTOU);
        match self.relay(deadline, settings) {
            Err(Error::Write(error)) if error.kind() == ErrorKind::BrokenPipe => {
                Ok(Ending::OutputClosed)
            }
            result => result,
        }
    }

    fn relay(&mut self, deadline: Option<Instant>, settings: &Settings) -> Result<Ending, Error> {
        let time_out = deadline.map_or_else(never, at);
        loop {
            select! {
                recv(self.events) -> event => match event {
                    Ok(Event::Input(buffer)) => self.write(buffer)?,
                    Ok(Event::EndOfInput) if !settings.wait_at_end => return Ok(Ending::EndOfInput),
                    Ok(Event::EndOfInput) => (settings.on_end)(),
                    Ok(Event::Failed(error)) => return Err(Error::Read(error)),
                    Ok(Event::Closed) => return Ok(Ending::OutputClosed),
                    // The reader has seen the deadline first, and ended.
                    Err(_) => break,
                },
                recv(time_out) -> _ => break,
            }
        }
        shut(&self.gate);
        while let Ok(Event::Input(buffer)) = self.events.try_recv() {
            self.write(buffer)?;
        }
        self.output.write_all(&settings.closing).map_err(Error::Write)?;
        self.output.flush().map_err(Error::Write)?;
        Ok(Ending::TimedOut)
    }

    fn write(&mut self, buffer: Buffer) -> Result<(), Error> {
        self.output.write_all(&buffer).map_err(Error::Write)?;
        self.output.flush().map_err(Error::Write)?;
        // The channel holds every buffer. If the reader has ended, the buffer is not needed.
        let _ = self.recycle.send(buffer);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn everything_public_is_debug_and_send() {
        fn check<T: std::fmt::Debug + Send>() {}
        check::<Settings>();
        check::<Ending>();
        check::<Error>();
    }

    #[test]
    fn an_error_says_its_cause_once_and_turns_into_an_io_error() {
        for wrap in [Error::Read, Error::Write] {
            let error = wrap(ErrorKind::TimedOut.into());
            assert!(!error.to_string().contains(&error.source().unwrap().to_string()));
            assert_eq!(io::Error::from(error).kind(), ErrorKind::TimedOut);
        }
    }

    #[test]
    fn a_reader_that_sees_the_deadline_first_is_not_a_closed_output() {
        let settings = Settings::default().closing("closing");
        for _ in 0..50 {
            let (reader, events) = bounded(0);
            drop::<Sender<Event>>(reader);
            let gate = Arc::new(Mutex::new(Gate::Open));
            let mut relay = Relay { output: Vec::new(), events, recycle: bounded(0).0, gate };
            let ending = relay.relay(Some(Instant::now()), &settings).unwrap();
            assert_eq!((ending, &*relay.output), (Ending::TimedOut, &b"closing"[..]));
        }
    }
}

//! The echo with a deadline (techniques 10 and 13, listings 3.1 and 3.7).
//!
//! As in listing 3.7, one thread reads and sends what it read down a channel, and a loop selects
//! between that channel and the deadline. Three things differ from the book's program. The buffers
//! are recycled and each carries its length, so that no padding is written. The end of input is a
//! message of its own, sent once, where the book's goroutine goes on sending empty reads. And the
//! loop runs on a thread of its own, so that a downstream which has stopped reading cannot hold up
//! the deadline.
//!
//! ```
//! use csp_toolkit::echo::{self, Config, Outcome};
//! use std::io::{Read, Write};
//!
//! # use std::os::unix::net::UnixStream;
//! let (input, mut typed) = UnixStream::pair()?;
//! let (mut screen, output) = UnixStream::pair()?;
//! typed.write_all(b"hello\n")?;
//! drop(typed);
//! let config = Config { wait_at_end: false, ..Config::default() };
//! assert_eq!(echo::run(input, output, config)?, Outcome::EndOfInput);
//! let mut shown = String::new();
//! screen.read_to_string(&mut shown)?;
//! assert_eq!(shown, "hello\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod alone;

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

/// Bytes a buffer holds.
const BUFFER: usize = 128 * 1024;
/// How many buffers go round: one being read into, one being written, two between.
const BUFFERS: usize = 4;
/// How long after the deadline what was read may still be on its way out.
const GRACE: Duration = Duration::from_millis(30);
/// How many times that, while downstream would take it.
const GRACES: u32 = 10;

/// How long after the deadline the reader may be in the middle of a read.
const PATIENCE: Duration = Duration::from_millis(150);
/// How often is tried to read from a terminal that another job has.
const TURN: Duration = Duration::from_millis(100);

/// When the echo ends, and what it says.
#[derive(Debug)]
pub struct Config {
    /// How long the echo lasts; `None` is for ever.
    pub timeout: Option<Duration>,
    /// Written after everything else when the time is up.
    pub closing: Vec<u8>,
    /// Whether the end of input is waited out, as the book's program does, or ends the echo.
    pub wait_at_end: bool,
    /// Called, on another thread, when the input ends and the time-out is waited for.
    pub on_end: fn(),
}

impl Default for Config {
    /// Thirty seconds, waited out, with no closing words.
    fn default() -> Self {
        Self {
            timeout: Some(Duration::from_secs(30)),
            closing: Vec::new(),
            wait_at_end: true,
            on_end: || {},
        }
    }
}

/// How an echo ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The time was up; all that had been read was written, and the closing words.
    TimedOut,
    /// The time was up, and downstream did not take all that had been read.
    Stalled,
    /// The input ended, and that was to be the end.
    EndOfInput,
    /// Whoever reads the output closed it.
    Closed,
}

/// Why an echo failed.
#[derive(Debug, thiserror::Error)]
pub enum EchoError {
    /// The input could not be read. What had been read before was written.
    #[error("cannot read")]
    Read(#[source] io::Error),
    /// The output could not be written.
    #[error("cannot write")]
    Write(#[source] io::Error),
}

/// Copies `input` to `output`, byte for byte and as it arrives, until the time is up.
///
/// Everything read before the deadline is written, in order. Nothing is read after it, so what
/// is still in a pipe or a file stays there for the next program. Only a downstream that does not
/// take the last buffers (512 KiB at most) within 30 ms loses them: the deadline goes first. Where
/// it has room and it is this machine that is too busy, that may take 300 ms.
///
/// Neither the one nor the other side stops in a background job: while another job has the terminal,
/// nothing is read from it, and what there is to write is written, whatever `stty tostop` says.
/// `O_NONBLOCK` may be set on the input; where it is not, and another process takes input that this
/// one was told of, the reading thread waits for more: after the end, too.
///
/// Blocks until the end. After [`Outcome::Stalled`] the writing thread still waits for `output`;
/// the end of the process ends it.
///
/// # Panics
///
/// When `output` does, in its `write`.
pub fn run<R, W>(input: R, output: W, config: Config) -> Result<Outcome, EchoError>
where
    R: Read + AsFd + Send + 'static,
    W: Write + AsFd + Send + 'static,
{
    // A time too long for the clock is for ever.
    let deadline = config.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let (Ok(reading), Ok(writing)) = (start(), start()) else {
        return alone::run(input, output, deadline, &config);
    };
    let downstream = Arc::new(output.as_fd().try_clone_to_owned().map_err(EchoError::Write)?);
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
        wait_at_end: config.wait_at_end,
        gate: Arc::clone(&gate),
        empty,
        events: sender,
    };
    let relay = Relay { output, events, recycle, gate };

    let _ = reading.send(Box::new(move || reader.run()));
    let (finish, finished) = bounded(1);
    let _ = writing.send(Box::new(move || {
        // Nobody listens any more when the deadline has passed without us.
        let _ = finish.send(relay.run(deadline, &config));
    }));
    let ended = match deadline {
        Some(deadline) => {
            finished.recv_deadline(deadline).or_else(|_| wait_out_grace(&finished, &downstream))
        }
        None => finished.recv().map_err(RecvTimeoutError::from),
    };
    match ended {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Ok(Outcome::Stalled),
        Err(RecvTimeoutError::Disconnected) => panic!("the output panicked"),
    }
}

/// Starts a thread that does what it is sent; what a thread is given at its start is gone if it cannot
/// be started.
fn start() -> io::Result<Sender<Box<dyn FnOnce() + Send>>> {
    let (sender, receiver) = bounded::<Box<dyn FnOnce() + Send>>(1);
    Builder::new().spawn(move || receiver.recv().map(|work| work()))?;
    Ok(sender)
}

/// Waits for what comes from `finished` after the deadline.
///
/// Where there is room downstream, it is not downstream that keeps us waiting, but a machine too
/// busy to run us: what was read is not given up for that until several graces have passed.
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

/// Whether the reader may read. It holds the lock from finding that there is input until it has
/// sent the input on, and neither step blocks; so whoever shuts the gate knows that what was read
/// is in the channel, and that nothing more will be read.
#[derive(PartialEq)]
enum Gate {
    Open,
    Shut,
}

/// Shuts the gate; gives up on a reader that somebody else took the input from, so that its read
/// does block.
fn shut(gate: &Mutex<Gate>) {
    let given_up = Instant::now() + PATIENCE;
    loop {
        match gate.try_lock() {
            Ok(mut gate) => *gate = Gate::Shut,
            Err(TryLockError::Poisoned(gate)) => *gate.into_inner() = Gate::Shut,
            Err(TryLockError::WouldBlock) if Instant::now() < given_up => {
                thread::sleep(Duration::from_millis(1));
                continue;
            }
            Err(TryLockError::WouldBlock) => {}
        }
        return;
    }
}

/// Has the system refuse this thread what else would stop the process.
fn block(signal: Signal) {
    // Fails for no signal that there is.
    let _ = SigSet::from(signal).thread_block();
}

/// What the reader tells the relay.
enum Event {
    Input(Buffer),
    EndOfInput,
    Failed(io::Error),
    Closed,
}

/// The side that reads: the goroutine of listing 3.7.
struct Reader<R> {
    input: R,
    /// The output, to learn that it was closed while there is nothing to write.
    downstream: Arc<OwnedFd>,
    deadline: Option<Instant>,
    wait_at_end: bool,
    gate: Arc<Mutex<Gate>>,
    empty: Receiver<Buffer>,
    /// Has room for every buffer and one event more, so that sending never blocks.
    events: Sender<Event>,
}

impl<R: Read + AsFd> Reader<R> {
    fn run(mut self) {
        block(Signal::SIGTTIN);
        // A buffer that nothing could be read into.
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

    /// Waits for the terminal, where poll would say that there is input; tells whether to go on.
    fn pause(&self) -> bool {
        let now = Instant::now();
        let turn = now + TURN;
        let until = self.deadline.map_or(turn, |deadline| deadline.min(turn));
        if self.wait(self.closing(), Some(until)) == Ready::Closed {
            self.close();
            return false;
        }
        self.deadline.is_none_or(|deadline| Instant::now() < deadline)
    }

    /// Blocks until there is something to do, but no longer than `until`.
    fn wait(&self, input: PollFd<'_>, until: Option<Instant>) -> Ready {
        wait(input, self.closing(), until)
    }

    fn closing(&self) -> PollFd<'_> {
        closing(&*self.downstream)
    }
}

/// Whether reading may work the next time: somebody else was quicker, or has the terminal.
fn is_passing(input: &impl AsFd, error: &io::Error) -> bool {
    let io = error.raw_os_error() == Some(Errno::IO.raw_os_error());
    error.kind() == ErrorKind::WouldBlock
        || io && tcgetpgrp(input).is_ok_and(|job| job != getpgrp())
}

/// Asks for no event: poll reports a closed output unasked.
fn closing(output: &impl AsFd) -> PollFd<'_> {
    PollFd::new(output, PollFlags::empty())
}

/// Blocks until there is something to do, or the output is closed, but no longer than `until`.
fn wait(input: PollFd<'_>, closing: PollFd<'_>, until: Option<Instant>) -> Ready {
    let mut files = [input, closing];
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        // Longer than a `Timespec` can tell is for ever.
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        match poll(&mut files, left.as_ref()) {
            Err(Errno::INTR) => {}
            Ok(0) => return Ready::TimedOut,
            _ if !files[1].revents().is_empty() => return Ready::Closed,
            // If poll itself failed, the read will tell.
            _ => return Ready::Input,
        }
    }
}

/// What a wait ended with.
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
    fn run(mut self, deadline: Option<Instant>, config: &Config) -> Result<Outcome, EchoError> {
        block(Signal::SIGTTOU);
        match self.relay(deadline, config) {
            Err(EchoError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => {
                Ok(Outcome::Closed)
            }
            result => result,
        }
    }

    fn relay(&mut self, deadline: Option<Instant>, config: &Config) -> Result<Outcome, EchoError> {
        let time_out = deadline.map_or_else(never, at);
        loop {
            select! {
                recv(self.events) -> event => match event {
                    Ok(Event::Input(buffer)) => self.write(buffer)?,
                    Ok(Event::EndOfInput) if !config.wait_at_end => return Ok(Outcome::EndOfInput),
                    Ok(Event::EndOfInput) => (config.on_end)(),
                    Ok(Event::Failed(error)) => return Err(EchoError::Read(error)),
                    Ok(Event::Closed) => return Ok(Outcome::Closed),
                    // The reader leaves without a word when it sees the deadline before us.
                    Err(_) => break,
                },
                recv(time_out) -> _ => break,
            }
        }
        shut(&self.gate);
        while let Ok(Event::Input(buffer)) = self.events.try_recv() {
            self.write(buffer)?;
        }
        self.output.write_all(&config.closing).map_err(EchoError::Write)?;
        self.output.flush().map_err(EchoError::Write)?;
        Ok(Outcome::TimedOut)
    }

    fn write(&mut self, buffer: Buffer) -> Result<(), EchoError> {
        self.output.write_all(&buffer).map_err(EchoError::Write)?;
        self.output.flush().map_err(EchoError::Write)?;
        // There is room for every buffer; the reader may be gone, and the buffer goes with it.
        let _ = self.recycle.send(buffer);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_sees_the_deadline_first_does_not_pass_for_a_closed_output() {
        let config = Config { closing: b"closing".to_vec(), ..Config::default() };
        for _ in 0..50 {
            let (reader, events) = bounded(0);
            drop::<Sender<Event>>(reader);
            let gate = Arc::new(Mutex::new(Gate::Open));
            let mut relay = Relay { output: Vec::new(), events, recycle: bounded(0).0, gate };
            let outcome = relay.relay(Some(Instant::now()), &config).unwrap();
            assert_eq!((outcome, &*relay.output), (Outcome::TimedOut, &b"closing"[..]));
        }
    }
}

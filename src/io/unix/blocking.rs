//! Streams that block even if `O_NONBLOCK` is set.
//!
//! The flag belongs to the open file, not to this process: a program that shares a pipe or a
//! terminal with this one (ssh, node.js, another one in the pipeline) can set it at any time. A
//! read or write then fails with `EAGAIN` instead of blocking.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};

/// A stream whose reads and writes block until they are possible, and continue after a signal.
#[derive(Debug)]
pub(crate) struct Blocking<T>(T);

impl<T: AsFd> Blocking<T> {
    /// Wraps a file, a pipe, a socket or a terminal. Does not change its flags.
    pub(crate) fn new(stream: T) -> Self {
        Self(stream)
    }

    /// Returns a reference to the stream.
    pub(crate) fn get_ref(&self) -> &T {
        &self.0
    }

    /// Returns a reference to the stream, to change it.
    pub(crate) fn get_mut(&mut self) -> &mut T {
        &mut self.0
    }

    /// Returns the stream.
    pub(crate) fn into_inner(self) -> T {
        self.0
    }

    /// Returns whether a read returns at once: with bytes, with an error, or at the end.
    pub(crate) fn is_ready(&self) -> bool {
        let now = Timespec::default();
        let mut stream = [PollFd::new(&self.0, PollFlags::IN)];
        poll(&mut stream, Some(&now)).is_ok_and(|ready| ready > 0)
    }

    fn retry<R>(
        &mut self,
        events: PollFlags,
        mut operation: impl FnMut(&mut T) -> io::Result<R>,
    ) -> io::Result<R> {
        loop {
            match operation(&mut self.0) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    wait(self.0.as_fd(), events)?;
                }
                result => return result,
            }
        }
    }
}

/// Blocks until one of the events, an error or a hang-up occurs.
fn wait(stream: BorrowedFd<'_>, events: PollFlags) -> io::Result<()> {
    loop {
        match poll(&mut [PollFd::from_borrowed_fd(stream, events)], None) {
            Err(Errno::INTR) => {}
            result => return result.map(drop).map_err(io::Error::from),
        }
    }
}

impl<T: Read + AsFd> Read for Blocking<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.retry(PollFlags::IN, |stream| stream.read(buffer))
    }
}

impl<T: Write + AsFd> Write for Blocking<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.retry(PollFlags::OUT, |stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.retry(PollFlags::OUT, T::flush)
    }
}

impl<T: AsFd> AsFd for Blocking<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;
    use std::thread;

    #[test]
    fn blocks_although_the_stream_is_nonblocking() {
        let (mut near, far) = UnixStream::pair().unwrap();
        near.set_nonblocking(true).unwrap();
        assert_eq!(near.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
        let text: Vec<u8> = (0..=255).cycle().take(10_000_000).collect();
        let copied = thread::scope(|scope| {
            let writer = scope.spawn(|| {
                far.set_nonblocking(true).unwrap();
                Blocking::new(far).write_all(&text).unwrap();
            });
            let mut copied = Vec::new();
            Blocking::new(near).read_to_end(&mut copied).unwrap();
            writer.join().unwrap();
            copied
        });
        assert!(copied == text);
    }
}

//! A stream that says when nothing comes.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::retry_on_intr;
use std::io::{self, ErrorKind, Read};
use std::os::fd::AsFd;
use std::time::Duration;

/// Reads a stream. Where nothing comes for a while, the read fails once with
/// [`ErrorKind::WouldBlock`]; the next one blocks until something does, so that a long silence costs
/// nothing. Regular files are never idle.
#[derive(Debug)]
pub(crate) struct Idle<T> {
    stream: T,
    after: Timespec,
    /// Whether this silence was reported.
    reported: bool,
}

impl<T: Read + AsFd> Idle<T> {
    /// Wraps a stream whose reads block, and that has no buffer of its own. It is idle after a
    /// silence of `after`.
    pub(crate) fn new(stream: T, after: Duration) -> Self {
        let after = Timespec::try_from(after).expect("a short time");
        Self { stream, after, reported: false }
    }

    fn is_idle(&self) -> io::Result<bool> {
        let mut streams = [PollFd::new(&self.stream, PollFlags::IN)];
        Ok(retry_on_intr(|| poll(&mut streams, Some(&self.after)))? == 0)
    }
}

impl<T: Read + AsFd> Read for Idle<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.reported && self.is_idle()? {
            self.reported = true;
            return Err(ErrorKind::WouldBlock.into());
        }
        let count = self.stream.read(buffer)?;
        self.reported = false;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Blocking;
    use std::io::Write;
    use std::os::unix::net::UnixStream;
    use std::thread;

    #[test]
    fn each_silence_is_reported_once_and_nothing_is_lost() {
        let (mut far, near) = UnixStream::pair().unwrap();
        let mut near = Idle::new(Blocking::new(near), Duration::from_millis(10));
        let mut byte = [0];
        for sent in [b'a', b'b'] {
            assert_eq!(near.read(&mut byte).unwrap_err().kind(), ErrorKind::WouldBlock);
            thread::scope(|scope| {
                scope.spawn(|| {
                    thread::sleep(Duration::from_millis(50));
                    far.write_all(&[sent]).unwrap();
                });
                assert_eq!(near.read(&mut byte).unwrap(), 1);
            });
            assert_eq!(byte, [sent]);
        }
        drop(far);
        assert_eq!(near.read(&mut byte).unwrap(), 0);
    }
}

//! Closing a file, and reporting errors of `close`.

use nix::errno::Errno;
use std::io;
use std::os::fd::AsFd;

/// How many times to try, if a signal interrupts the close.
const TRIES: u32 = 3;

/// Makes the system finish writing `file`, and returns an error that only `close` reports: NFS,
/// CIFS, FUSE and quotas report a full disk there. The standard library ignores such errors.
///
/// It closes a duplicate, since any close of the file has this effect; `file` stays open.
pub(crate) fn close(file: &impl AsFd) -> io::Result<()> {
    let mut result = Ok(());
    for _ in 0..TRIES {
        let duplicate = file.as_fd().try_clone_to_owned()?;
        result = nix::unistd::close(duplicate);
        if result != Err(Errno::EINTR) {
            break;
        }
    }
    result.map_err(io::Error::from)
}

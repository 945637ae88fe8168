//! Closing a file, and hearing of it when that fails.

use nix::errno::Errno;
use std::io;
use std::os::fd::AsFd;

/// How often a close that a signal interrupted is tried again.
const TRIES: u32 = 3;

/// Has the system finish what was written to `file`, as the last `close` would, and returns the
/// error that only `close` reports: NFS, CIFS, FUSE and quotas report a full disk there. The
/// standard library ignores it.
///
/// A duplicate is what is closed, since any close of the file does it; so `file` stays open.
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

//! The files behind the standard streams, without the buffers that `std` puts in front of them.

use super::message;
use super::startup::{Standard, check_open};
use crate::io::{Blocking, close};
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

/// Returns standard input. Fails with `EBADF` if it was closed when the process started.
pub(crate) fn input() -> io::Result<Blocking<File>> {
    check_open(Standard::Input)?;
    file_of(io::stdin())
}

/// Returns standard output. Fails with `EBADF` if it was closed when the process started.
pub(crate) fn output() -> io::Result<Blocking<File>> {
    check_open(Standard::Output)?;
    file_of(io::stdout())
}

/// Tells a user at a terminal that the command waits for input. Call it before reading standard input
/// where no file was named; it prints nothing unless standard input and standard error are terminals.
pub(crate) fn announce_input(command: &str) {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        message::line(command, "reading standard input; end it with Ctrl-D (-h for help)");
    }
}

/// Writes to standard output, unbuffered.
pub(crate) fn print(text: &str) -> io::Result<()> {
    // Progress may be shown on the same terminal.
    message::wipe();
    output()?.write_all(text.as_bytes())
}

/// Closes standard output at the end of the process: some errors are reported only then.
pub(super) fn close_output() -> io::Result<()> {
    match check_open(Standard::Output) {
        Ok(()) => close(&io::stdout()),
        // Every write to it has failed already.
        Err(_) => Ok(()),
    }
}

fn file_of(stream: impl AsFd) -> io::Result<Blocking<File>> {
    let file = File::from(stream.as_fd().try_clone_to_owned()?);
    widen(&file);
    Ok(Blocking::new(file))
}

/// Enlarges a pipe's buffer, so that the programs at its ends wait for each other less often. Does
/// nothing to other files, or where the system does not allow it.
#[cfg(target_os = "linux")]
fn widen(file: &File) {
    use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};

    const PIPE: usize = 1024 * 1024;
    if fcntl_getpipe_size(file).is_ok_and(|size| size < PIPE) {
        let _ = fcntl_setpipe_size(file, PIPE);
    }
}

#[cfg(not(target_os = "linux"))]
fn widen(_: &File) {}

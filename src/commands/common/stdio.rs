//! The files behind the standard streams: the streams' own buffers would only be in the way.

use super::message;
use super::startup::{Standard, check_open};
use crate::io::{Blocking, close};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

/// Standard input; an error if it was closed when the process started.
pub(crate) fn input() -> io::Result<Blocking<File>> {
    check_open(Standard::Input)?;
    file_of(io::stdin())
}

/// Standard output; an error if it was closed when the process started.
pub(crate) fn output() -> io::Result<Blocking<File>> {
    check_open(Standard::Output)?;
    file_of(io::stdout())
}

/// Writes to standard output, at once.
pub(crate) fn print(text: &str) -> io::Result<()> {
    // It may be the same terminal.
    message::wipe();
    output()?.write_all(text.as_bytes())
}

/// Closes standard output, at the end of the process, to learn of an error that is reported only then.
pub(super) fn close_output() -> io::Result<()> {
    match check_open(Standard::Output) {
        Ok(()) => close(&io::stdout()),
        // What was to be written to it has failed already.
        Err(_) => Ok(()),
    }
}

fn file_of(stream: impl AsFd) -> io::Result<Blocking<File>> {
    let file = File::from(stream.as_fd().try_clone_to_owned()?);
    widen(&file);
    Ok(Blocking::new(file))
}

/// Makes a pipe hold more: the more it holds, the seldomer two programs wait for each other. What
/// is no pipe, or may not grow, works as it is.
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

//! The files behind the standard streams: the streams' own buffers would only be in the way.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

/// Standard input.
pub fn input() -> io::Result<File> {
    file_of(io::stdin())
}

/// Standard output.
pub fn output() -> io::Result<File> {
    file_of(io::stdout())
}

fn file_of(stream: impl AsFd) -> io::Result<File> {
    let file = File::from(stream.as_fd().try_clone_to_owned()?);
    widen(&file);
    Ok(file)
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

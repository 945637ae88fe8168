//! The exit statuses, and how every command ends.

use super::startup::was_ignored;
use super::{message, stdio};
use anyhow::Context;
use signal_hook::consts::SIGPIPE;
use std::ffi::c_int;
use std::io::ErrorKind;
use std::process::ExitCode;

/// How a command ended, from good to bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Everything was done.
    #[default]
    Success,
    /// Everything was done, with a warning, as `gzip` grades it.
    Warning,
    /// Something failed; the rest was done.
    Failure,
}

impl Exit {
    /// Returns the process's exit status. Usage errors are 2 as well.
    #[must_use]
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Warning => 2,
        }
    }

    /// Keeps the worse of the two.
    pub(crate) fn worsen(&mut self, other: Self) {
        *self = (*self).max(other);
    }
}

/// Turns the result of a command's `run` into the process's exit status.
///
/// An error is printed as one line. If standard output was closed by its reader, `SIGPIPE` ends the
/// process without a message, as it ends every other filter, unless it was started with that signal
/// ignored.
#[must_use]
pub(crate) fn finish(command: &str, result: anyhow::Result<Exit>) -> ExitCode {
    let closed = |exit| stdio::close_output().context("standard output").map(|()| exit);
    let exit = result.and_then(closed).unwrap_or_else(|error| {
        if is_broken_pipe(&error) && !was_ignored(SIGPIPE) {
            die_of(SIGPIPE);
        }
        message::fail(command, &error);
        Exit::Failure
    });
    ExitCode::from(exit.code())
}

/// Ends the process as the signal's default action does.
pub(crate) fn die_of(signal: c_int) {
    // Fails only for an invalid signal number.
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_exit_wins() {
        let mut exit = Exit::default();
        for (next, code) in [(Exit::Warning, 2), (Exit::Failure, 1), (Exit::Warning, 1)] {
            exit.worsen(next);
            assert_eq!(exit.code(), code);
        }
    }
}

//! The exit codes, and the way every command ends.

use super::startup::was_ignored;
use super::{message, stdio};
use anyhow::Context;
use signal_hook::consts::SIGPIPE;
use std::ffi::c_int;
use std::io::ErrorKind;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All that was asked was done.
    #[default]
    Success,
    /// All was done, with something to know: `gzip`'s warning.
    Warning,
    /// Something failed; what could be done was done.
    Failure,
}

impl Exit {
    /// The status that the shell sees. Unusable options are 2 as well, and end in `clap`.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Warning => 2,
        }
    }

    /// Keeps the graver of the two.
    pub fn worsen(&mut self, other: Self) {
        *self = (*self).max(other);
    }
}

/// Turns what a command's `run` returned into the end of the process.
///
/// An error is printed as one line. A closed output is no error: the command dies quietly by
/// `SIGPIPE`, as every other filter does, unless it was started with that signal ignored.
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

/// Ends the process as the signal would have, had nobody caught it.
pub(crate) fn die_of(signal: c_int) {
    // Fails only for a number that is not a signal's.
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
    fn the_graver_exit_wins() {
        let mut exit = Exit::default();
        for (next, code) in [(Exit::Warning, 2), (Exit::Failure, 1), (Exit::Warning, 1)] {
            exit.worsen(next);
            assert_eq!(exit.code(), code);
        }
    }
}

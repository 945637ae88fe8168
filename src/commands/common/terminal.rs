//! What is known about the terminals behind the standard streams.

use rustix::process::getpgrp;
use rustix::termios::{tcgetpgrp, tcgetwinsize};
use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;

/// Returns standard output's width in columns; 80 if it is not a terminal.
#[must_use]
pub(crate) fn width() -> usize {
    width_of(io::stdout()).unwrap_or(80)
}

/// Returns a terminal's width in columns; `None` if it is not a terminal or reports none.
pub(super) fn width_of(stream: impl AsFd) -> Option<usize> {
    let columns = tcgetwinsize(stream).ok()?.ws_col;
    (columns > 0).then_some(columns.into())
}

/// Whether the stream is this process's terminal while another job is in its foreground: writing
/// to it may stop this process (`stty tostop`), and would mix with that job's output.
pub(super) fn is_background(stream: impl AsFd) -> bool {
    // This fails for other files, and for a terminal that does not control this process's jobs.
    tcgetpgrp(stream).is_ok_and(|foreground| foreground != getpgrp())
}

/// Whether the terminal understands escape sequences, according to `TERM`.
pub(super) fn can_draw() -> bool {
    std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb")
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    /// No escape sequences.
    Plain,
    /// With ANSI escape sequences.
    Ansi,
}

/// Returns `Ansi` if standard output is a terminal, unless `TERM` is `dumb` or `NO_COLOR` is set
/// (<https://no-color.org>).
#[must_use]
pub(crate) fn colour() -> Colour {
    let set = |name, unwanted: fn(&OsStr) -> bool| {
        std::env::var_os(name).is_some_and(|value| unwanted(&value))
    };
    let plain = set("NO_COLOR", |value| !value.is_empty()) || set("TERM", |value| value == "dumb");
    if plain || !io::stdout().is_terminal() { Colour::Plain } else { Colour::Ansi }
}

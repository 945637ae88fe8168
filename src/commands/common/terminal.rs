//! The terminals that standard output and standard error are.

use rustix::process::getpgrp;
use rustix::termios::{tcgetpgrp, tcgetwinsize};
use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;

/// Standard output's width in columns; 80 if it is no terminal.
#[must_use]
pub(crate) fn width() -> usize {
    width_of(io::stdout()).unwrap_or(80)
}

/// A terminal's width in columns, if it is one and knows.
pub(super) fn width_of(stream: impl AsFd) -> Option<usize> {
    let columns = tcgetwinsize(stream).ok()?.ws_col;
    (columns > 0).then_some(columns.into())
}

/// Whether the stream is a terminal that another job than this process's has: writing to it may
/// stop this process (`stty tostop`), and gets in that job's way.
pub(super) fn is_background(stream: impl AsFd) -> bool {
    // It fails for what is no terminal, and for one that does not control this process's jobs.
    tcgetpgrp(stream).is_ok_and(|foreground| foreground != getpgrp())
}

/// Whether the terminal understands escape sequences, as far as `TERM` tells.
pub(super) fn can_draw() -> bool {
    std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb")
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    /// Text alone.
    Plain,
    /// With ANSI escape sequences.
    Ansi,
}

/// Colour where there is a terminal that can show it, unless `NO_COLOR` asks for none
/// (<https://no-color.org>).
#[must_use]
pub(crate) fn colour() -> Colour {
    let set = |name, unwanted: fn(&OsStr) -> bool| {
        std::env::var_os(name).is_some_and(|value| unwanted(&value))
    };
    let plain = set("NO_COLOR", |value| !value.is_empty()) || set("TERM", |value| value == "dumb");
    if plain || !io::stdout().is_terminal() { Colour::Plain } else { Colour::Ansi }
}

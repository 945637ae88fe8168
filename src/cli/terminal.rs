//! The terminal that standard output is.

use rustix::termios::tcgetwinsize;
use std::ffi::OsStr;
use std::io::{self, IsTerminal};

/// Its width in columns; 80 if it is none.
#[must_use]
pub fn width() -> usize {
    match tcgetwinsize(io::stdout()) {
        // Some terminals do not know.
        Ok(size) if size.ws_col > 0 => size.ws_col.into(),
        _ => 80,
    }
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Text alone.
    Plain,
    /// With ANSI escape sequences.
    Ansi,
}

/// Colour where there is a terminal that can show it, unless `NO_COLOR` asks for none
/// (<https://no-color.org>).
#[must_use]
pub fn colour() -> Colour {
    let set = |name, unwanted: fn(&OsStr) -> bool| {
        std::env::var_os(name).is_some_and(|value| unwanted(&value))
    };
    let plain = set("NO_COLOR", |value| !value.is_empty()) || set("TERM", |value| value == "dumb");
    if plain || !io::stdout().is_terminal() { Colour::Plain } else { Colour::Ansi }
}

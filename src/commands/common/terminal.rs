//! What is known about the terminals behind the standard streams.

use rustix::process::getpgrp;
use rustix::termios::{tcgetpgrp, tcgetwinsize};
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
    std::env::var_os("TERM").is_some_and(|term| !term.is_empty()) && !is_dumb()
}

/// Whether the terminal understands no escape sequences and cannot go back to the start of a line.
pub(super) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// How drawings look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub colour: Colour,
    pub charset: Charset,
}

/// Returns how drawings look on standard output.
#[must_use]
pub(crate) fn look() -> Look {
    Look { colour: colour(), charset: charset() }
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
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if unwanted || is_dumb() || !io::stdout().is_terminal() { Colour::Plain } else { Colour::Ansi }
}

/// The characters to draw with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    /// Any.
    Unicode,
    /// Those that every encoding has.
    Ascii,
}

/// Returns `Unicode` if the encoding of the locale is UTF-8, and `Ascii` for any other and without a
/// locale. It does not matter whether standard output is a terminal: a drawing often passes through a
/// pipe to get there.
#[must_use]
pub(crate) fn charset() -> Charset {
    let mut names = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(std::env::var_os);
    let locale = names.find(|locale| !locale.is_empty()).unwrap_or_default();
    charset_of(&locale.to_string_lossy())
}

/// Returns the characters of a locale such as `de_DE.UTF-8@euro`, or `UTF-8` alone.
fn charset_of(locale: &str) -> Charset {
    let (locale, _modifier) = locale.split_once('@').unwrap_or((locale, ""));
    let encoding = locale.rsplit('.').next().unwrap_or_default();
    let is_utf8 = ["UTF-8", "UTF8"].iter().any(|name| encoding.eq_ignore_ascii_case(name));
    if is_utf8 { Charset::Unicode } else { Charset::Ascii }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_locales_in_utf_8_have_all_characters() {
        for locale in ["C.UTF-8", "en_US.utf8", "de_DE.UTF-8@euro", "C.Utf8", "UTF-8"] {
            assert_eq!(charset_of(locale), Charset::Unicode, "{locale}");
        }
        for locale in
            ["", "C", "POSIX", "en_US", "de_DE@euro", "ru_RU.KOI8-R", "utf8.C", "C.UTF-16"]
        {
            assert_eq!(charset_of(locale), Charset::Ascii, "{locale}");
        }
    }
}

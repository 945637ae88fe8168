//! The terminal that standard output is.

use rustix::termios::tcgetwinsize;
use std::io;

/// Its width in columns; 80 if it is none.
#[must_use]
pub fn width() -> usize {
    match tcgetwinsize(io::stdout()) {
        // Some terminals do not know.
        Ok(size) if size.ws_col > 0 => size.ws_col.into(),
        _ => 80,
    }
}

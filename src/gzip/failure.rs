//! An error that was returned, and is returned again by every later call.

use std::io::{self, ErrorKind};

#[derive(Debug)]
pub(super) struct Failure {
    kind: ErrorKind,
    message: String,
}

impl Failure {
    /// The first time, the error itself is returned.
    pub(super) fn of(error: &io::Error) -> Self {
        // An interrupted call would be repeated for ever.
        let kind = match error.kind() {
            ErrorKind::Interrupted => ErrorKind::Other,
            kind => kind,
        };
        Self { kind, message: error.to_string() }
    }

    pub(super) fn new(message: &str) -> Self {
        Self { kind: ErrorKind::Other, message: message.to_owned() }
    }

    pub(super) fn error(&self) -> io::Error {
        io::Error::new(self.kind, self.message.clone())
    }
}

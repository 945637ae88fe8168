//! The one place that writes to standard error.

use crate::io::Blocking;
use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Prints `command: cause: deeper cause`, one line.
pub fn fail(command: &str, error: &anyhow::Error) {
    let causes: Vec<String> = error.chain().map(reason).collect();
    line(command, &causes.join(": "));
}

/// Prints `command: file: cause`, one line.
pub fn fail_file(command: &str, file: &Path, error: &(dyn Error + 'static)) {
    line(command, &format!("{}: {}", Name(file), reason(error)));
}

/// Prints `command: text`, one line. That standard error may be closed is nobody's to hear.
pub fn line(command: &str, text: &str) {
    print(&format!("{command}: {text}\n"));
}

/// Prints as it is, at once.
pub fn print(text: &str) {
    let _ = Blocking::new(io::stderr().lock()).write_all(text.as_bytes());
}

/// An error's text without Rust's `(os error 2)`, and without the name of a temporary file that
/// may follow: the system's words alone, as other tools print them.
pub(super) fn reason(error: &(dyn Error + 'static)) -> String {
    let text = error.to_string();
    let cut = text.rsplit_once(" (os error ").and_then(|(words, rest)| {
        let (_number, rest) = rest.split_once(')')?;
        (rest.is_empty() || rest.starts_with(" at path ")).then(|| words.to_owned())
    });
    cut.unwrap_or(text)
}

/// A file's name for a person to read: bytes that are not text, and control characters that would
/// drive the terminal, are escaped.
#[derive(Debug)]
pub struct Name<'a>(pub &'a Path);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.as_os_str().as_bytes().utf8_chunks() {
            for c in chunk.valid().chars() {
                if c.is_control() {
                    write!(f, "{}", c.escape_default())?;
                } else {
                    write!(f, "{c}")?;
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn names_cannot_drive_the_terminal() {
        let name = Path::new(OsStr::from_bytes(b"caf\xc3\xa9 \xff\x1b[2J\n"));
        assert_eq!(Name(name).to_string(), r"café \xff\u{1b}[2J\n");
    }

    #[test]
    fn reasons_are_the_system_s_words() {
        let missing = io::Error::from_raw_os_error(2);
        assert_eq!(reason(&missing), "No such file or directory");
        let unnamed = io::Error::other("Odd (os error 2) at path \"/tmp/x\"");
        assert_eq!(reason(&unnamed), "Odd");
        for text in ["odd (os error", "odd (os error 2) still"] {
            assert_eq!(reason(&io::Error::other(text)), text);
        }
    }
}

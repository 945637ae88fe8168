//! The one place that writes to standard error.
//!
//! It also keeps track of what the terminal's last line shows, so that the line of
//! [progress](super::progress), a question and a message never overwrite one another.

use super::dash::is_stdin;
use super::terminal;
use crate::io::{Blocking, controls};
use std::error::Error;
use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Prints `command: cause: deeper cause`, one line.
pub(crate) fn fail(command: &str, error: &anyhow::Error) {
    let causes: Vec<String> = error.chain().map(reason).collect();
    line(command, &causes.join(": "));
}

/// Prints `command: file: cause`, one line.
pub(crate) fn fail_file(command: &str, file: &Path, error: &(dyn Error + 'static)) {
    line(command, &format!("{}: {}", InputName(file), reason(error)));
}

/// Prints `command: file: cause; tip`, one line: `x: .: Is a directory; -r reads the files in it`.
pub(crate) fn fail_file_with_tip(
    command: &str,
    file: &Path,
    error: &(dyn Error + 'static),
    tip: &str,
) {
    line(command, &format!("{}: {}; {tip}", InputName(file), reason(error)));
}

/// Prints `command: text`, one line. Control characters are escaped, except line feeds. Errors are
/// ignored: standard error may be closed.
pub(crate) fn line(command: &str, text: &str) {
    let lines: Vec<_> = text.split('\n').map(|line| Escaped(line).to_string()).collect();
    print(&format!("{command}: {}\n", lines.join("\n")));
}

/// What the last line of standard error contains.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    Nothing,
    /// A line of progress, to be wiped before anything else is printed.
    Progress,
    /// Text without a line feed at its end, such as a question. It must stay.
    Text,
}

static LAST: Mutex<Last> = Mutex::new(Last::Nothing);

/// Wipes the line that the cursor is on.
const WIPE: &str = "\r\x1b[K";

fn last() -> MutexGuard<'static, Last> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(text: &str) {
    let _ = Blocking::new(io::stderr().lock()).write_all(text.as_bytes());
}

/// Prints the text as it is, in one write.
pub(crate) fn print(text: &str) {
    let mut last = last();
    // In the background, the last line belongs to the shell.
    let wipe = *last == Last::Progress && !terminal::is_background(io::stderr());
    write(&if wipe { format!("{WIPE}{text}") } else { text.to_owned() });
    if !text.is_empty() {
        *last = if text.ends_with('\n') { Last::Nothing } else { Last::Text };
    }
}

/// Prints a question and returns the answer, a line of standard input. Blocks until it is there.
pub(crate) fn ask(question: &str) -> io::Result<String> {
    print(question);
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    // The terminal has echoed the answer's line feed.
    *last() = Last::Nothing;
    read.map(|_| answer)
}

/// Replaces the line of progress, unless a question is in its place.
pub(super) fn draw(text: &str) {
    let mut last = last();
    if *last != Last::Text {
        write(&format!("\r{text}\x1b[K"));
        *last = Last::Progress;
    }
}

/// Wipes the line of progress, if there is one. Call it before writing to a terminal elsewhere.
pub(super) fn wipe() {
    let mut last = last();
    if *last == Last::Progress {
        if !terminal::is_background(io::stderr()) {
            write(WIPE);
        }
        *last = Last::Nothing;
    }
}

/// Returns an error's text without Rust's `(os error 2)`, and without the name of a temporary file
/// that may follow: the system's words alone, as other tools print them.
pub(crate) fn reason(error: &(dyn Error + 'static)) -> String {
    let text = error.to_string();
    let cut = text.rsplit_once(" (os error ").and_then(|(words, rest)| {
        let (_number, rest) = rest.split_once(')')?;
        (rest.is_empty() || rest.starts_with(" at path ")).then(|| words.to_owned())
    });
    cut.unwrap_or(text)
}

/// Displays an input's name: `-` as `standard input`, any other as [`Name`] does.
#[derive(Debug)]
pub(crate) struct InputName<'a>(pub &'a Path);

impl fmt::Display for InputName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_stdin(self.0) { f.write_str("standard input") } else { Name(self.0).fmt(f) }
    }
}

/// Displays a file's name, with invalid UTF-8 and characters that control the terminal escaped.
#[derive(Debug)]
pub(crate) struct Name<'a>(pub &'a Path);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.as_os_str().as_bytes().utf8_chunks() {
            write!(f, "{}", Escaped(chunk.valid()))?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// Displays a text, with characters that control the terminal escaped.
#[derive(Debug)]
pub(crate) struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if controls(c) {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
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
    fn names_cannot_control_the_terminal() {
        let name = Path::new(OsStr::from_bytes(b"caf\xc3\xa9 \xff\x1b[2J\n"));
        assert_eq!(Name(name).to_string(), r"café \xff\u{1b}[2J\n");
        for (text, escaped) in [
            ("\u{9b}2J\u{7f}", r"\u{9b}2J\u{7f}"),
            ("a\u{202e}cod.exe", r"a\u{202e}cod.exe"),
            ("\u{2066}\u{61c}\u{2028}", r"\u{2066}\u{61c}\u{2028}"),
            ("\u{65e5}\u{5d0} \u{1f980}", "\u{65e5}\u{5d0} \u{1f980}"),
        ] {
            assert_eq!(Name(Path::new(text)).to_string(), escaped);
        }
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

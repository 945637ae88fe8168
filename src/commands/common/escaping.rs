//! Text for a terminal, with the characters that would control it escaped.

use crate::io::controls;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::mem;

/// How a character is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// `\u{1b}`, as everywhere else in these commands.
    Rust,
    /// `\u001b`, so that JSON stays JSON.
    Json,
}

/// Writes text to a terminal and escapes what would control it, except tabs and line feeds. Bytes
/// that are not UTF-8 become `\xNN`.
#[derive(Debug)]
pub(super) struct EscapingWriter<W> {
    pub(super) output: W,
    escapes: Escapes,
    /// The beginning of a character whose end has not been written yet.
    pending: Vec<u8>,
}

impl<W: Write> EscapingWriter<W> {
    pub(super) fn new(output: W, escapes: Escapes) -> Self {
        Self { output, escapes, pending: Vec::new() }
    }

    fn escaped(&self, text: &[u8]) -> String {
        let mut escaped = String::new();
        for chunk in text.utf8_chunks() {
            for c in chunk.valid().chars() {
                match (c, self.escapes) {
                    ('\t' | '\n', _) => escaped.push(c),
                    (c, _) if !controls(c) => escaped.push(c),
                    (c, Escapes::Rust) => escaped.extend(c.escape_default()),
                    (c, Escapes::Json) => {
                        let _ = write!(escaped, "\\u{:04x}", u32::from(c));
                    }
                }
            }
            for byte in chunk.invalid() {
                let _ = write!(escaped, "\\x{byte:02x}");
            }
        }
        escaped
    }
}

impl<W: Write> Write for EscapingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut text = mem::take(&mut self.pending);
        text.extend_from_slice(bytes);
        self.pending = text.split_off(text.len() - incomplete(&text));
        self.output.write_all(self.escaped(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let rest = mem::take(&mut self.pending);
        self.output.write_all(self.escaped(&rest).as_bytes())?;
        self.output.flush()
    }
}

/// Returns how many bytes at the end of the text are the beginning of a character.
fn incomplete(text: &[u8]) -> usize {
    let last = text.utf8_chunks().last().map_or(&[][..], |chunk| chunk.invalid());
    match std::str::from_utf8(last) {
        Err(error) if error.error_len().is_none() => last.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &[u8], escapes: Escapes, at_a_time: usize) -> String {
        let mut writer = EscapingWriter::new(Vec::new(), escapes);
        for piece in text.chunks(at_a_time) {
            writer.write_all(piece).unwrap();
        }
        writer.flush().unwrap();
        String::from_utf8(writer.output).unwrap()
    }

    #[test]
    fn what_controls_a_terminal_is_escaped_wherever_the_text_is_cut() {
        let text = b"\x1b[31mr\xc3\xa9d\xc2\x9b\t\xe6\x97\xa5\n\x7f\xff \xf0\x9f\xa6\x80 \xe2\x80\xae\xe6\x97";
        let rust = "\\u{1b}[31mréd\\u{9b}\t日\n\\u{7f}\\xff 🦀 \\u{202e}\\xe6\\x97";
        let json = "\\u001b[31mréd\\u009b\t日\n\\u007f\\xff 🦀 \\u202e\\xe6\\x97";
        for at_a_time in 1..text.len() {
            assert_eq!(written(text, Escapes::Rust, at_a_time), rust);
            assert_eq!(written(text, Escapes::Json, at_a_time), json);
        }
    }
}

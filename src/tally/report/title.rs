//! The name of a list, for people and for programs.

use serde::Serialize;
use std::io::{self, Write};

/// The name of the file that a list belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Title<'t> {
    /// The bytes of the name. The formats for programs encode them without loss.
    pub name: &'t [u8],
    /// The name as people see it.
    pub shown: &'t str,
}

impl Title<'_> {
    /// Writes the name with escapes for everything that would end a field or control a terminal: `\t`,
    /// `\n`, `\r` and `\\`, and `\xNN` for each byte of another control character or that is not UTF-8.
    pub(super) fn tsv(&self, output: &mut impl Write) -> io::Result<()> {
        for chunk in self.name.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\t' => output.write_all(br"\t")?,
                    '\n' => output.write_all(br"\n")?,
                    '\r' => output.write_all(br"\r")?,
                    '\\' => output.write_all(br"\\")?,
                    c if c.is_control() => hex(output, c.encode_utf8(&mut [0; 4]).as_bytes())?,
                    c => write!(output, "{c}")?,
                }
            }
            hex(output, chunk.invalid())?;
        }
        Ok(())
    }
}

/// A file's name in JSON: a string or, because that is UTF-8, an object with its bytes in base64:
/// `{"bytes":"Y2Fm6Q=="}`.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum FileName<'n> {
    Text(&'n str),
    Binary { bytes: String },
}

impl<'n> FileName<'n> {
    pub(super) fn of(name: &'n [u8]) -> Self {
        match std::str::from_utf8(name) {
            Ok(name) => Self::Text(name),
            Err(_) => Self::Binary { bytes: base64(name) },
        }
    }
}

fn hex(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    bytes.iter().try_for_each(|byte| write!(output, "\\x{byte:02x}"))
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= three.len() { digit.into() } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        // Section 10.
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(b"\xFB\xEF\xFF"), "++//");
    }

    #[test]
    fn every_name_has_a_tsv_field_of_its_own() {
        let field = |name: &[u8]| {
            let mut field = Vec::new();
            Title { name, shown: "" }.tsv(&mut field).unwrap();
            String::from_utf8(field).unwrap()
        };
        assert_eq!(
            field(b"a\tb\\t\n\r \x1b\xc2\x85\xff\xc3\xa9"),
            r"a\tb\\t\n\r \x1b\xc2\x85\xffé"
        );
    }
}

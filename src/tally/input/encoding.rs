//! Encodings: text in any of them becomes UTF-8.

use crate::tally::words;
use encoding_rs::{CoderResult, Decoder, UTF_8};
use std::io::{self, Write};

/// The encoding of a source that does not begin with a byte order mark.
///
/// A mark wins: text that begins with one is UTF-8, or UTF-16 in either byte order, as the mark says,
/// whatever its encoding would be without. Without a mark it is in this encoding, by default UTF-8.
/// The mark is no part of a word.
///
/// Each byte that is not UTF-8 becomes U+FFFD. In other encodings, malformed sequences, half a surrogate
/// pair or an odd byte at the end become U+FFFD as the [Encoding Standard] says.
///
/// ```
/// use csp_toolkit::tally::{Encoding, Settings, count};
///
/// let latin = Settings::default().encoding(Encoding::for_label("latin1").unwrap());
/// assert_eq!(count(&b"caf\xE9 CAF\xC9"[..], &latin)?.get("café"), 2);
/// assert_eq!(count(&b"\xFE\xFF\0t\0o"[..], &latin)?.get("to"), 1);
/// # Ok::<(), csp_toolkit::tally::Error>(())
/// ```
///
/// [Encoding Standard]: https://encoding.spec.whatwg.org
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(Kind);

/// UTF-8 is not decoded, so that each byte that is not UTF-8 can be replaced when words are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Utf8,
    Other(&'static encoding_rs::Encoding),
}

impl Default for Encoding {
    fn default() -> Self {
        Self::UTF_8
    }
}

/// The length of the longest mark, in bytes.
pub(in crate::tally) const MARK: usize = words::MARK.len();

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Self = Self(Kind::Utf8);

    /// Returns the encoding with that label, in any case, such as `latin1`, `windows-1252`,
    /// `utf-16le`, `shift_jis` or `gb18030`: any of the [labels](https://encoding.spec.whatwg.org/#names-and-labels)
    /// of the Encoding Standard whose encoding can be decoded.
    #[must_use]
    pub fn for_label(label: &str) -> Option<Self> {
        encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).map(Self::of)
    }

    fn of(encoding: &'static encoding_rs::Encoding) -> Self {
        Self(if encoding == UTF_8 { Kind::Utf8 } else { Kind::Other(encoding) })
    }

    /// Returns the encoding of a text that begins so, and the length of its mark.
    pub(in crate::tally) fn mark(self, first: &[u8]) -> (Self, usize) {
        let marked = encoding_rs::Encoding::for_bom(first);
        marked.map_or((self, 0), |(encoding, length)| (Self::of(encoding), length))
    }

    /// Returns whether a text that begins so has a NUL there.
    pub(in crate::tally) fn finds_nul(self, first: &[u8]) -> bool {
        match self.mark(first) {
            (Self(Kind::Utf8), _) => first.contains(&0),
            (Self(Kind::Other(encoding)), mark) => {
                encoding.decode_without_bom_handling(&first[mark..]).0.contains('\0')
            }
        }
    }
}

/// Returns whether these bytes may be the beginning of a mark.
fn may_begin_mark(first: &[u8]) -> bool {
    let marks = [words::MARK, b"\xFE\xFF", b"\xFF\xFE"];
    marks.iter().any(|mark| mark.len() > first.len() && mark.starts_with(first))
}

/// A writer that turns a text into UTF-8 on its way to another.
pub(in crate::tally) struct Decoding<W> {
    output: W,
    encoding: Encoding,
    state: State,
}

enum State {
    /// There may be a mark, of which this is the beginning.
    Begun(Vec<u8>),
    Undecoded,
    Decoded(Box<Decoder>, Box<[u8]>),
}

/// Bytes that are decoded at a time.
const BLOCK: usize = 32 * 1024;

impl<W: Write> Decoding<W> {
    /// Begins a text that is in that encoding if it has no mark.
    pub(in crate::tally) fn new(output: W, encoding: Encoding) -> Self {
        Self { output, encoding, state: State::Begun(Vec::new()) }
    }

    /// Returns where the rest of the text goes if it is not decoded; `None` as long as that is not
    /// known.
    pub(in crate::tally) fn undecoded(&mut self) -> Option<&mut W> {
        matches!(self.state, State::Undecoded).then_some(&mut self.output)
    }

    /// Ends the text.
    pub(in crate::tally) fn finish(&mut self) -> io::Result<()> {
        if let State::Begun(first) = &mut self.state {
            let first = std::mem::take(first);
            self.begin(&first)?;
        }
        if let State::Decoded(decoder, block) = &mut self.state {
            decode(decoder, b"", true, block, &mut self.output)?;
        }
        Ok(())
    }

    pub(in crate::tally) fn into_inner(self) -> W {
        self.output
    }

    /// Begins a text with these bytes, which say whether there is a mark.
    fn begin(&mut self, first: &[u8]) -> io::Result<()> {
        let (encoding, mark) = self.encoding.mark(first);
        self.state = match encoding {
            Encoding(Kind::Utf8) => State::Undecoded,
            Encoding(Kind::Other(encoding)) => {
                let decoder = encoding.new_decoder_without_bom_handling();
                State::Decoded(Box::new(decoder), vec![0; BLOCK].into())
            }
        };
        self.write_all(&first[mark..])
    }
}

impl<W: Write> Write for Decoding<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.state {
            State::Undecoded => self.output.write(bytes),
            State::Decoded(decoder, block) => {
                decode(decoder, bytes, false, block, &mut self.output)?;
                Ok(bytes.len())
            }
            State::Begun(first) => {
                let mut taken = 0;
                while taken < bytes.len() && may_begin_mark(first) {
                    first.push(bytes[taken]);
                    taken += 1;
                }
                if !may_begin_mark(first) {
                    let first = std::mem::take(first);
                    self.begin(&first)?;
                }
                Ok(taken)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// Decodes bytes, of which the `last` end the text, a block at a time.
fn decode(
    decoder: &mut Decoder,
    mut bytes: &[u8],
    last: bool,
    block: &mut [u8],
    output: &mut impl Write,
) -> io::Result<()> {
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(bytes, block, last);
        output.write_all(&block[..written])?;
        bytes = &bytes[read..];
        if result == CoderResult::InputEmpty {
            return Ok(());
        }
    }
}

//! The text for a comparison, in memory.

use crate::tally::input::{Decoding, Opened, gzip};
use crate::tally::words;
use crate::tally::{Error, Settings, Source};
use std::io::{self, BufReader, ErrorKind, Read, Write};

/// Bytes read at a time.
const BLOCK: usize = 512 * 1024;

/// Returns the text of the sources, one after the other with a line feed between them, or a prefix of
/// it that is a little longer than `most` bytes.
///
/// A source that cannot be read is passed to `failed` with its position; the text before the error is
/// taken up to the last whole word. Sources after the prefix are not opened.
///
/// # Errors
///
/// [`Error::Setting`].
pub fn load(
    sources: Vec<Source<'_>>,
    settings: &Settings,
    most: usize,
    mut failed: impl FnMut(usize, io::Error),
) -> Result<Vec<u8>, Error> {
    settings.validate()?;
    let mut text = Prefix { most, bytes: Vec::new() };
    for (number, source) in sources.into_iter().enumerate() {
        let start = text.bytes.len();
        let opened = source.open(settings.default_encoding());
        let read = opened.and_then(|opened| read(opened, settings, &mut text));
        settings.shared_progress().advance((text.bytes.len() - start) as u64);
        let full = text.is_full();
        if read.is_err() || full {
            let whole = words::last_boundary(&text.bytes[start..]).unwrap_or(0);
            text.bytes.truncate(start + whole);
        }
        text.bytes.push(b'\n');
        if full {
            break;
        }
        if let Err(error) = read {
            failed(number, error);
        }
    }
    Ok(text.bytes)
}

/// Appends the text of one source, decompressed if it is a gzip file, and decoded.
fn read(opened: Opened<'_>, settings: &Settings, text: &mut Prefix) -> io::Result<()> {
    match opened {
        Opened::Binary => {
            settings.shared_progress().skip();
            Ok(())
        }
        Opened::Regular(regular) => {
            let mut at = regular.start;
            while at < regular.end && !regular.is_over(at) && !text.is_full() {
                let end = regular.end.min(at + BLOCK as u64);
                regular.read(at, end, &mut text.bytes)?;
                at = end;
            }
            Ok(())
        }
        Opened::Stream { input, decompress } => {
            let mut input = BufReader::with_capacity(BLOCK, input);
            let (first, more) =
                if decompress { gzip::first(&mut input) } else { (Vec::new(), Ok(true)) };
            let mut text = Decoding::new(text, settings.default_encoding());
            if first != gzip::MAGIC {
                text.write_all(&first)?;
                if more? {
                    io::copy(&mut input, &mut text)?;
                }
                return text.finish();
            }
            more?;
            let input = first.chain(input);
            let garbage = gzip::decompress(input, &mut text, settings.workers())?;
            text.finish()?;
            if garbage { Err(gzip::garbage()) } else { Ok(()) }
        }
    }
}

/// The beginning of a text. Writing fails once it is long enough.
struct Prefix {
    most: usize,
    bytes: Vec<u8>,
}

impl Prefix {
    fn is_full(&self) -> bool {
        self.bytes.len() >= self.most
    }
}

impl Write for Prefix {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_full() {
            return Err(ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    /// Returns the words that are loaded, and the numbers of the sources that failed.
    fn loaded(most: usize) -> (Vec<String>, Vec<usize>) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(b"three").unwrap();
        let packed = encoder.finish().unwrap();
        let sources = vec![
            Source::reader(&b"one two"[..]),
            Source::file("/no such file"),
            Source::reader(&packed[..]),
            Source::reader(&packed[..packed.len() - 4]),
            Source::reader(&b"four five"[..]),
        ];
        let mut failures = Vec::new();
        let text = load(sources, &Settings::default(), most, |number, _| failures.push(number));
        let text = String::from_utf8(text.unwrap()).unwrap();
        (text.split_whitespace().map(str::to_owned).collect(), failures)
    }

    #[test]
    fn sources_are_loaded_in_order_up_to_the_limit_and_the_last_whole_word() {
        let (words, failures) = loaded(usize::MAX);
        assert_eq!(words, ["one", "two", "three", "four", "five"]);
        assert_eq!(failures, [1, 3]);
        assert_eq!(loaded(5), (vec!["one".to_owned()], vec![]));
    }
}

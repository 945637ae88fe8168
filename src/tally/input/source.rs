//! Where words come from, and what is found there.

use crate::io::{Blocking, Version, open};
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where words come from. What begins as a gzip file does is decompressed, but for
/// [`Source::Plain`].
pub enum Source {
    /// A file, opened when its turn comes and for no longer than it takes. One that is appended to
    /// is read to where its end was when it was opened, or when the first growth was seen.
    File(PathBuf),
    /// The same, but passed over if it is binary: if there is a NUL in its first 8 KiB.
    Text(PathBuf),
    /// A file that is open, such as standard input, from where it is. Read by many threads if it
    /// is a regular file.
    Open(File),
    /// The same, but text whatever it begins with, as the pieces of a text may begin with anything.
    Plain(File),
    /// Anything else.
    Reader(Box<dyn Read + Send>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Text(path) => f.debug_tuple("Text").field(path).finish(),
            Self::Open(file) => f.debug_tuple("Open").field(file).finish(),
            Self::Plain(file) => f.debug_tuple("Plain").field(file).finish(),
            Self::Reader(_) => f.write_str("Reader"),
        }
    }
}

/// How a gzip file with compressed data begins (RFC 1952, section 2.3.1).
pub(super) const GZIP: [u8; 3] = [0x1F, 0x8B, 0x08];
/// How much of a file is looked at to tell whether it is binary.
const LOOK: usize = 8 * 1024;
/// How often the end of a file that grows is looked for.
const TRIES: usize = 3;

/// How a source is to be read.
pub(super) enum Opened {
    /// Anywhere, by any thread.
    Regular(Regular),
    /// From beginning to end, by one thread.
    Stream(Box<dyn Read + Send>),
    /// The same, and it is text.
    PlainStream(Box<dyn Read + Send>),
    /// Not at all.
    Binary,
}

/// A regular file that is not compressed, and the part of it that counts: to its end when it was
/// opened, so that a file that is appended to for ever has an end.
pub(super) struct Regular {
    file: File,
    pub(super) start: u64,
    pub(super) end: u64,
    version: Version,
    /// Where its end was found to be, if that is before `end`.
    found: AtomicU64,
}

impl Regular {
    /// Appends what is between the two offsets to the buffer, or as much of it as there is. On an
    /// error the buffer has what was read before it.
    ///
    /// That there is less than the size said is an error if the file has changed. If it has not, it
    /// is a file whose size is only a hint, such as those in `/sys`.
    pub(super) fn read(&self, from: u64, to: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
        let had = buffer.len();
        let wanted = usize::try_from(to.saturating_sub(from)).unwrap_or(usize::MAX);
        buffer.resize(had + wanted, 0);
        let (filled, read) = read_at_most(&self.file, &mut buffer[had..], from);
        buffer.truncate(had + filled);
        read?;
        if filled < wanted {
            self.found.fetch_min(from + filled as u64, Ordering::Relaxed);
            self.version.check(&self.file)?;
        }
        Ok(())
    }

    /// Whether there is nothing to read from there on, whatever the size said.
    pub(super) fn is_over(&self, at: u64) -> bool {
        at >= self.found.load(Ordering::Relaxed)
    }
}

impl Source {
    pub(super) fn open(self) -> io::Result<Opened> {
        match self {
            Self::File(path) => open_any(open(&path)?, 0, GZIP.len()),
            Self::Text(path) => open_any(open(&path)?, 0, LOOK),
            Self::Open(mut file) => {
                let start = position(&mut file)?;
                pass(open_any(file, start, GZIP.len())?)
            }
            Self::Plain(mut file) => {
                let start = position(&mut file)?;
                match sized(&file)? {
                    Some(version) => pass(regular(file, version, start, Opened::PlainStream)?),
                    None => Ok(Opened::PlainStream(in_order(file)?)),
                }
            }
            Self::Reader(reader) => Ok(Opened::Stream(reader)),
        }
    }
}

/// From where a file is to be read that was opened elsewhere.
fn position(file: &mut File) -> io::Result<u64> {
    if file.metadata()?.is_file() { file.stream_position() } else { Ok(0) }
}

/// Others that have the file open as well find it read.
fn pass(mut opened: Opened) -> io::Result<Opened> {
    if let Opened::Regular(regular) = &mut opened {
        regular.file.seek(SeekFrom::End(0))?;
    }
    Ok(opened)
}

/// Opens what may be compressed, or, if that much of it is looked at, binary.
fn open_any(file: File, start: u64, looked_at: usize) -> io::Result<Opened> {
    let Some(version) = sized(&file)? else {
        return Ok(Opened::Stream(in_order(file)?));
    };
    let mut first = [0; LOOK];
    let (filled, read) = read_at_most(&file, &mut first[..looked_at], start);
    read?;
    let first = &first[..filled];
    if first.starts_with(&GZIP) {
        Ok(Opened::Stream(in_order(file)?))
    } else if looked_at == LOOK && first.contains(&0) {
        Ok(Opened::Binary)
    } else {
        regular(file, version, start, Opened::Stream)
    }
}

/// What a regular file is that says how long it is. Files of the system's that are made as they are
/// read say that they are empty, and are not.
fn sized(file: &File) -> io::Result<Option<Version>> {
    let metadata = file.metadata()?;
    Ok((metadata.is_file() && metadata.len() > 0).then(|| Version::from(&metadata)))
}

/// From `start` to what is its end now. If its size is less than what can be read of it, it is a
/// stream, of that kind.
fn regular(
    file: File,
    version: Version,
    start: u64,
    stream: impl Fn(Box<dyn Read + Send>) -> Opened,
) -> io::Result<Opened> {
    // What cannot be read behind the end need not be.
    let goes_on = |at| read_at_most(&file, &mut [0], at).0 > 0;
    let look = || Ok(Version::from(&file.metadata()?));
    let Some(version) = settled(version, look, goes_on)? else {
        return Ok(stream(in_order(file)?));
    };
    let found = AtomicU64::new(u64::MAX);
    Ok(Opened::Regular(Regular { file, start, end: version.length, version, found }))
}

/// What a file is when nothing can be read behind its end; `None` if its size is wrong. Of a file that
/// grows as fast as it is looked at, what it was at last.
fn settled(
    mut version: Version,
    mut look: impl FnMut() -> io::Result<Version>,
    goes_on: impl Fn(u64) -> bool,
) -> io::Result<Option<Version>> {
    for _ in 0..TRIES {
        if !goes_on(version.length) {
            break;
        }
        let now = look()?;
        if now.length == version.length {
            return Ok(None);
        }
        version = now;
    }
    Ok(Some(version))
}

/// The file, to be read from where it is to its end, by one thread. What is no regular file is waited
/// for, whatever its flags say.
pub(super) fn in_order(mut file: File) -> io::Result<Box<dyn Read + Send>> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Box::new(Blocking::new(file)));
    }
    let at = file.stream_position()?;
    Ok(Box::new(InOrder { file, version: Version::from(&metadata), at, end: u64::MAX }))
}

/// A regular file that is read in order. Its size may be wrong. If the size changes, it is not, and
/// the file ends where it says then, so that a file that is appended to for ever has an end.
struct InOrder {
    file: File,
    version: Version,
    at: u64,
    end: u64,
}

impl Read for InOrder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read(&mut buffer[..left])?;
        self.at += count as u64;
        if count == 0 && self.at < self.version.length {
            self.version.check(&self.file)?;
        } else if self.end == u64::MAX {
            let length = self.file.metadata()?.len();
            if length != self.version.length {
                self.end = length.max(self.at);
            }
        }
        Ok(count)
    }
}

/// Fills the buffer from that offset on, or as much of it as there is of the file. Returns how much
/// that is, and the error that ended it.
pub(super) fn read_at_most(file: &File, buffer: &mut [u8], offset: u64) -> (usize, io::Result<()>) {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (filled, Err(error)),
        }
    }
    (filled, Ok(()))
}

/// Takes the first bytes, as many as tell whether it is a gzip file, and the error that ended them.
pub(super) fn first(input: &mut impl BufRead) -> (Vec<u8>, io::Result<()>) {
    let mut first = Vec::new();
    while first.len() < GZIP.len() && GZIP.starts_with(&first) {
        match input.fill_buf() {
            Ok([]) => break,
            Ok(bytes) => {
                let count = bytes.len().min(GZIP.len() - first.len());
                first.extend_from_slice(&bytes[..count]);
                input.consume(count);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (first, Err(error)),
        }
    }
    (first, Ok(()))
}

/// The error of a gzip file with something behind its end. Zeros only fill up a block.
pub(super) fn garbage() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "garbage after the compressed data")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::segment;
    use std::io::Write;

    fn file(text: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        file.rewind().unwrap();
        file
    }

    /// A file whose size said `end` when it was opened.
    fn sized(text: &[u8], end: u64) -> Regular {
        let file = file(text);
        let version = Version::from(&file.metadata().unwrap());
        Regular { file, start: 0, end, version, found: AtomicU64::new(u64::MAX) }
    }

    /// The words of a segment of the first `to` bytes, and what is wrong.
    fn words(regular: &Regular, to: u64) -> (String, Option<String>) {
        let mut buffer = Vec::new();
        let (text, read) = segment::read(regular, 0..to, 1000, &mut buffer);
        let text = String::from_utf8(buffer[text].to_vec()).unwrap();
        (text, read.err().map(|error| error.to_string()))
    }

    #[test]
    fn a_size_that_is_too_large_is_only_a_hint() {
        let regular = sized(b"one two", 1 << 40);
        assert!(!regular.is_over(1 << 39));
        assert_eq!(words(&regular, 4096), ("one two".to_owned(), None));
        assert!(regular.is_over(7) && !regular.is_over(6));
    }

    #[test]
    fn a_file_that_was_cut_off_is_counted_to_the_last_whole_word() {
        let regular = sized(b"one two three", 13);
        regular.file.set_len(9).unwrap();
        let changed = Some("changed while it was read".to_owned());
        assert_eq!(words(&regular, 13), ("one two ".to_owned(), changed.clone()));
        // At a segment's end, after which there is no segment any more.
        let regular = sized(b"one two three", 13);
        regular.file.set_len(4).unwrap();
        assert_eq!(words(&regular, 4), ("one ".to_owned(), changed));
        assert!(regular.is_over(4));
        // What this segment needs is there.
        assert_eq!(words(&sized(b"one two three", 13), 2), ("one ".to_owned(), None));
    }

    #[test]
    fn words_before_one_that_is_too_long_are_there() {
        let text = [b"one two ", &[b'x'; 5000][..]].concat();
        let (words, error) = words(&sized(&text, 5008), 1000);
        assert_eq!(words, "one two ");
        assert!(error.unwrap().starts_with("a word of more than"));
    }

    #[test]
    fn a_size_is_right_wrong_or_grows() {
        let real = Version::from(&file(b"").metadata().unwrap());
        let told = |lengths: &[u64], truth: u64| {
            let mut lengths = lengths.iter().copied();
            let mut look = || {
                let mut version = real;
                version.length = lengths.next().unwrap();
                Ok(version)
            };
            let first = look().unwrap();
            settled(first, look, |at| at < truth).unwrap().map(|version| version.length)
        };
        assert_eq!(told(&[7], 7), Some(7));
        assert_eq!(told(&[4096], 7), Some(4096));
        assert_eq!(told(&[3, 3], 7), None);
        assert_eq!(told(&[3, 7], 7), Some(7));
        assert_eq!(told(&[3, 4, 5, 6], u64::MAX), Some(6));
    }

    #[test]
    fn a_file_that_grows_ends_where_it_was_first_seen_to_have_grown() {
        let file = file(b"one ");
        let mut writer = file.try_clone().unwrap();
        let mut input = in_order(file).unwrap();
        let mut text = [0; 4];
        // This moves the position, which both share.
        assert_eq!(input.read(&mut text[..2]).unwrap(), 2);
        writer.write_all_at(b"two ", 4).unwrap();
        let mut rest = Vec::new();
        loop {
            let count = input.read(&mut text).unwrap();
            rest.extend_from_slice(&text[..count]);
            if count == 0 {
                break;
            }
            let end = writer.seek(SeekFrom::End(0)).unwrap();
            writer.write_at(b"more", end).unwrap();
            writer.seek(SeekFrom::Start(2 + rest.len() as u64)).unwrap();
        }
        assert_eq!(rest, b"e two ");
    }

    #[test]
    fn a_file_that_shrinks_is_an_error_of_a_stream_as_well() {
        let file = file(b"one two ");
        let writer = file.try_clone().unwrap();
        let mut input = in_order(file).unwrap();
        assert_eq!(input.read(&mut [0; 4]).unwrap(), 4);
        writer.set_len(6).unwrap();
        let mut rest = Vec::new();
        let error = input.read_to_end(&mut rest).unwrap_err();
        assert_eq!((&rest[..], &*error.to_string()), (&b"tw"[..], "changed while it was read"));
    }
}

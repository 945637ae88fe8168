//! Sources of words, and how each is read.

use super::gzip::MAGIC;
use super::{Encoding, MARK, gzip};
use crate::io::{Blocking, FileExt, Version, open, retry};
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// A source of words: a file or any reader.
///
/// What begins like a gzip file is decompressed, unless [`never_decompress`](Source::never_decompress)
/// was called. A byte order mark is skipped, and says what [encoding](Encoding) the text is in.
///
/// ```
/// use csp_toolkit::tally::Source;
///
/// let file = Source::file("examples/data/john.txt").skip_binary();
/// let text = Source::reader("to be, or not to be".as_bytes());
/// ```
pub struct Source<'a> {
    kind: Kind<'a>,
    skip_binary: bool,
    decompress: bool,
}

pub(in crate::tally) enum Kind<'a> {
    Path(PathBuf),
    Open(File),
    Reader(Box<dyn Read + Send + 'a>),
}

impl<'a> Source<'a> {
    /// The file at `path`. It is opened when its turn comes and closed as soon as it is read, so there
    /// can be more files than file handles. A file that grows is read to the end it had when it was
    /// opened, or when it was first seen to grow.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::of(Kind::Path(path.into()))
    }

    /// A file that is already open, such as standard input, from its current position to its end. A
    /// regular file is read by several threads at once.
    #[must_use]
    pub fn open_file(file: File) -> Self {
        Self::of(Kind::Open(file))
    }

    /// Any reader. It is read by one thread.
    pub fn reader(reader: impl Read + Send + 'a) -> Self {
        Self::of(Kind::Reader(Box::new(reader)))
    }

    /// Skips a regular file if it is binary: if there is a NUL in its first 8 KiB, decompressed and
    /// decoded. [`Progress::skipped`](crate::tally::Progress::skipped) counts those. Ignored for
    /// [partial tallies](crate::tally::partial), and for anything that is not a regular file.
    #[must_use]
    pub fn skip_binary(self) -> Self {
        Self { skip_binary: true, ..self }
    }

    /// Takes the source as text even if it begins like a gzip file, as a piece of a text could.
    #[must_use]
    pub fn never_decompress(self) -> Self {
        Self { decompress: false, ..self }
    }

    fn of(kind: Kind<'a>) -> Self {
        Self { kind, skip_binary: false, decompress: true }
    }

    /// Returns the metadata of a file; `None` if it has none.
    #[must_use]
    pub(crate) fn metadata(&self) -> Option<Metadata> {
        match &self.kind {
            Kind::Path(path) => path.metadata().ok(),
            Kind::Open(file) => file.metadata().ok(),
            Kind::Reader(_) => None,
        }
    }

    /// Returns what is to be read, and whether gzip data is decompressed.
    pub(in crate::tally) fn into_parts(self) -> (Kind<'a>, bool) {
        (self.kind, self.decompress)
    }

    /// Opens it. Without a mark it is taken to be in that encoding.
    pub(in crate::tally) fn open(self, encoding: Encoding) -> io::Result<Opened<'a>> {
        let Self { kind, skip_binary, decompress } = self;
        let (mut file, shared) = match kind {
            Kind::Path(path) => (open(&path)?, false),
            Kind::Open(file) => (file, true),
            Kind::Reader(input) => return Ok(Opened::Stream { input, decompress }),
        };
        let start = if shared { position(&mut file)? } else { 0 };
        let mut opened = open_any(file, start, skip_binary, decompress, encoding)?;
        if let (Opened::Regular(regular), true) = (&mut opened, shared) {
            // Others that have the file open find it read.
            regular.file.seek(SeekFrom::End(0))?;
        }
        Ok(opened)
    }
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind: &dyn fmt::Debug = match &self.kind {
            Kind::Path(path) => path,
            Kind::Open(file) => file,
            Kind::Reader(_) => &"reader",
        };
        f.debug_tuple("Source").field(kind).finish()
    }
}

/// How many of a file's first bytes decide whether it is binary.
const BINARY_PREFIX: usize = 8 * 1024;
/// How often the end of a file that grows is looked for.
const TRIES: usize = 3;

/// How a source is read.
pub(in crate::tally) enum Opened<'a> {
    /// Anywhere, by any thread.
    Regular(Regular),
    /// From beginning to end, by one thread.
    Stream { input: Box<dyn Read + Send + 'a>, decompress: bool },
    /// Not at all: it is binary.
    Binary,
}

/// A regular file in UTF-8 that is not compressed, and the part of it that is read: up to its end when
/// it was opened, so that a file that is appended to without end has one.
pub(in crate::tally) struct Regular {
    file: File,
    /// The length of the mark before `start`.
    pub(in crate::tally) mark: u64,
    pub(in crate::tally) start: u64,
    pub(in crate::tally) end: u64,
    version: Version,
    /// Where its end was found to be, if before `end`.
    found: AtomicU64,
}

impl Regular {
    /// Appends the bytes between the two offsets to the buffer, or as many of them as the file has. On
    /// an error the buffer has what was read before it.
    ///
    /// A file that is shorter than its size is an error if it has changed. If it has not, its size is
    /// only a hint, as in `/sys`.
    pub(in crate::tally) fn read(
        &self,
        from: u64,
        to: u64,
        buffer: &mut Vec<u8>,
    ) -> io::Result<()> {
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

    /// Returns whether there is nothing to read from there on, whatever the size says.
    pub(in crate::tally) fn is_over(&self, at: u64) -> bool {
        at >= self.found.load(Ordering::Relaxed)
    }
}

/// Returns the position of a file that was opened elsewhere.
fn position(file: &mut File) -> io::Result<u64> {
    if file.metadata()?.is_file() { file.stream_position() } else { Ok(0) }
}

/// Opens a file that may be compressed or, with `skip_binary`, binary.
fn open_any<'a>(
    file: File,
    start: u64,
    skip_binary: bool,
    decompress: bool,
    encoding: Encoding,
) -> io::Result<Opened<'a>> {
    let Some(version) = sized(&file)? else {
        return Ok(Opened::Stream { input: in_order(file)?, decompress });
    };
    let prefix = if skip_binary { BINARY_PREFIX } else { MAGIC.len().max(MARK) };
    let mut first = [0; BINARY_PREFIX];
    let (filled, read) = read_at_most(&file, &mut first[..prefix], start);
    read?;
    let first = &first[..filled];
    let compressed = decompress && first.starts_with(&MAGIC);
    if skip_binary {
        let is_binary = if compressed {
            let first = gzip::beginning(&file, BINARY_PREFIX);
            (&file).seek(SeekFrom::Start(start))?;
            encoding.finds_nul(&first)
        } else {
            encoding.finds_nul(first)
        };
        if is_binary {
            return Ok(Opened::Binary);
        }
    }
    match encoding.mark(first) {
        (Encoding::UTF_8, mark) if !compressed => {
            regular(file, version, start, mark as u64, decompress)
        }
        _ => Ok(Opened::Stream { input: in_order(file)?, decompress }),
    }
}

/// Returns the version of a regular file whose size is not 0. Files that the kernel generates as they
/// are read claim to be empty, and are not.
fn sized(file: &File) -> io::Result<Option<Version>> {
    let metadata = file.metadata()?;
    Ok((metadata.is_file() && metadata.len() > 0).then(|| Version::from(&metadata)))
}

/// Opens the file from the mark at `start` to its current end. If more can be read than its size says,
/// it is a stream.
fn regular<'a>(
    file: File,
    version: Version,
    start: u64,
    mark: u64,
    decompress: bool,
) -> io::Result<Opened<'a>> {
    // A failure to read beyond the end is none.
    let goes_on = |at| read_at_most(&file, &mut [0], at).0 > 0;
    let look = || Ok(Version::from(&file.metadata()?));
    let Some(version) = settled(version, look, goes_on)? else {
        return Ok(Opened::Stream { input: in_order(file)?, decompress });
    };
    let found = AtomicU64::new(u64::MAX);
    let (start, end) = (start + mark, version.length);
    Ok(Opened::Regular(Regular { file, mark, start, end, version, found }))
}

/// Returns the version of the file for which nothing can be read beyond the end; `None` if its size is
/// wrong. For a file that grows as fast as it is looked at, the last version seen.
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

/// Returns the file as a stream from its current position to its end. Reads of anything but a regular
/// file block, whatever its flags say.
pub(in crate::tally) fn in_order<'a>(mut file: File) -> io::Result<Box<dyn Read + Send + 'a>> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Box::new(Blocking::new(file)));
    }
    let at = file.stream_position()?;
    Ok(Box::new(InOrder { file, version: Version::from(&metadata), at, end: u64::MAX }))
}

/// A regular file that is read in order. Its size can be wrong. If the size changes, it is right, and
/// the file ends there, so that a file that is appended to without end has one.
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

/// Fills the buffer from that offset on, as far as the file goes. Returns the number of bytes read,
/// and the error that ended it.
pub(in crate::tally) fn read_at_most(
    file: &File,
    buffer: &mut [u8],
    offset: u64,
) -> (usize, io::Result<()>) {
    let mut filled = 0;
    while filled < buffer.len() {
        match retry(|| file.read_at(&mut buffer[filled..], offset + filled as u64)) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) => return (filled, Err(error)),
        }
    }
    (filled, Ok(()))
}

#[cfg(test)]
mod tests {
    use super::super::segment;
    use super::*;
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
        Regular { file, mark: 0, start: 0, end, version, found: AtomicU64::new(u64::MAX) }
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
    fn words_before_one_that_is_too_long_are_read() {
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

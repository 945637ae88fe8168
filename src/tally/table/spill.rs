//! Words and counts in temporary files.
//!
//! An entry is the count and the length of the word, each as a base-128 number (seven bits per byte,
//! the lowest first, the high bit set on all but the last), and the word. Entries are written in
//! extents, and an extent is read from its beginning to its end.

use crate::io::FileExt;
use crate::tally::Error;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Bytes written at a time.
const BUFFER: usize = 256 * 1024;

/// A temporary file that is written, then read. It has no name, so it is gone when the process ends,
/// however that happens.
pub(in crate::tally) struct Spill<'a> {
    directory: &'a Path,
    file: Arc<File>,
    /// Bytes in the file.
    written: u64,
    buffer: Vec<u8>,
}

/// A part of a spill.
#[derive(Clone, Copy, Default)]
pub(in crate::tally) struct Extent {
    start: u64,
    end: u64,
}

impl<'a> Spill<'a> {
    pub(in crate::tally) fn create(directory: &'a Path) -> Result<Self, Error> {
        let file =
            tempfile::tempfile_in(directory).map_err(|error| Error::temporary(directory, error))?;
        Ok(Self { directory, file: Arc::new(file), written: 0, buffer: Vec::with_capacity(BUFFER) })
    }

    /// Returns the offset of the next entry.
    fn at(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// Writes the entries as one extent.
    pub(in crate::tally) fn write<'w>(
        &mut self,
        entries: impl Iterator<Item = (&'w [u8], u64)>,
    ) -> Result<Extent, Error> {
        let start = self.at();
        for (word, count) in entries {
            if self.buffer.len() >= BUFFER - 2 * LONGEST_NUMBER {
                self.flush()?;
            }
            put_number(&mut self.buffer, count);
            put_number(&mut self.buffer, word.len() as u64);
            if self.buffer.len() + word.len() > BUFFER {
                self.flush()?;
            }
            if word.len() > BUFFER {
                self.write_through(word)?;
            } else {
                self.buffer.extend_from_slice(word);
            }
        }
        Ok(Extent { start, end: self.at() })
    }

    /// Writes what is buffered. Must be called before extents are read.
    pub(in crate::tally) fn flush(&mut self) -> Result<(), Error> {
        let buffer = std::mem::take(&mut self.buffer);
        self.write_through(&buffer)?;
        self.buffer = buffer;
        self.buffer.clear();
        Ok(())
    }

    fn write_through(&mut self, bytes: &[u8]) -> Result<(), Error> {
        (&*self.file).write_all(bytes).map_err(|error| Error::temporary(self.directory, error))?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Writes what is buffered, and frees the buffer.
    pub(in crate::tally) fn finish(&mut self) -> Result<(), Error> {
        self.flush()?;
        self.buffer = Vec::new();
        Ok(())
    }

    /// Reads `extent`, `buffer` bytes at a time.
    pub(in crate::tally) fn read(&self, extent: Extent, buffer: usize) -> Entries<'a> {
        let (file, directory) = (Arc::clone(&self.file), self.directory);
        let (buffer, size) = (Vec::new(), buffer);
        Entries { file, directory, extent, buffer, at: 0, size, word: 0..0, count: 0 }
    }
}

/// The entries of a extent, one after the other.
pub(in crate::tally) struct Entries<'a> {
    file: Arc<File>,
    directory: &'a Path,
    /// The part that is still in the file.
    extent: Extent,
    buffer: Vec<u8>,
    /// Where in the buffer the next entry begins.
    at: usize,
    /// Bytes read at a time.
    size: usize,
    /// Where in the buffer the word of the last entry is.
    word: Range<usize>,
    count: u64,
}

impl Entries<'_> {
    /// Returns the next word and its count, until there is none.
    pub(in crate::tally) fn next(&mut self) -> Result<Option<(&[u8], u64)>, Error> {
        Ok(if self.advance()? { Some((self.word(), self.count)) } else { None })
    }

    /// Goes on to the next entry. Returns false if there is none.
    pub(in crate::tally) fn advance(&mut self) -> Result<bool, Error> {
        self.fill(2 * LONGEST_NUMBER)?;
        if self.at == self.buffer.len() {
            return Ok(false);
        }
        self.count = self.number();
        let length = usize::try_from(self.number()).unwrap_or(usize::MAX);
        self.fill(length)?;
        self.word = self.at..self.at + length;
        self.at += length;
        Ok(true)
    }

    pub(in crate::tally) fn word(&self) -> &[u8] {
        &self.buffer[self.word.clone()]
    }

    pub(in crate::tally) fn count(&self) -> u64 {
        self.count
    }

    /// Reads until that many bytes are in the buffer, or all that are left.
    fn fill(&mut self, bytes: usize) -> Result<(), Error> {
        let left = self.buffer.len() - self.at;
        if left >= bytes || self.extent.start == self.extent.end {
            return Ok(());
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        let wanted =
            (self.extent.end - self.extent.start).min((bytes - left).max(self.size) as u64);
        self.buffer.resize(left + usize::try_from(wanted).unwrap_or(usize::MAX), 0);
        self.file
            .read_exact_at(&mut self.buffer[left..], self.extent.start)
            .map_err(|error| Error::temporary(self.directory, error))?;
        self.extent.start += wanted;
        Ok(())
    }

    fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.buffer[self.at];
            self.at += 1;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                break;
            }
        }
        number
    }
}

/// Ten times seven bits hold sixty-four.
const LONGEST_NUMBER: usize = 10;

fn put_number(into: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        into.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    into.push((number & 0x7F) as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_as_they_were_written() {
        let directory = std::env::temp_dir();
        let mut spill = Spill::create(&directory).unwrap();
        let long = vec![b'x'; 3 * BUFFER];
        let entries = [
            (&b"a"[..], 1),
            (b"bc", u64::MAX),
            (&long, 127),
            (b"", 128),
            (&long[..BUFFER - 3], 1 << 40),
        ];
        let extents = [&entries[..], &[], &entries[1..2]]
            .map(|some| (some, spill.write(some.iter().copied()).unwrap()));
        spill.finish().unwrap();
        for (some, extent) in extents {
            for buffer in [1, 30, BUFFER] {
                let mut read = spill.read(extent, buffer);
                for &entry in some {
                    assert_eq!(read.next().unwrap(), Some(entry));
                }
                assert_eq!(read.next().unwrap(), None);
            }
        }
    }

    #[test]
    fn a_full_disk_is_an_error_that_names_the_directory() {
        let full = Path::new("/dev/full");
        let file = File::options().write(true).open(full).unwrap();
        let mut spill =
            Spill { directory: full, file: Arc::new(file), written: 0, buffer: Vec::new() };
        spill.write([(&b"word"[..], 1)].into_iter()).unwrap();
        let error = spill.finish().unwrap_err();
        let Error::Temporary { directory, source } = error else { panic!("{error}") };
        assert_eq!(directory, full);
        assert_eq!(source.kind(), std::io::ErrorKind::StorageFull);
    }
}

//! Words and counts in temporary files.
//!
//! An entry is the count and the length of the word, each as a base-128 number (seven bits a byte,
//! the lowest first, the high bit set on all but the last), and the word. Entries are written in
//! stretches and a stretch is read from its beginning to its end.

use super::TallyError;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Bytes written at a time.
const BUFFER: usize = 256 * 1024;

/// A temporary file that is written, then read. It has no name, so that it is gone when the process
/// is, however that ends.
pub(super) struct Spill<'a> {
    directory: &'a Path,
    file: Arc<File>,
    /// Bytes in the file.
    written: u64,
    buffer: Vec<u8>,
}

/// A part of a spill.
#[derive(Clone, Copy, Default)]
pub(super) struct Stretch {
    start: u64,
    end: u64,
}

impl<'a> Spill<'a> {
    pub(super) fn create(directory: &'a Path) -> Result<Self, TallyError> {
        let file = tempfile::tempfile_in(directory)
            .map_err(|error| TallyError::temporary(directory, error))?;
        Ok(Self { directory, file: Arc::new(file), written: 0, buffer: Vec::with_capacity(BUFFER) })
    }

    /// Where the next entry goes.
    fn at(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// Writes the entries as one stretch.
    pub(super) fn write<'w>(
        &mut self,
        entries: impl Iterator<Item = (&'w [u8], u64)>,
    ) -> Result<Stretch, TallyError> {
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
        Ok(Stretch { start, end: self.at() })
    }

    /// Must be called before the stretches are read.
    pub(super) fn flush(&mut self) -> Result<(), TallyError> {
        let buffer = std::mem::take(&mut self.buffer);
        self.write_through(&buffer)?;
        self.buffer = buffer;
        self.buffer.clear();
        Ok(())
    }

    fn write_through(&mut self, bytes: &[u8]) -> Result<(), TallyError> {
        (&*self.file)
            .write_all(bytes)
            .map_err(|error| TallyError::temporary(self.directory, error))?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Gives back the memory of writing.
    pub(super) fn finish(&mut self) -> Result<(), TallyError> {
        self.flush()?;
        self.buffer = Vec::new();
        Ok(())
    }

    /// Reads `stretch`, `buffer` bytes at a time.
    pub(super) fn read(&self, stretch: Stretch, buffer: usize) -> Entries<'a> {
        let (file, directory) = (Arc::clone(&self.file), self.directory);
        Entries { file, directory, stretch, buffer: Vec::new(), at: 0, read: buffer }
    }
}

/// The entries of a stretch, one after the other.
pub(super) struct Entries<'a> {
    file: Arc<File>,
    directory: &'a Path,
    /// What is still in the file.
    stretch: Stretch,
    buffer: Vec<u8>,
    /// Where in the buffer the next entry begins.
    at: usize,
    read: usize,
}

impl Entries<'_> {
    /// The next word and its count, until there is none.
    pub(super) fn next(&mut self) -> Result<Option<(&[u8], u64)>, TallyError> {
        self.have(2 * LONGEST_NUMBER)?;
        if self.at == self.buffer.len() {
            return Ok(None);
        }
        let count = self.number();
        let length = usize::try_from(self.number()).unwrap_or(usize::MAX);
        self.have(length)?;
        let word = &self.buffer[self.at..self.at + length];
        self.at += length;
        Ok(Some((word, count)))
    }

    /// Has that many bytes in the buffer, if there are as many left.
    fn have(&mut self, bytes: usize) -> Result<(), TallyError> {
        let left = self.buffer.len() - self.at;
        if left >= bytes || self.stretch.start == self.stretch.end {
            return Ok(());
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        let wanted =
            (self.stretch.end - self.stretch.start).min((bytes - left).max(self.read) as u64);
        self.buffer.resize(left + usize::try_from(wanted).unwrap_or(usize::MAX), 0);
        self.file
            .read_exact_at(&mut self.buffer[left..], self.stretch.start)
            .map_err(|error| TallyError::temporary(self.directory, error))?;
        self.stretch.start += wanted;
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

/// Ten times seven bits are enough for sixty-four.
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
    fn what_is_read_is_what_was_written() {
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
        let stretches = [&entries[..], &[], &entries[1..2]]
            .map(|some| (some, spill.write(some.iter().copied()).unwrap()));
        spill.finish().unwrap();
        for (some, stretch) in stretches {
            for buffer in [1, 30, BUFFER] {
                let mut read = spill.read(stretch, buffer);
                for &entry in some {
                    assert_eq!(read.next().unwrap(), Some(entry));
                }
                assert_eq!(read.next().unwrap(), None);
            }
        }
    }

    #[test]
    fn a_full_disk_is_named() {
        let full = Path::new("/dev/full");
        let file = File::options().write(true).open(full).unwrap();
        let mut spill =
            Spill { directory: full, file: Arc::new(file), written: 0, buffer: Vec::new() };
        spill.write([(&b"word"[..], 1)].into_iter()).unwrap();
        let error = spill.finish().unwrap_err();
        let TallyError::Temporary { directory, source } = error else { panic!("{error}") };
        assert_eq!(directory, full);
        assert_eq!(source.kind(), std::io::ErrorKind::StorageFull);
    }
}

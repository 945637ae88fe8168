//! The compressed bytes, at any offset.

use crate::gzip::Error;
use std::io::{Read, Seek, SeekFrom};

/// Bytes that are read at a time.
const READ: usize = 256 << 10;

/// A file of which the part that was read last is held in memory.
pub(super) struct Bytes<R> {
    file: R,
    /// Its length when it was opened.
    length: u64,
    /// The offset of the bytes in the buffer.
    start: u64,
    buffer: Vec<u8>,
}

impl<R: Read + Seek> Bytes<R> {
    pub(super) fn new(mut file: R) -> Result<Self, Error> {
        let length = file.seek(SeekFrom::End(0)).map_err(Error::Read)?;
        Ok(Self { file, length, start: 0, buffer: Vec::new() })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The bytes from an offset on: at least `least`, fewer only at the end of the file; more if they
    /// are there.
    pub(super) fn at(&mut self, offset: u64, least: usize) -> Result<&[u8], Error> {
        let end = self.start + self.buffer.len() as u64;
        let wanted = offset.saturating_add(least as u64).min(self.length);
        if offset < self.start || wanted > end || offset > end {
            self.buffer.clear();
            self.start = offset;
            self.file.seek(SeekFrom::Start(offset)).map_err(Error::Read)?;
            let mut part = (&mut self.file).take(least.max(READ) as u64);
            part.read_to_end(&mut self.buffer).map_err(Error::Read)?;
        }
        #[expect(clippy::cast_possible_truncation, reason = "no more than the buffer's length")]
        Ok(&self.buffer[(offset - self.start) as usize..])
    }

    /// The first byte from an offset on that is not zero; the end of the file if there is none.
    pub(super) fn after_zeros(&mut self, mut offset: u64) -> Result<u64, Error> {
        loop {
            let bytes = self.at(offset, 1)?;
            match bytes.iter().position(|&byte| byte != 0) {
                Some(zeros) => return Ok(offset + zeros as u64),
                None if bytes.is_empty() => return Ok(offset),
                None => offset += bytes.len() as u64,
            }
        }
    }

    /// Where at least `least` equal bytes follow each other; the first `most` such places.
    pub(super) fn runs(&mut self, least: u64, most: usize) -> Result<Vec<Run>, Error> {
        let mut runs = Vec::new();
        let mut run = Run { start: 0, end: 0 };
        let mut before = None;
        loop {
            let bytes = self.at(run.end, 1)?;
            let ended = bytes.is_empty();
            let same = bytes.iter().take_while(|&&byte| Some(byte) == before).count();
            let next = bytes.get(same).copied();
            run.end += same as u64;
            if ended || next.is_some() {
                if run.end - run.start >= least {
                    runs.push(run);
                }
                if ended || runs.len() == most {
                    return Ok(runs);
                }
                run.start = run.end;
                before = next;
            }
        }
    }
}

/// Equal bytes that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: u64,
    pub(super) end: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn any_part_can_be_read_in_any_order() {
        let data: Vec<u8> = (0..2 * READ + 100).map(|n| n.to_le_bytes()[1]).collect();
        let mut bytes = Bytes::new(Cursor::new(&data)).unwrap();
        for (offset, least) in [(0, 10), (READ, READ + 7), (5, 1), (READ - 1, 2), (READ, 2 * READ)]
        {
            let part = bytes.at(offset as u64, least).unwrap();
            assert!(part.len() >= least.min(data.len() - offset), "{offset}");
            assert!(data[offset..].starts_with(part), "{offset}");
        }
        assert_eq!(bytes.at(data.len() as u64, 1).unwrap(), b"");
        assert_eq!(bytes.at(u64::MAX, 1).unwrap(), b"");
    }

    #[test]
    fn runs_and_zeros_are_found_across_reads() {
        let mut data = vec![7; 3 * READ];
        (0..).zip(&mut data).for_each(|(n, byte): (u32, _)| *byte = n.to_le_bytes()[0]);
        data[READ - 300..READ + 300].fill(9);
        data[2 * READ + 1..3 * READ].fill(0);
        let mut bytes = Bytes::new(Cursor::new(&data)).unwrap();
        let read = READ as u64;
        let all = [(read - 300, read + 300), (2 * read, 3 * read)];
        let all = all.map(|(start, end)| Run { start, end });
        assert_eq!(bytes.runs(600, 9).unwrap(), all);
        assert_eq!(bytes.runs(600, 1).unwrap(), all[..1]);
        assert_eq!(bytes.after_zeros(2 * read).unwrap(), 3 * read);
        assert_eq!(bytes.after_zeros(1).unwrap(), 1);
    }
}

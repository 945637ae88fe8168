//! Holes: the parts of a sparse file that take no space on the disk and are read as zeros.

use crate::io::is_zero;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;

/// The holes of a file that is read from its offset on.
#[derive(Debug, Default)]
pub(crate) struct Holes {
    /// The hole that was found last. There is none before it that was not passed.
    last: Range<u64>,
    /// Whether the file system does not tell, or the file is no regular file.
    unknown: bool,
}

impl Holes {
    /// Moves the file's offset `count` bytes ahead if they are all in a hole. Returns whether they
    /// were.
    pub(crate) fn skip(&mut self, file: &mut File, count: u64) -> io::Result<bool> {
        if self.unknown {
            return Ok(false);
        }
        let Ok(offset) = file.stream_position() else {
            self.unknown = true;
            return Ok(false);
        };
        if offset >= self.last.end {
            let found = find(file, offset);
            file.seek(SeekFrom::Start(offset))?;
            self.unknown = found.is_none();
            self.last = found.unwrap_or_default();
        }
        let within = self.last.start <= offset && count <= self.last.end.saturating_sub(offset);
        if within {
            file.seek(SeekFrom::Start(offset + count))?;
        }
        Ok(within)
    }
}

/// Returns the hole at the offset; if there is none, an empty range where the next one begins.
/// `None` if the system does not tell. Changes the file's offset.
#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "macos"
))]
fn find(file: &File, offset: u64) -> Option<Range<u64>> {
    use rustix::fs::{SeekFrom, seek};
    use rustix::io::Errno;

    match seek(file, SeekFrom::Data(offset)) {
        Ok(data) if data > offset => Some(offset..data),
        Ok(_) => seek(file, SeekFrom::Hole(offset)).ok().map(|hole| hole..hole),
        // There is no data up to the end.
        Err(Errno::NXIO) => Some(offset..file.metadata().ok()?.len()),
        Err(_) => None,
    }
}

#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "macos"
)))]
fn find(_: &File, _: u64) -> Option<Range<u64>> {
    None
}

/// Which zeros are written as holes, which take no space on the disk and no time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sparse {
    /// Runs of at least 64 KiB, so that files with few zeros stay in one piece.
    #[default]
    Auto,
    /// Every block of 4 KiB that is all zeros.
    Always,
    /// None: the disk has room for all of the file once it is written.
    Never,
}

/// The size of a block in most file systems. Holes begin and end at multiples of it.
const BLOCK: usize = 4 << 10;
/// The shortest run of zeros that becomes a hole by default.
const LONG: usize = 64 << 10;

impl Sparse {
    /// The shortest run of zeros that becomes a hole.
    fn shortest(self) -> usize {
        match self {
            Self::Auto => LONG,
            Self::Always => BLOCK,
            Self::Never => usize::MAX,
        }
    }
}

/// Where the writing of a new file is, and the hole that ends there.
#[derive(Debug)]
pub(super) struct HoleWriter {
    sparse: Sparse,
    /// The offset of the next byte.
    offset: u64,
    /// Whether the bytes before it are a hole that the file does not have yet.
    in_hole: bool,
}

impl HoleWriter {
    /// Writes nothing yet. The file to write must be empty.
    pub(super) fn new(sparse: Sparse) -> Self {
        Self { sparse, offset: 0, in_hole: false }
    }

    /// Writes some of the bytes, or makes a hole of them, as [`Write::write`] does.
    pub(super) fn write(&mut self, file: &mut File, bytes: &[u8]) -> io::Result<usize> {
        if self.sparse == Sparse::Never {
            return file.write(bytes);
        }
        if self.in_hole {
            // A hole goes on through any zeros, wherever one write ends and the next begins.
            let count = leading_zeros(bytes, self.offset);
            if count > 0 {
                self.offset += count as u64;
                return Ok(count);
            }
        }
        let hole = next_hole(bytes, self.offset, self.sparse.shortest());
        let count = if hole.start == 0 {
            self.in_hole |= !hole.is_empty();
            hole.end
        } else {
            if self.in_hole {
                file.seek(SeekFrom::Start(self.offset))?;
                self.in_hole = false;
            }
            file.write(&bytes[..hole.start])?
        };
        self.offset += count as u64;
        Ok(count)
    }

    /// Gives the file its length, if it ends with a hole.
    pub(super) fn end(&mut self, file: &mut File) -> io::Result<()> {
        if self.in_hole {
            file.set_len(self.offset)?;
            file.seek(SeekFrom::Start(self.offset))?;
            self.in_hole = false;
        }
        Ok(())
    }
}

/// The first run of zero blocks that is at least `shortest` bytes long, in bytes that go to this
/// offset of a file; an empty range at their end if there is none.
fn next_hole(bytes: &[u8], offset: u64, shortest: usize) -> Range<usize> {
    let before = to_boundary(offset);
    let blocks = bytes.get(before..).unwrap_or_default().chunks_exact(BLOCK);
    let mut hole = before..before;
    for block in blocks {
        if is_zero(block) {
            hole.end += BLOCK;
        } else if hole.len() >= shortest {
            break;
        } else {
            hole = hole.end + BLOCK..hole.end + BLOCK;
        }
    }
    if hole.len() >= shortest { hole } else { bytes.len()..bytes.len() }
}

/// The bytes from this offset to where the next block begins.
fn to_boundary(offset: u64) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "it is less than a block")]
    ((offset.next_multiple_of(BLOCK as u64) - offset) as usize)
}

/// How many zeros the bytes begin with, up to where a block begins or the bytes end.
fn leading_zeros(bytes: &[u8], offset: u64) -> usize {
    let (start, blocks) = bytes.split_at(bytes.len().min(to_boundary(offset)));
    if !is_zero(start) {
        return 0;
    }
    let zeros = blocks.chunks(BLOCK).take_while(|block| is_zero(block));
    start.len() + zeros.map(<[u8]>::len).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Read;
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::net::UnixStream;

    const MIB: u64 = 1 << 20;

    /// A file of data, a hole of 7 MiB, data, and a hole of 5 MiB; `None` where there are no holes.
    fn sparse_file() -> Option<File> {
        let mut file = tempfile::tempfile().unwrap();
        for offset in [0, 8 * MIB] {
            file.seek(SeekFrom::Start(offset)).unwrap();
            file.write_all(&vec![b'x'; 1 << 20]).unwrap();
        }
        file.set_len(14 * MIB).unwrap();
        file.rewind().unwrap();
        let found = find(&file, 2 * MIB).is_some_and(|hole| hole == (2 * MIB..8 * MIB));
        file.rewind().unwrap();
        if !found {
            eprintln!("skipped: no holes on this file system");
        }
        found.then_some(file)
    }

    #[test]
    fn only_what_is_in_a_hole_is_skipped() {
        let Some(mut file) = sparse_file() else { return };
        let mut holes = Holes::default();
        let mut skipped = String::new();
        // Steps that do not end where the holes do.
        let mut buffer = vec![1; 3 << 19];
        loop {
            if holes.skip(&mut file, buffer.len() as u64).unwrap() {
                skipped.push('-');
                continue;
            }
            let count = file.read(&mut buffer).unwrap();
            match &buffer[..count] {
                [] => break,
                bytes if bytes.contains(&b'x') => skipped.push('x'),
                _ => skipped.push('0'),
            }
        }
        assert_eq!(skipped, "x----x---0");
    }

    #[test]
    fn what_has_no_offset_has_no_holes() {
        let (near, mut far) = UnixStream::pair().unwrap();
        far.write_all(b"text").unwrap();
        drop(far);
        let mut file = File::from(OwnedFd::from(near));
        assert!(!Holes::default().skip(&mut file, 1).unwrap());
        assert_eq!(io::read_to_string(file).unwrap(), "text");
    }

    fn write(file: &mut File, sparse: Sparse, mut bytes: &[u8], step: usize) {
        let mut writer = HoleWriter::new(sparse);
        while !bytes.is_empty() {
            let now = bytes.len().min(step);
            let count = writer.write(file, &bytes[..now]).unwrap();
            assert!(count > 0);
            bytes = &bytes[count..];
        }
        writer.end(file).unwrap();
    }

    #[test]
    fn a_hole_goes_on_wherever_writes_end() {
        if sparse_file().is_none() {
            return;
        }
        let mut bytes = vec![0; 4 << 20];
        bytes[0] = 1;
        bytes[3 << 20] = 1;
        for step in [1_000_001, 200_003, 140_000] {
            let mut file = tempfile::tempfile().unwrap();
            write(&mut file, Sparse::Auto, &bytes, step);
            // At most the two blocks with a byte, and what comes before the first run is long enough.
            assert!(file.metadata().unwrap().blocks() * 512 < 400_000, "{step}");
            let mut back = Vec::new();
            file.rewind().unwrap();
            file.read_to_end(&mut back).unwrap();
            assert!(back == bytes);
        }
    }

    #[test]
    fn long_runs_of_zeros_take_no_space() {
        if sparse_file().is_none() {
            return;
        }
        let mut bytes = vec![0; 4 << 20];
        bytes[1 << 20..][..1000].fill(1);
        bytes[3 << 20..][..10_000].fill(2);
        bytes[(3 << 20) + 16_384] = 3;
        let blocks = |sparse| {
            let mut file = tempfile::tempfile().unwrap();
            write(&mut file, sparse, &bytes, 1 << 20);
            file.metadata().unwrap().blocks() * 512
        };
        assert_eq!(blocks(Sparse::Never), 4 << 20);
        // One block, then five with a zero one between them.
        assert_eq!(blocks(Sparse::Auto), 6 * 4096);
        assert_eq!(blocks(Sparse::Always), 5 * 4096);
    }

    proptest! {
        #[test]
        fn any_file_is_written_as_it_is(
            runs in prop::collection::vec((0..3_u8, 0..40_000_usize), 0..12),
            step in 1..200_000_usize,
            sparse in prop::sample::select(&[Sparse::Auto, Sparse::Always, Sparse::Never]),
        ) {
            let runs = runs.into_iter().map(|(byte, count)| vec![byte.saturating_sub(1); count * 4]);
            let bytes: Vec<u8> = runs.flatten().collect();
            let mut file = tempfile::tempfile().unwrap();
            write(&mut file, sparse, &bytes, step);
            let mut written = Vec::new();
            file.rewind().unwrap();
            file.read_to_end(&mut written).unwrap();
            prop_assert!(written == bytes);
        }
    }
}

//! Inputs, gzip files of every kind, and a reference decoder.

use csp_toolkit::gzip::{self, Error, FileOptions, Settings, Totals};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use libdeflater::{CompressionLvl, Compressor};
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// The smallest chunk size, so that a few hundred KiB are several chunks.
pub(crate) const CHUNK: usize = 64 << 10;

pub(crate) fn settings(threads: usize) -> Settings {
    Settings::default().threads(threads).chunk_size(CHUNK)
}

#[path = "../harness/noise.rs"]
mod noise;

/// Bytes without a pattern, the same at every run.
pub(crate) fn noise(count: usize) -> Vec<u8> {
    self::noise::noise(1, count)
}

/// Words, some of them rare.
pub(crate) fn text(count: usize) -> Vec<u8> {
    let words = noise(count / 4 + 1).into_iter().flat_map(|byte| {
        let word = u32::from(byte) * (byte.leading_zeros() + 1);
        format!("word{word:x} ").into_bytes()
    });
    words.take(count).collect()
}

/// A sentence repeated: compresses to next to nothing.
pub(crate) fn sentence(count: usize) -> Vec<u8> {
    b"In the beginning was the word, and then another. "
        .iter()
        .copied()
        .cycle()
        .take(count)
        .collect()
}

/// Like a tar: headers of mostly zeros, and contents of any kind, in blocks of 512.
pub(crate) fn tar(count: usize) -> Vec<u8> {
    let (words, noise) = (text(9000), noise(5000));
    let mut bytes = Vec::new();
    for number in 0.. {
        if bytes.len() >= count {
            break;
        }
        bytes.extend(format!("directory/file-{number}").bytes());
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes.extend(if number % 3 == 0 { &noise } else { &words });
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.truncate(count);
    bytes
}

/// Each kind of input, with this length.
pub(crate) fn inputs(count: usize) -> [(&'static str, Vec<u8>); 4] {
    [("zeros", vec![0; count]), ("noise", noise(count)), ("text", text(count)), ("tar", tar(count))]
}

pub(crate) fn compressed(plain: impl Read + Send, settings: &Settings) -> Vec<u8> {
    let mut packed = Vec::new();
    let totals = gzip::compress(plain, &mut packed, settings).unwrap();
    assert_eq!(totals.compressed, packed.len() as u64);
    packed
}

pub(crate) fn decompressed(packed: &[u8], threads: usize) -> (Result<Totals, Error>, Vec<u8>) {
    let mut plain = Vec::new();
    let outcome = gzip::decompress(packed, &mut plain, &settings(threads));
    (outcome, plain)
}

/// A file as `compress_file` makes it: with an index, if there is more than a chunk.
pub(crate) fn indexed(plain: &[u8], level: u32) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("input");
    fs::write(&path, plain).unwrap();
    let options = FileOptions::default().settings(settings(2).level(level));
    let report = gzip::compress_file(&path, &options).unwrap();
    assert_eq!(report.totals.uncompressed, plain.len() as u64);
    fs::read(gz(&path)).unwrap()
}

/// The name of the compressed file.
pub(crate) fn gz(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".gz");
    name.into()
}

/// A member from zlib.
pub(crate) fn ordinary(plain: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// A BGZF file with `each` plain bytes per member (at most 65,280) and the empty member that
/// ends one (SAM/BAM specification, section 4.1).
pub(crate) fn bgzf(plain: &[u8], each: usize) -> Vec<u8> {
    let members = plain.chunks(each).chain([&[][..]]);
    members.flat_map(bgzf_member).collect()
}

fn bgzf_member(plain: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut body = vec![0; compressor.deflate_compress_bound(plain.len())];
    let length = compressor.deflate_compress(plain, &mut body).unwrap();
    let size = u16::try_from(18 + length + 8 - 1).unwrap();
    let mut member = vec![0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, b'B', b'C', 2, 0];
    member.extend(size.to_le_bytes());
    member.extend(&body[..length]);
    member.extend(trailer(plain));
    member
}

/// The CRC-32 and the length that end a member.
pub(crate) fn trailer(plain: &[u8]) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&crc32fast::hash(plain).to_le_bytes());
    bytes[4..].copy_from_slice(&u32::try_from(plain.len()).unwrap().to_le_bytes());
    bytes
}

/// How a file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With a member, and perhaps zeros.
    Whole,
    /// With something after the last member.
    Garbage,
    /// In an error.
    Broken,
    /// In a format that flate2 does not support.
    Other,
}

/// What flate2 decodes, member by member, and how the file ends. (Its `MultiGzDecoder` treats
/// everything after the last member as an error, zeros included.)
pub(crate) fn reference(packed: &[u8]) -> (Vec<u8>, End) {
    let (mut plain, mut rest) = (Vec::new(), packed);
    loop {
        if matches!(rest, [0x1F, 0x1E | 0x9D | 0x9E | 0xA0, ..]) || packed.starts_with(b"PK") {
            return (plain, End::Other);
        }
        let mut decoder = GzDecoder::new(rest);
        if decoder.read_to_end(&mut plain).is_err() {
            return (plain, End::Broken);
        }
        rest = decoder.into_inner();
        if rest == [0x1F] {
            return (plain, End::Broken);
        }
        if !matches!(rest, [0x1F, 0x1E | 0x8B | 0x9D | 0x9E | 0xA0, ..]) {
            let zeros = rest.iter().all(|&byte| byte == 0);
            return (plain, if zeros { End::Whole } else { End::Garbage });
        }
    }
}

/// Decodes on one thread and on three, and asserts that the result is that of flate2.
#[track_caller]
pub(crate) fn assert_agrees(packed: &[u8]) -> End {
    let (expected, end) = reference(packed);
    if end == End::Other {
        return end;
    }
    for threads in [1, 3] {
        let (outcome, plain) = decompressed(packed, threads);
        match (end, &outcome) {
            (End::Whole, Ok(totals)) => assert!(!totals.trailing_garbage),
            (End::Garbage, Ok(totals)) => assert!(totals.trailing_garbage),
            (End::Broken, Err(_)) => {
                // Either may get further before it finds the error.
                assert!(plain.starts_with(&expected) || expected.starts_with(&plain));
                continue;
            }
            _ => panic!("{outcome:?} where flate2 says {end:?}"),
        }
        assert!(plain == expected, "{} bytes, not the {} expected", plain.len(), expected.len());
        assert_eq!(outcome.unwrap().uncompressed, plain.len() as u64);
    }
    end
}

/// Fails if a call does not return.
#[track_caller]
pub(crate) fn within_a_minute<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    let runner = thread::spawn(move || {
        let _ = sender.send(run());
    });
    match receiver.recv_timeout(Duration::from_secs(60)) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => panic!("still running after a minute"),
        Err(RecvTimeoutError::Disconnected) => resume_unwind(runner.join().unwrap_err()),
    }
}

/// Returns a few bytes per read, as pipes and networks do.
pub(crate) struct Pieces<'a> {
    pub(crate) data: &'a [u8],
    /// The sizes of the reads, repeated.
    pub(crate) sizes: std::iter::Cycle<std::vec::IntoIter<usize>>,
}

impl<'a> Pieces<'a> {
    pub(crate) fn new(data: &'a [u8], sizes: Vec<usize>) -> Self {
        Self { data, sizes: sizes.into_iter().cycle() }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.next().unwrap().min(into.len());
        self.data.read(&mut into[..size])
    }
}

/// Fails after `room` bytes.
pub(crate) struct Failing<T> {
    pub(crate) inner: T,
    pub(crate) room: usize,
}

impl<T> Failing<T> {
    fn spend(&mut self, wanted: usize) -> io::Result<usize> {
        let spent = wanted.min(self.room);
        if spent == 0 && wanted > 0 {
            return Err(io::Error::new(ErrorKind::ConnectionReset, "gone"));
        }
        self.room -= spent;
        Ok(spent)
    }
}

impl<R: Read> Read for Failing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.spend(into.len())?;
        self.inner.read(&mut into[..count])
    }
}

impl<W: Write> Write for Failing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.spend(bytes.len())?;
        self.inner.write(&bytes[..count])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// The plain bytes of a file that is one member to its last byte.
pub(crate) fn one_member(packed: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut decoder = GzDecoder::new(packed);
    decoder.read_to_end(&mut plain).unwrap();
    assert!(decoder.into_inner().is_empty(), "something follows the member");
    plain
}

/// Files of every kind with the same contents.
pub(crate) fn files(plain: &[u8]) -> [Vec<u8>; 4] {
    [
        indexed(plain, 6),
        compressed(plain, &settings(2)),
        bgzf(plain, 60_000),
        ordinary(plain, Compression::fast()),
    ]
}

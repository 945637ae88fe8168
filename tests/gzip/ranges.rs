//! A range of the uncompressed bytes is the same as that part of all of them, however little of the
//! file is decoded.

use crate::support::{
    CHUNK, bgzf, decompressed, files, indexed, noise, ordinary, sentence, settings, tar, text,
    within_a_minute,
};
use csp_toolkit::gzip::{self, Error, FileOptions, Format};
use flate2::Compression;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::fs;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::{Bound, Range};

fn part(packed: &[u8], range: Range<u64>, threads: usize) -> (Result<u64, Error>, Vec<u8>) {
    let mut plain = Vec::new();
    let file = Cursor::new(packed);
    let result = gzip::decompress_range(file, range, &mut plain, &settings(threads));
    (result, plain)
}

fn expected(plain: &[u8], range: &Range<u64>) -> Vec<u8> {
    let clamp = |offset| {
        usize::try_from(offset).map_or(plain.len(), |offset: usize| offset.min(plain.len()))
    };
    plain[clamp(range.start)..clamp(range.end).max(clamp(range.start))].to_vec()
}

/// Asserts that a range of a sound file is that part of `plain`.
#[track_caller]
fn assert_part(packed: &[u8], plain: &[u8], range: Range<u64>) {
    for threads in [1, 3] {
        let (result, part) = part(packed, range.clone(), threads);
        assert!(part == expected(plain, &range), "{range:?} of {}: {result:?}", plain.len());
        assert_eq!(result.unwrap(), part.len() as u64);
    }
}

fn ours(plain: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    gzip::compress(plain, &mut packed, &settings(2).format(Format::Bgzf)).unwrap();
    packed
}

/// Some of the ends of units, and of the data.
fn offsets(length: usize) -> Vec<u64> {
    let ends = [0, 60_000, 65_280, CHUNK, 2 * CHUNK, 16 * 65_280, length];
    ends.iter()
        .flat_map(|&end| [end.saturating_sub(1), end, end + 1])
        .map(|end| end as u64)
        .collect()
}

#[test]
fn every_edge_of_every_kind_of_file_is_found() {
    let plain = tar(3 * CHUNK + 100);
    let offsets = offsets(plain.len());
    for packed in files(&plain).into_iter().chain([ours(&plain)]) {
        for &start in &offsets {
            for length in [0, 1, 100, CHUNK as u64, u64::MAX - start] {
                let (result, part) = part(&packed, start..start + length, 2);
                assert_eq!(result.unwrap(), part.len() as u64);
                assert!(part == expected(&plain, &(start..start + length)), "{start} {length}");
            }
        }
    }
}

#[test]
fn the_bounds_can_be_of_any_kind() {
    let packed = ours(b"0123456789");
    let all = |result: Result<u64, Error>, plain: Vec<u8>| {
        assert_eq!(result.unwrap(), plain.len() as u64);
        String::from_utf8(plain).unwrap()
    };
    macro_rules! part {
        ($range:expr) => {{
            let mut plain = Vec::new();
            let result =
                gzip::decompress_range(Cursor::new(&packed), $range, &mut plain, &settings(1));
            all(result, plain)
        }};
    }
    assert_eq!(part!(..), "0123456789");
    assert_eq!(part!(2..), "23456789");
    assert_eq!(part!(..=2), "012");
    assert_eq!(part!(2..=u64::MAX), "23456789");
    assert_eq!(part!(10..), "");
    assert_eq!(part!(u64::MAX..), "");
    assert_eq!(part!(5..5), "");
    assert_eq!(part!((Bound::Included(5), Bound::Excluded(3))), "");
    assert_eq!(part!((Bound::Excluded(5), Bound::Unbounded)), "6789");
}

#[test]
fn members_of_all_kinds_follow_each_other() {
    let plain = text(2 * CHUNK + 5);
    let kinds = [indexed(&plain, 1), ours(&plain), bgzf(&plain, 30_000), indexed(&plain, 6)];
    let mut packed = kinds.concat();
    let mut all = plain.repeat(kinds.len());
    let offsets =
        |all: &[u8]| [0, 7, CHUNK, plain.len() - 1, plain.len(), all.len() - 3, all.len() + 9];
    for start in offsets(&all) {
        assert_part(&packed, &all, start as u64..start as u64 + 200_000);
    }
    // Something without an index, zeros, and garbage.
    packed.extend(ordinary(&plain, Compression::fast()));
    packed.extend(ours(&plain));
    all.extend(plain.repeat(2));
    for end in [&b""[..], &[0; 1000], b"garbage", b"\x1f"] {
        let packed = [&packed, end].concat();
        for start in offsets(&all) {
            let range = start as u64..start as u64 + 100_000;
            let (result, part) = part(&packed, range.clone(), 2);
            assert!(part == expected(&all, &range));
            // Only what comes after the range is cut off.
            assert_eq!(result.is_err(), end == b"\x1f" && range.end > all.len() as u64);
        }
    }
}

/// Counts the bytes that are read.
struct Counted<'a> {
    file: Cursor<&'a [u8]>,
    read: &'a mut u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        *self.read += count as u64;
        Ok(count)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[test]
fn only_what_is_needed_is_read() {
    let plain = noise(64 * CHUNK);
    for packed in [indexed(&plain, 1), ours(&plain)] {
        let mut read = 0;
        let file = Counted { file: Cursor::new(&packed), read: &mut read };
        let (start, mut part) = (50 * CHUNK, Vec::new());
        let range = start as u64..start as u64 + 10;
        gzip::decompress_range(file, range, &mut part, &settings(2)).unwrap();
        assert_eq!(part, &plain[start..start + 10]);
        assert!(read < 3 * CHUNK as u64, "{read} bytes read");
    }
}

/// Fails to read beyond an offset.
struct Bad<'a> {
    file: Cursor<&'a [u8]>,
    good: usize,
}

impl Read for Bad<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let position = usize::try_from(self.file.position()).unwrap();
        let count = into.len().min(self.good.saturating_sub(position));
        if count == 0 {
            return Err(io::Error::other("a bad sector"));
        }
        self.file.read(&mut into[..count])
    }
}

impl Seek for Bad<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[test]
fn what_cannot_be_read_is_an_error_after_all_that_comes_before_it() {
    let plain = noise(40 * CHUNK);
    for packed in [indexed(&plain, 1), ours(&plain), ordinary(&plain, Compression::fast())] {
        let bad = || Bad { file: Cursor::new(&packed), good: packed.len() / 2 };
        let (mut before, mut part) = (Vec::new(), Vec::new());
        let whole = gzip::decompress(bad(), &mut before, &settings(2));
        assert!(matches!(whole, Err(Error::Read(_))) && before.len() > 10 * CHUNK);
        let result = gzip::decompress_range(bad(), 100_000.., &mut part, &settings(2));
        assert!(matches!(result, Err(Error::Read(_))), "{result:?}");
        assert!(plain[100_000..].starts_with(&part) && part.len() + 100_000 >= before.len());
    }
}

#[test]
fn damage_is_found_where_it_is_decoded() {
    let plain = noise(8 * CHUNK);
    let good = ours(&plain);
    let mut packed = good.clone();
    // In the stored data of the fifth block.
    packed[4 * 65_311 + 1000] ^= 1;
    let block = 4 * 65_280;
    let (result, part) = part(&packed, block + 5000..block + 5010, 2);
    assert!(matches!(result, Err(Error::Corrupt(_))), "{result:?} {}", part.len());
    assert_part(&packed, &plain, 0..block);
    assert_part(&packed, &plain, block + 65_280..plain.len() as u64);
}

#[test]
fn a_file_cut_off_has_all_that_comes_before() {
    let plain = text(8 * CHUNK);
    let in_order = ordinary(&plain, Compression::fast());
    for packed in [&indexed(&plain, 6), &ours(&plain), &in_order] {
        let is_in_order = packed == &in_order;
        let packed = &packed[..packed.len() / 2];
        let (whole, before) = decompressed(packed, 2);
        assert!(matches!(whole, Err(Error::Truncated)));
        let there = before.len() as u64;
        if is_in_order {
            // The end of the file is so near that it is found.
            let (result, part) = part(packed, there / 2..there - 1, 2);
            assert!(matches!(result, Err(Error::Truncated)), "{result:?}");
            assert!(part == expected(&before, &(there / 2..there - 1)));
        } else {
            assert_part(packed, &before, 0..CHUNK as u64);
            assert_part(packed, &before, CHUNK as u64 - 9..there / 2);
        }
        let (result, part) = part(packed, 100..there + 10, 2);
        assert!(matches!(result, Err(Error::Truncated)), "{result:?}");
        assert!(part == before[100..]);
    }
}

#[test]
fn what_is_not_gzip_is_refused_or_copied() {
    let text = b"neither compressed nor long";
    assert!(matches!(part(text, 3..5, 1), (Err(Error::NotGzip), _)));
    assert!(matches!(part(b"", 0..5, 1), (Err(Error::Truncated), _)));
    let mut copied = Vec::new();
    let settings = settings(1).pass_through(true);
    gzip::decompress_range(Cursor::new(text), 3..5, &mut copied, &settings).unwrap();
    assert_eq!(copied, &text[3..5]);
}

#[test]
fn an_index_beside_the_file_is_a_hint_only() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x");
    let plain = tar(20 * CHUNK);
    fs::write(&path, &plain).unwrap();
    let options = FileOptions::default().settings(settings(2).format(Format::Bgzf));
    let packed = gzip::compress_file(&path, &options.block_index(true)).unwrap().output;
    let index = directory.path().join("x.gz.gzi");
    let good = fs::read(&index).unwrap();
    let assert_parts = |why: &str| {
        for start in [0, 65_279, 65_280, 600_000, plain.len() as u64 - 1] {
            let mut part = Vec::new();
            let range = start..start + 70_000;
            gzip::decompress_file_range(&packed, range.clone(), &mut part, &settings(2)).unwrap();
            assert!(part == expected(&plain, &range), "{start} with {why}");
        }
    };
    assert_parts("the index");
    for position in 0..good.len() / 8 {
        for lie in [0, 1, 65_280, 600_000, u64::MAX, u64::MAX / 2] {
            let mut bad = good.clone();
            bad[8 * position..][..8].copy_from_slice(&lie.to_le_bytes());
            fs::write(&index, bad).unwrap();
            assert_parts("one number changed");
        }
    }
    // That of a file with other blocks, and what is no index.
    let mut shifted = good.clone();
    for number in shifted[8..].chunks_exact_mut(16) {
        number[0] ^= 1;
    }
    for bad in [&shifted[..], &good[..good.len() - 1], b"", b"short"] {
        fs::write(&index, bad).unwrap();
        assert_parts("another index");
    }
    fs::remove_file(&index).unwrap();
    assert_parts("none");
    fs::create_dir(&index).unwrap();
    assert_parts("a directory");
}

/// A file of one kind, and what is in it.
fn file() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    (0..6_u8, 0..4_u8, 0..5 * CHUNK, 1..65_280_usize).prop_map(|(kind, data, length, each)| {
        let plain = match data {
            0 => noise(length),
            1 => sentence(length),
            2 => tar(length),
            _ => text(length),
        };
        let packed = match kind {
            0 => indexed(&plain, 6),
            1 => ours(&plain),
            2 => bgzf(&plain, each.max(1000)),
            3 => ordinary(&plain, Compression::fast()),
            4 => indexed(&plain, 0),
            _ => ours(&plain[..length / 2]).into_iter().chain(ours(&plain[length / 2..])).collect(),
        };
        (packed, plain)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_range_of_any_files_is_that_of_all_of_them(
        files in vec(file(), 1..4), ranges in vec((any::<Index>(), 0..200_000_u64), 1..6),
    ) {
        let (packed, plain): (Vec<_>, Vec<_>) = files.into_iter().unzip();
        let (packed, plain) = (packed.concat(), plain.concat());
        for (start, length) in ranges {
            let start = start.index(plain.len() + 10) as u64;
            assert_part(&packed, &plain, start..start + length);
        }
    }

    #[test]
    fn wrong_entries_of_an_index_change_nothing(
        data in 0..3_u8, changes in vec((any::<Index>(), any::<u8>(), 0..4_u8), 1..4),
        start in any::<Index>(), length in 0..200_000_u64,
    ) {
        let length_of_all = 6 * CHUNK + 9;
        let plain = [noise, sentence, text][usize::from(data)](length_of_all);
        let mut packed = indexed(&plain, 6);
        // The extra field from the numbers on.
        let fields = 16..12 + usize::from(u16::from_le_bytes([packed[10], packed[11]]));
        for (position, byte, kind) in changes {
            let field = &mut packed[fields.clone()];
            let position = position.index(field.len());
            match kind {
                0 => field[position] = byte,
                1 => field[position] = field[position].wrapping_add(1),
                2 => field[position & !3..][..4].fill(byte),
                // Two entries are swapped.
                _ => {
                    let (one, other) = (16 + position % 12, 16 + usize::from(byte) % 12);
                    for offset in 0..4 {
                        field.swap((one & !3) + offset, (other & !3) + offset);
                    }
                }
            }
        }
        let start = start.index(plain.len()) as u64;
        assert_part(&packed, &plain, start..start + length);
    }

    #[test]
    fn damaged_files_end_in_an_error_or_in_bytes(
        (mut packed, plain) in file(), start in any::<Index>(), length in 0..200_000_u64,
        changes in vec((any::<Index>(), any::<u8>()), 1..5), cut in any::<Index>(),
    ) {
        for (position, byte) in changes {
            let position = position.index(packed.len());
            packed[position] = byte;
        }
        packed.truncate(cut.index(packed.len()).max(packed.len() / 2));
        let start = start.index(plain.len() + 1) as u64;
        let (result, written) =
            within_a_minute(move || part(&packed, start..start + length, 2));
        prop_assert!(written.len() as u64 <= length);
        if let Ok(count) = result {
            prop_assert_eq!(count, written.len() as u64);
        }
    }
}

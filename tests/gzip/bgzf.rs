//! BGZF: the blocks are as the specification has them, and the index beside them says where they
//! are.

use crate::support::{assert_agrees, gz, inputs, noise, settings, tar, text};
use csp_toolkit::gzip::{self, Encoder, Error, FileOptions, Format, Settings};
use flate2::bufread::GzDecoder;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The plain bytes of a block.
const BLOCK: usize = 65_280;
/// The block that ends a file (SAM/BAM specification, section 4.1.2).
const END: [u8; 28] = [
    0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, 0x42, 0x43, 2, 0, 0x1B, 0, 3, 0, 0, 0, 0, 0, 0, 0,
    0, 0,
];

fn bgzf() -> Settings {
    settings(3).format(Format::Bgzf)
}

fn packed(plain: &[u8], settings: &Settings) -> Vec<u8> {
    let mut packed = Vec::new();
    let totals = gzip::compress(plain, &mut packed, settings).unwrap();
    let sizes = (totals.uncompressed, totals.compressed);
    assert_eq!(sizes, (plain.len() as u64, packed.len() as u64));
    packed
}

/// The blocks of a file, each decoded by flate2, without the one that ends it.
#[track_caller]
fn blocks(packed: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut rest = packed.strip_suffix(&END).expect("the last block is missing");
    let mut blocks = Vec::new();
    while !rest.is_empty() {
        assert_eq!(rest[..16], END[..16]);
        let length = usize::from(u16::from_le_bytes([rest[16], rest[17]])) + 1;
        let (block, after) = rest.split_at(length);
        let (mut decoder, mut plain) = (GzDecoder::new(block), Vec::new());
        decoder.read_to_end(&mut plain).unwrap();
        assert!(decoder.into_inner().is_empty(), "the block is longer than its data");
        blocks.push((length, plain));
        rest = after;
    }
    blocks
}

#[track_caller]
fn assert_blocks(packed: &[u8], plain: &[u8]) {
    let blocks: Vec<Vec<u8>> = blocks(packed).into_iter().map(|(_, plain)| plain).collect();
    assert!(blocks.concat() == plain);
    let (last, full) =
        blocks.split_last().map_or((None, &[][..]), |(last, full)| (Some(last), full));
    assert!(full.iter().all(|block| block.len() == BLOCK));
    assert!(last.is_none_or(|last| (1..=BLOCK).contains(&last.len())));
    assert_agrees(packed);
}

#[test]
fn every_input_becomes_blocks_and_an_end() {
    for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 16 * BLOCK, 16 * BLOCK + 1, 40 * BLOCK + 7] {
        for (_, plain) in inputs(length) {
            assert_blocks(&packed(&plain, &bgzf().level(1)), &plain);
        }
    }
    assert_eq!(packed(b"", &bgzf()), END);
}

#[test]
fn at_every_level_the_longest_block_fits() {
    let plain = [noise(3 * BLOCK), text(BLOCK), vec![0; BLOCK]].concat();
    for level in 0..=12 {
        assert_blocks(&packed(&plain, &bgzf().level(level)), &plain);
    }
}

#[test]
fn threads_and_chunk_sizes_change_nothing() {
    let plain = tar(40 * BLOCK);
    let expected = packed(&plain, &bgzf());
    for settings in [bgzf().threads(1), bgzf().chunk_size(16 << 20), bgzf().index(true)] {
        assert!(packed(&plain, &settings) == expected);
    }
}

#[test]
fn an_encoder_writes_the_same_and_a_flush_ends_a_block() {
    let plain = text(20 * BLOCK + 3);
    let mut encoder = Encoder::new(Vec::new(), bgzf());
    encoder.write_all(&plain).unwrap();
    assert!(encoder.finish().unwrap() == packed(&plain, &bgzf()));

    let mut encoder = Encoder::new(Vec::new(), bgzf());
    encoder.flush().unwrap();
    assert!(encoder.get_ref().is_empty());
    for part in [&plain[..5], &plain[5..BLOCK + 9]] {
        encoder.write_all(part).unwrap();
        encoder.flush().unwrap();
    }
    let lengths: Vec<_> =
        blocks(&encoder.finish().unwrap()).into_iter().map(|(_, plain)| plain.len()).collect();
    assert_eq!(lengths, [5, BLOCK, 4]);
}

#[test]
fn with_rsyncable_blocks_begin_where_the_content_says() {
    let plain = noise(1 << 20);
    let lengths = |plain: &[u8]| -> Vec<_> {
        let packed = packed(plain, &bgzf().rsyncable(true));
        assert!(crate::support::reference(&packed).0 == plain);
        blocks(&packed).into_iter().map(|(_, plain)| plain.len()).collect()
    };
    let (before, after) = (lengths(&plain), lengths(&[b"!", &plain[..]].concat()));
    let same = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    assert!(2 * same > before.len(), "{before:?} {after:?}");
}

fn gzi(path: &Path) -> PathBuf {
    let mut name = gz(path).into_os_string();
    name.push(".gzi");
    name.into()
}

/// The numbers of the index that belongs to a file.
fn expected_index(packed: &[u8]) -> Vec<u8> {
    let blocks = blocks(packed);
    let (mut offset, mut plain) = (0, 0);
    let mut numbers = vec![blocks.len().saturating_sub(1)];
    for (length, block) in &blocks {
        if offset > 0 {
            numbers.extend([offset, plain]);
        }
        offset += length;
        plain += block.len();
    }
    numbers.into_iter().flat_map(|number| (number as u64).to_le_bytes()).collect()
}

#[test]
fn the_index_lists_every_block_but_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let options = FileOptions::default().settings(bgzf()).block_index(true);
    let lengths = [0, 1, BLOCK, BLOCK + 1, 16 * BLOCK + 1, 50 * BLOCK];
    let paths: Vec<_> = lengths.map(|length| directory.path().join(length.to_string())).into();
    for (path, length) in paths.iter().zip(lengths) {
        fs::write(path, tar(length)).unwrap();
    }
    let mut done = 0;
    gzip::compress_files(&paths, &options.clone().keep_input(false), |position, result| {
        assert!(result.unwrap().warnings.is_empty());
        let packed = fs::read(gz(&paths[position])).unwrap();
        assert_blocks(&packed, &tar(lengths[position]));
        assert_eq!(fs::read(gzi(&paths[position])).unwrap(), expected_index(&packed));
        assert!(!paths[position].exists());
        done += 1;
    });
    assert_eq!(done, lengths.len());
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 2 * lengths.len());
}

#[test]
fn an_index_that_exists_is_kept_unless_outputs_are_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    for length in [10, 40 * BLOCK] {
        let path = directory.path().join(length.to_string());
        fs::write(&path, text(length)).unwrap();
        fs::write(gzi(&path), "old").unwrap();
        let options = FileOptions::default().settings(bgzf()).block_index(true).keep_input(false);
        let error = gzip::compress_file(&path, &options).unwrap_err();
        assert!(
            matches!(&error, Error::Exists(path) if path.ends_with(format!("{length}.gz.gzi")))
        );
        assert!(path.exists() && !gz(&path).exists());
        assert_eq!(fs::read(gzi(&path)).unwrap(), b"old");
        gzip::compress_file(&path, &options.overwrite(true)).unwrap();
        assert_eq!(fs::read(gzi(&path)).unwrap(), expected_index(&fs::read(gz(&path)).unwrap()));
    }
}

#[test]
fn without_a_place_for_the_index_the_input_stays() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x");
    fs::write(&path, text(10)).unwrap();
    fs::create_dir(gzi(&path)).unwrap();
    let options = FileOptions::default().settings(bgzf()).block_index(true);
    let options = options.keep_input(false).overwrite(true);
    assert!(matches!(gzip::compress_file(&path, &options), Err(Error::Index(_))));
    assert!(path.exists() && gz(&path).exists());

    let options = options.output_file("/dev/null");
    assert!(matches!(gzip::compress_file(&path, &options), Err(Error::Write(_))));
    let options = FileOptions::default().block_index(true);
    assert!(matches!(gzip::compress_file(&path, &options), Err(Error::IndexFormat)));
}

#[test]
fn names_and_times_are_not_stored() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x");
    fs::write(&path, text(10)).unwrap();
    let options = FileOptions::default().settings(bgzf()).store_name(true).store_time(true);
    gzip::compress_file(&path, &options).unwrap();
    assert_blocks(&fs::read(gz(&path)).unwrap(), &text(10));
}

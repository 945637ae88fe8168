//! The output is one gzip member, depends on input and settings only, and decompresses to the input.

use crate::support::{
    CHUNK, Pieces, assert_agrees, compressed, decompressed, indexed, inputs, one_member, settings,
    text,
};
use csp_toolkit::gzip::Settings;

/// The lengths at which something changes.
fn lengths(chunk: usize) -> [usize; 6] {
    [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk + 5]
}

fn assert_comes_back(plain: &[u8], settings: &Settings, what: &str) {
    let on = |threads| settings.threads(threads);
    let packed = compressed(plain, &on(1));
    assert!(one_member(&packed) == plain, "{what}: flate2 sees something else");
    for threads in [2, 7] {
        assert!(compressed(plain, &on(threads)) == packed, "{what}: {threads} threads");
    }
    for threads in [1, 2, 7] {
        let (outcome, unpacked) = decompressed(&packed, threads);
        let totals = outcome.unwrap();
        assert!(unpacked == plain, "{what}: {threads} threads decode something else");
        assert_eq!(totals.uncompressed, plain.len() as u64);
        assert_eq!(totals.compressed, packed.len() as u64);
    }
}

#[test]
fn every_kind_and_length_round_trips_at_every_level() {
    for length in lengths(CHUNK) {
        for (kind, plain) in inputs(length) {
            for level in 0..=12 {
                let what = format!("{length} bytes of {kind} at level {level}");
                assert_comes_back(&plain, &settings(1).level(level), &what);
            }
        }
    }
}

#[test]
fn every_kind_and_length_round_trips_in_chunks_of_a_mebibyte() {
    let settings = Settings::default().level(1);
    for length in lengths(1 << 20) {
        for (kind, plain) in inputs(length) {
            assert_comes_back(&plain, &settings, &format!("{length} bytes of {kind}"));
        }
    }
}

#[test]
fn the_sizes_of_reads_do_not_matter() {
    let plain = text(3 * CHUNK + 5);
    let whole = compressed(&plain[..], &settings(2));
    for sizes in [vec![1], vec![4096, 1, 700], vec![CHUNK], vec![CHUNK - 1], vec![CHUNK + 1]] {
        assert!(compressed(Pieces::new(&plain, sizes), &settings(2)) == whole);
    }
}

#[test]
fn a_file_has_the_same_data_as_a_stream_and_an_index_from_two_chunks_on() {
    for length in lengths(CHUNK) {
        for (kind, plain) in inputs(length) {
            let streamed = compressed(&plain[..], &settings(2));
            let filed = indexed(&plain, 6);
            assert!(one_member(&filed) == plain);
            assert_agrees(&filed);
            if length <= CHUNK {
                assert!(filed == streamed, "{length} bytes of {kind}");
                continue;
            }
            let (extra, data) =
                filed[12..].split_at(u16::from_le_bytes([filed[10], filed[11]]).into());
            assert_eq!((filed[3], &extra[..2]), (4, &b"CS"[..]));
            assert!(data == &streamed[10..], "{length} bytes of {kind}");
        }
    }
}

#[test]
fn the_header_has_neither_name_nor_time() {
    for level in 0..=12 {
        let packed = compressed(&b"word"[..], &settings(1).level(level));
        let effort = match level {
            0 | 1 => 4,
            2..=8 => 0,
            _ => 2,
        };
        assert_eq!(packed[..10], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, effort, 3]);
    }
}

#[test]
fn higher_levels_compress_better() {
    let plain = text(5 * CHUNK);
    let sizes =
        [0, 1, 6, 9, 12].map(|level| compressed(&plain[..], &settings(2).level(level)).len());
    assert!(sizes.is_sorted_by(|less, more| less > more), "{sizes:?}");
    assert!(sizes[0] < plain.len() + 100 && sizes[0] > plain.len());
}

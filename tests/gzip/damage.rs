//! Damage is found, wherever it is.

use crate::support::{
    CHUNK, End, assert_agrees, bgzf, decompressed, indexed, ordinary, reference, sentence,
};
use flate2::Compression;
use proptest::prelude::*;
use std::sync::LazyLock;

struct File {
    kind: &'static str,
    plain: Vec<u8>,
    packed: Vec<u8>,
}

/// Files of every kind, small enough to try every bit.
static FILES: LazyLock<[File; 3]> = LazyLock::new(|| {
    let (long, short) = (sentence(2 * CHUNK + 300), sentence(700));
    [
        File { kind: "indexed", packed: indexed(&long, 6), plain: long },
        File { kind: "BGZF", packed: bgzf(&short, 350), plain: short.clone() },
        File { kind: "ordinary", packed: ordinary(&short, Compression::default()), plain: short },
    ]
});

#[test]
fn a_flipped_bit_is_found_or_does_not_matter() {
    for File { kind, plain, packed } in &*FILES {
        let mut found = 0;
        for bit in 0..packed.len() * 8 {
            let mut broken = packed.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            let (outcome, decoded) = decompressed(&broken, 2);
            match outcome {
                Ok(totals) if !totals.trailing_garbage => {
                    assert!(decoded == *plain, "{kind}: bit {bit} goes unnoticed");
                }
                _ => {
                    found += 1;
                    assert!(plain.starts_with(&decoded) || found_late(&decoded, &broken));
                }
            }
        }
        assert!(found > packed.len() * 4, "{kind}: only {found} of {}", packed.len() * 8);
    }
}

/// Whether flate2 decodes the same before it checks the checksum.
fn found_late(decoded: &[u8], broken: &[u8]) -> bool {
    let (expected, end) = reference(broken);
    end == End::Broken && (expected.starts_with(decoded) || decoded.starts_with(&expected))
}

/// Where the members end, one after the other.
fn ends(packed: &[u8]) -> Vec<usize> {
    let starts = (1..packed.len()).filter(|&start| packed[start..].starts_with(&[0x1F, 0x8B, 8]));
    starts.chain([packed.len()]).collect()
}

#[test]
fn a_missing_end_is_found_unless_whole_members_are_missing() {
    for File { kind, plain, packed } in &*FILES {
        let ends = ends(packed);
        assert_eq!(ends.len(), if *kind == "BGZF" { 3 } else { 1 });
        for length in 0..packed.len() {
            let (outcome, decoded) = decompressed(&packed[..length], 2);
            let noticed = outcome.map_or(true, |totals| totals.trailing_garbage);
            assert_eq!(noticed, !ends.contains(&length), "{kind}: {length} bytes");
            assert!(plain.starts_with(&decoded), "{kind}: {length} bytes");
        }
    }
}

#[test]
fn everything_before_a_missing_end_is_written() {
    for File { kind, packed, .. } in &*FILES {
        for length in (0..packed.len()).step_by(7) {
            let (_, decoded) = decompressed(&packed[..length], 2);
            let (expected, _) = reference(&packed[..length]);
            assert!(decoded == expected, "{kind}: {} of {}", decoded.len(), expected.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_bytes_are_judged_as_by_flate2(
        kind in 0..3_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let mut packed = FILES[kind].packed.clone();
        for (position, byte) in changes {
            let position = position.index(packed.len());
            packed[position] = byte;
        }
        assert_agrees(&packed);
    }
}

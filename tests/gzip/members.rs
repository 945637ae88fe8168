//! Several members are one stream (RFC 1952, section 2.2), whatever program wrote them.

use crate::support::{
    CHUNK, End, assert_agrees, bgzf, compressed, decompressed, indexed, ordinary, sentence,
    settings, text,
};
use flate2::Compression;
use proptest::collection::vec;
use proptest::prelude::*;

/// A member of this kind; for BGZF, several.
fn members(kind: u8, plain: &[u8]) -> Vec<u8> {
    match kind {
        0 => indexed(plain, 6),
        1 => compressed(plain, &settings(2)),
        2 => bgzf(plain, 3000),
        3 => ordinary(plain, Compression::none()),
        _ => ordinary(plain, Compression::default()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn members_of_any_mixture_are_one_stream(
        parts in vec((0..5_u8, prop_oneof![Just(0), 1..5000_usize, 1..4 * CHUNK]), 1..7),
    ) {
        let plain: Vec<u8> = parts.iter().flat_map(|&(_, length)| text(length)).collect();
        let packed: Vec<u8> =
            parts.iter().flat_map(|&(kind, length)| members(kind, &text(length))).collect();
        let (outcome, decoded) = decompressed(&packed, 2);
        prop_assert_eq!(outcome.unwrap().compressed, packed.len() as u64);
        prop_assert!(decoded == plain);
        prop_assert_eq!(assert_agrees(&packed), End::Whole);
    }
}

#[test]
fn zeros_after_the_last_member_are_ignored_and_anything_else_is_garbage() {
    for kind in 0..5 {
        let good = members(kind, &sentence(3 * CHUNK));
        for zeros in [1, 2, 10, 300_000] {
            assert_eq!(assert_agrees(&[&good[..], &vec![0; zeros]].concat()), End::Whole);
        }
        for garbage in [&b"x"[..], b"\x1Fx", b"\0\x1F\x8B", b"\0\0x", b"\x8B\x1F", b"PK\x03\x04"] {
            assert_eq!(assert_agrees(&[&good[..], garbage].concat()), End::Garbage);
        }
    }
}

#[test]
fn data_before_a_broken_member_is_written() {
    let plain = text(3 * CHUNK);
    for good in 0..5 {
        for bad in 0..5 {
            let [first, mut second] = [good, bad].map(|kind| members(kind, &plain));
            let middle = second.len() / 2;
            second[middle..middle + 100].fill(0xFF);
            let packed = [first, second].concat();
            assert_eq!(assert_agrees(&packed), End::Broken);
            let (_, decoded) = decompressed(&packed, 2);
            assert!(decoded.starts_with(&plain), "{good}, {bad}: only {} bytes", decoded.len());
        }
    }
}

#[test]
fn a_truncated_second_member_is_an_error() {
    let good = members(0, &sentence(3 * CHUNK));
    for begun in
        [&b"\x1F"[..], b"\x1F\x8B", b"\x1F\x8B\x08\0\0\0", b"\x1F\x8Bgarbage that is long enough"]
    {
        assert_eq!(assert_agrees(&[&good[..], begun].concat()), End::Broken);
    }
}

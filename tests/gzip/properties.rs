//! Round trips of generated data, through generated reads.

use crate::support::{
    CHUNK, Pieces, assert_agrees, compressed, decompressed, indexed, noise, sentence, settings,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Sections of noise, of runs, and of repeated data.
fn data() -> impl Strategy<Value = Vec<u8>> {
    let stretch = (0..4_u8, any::<u8>(), 1..40_000_usize);
    vec(stretch, 0..8).prop_map(|stretches| {
        let mut data = Vec::new();
        for (kind, byte, length) in stretches {
            match kind {
                0 => data.extend(noise(length).iter().map(|noise| noise ^ byte)),
                1 => data.resize(data.len() + length, byte),
                2 => data.extend(sentence(length)),
                _ => data.extend_from_within(data.len().saturating_sub(length)..),
            }
        }
        data
    })
}

fn level() -> impl Strategy<Value = u32> {
    0..=9_u32
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    vec(prop_oneof![1..200_usize, 1..CHUNK * 2], 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_data_round_trips(
        data in data(), level in level(), threads in 1..5_usize, sizes in sizes(),
    ) {
        let settings = settings(threads).level(level);
        let packed = compressed(Pieces::new(&data, sizes), &settings);
        prop_assert_eq!(&packed, &compressed(&data[..], &settings));
        let (outcome, plain) = decompressed(&packed, threads);
        outcome.unwrap();
        prop_assert!(plain == data);
        assert_agrees(&packed);
    }

    #[test]
    fn any_file_round_trips_through_any_reads(
        data in data(), level in level(), threads in 1..5_usize, sizes in sizes(),
    ) {
        let packed = indexed(&data, level);
        let (mut plain, pieces) = (Vec::new(), Pieces::new(&packed, sizes));
        csp_toolkit::gzip::decompress(pieces, &mut plain, &settings(threads)).unwrap();
        prop_assert!(plain == data);
        assert_agrees(&packed);
    }
}

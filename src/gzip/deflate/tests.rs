//! Everything decodes to the input, and nothing is longer than stored.

use super::{Deflater, Search, store};
use crate::gzip::inflate::Inflater;
use crate::gzip::inflate::tests::noise;
use proptest::prelude::*;
use std::io::Read;

/// Checks with our own decoder and with another one.
#[track_caller]
fn check(deflater: &mut Deflater, plain: &[u8]) {
    for search in [Search::FAST, Search::SPARSE] {
        let mut packed = vec![0; Deflater::bound(plain.len())];
        let length = deflater.deflate(plain, search, &mut packed);
        packed.truncate(length);
        Inflater::new().verify(&packed, plain).unwrap();
        let mut decoded = Vec::new();
        flate2::read::DeflateDecoder::new(&packed[..]).read_to_end(&mut decoded).unwrap();
        assert!(decoded == plain);
        assert!(length <= plain.len() + 5 * (plain.len() / 16_384 + 1), "{length}");
        let mut again = vec![0; Deflater::bound(plain.len())];
        let same = Deflater::new().deflate(plain, search, &mut again);
        assert!(again[..same] == packed, "what was compressed before makes no difference");
    }
}

#[test]
fn lengths_around_every_limit_round_trip() {
    let noise = noise(200_000, 1);
    let mut deflater = Deflater::new();
    let lengths = (0..70).chain([255, 258, 259, 16_383, 16_384, 16_385, 32_768, 65_535, 65_536]);
    for length in lengths.chain([98_304, 131_071, 200_000]) {
        check(&mut deflater, &noise[..length]);
        check(&mut deflater, &vec![b'a'; length]);
        let pattern: Vec<u8> = noise.iter().copied().take(40_000).cycle().take(length).collect();
        check(&mut deflater, &pattern);
    }
}

#[test]
fn matches_at_every_distance_and_of_every_length_round_trip() {
    let noise = noise(40_000, 1);
    let mut deflater = Deflater::new();
    for distance in (1..300).chain([4096, 4097, 32_767, 32_768, 32_769, 39_000]) {
        let repeated = noise[..distance].iter().copied().cycle();
        check(&mut deflater, &repeated.take(distance + 700).collect::<Vec<u8>>());
    }
    for length in 1..300 {
        check(&mut deflater, &[&noise[..1000], &noise[500..500 + length], &noise[..50]].concat());
    }
}

#[test]
fn codes_that_would_be_too_long_are_limited() {
    // Fibonacci's numbers make the deepest trees.
    let (mut plain, mut count, mut next) = (Vec::new(), 1, 1);
    for byte in 0..22 {
        plain.extend(vec![byte; count]);
        (count, next) = (next, count + next);
    }
    // Shuffled, so that no matches hide the literals.
    let mut shuffled: Vec<(u8, u8)> = noise(plain.len(), 1).into_iter().zip(plain).collect();
    shuffled.sort_unstable();
    let plain: Vec<u8> = shuffled.into_iter().map(|(_, byte)| byte).collect();
    check(&mut Deflater::new(), &plain);
}

#[test]
fn stored_streams_round_trip() {
    let noise = noise(200_000, 1);
    for length in [0, 1, 65_534, 65_535, 65_536, 131_070, 131_071, 200_000] {
        let mut packed = Vec::new();
        store(&noise[..length], &mut packed);
        Inflater::new().verify(&packed, &noise[..length]).unwrap();
    }
}

/// Runs of bytes, repetitions of what is before, and noise.
fn mixtures() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        (any::<u8>(), 1..3000_usize).prop_map(|(byte, length)| (vec![byte; length], 0, 0)),
        (1..40_000_usize, 1..600_usize).prop_map(|(back, length)| (Vec::new(), back, length)),
        (prop::collection::vec(any::<u8>(), 0..3000), any::<u8>())
            .prop_map(|(bytes, mask)| { (bytes.iter().map(|byte| byte & mask).collect(), 0, 0) }),
        prop::collection::vec(prop::sample::select(&b"etaoin shrdlu\n"[..]), 0..5000)
            .prop_map(|bytes| (bytes, 0, 0)),
    ];
    prop::collection::vec(part, 0..40).prop_map(|parts| {
        let mut plain: Vec<u8> = Vec::new();
        for (bytes, back, length) in parts {
            plain.extend(bytes);
            let from = plain.len().saturating_sub(back);
            for index in from..(from + length).min(plain.len().max(from)) {
                plain.push(plain[index]);
            }
        }
        plain
    })
}

proptest! {
    #[test]
    fn any_mixture_round_trips(plain in mixtures()) {
        check(&mut Deflater::new(), &plain);
    }
}

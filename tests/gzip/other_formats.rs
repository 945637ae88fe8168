//! Input that is not gzip: the older formats, and data that passes through. Results are compared with
//! those of GNU gzip.

#[path = "../../src/gzip/legacy/encoders.rs"]
mod encoders;

use crate::support::{noise, ordinary, sentence, settings, text};
use csp_toolkit::gzip::{self, Error, Totals};
use encoders::{CENTRAL_DIRECTORY, Zip};
use flate2::Compression;
use proptest::collection::vec;
use proptest::prelude::*;
use std::io::{self, Read, Seek, Write};
use std::process::Command;

/// `gzip`'s output and exit status.
fn judged(packed: &[u8], flags: &str) -> (Vec<u8>, i32) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(packed).unwrap();
    file.rewind().unwrap();
    let output = Command::new("gzip").arg(flags).stdin(file).output().unwrap();
    (output.stdout, output.status.code().unwrap())
}

fn decoded(packed: &[u8], pass_through: bool) -> (Vec<u8>, Result<Totals, Error>) {
    let mut plain = Vec::new();
    let outcome = gzip::decompress(packed, &mut plain, &settings(2).pass_through(pass_through));
    (plain, outcome)
}

/// The exit status that `gzip` would have.
fn status(outcome: &Result<Totals, Error>) -> i32 {
    match outcome {
        Ok(totals) if totals.trailing_garbage => 2,
        Ok(_) => 0,
        Err(_) => 1,
    }
}

/// Asserts that both have the same output and end the same way.
#[track_caller]
fn assert_same(packed: &[u8]) {
    for (pass_through, flags) in [(true, "-cdf"), (false, "-cd")] {
        let (expected, code) = judged(packed, flags);
        let (plain, outcome) = decoded(packed, pass_through);
        assert_eq!(status(&outcome), code, "{flags}: {outcome:?}, {packed:x?}");
        let same = if code == 1 { plain.starts_with(&expected) } else { plain == expected };
        assert!(same, "{flags}: {} bytes, not {}", plain.len(), expected.len());
    }
}

/// A part of an input.
fn part(kind: u8, length: usize) -> Vec<u8> {
    let plain = sentence(length);
    match kind {
        0 => ordinary(&plain, Compression::fast()),
        1 => plain,
        2 => vec![0; length],
        3 => encoders::pack(&plain),
        4 => encoders::lzw(&plain, 16, Some(1000)),
        5 => [Zip::default().entry(&plain, &plain), CENTRAL_DIRECTORY.to_vec()].concat(),
        6 => b"\x1Fx".to_vec(),
        7 => b"PK".to_vec(),
        _ => b"\x1F".to_vec(),
    }
}

#[test]
fn one_two_or_three_parts_are_decompressed_as_by_gzip() {
    assert_same(b"");
    for first in 0..9 {
        assert_same(&part(first, 300));
        // After the codes of `compress`, anything counts as more codes.
        for second in if first == 4 { 2..3 } else { 0..9 } {
            let two = [part(first, 300), part(second, 200)].concat();
            assert_same(&two);
            if first == 0 && second != 4 {
                assert_same(&[two, part(0, 7)].concat());
            }
        }
    }
}

#[test]
fn one_byte_that_gzip_refuses_is_reported_as_garbage() {
    let packed = [part(0, 9), b"\n".to_vec()].concat();
    assert_eq!(judged(&packed, "-cd").1, 1);
    assert_eq!(status(&decoded(&packed, false).1), 2);
}

#[test]
fn long_inputs_of_every_format_are_decompressed() {
    for plain in [text(3_000_000), noise(3_000_000)] {
        for packed in [
            encoders::lzw(&plain, 16, None),
            encoders::lzw(&plain, 12, Some(20_000)),
            encoders::pack(&plain),
            Zip::default().entry(&plain, &plain),
        ] {
            let (decoded, outcome) = decoded(&packed, false);
            let totals = outcome.unwrap();
            assert!(decoded == plain && decoded == judged(&packed, "-dc").0);
            assert_eq!(
                (totals.uncompressed, totals.compressed),
                (plain.len() as u64, packed.len() as u64)
            );
        }
    }
    let plain = noise(3_000_000);
    let (copied, outcome) = decoded(&[part(0, 0), plain.clone()].concat(), true);
    assert!(outcome.is_ok() && copied == plain);
}

/// Hands out one packet for each read, and loses what of it there is no room for, as datagram
/// sockets and pipes in packet mode do.
struct Packets<'a>(std::slice::Chunks<'a, u8>);

impl Read for Packets<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let packet = self.0.next().unwrap_or_default();
        let count = packet.len().min(into.len());
        into[..count].copy_from_slice(&packet[..count]);
        Ok(count)
    }
}

#[test]
fn packets_are_read_whole() {
    for kind in [0, 1, 3, 4, 5] {
        let packed = part(kind, 100_000);
        for size in [1, 2, 100, 4096] {
            let mut plain = Vec::new();
            let copies = settings(2).pass_through(true);
            let outcome = gzip::decompress(Packets(packed.chunks(size)), &mut plain, &copies);
            assert!(outcome.is_ok() && plain == sentence(100_000), "{kind}, {size}: {outcome:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn damage_is_judged_as_by_gzip(
        kind in 3..6_u8,
        length in 1..4000_usize,
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut packed = part(kind, length);
        for (position, byte) in changes {
            let position = 3.max(position.index(packed.len()));
            // gzip reads only the lower byte of a zip entry's method, at 8.
            if (kind, position) != (5, 9) {
                packed[position] = byte;
            }
        }
        packed.truncate(3 + cut.index(packed.len() - 3) + 1);
        let (expected, code) = judged(&packed, "-dc");
        let (plain, outcome) = decoded(&packed, false);
        match outcome {
            // gzip does not notice a truncated code.
            Err(Error::Truncated) if kind == 4 => prop_assert!(plain == expected),
            Err(_) => prop_assert!(code == 1 && plain.starts_with(&expected)),
            Ok(_) => prop_assert!(code == 0 && plain == expected),
        }
    }
}

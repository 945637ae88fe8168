//! How far data can be decoded, from its beginning and from the middle, whole and damaged.

use super::*;
use crate::gzip::inflate::tests::{BlockStart, block_starts, flate2, prose};
use ::flate2::FlushCompress;
use std::io::Cursor;

/// Compressed data of many blocks, its text, and where its blocks begin.
fn sample() -> (Vec<u8>, Vec<u8>, Vec<BlockStart>) {
    let text = prose(1_500_000);
    let data = flate2(&text, 6, FlushCompress::Finish);
    let starts = block_starts(&data, &text);
    assert!(starts.len() > 8);
    (data, text, starts)
}

fn scan(data: &[u8]) -> Scan<Cursor<&[u8]>> {
    Scan::new(Cursor::new(data)).unwrap()
}

/// What is copied, with `?` in place of what is not known.
fn copied(scan: &mut Scan<Cursor<&[u8]>>, trace: &Trace, count: u64, few: usize) -> Vec<u8> {
    let Trace { start: bit, before, .. } = *trace;
    let part = Kept { bit, before, count, end: 0, is_verified: false, is_sized: false };
    let mut bytes = Vec::new();
    let put = |part: Copied<'_>| {
        match part {
            Copied::Known(known) => bytes.extend_from_slice(known),
            Copied::Unknown(count) => {
                bytes.resize(bytes.len() + usize::try_from(count).unwrap(), b'?');
            }
        }
        Ok(())
    };
    scan.copy(&part, few, put).unwrap();
    bytes
}

#[test]
fn intact_data_goes_to_its_end_with_its_checksum() {
    let (data, text, _) = sample();
    let mut scan = scan(&data);
    for purpose in [Purpose::Checksum, Purpose::Extent] {
        let trace = scan.trace(0, Before::Nothing, purpose).unwrap();
        assert_eq!(trace.end, End::Final(data.len() as u64));
        assert_eq!(trace.last.plain, text.len() as u64);
        assert!(trace.has(Trailer::new(crc32fast::hash(&text), 0)) && trace.is_in_step());
        assert!(!trace.has(Trailer::new(crc32fast::hash(&text) ^ 1, 0)));
        assert!(copied(&mut scan, &trace, trace.last.plain, 1) == text);
    }
}

#[test]
fn data_that_is_cut_off_goes_to_its_last_byte() {
    let (data, text, _) = sample();
    let mut scan = scan(&data[..data.len() / 2]);
    let trace = scan.trace(0, Before::Nothing, Purpose::Extent).unwrap();
    assert_eq!(trace.end, End::Cut);
    assert!(trace.mark.plain < trace.last.plain);
    let decoded = copied(&mut scan, &trace, trace.last.plain, 1);
    assert!(decoded.len() > text.len() / 4 && text.starts_with(&decoded));
}

#[test]
fn the_mark_is_before_the_damage() {
    let (mut data, text, starts) = sample();
    // In a header: codes find their way back after damage, so that it may not be noticed.
    let damaged = starts[starts.len() / 2].bit / 8 + 1;
    for byte in &mut data[damaged..damaged + 64] {
        *byte = !*byte;
    }
    let mut scan = scan(&data);
    let trace = scan.trace(0, Before::Nothing, Purpose::Extent).unwrap();
    // It may come to what seems to be a final block.
    assert_ne!(trace.end, End::Final(data.len() as u64));
    assert!(trace.mark.bit <= 8 * damaged as u64);
    assert!(starts.iter().any(|start| start.bit as u64 == trace.mark.bit));
    assert!(text.starts_with(&copied(&mut scan, &trace, trace.mark.plain, 1)));
}

#[test]
fn a_sector_of_equal_bytes_is_damage_and_the_mark_is_where_it_begins() {
    let (mut data, text, starts) = sample();
    let from = starts[starts.len() / 2].bit / 8 + 1000;
    data[from..from + 512].fill(0);
    let mut scan = scan(&data);
    let trace = scan.trace(0, Before::Nothing, Purpose::Extent).unwrap();
    let End::Failed(next) = trace.end else { panic!("{trace:?}") };
    let (begins, ends) = (8 * from as u64, 8 * (from as u64 + 512));
    // The bytes beside it can be equal too.
    assert!((ends..ends + 16).contains(&next), "{next}");
    assert!((begins - 80..=begins).contains(&trace.mark.bit), "{trace:?}");
    assert!(text.starts_with(&copied(&mut scan, &trace, trace.mark.plain, 1)));
}

#[test]
fn from_the_middle_what_is_known_is_right() {
    let (data, text, starts) = sample();
    let mut scan = scan(&data);
    let sought = |start: &&BlockStart| start.is_sought && start.plain > WINDOW;
    let start = starts.iter().find(sought).unwrap();
    let trace = scan.trace(start.bit as u64, Before::Unknown, Purpose::Extent).unwrap();
    let rest = &text[start.plain..];
    assert_eq!(trace.end, End::Final(data.len() as u64));
    assert_eq!(trace.last.plain, rest.len() as u64);
    assert!(!trace.has(Trailer::new(crc32fast::hash(rest), 0)), "not all of it is known");
    let unknown = |bytes: &[u8]| bytes.split(|&byte| byte == b'?').count();
    let all = copied(&mut scan, &trace, trace.last.plain, 1);
    let in_runs = copied(&mut scan, &trace, trace.last.plain, 100);
    for copy in [&all, &in_runs] {
        assert_eq!(copy.len(), rest.len());
        assert!(copy.iter().zip(rest).all(|(copy, byte)| copy == byte || *copy == b'?'));
    }
    assert!(unknown(rest) < unknown(&all) && unknown(&all) < unknown(&in_runs));
}

#[test]
fn a_trial_ends_where_no_block_begins() {
    let (data, _, starts) = sample();
    let mut scan = scan(&data);
    let start = starts[3].bit as u64 + 1;
    let trace = scan.trace(start, Before::Unknown, Purpose::Trial).unwrap();
    assert!(!trace.is_in_step() || trace.mark.bit > start, "{trace:?}");
}

//! A range of members, BGZF blocks, zeros and text in any mixture is that part of all of it; and
//! whatever an index or a block says of itself, a range ends.
#![no_main]

use csp_toolkit::gzip::{self, Format, Settings};
use std::io::Cursor;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&[low, high, length, change, at], data)) = data.split_first_chunk() else { return };
    let start = u64::from(u16::from_le_bytes([low, high]));
    let range = start..start + u64::from(length) * 64;
    let (mut packed, mut rest) = (Vec::new(), data);
    for _ in 0..30 {
        let Some((&[kind, length], after)) = rest.split_first_chunk() else { break };
        let (part, after) = after.split_at(usize::from(length).min(after.len()));
        rest = after;
        let settings = Settings::default().threads(1).level(u32::from(kind % 3));
        match kind % 8 {
            0..3 => {
                let many = part.repeat(usize::from(kind));
                gzip::compress(&many[..], &mut packed, &settings.format(Format::Bgzf)).unwrap();
            }
            3 | 4 => drop(gzip::compress(part, &mut packed, &settings).unwrap()),
            5 => packed.extend(vec![0; usize::from(length)]),
            6 => packed.truncate(packed.len().saturating_sub(length.into())),
            _ => packed.extend(part),
        }
    }
    for pass_through in [false, true] {
        let settings = Settings::default().threads(2).pass_through(pass_through);
        let (mut plain, mut part) = (Vec::new(), Vec::new());
        let whole = gzip::decompress(&packed[..], &mut plain, &settings);
        let result =
            gzip::decompress_range(Cursor::new(&packed), range.clone(), &mut part, &settings);
        let clamp = |offset: u64| usize::try_from(offset).unwrap().min(plain.len());
        assert!(plain[clamp(range.start)..clamp(range.end)].starts_with(&part));
        if whole.is_ok() && !range.is_empty() {
            assert_eq!(part, plain[clamp(range.start)..clamp(range.end)]);
            assert_eq!(result.unwrap(), part.len() as u64);
        }
    }
    // With a byte changed, sizes can be wrong, and so can the bytes be.
    if let Some(byte) = packed.get_mut(usize::from(at)) {
        *byte = change;
        let mut part = Vec::new();
        let settings = Settings::default().threads(2);
        let result =
            gzip::decompress_range(Cursor::new(&packed), range.clone(), &mut part, &settings);
        assert!(result.is_err() || part.len() as u64 <= range.end - range.start);
    }
});

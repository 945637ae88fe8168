//! Any data at any level, in chunks of any size, decompresses to itself, here and in flate2.
#![no_main]

use csp_toolkit::gzip::{self, Settings};
use std::io::Read;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&[level, chunk, repeats], data)) = data.split_first_chunk() else { return };
    let settings = Settings::default().threads(2).level(u32::from(level % 13));
    let settings = settings.chunk_size((64 << 10) + usize::from(chunk) * 37);
    // Repeated, so that there is more than one chunk of it.
    let plain = data.repeat(usize::from(repeats) + 1);

    let mut packed = Vec::new();
    gzip::compress(&plain[..], &mut packed, &settings).unwrap();
    let mut unpacked = Vec::new();
    gzip::decompress(&packed[..], &mut unpacked, &settings).unwrap();
    assert!(unpacked == plain);
    unpacked.clear();
    let mut decoder = flate2::bufread::GzDecoder::new(&packed[..]);
    decoder.read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == plain && decoder.into_inner().is_empty());
});

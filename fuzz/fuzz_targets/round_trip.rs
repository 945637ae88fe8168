//! Any data at any level, in chunks of any size: what is compressed comes back, here and in flate2.
#![no_main]

use csp_toolkit::gzip::{Level, Settings, stream};
use std::io::Read;
use std::num::NonZeroUsize;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&[level, chunk, repeats], data)) = data.split_first_chunk() else { return };
    let level = Level::new(level % 13).unwrap();
    let settings = Settings::new(NonZeroUsize::new(2).unwrap());
    let settings = settings.chunk((64 << 10) + usize::from(chunk) * 37).unwrap();
    // Repeated, so that there is more than one chunk of it.
    let plain = data.repeat(usize::from(repeats) + 1);

    let mut packed = Vec::new();
    stream::compress(&plain[..], &mut packed, &settings.level(level)).unwrap();
    let mut unpacked = Vec::new();
    stream::decompress(&packed[..], &mut unpacked, &settings).unwrap();
    assert!(unpacked == plain);
    unpacked.clear();
    let mut decoder = flate2::bufread::GzDecoder::new(&packed[..]);
    decoder.read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == plain && decoder.into_inner().is_empty());
});

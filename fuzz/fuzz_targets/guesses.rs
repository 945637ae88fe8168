//! Blocks of any kind after a window that is known, some bits of them flipped: with guesses, the engine
//! comes to the same bytes, totals and error as without. (In a fuzzing build, guesses are a few bytes
//! long.)
#![no_main]

use csp_toolkit::gzip::{self, Settings};
use flate2::{Compress, Compression, FlushCompress};

/// Enough text for guesses to begin after it.
const WINDOW: usize = 33 << 10;

fn decompressed(packed: &[u8], threads: usize) -> (Vec<u8>, String) {
    let mut plain = Vec::new();
    let outcome = gzip::decompress(packed, &mut plain, &Settings::default().threads(threads));
    (plain, format!("{outcome:?}"))
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&[kind, threads, flips], rest)) = data.split_first_chunk() else { return };
    let mut text = Vec::new();
    let window: Vec<u8> = (0..WINDOW).map(|index| (index * index / 251) as u8 | 1).collect();
    let mut compress = Compress::new(Compression::new(6), false);
    let mut packed = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3];
    packed.reserve(8 * (WINDOW + data.len()));
    let mut block = |bytes: &[u8], flush| {
        compress.compress_vec(bytes, &mut packed, flush).unwrap();
        text.extend(bytes);
    };
    block(&window, FlushCompress::Sync);
    if kind % 2 == 0 {
        packed.extend(rest);
    } else {
        // Few values, so that most blocks have codes of their own.
        for part in rest.chunks(8 * usize::from(kind)) {
            let bytes: Vec<u8> = part.iter().flat_map(|&byte| [byte, byte / 9, byte % 7]).collect();
            block(&bytes, FlushCompress::Partial);
        }
        block(&[], FlushCompress::Finish);
        packed.extend(crc32fast::hash(&text).to_le_bytes());
        packed.extend((text.len() as u32).to_le_bytes());
    }
    for position in rest.rchunks_exact(2).take(usize::from(flips % 8)) {
        let position = usize::from(u16::from_le_bytes([position[0], position[1]]));
        // Mostly after the window.
        let byte = packed.len() - 1 - position / 8 % packed.len();
        packed[byte] ^= 1 << (position % 8);
    }
    let threads = 2 + usize::from(threads % 3);
    assert!(decompressed(&packed, 1) == decompressed(&packed, threads));
});

//! Members, text and zeros in any mixture: what is not gzip is copied or reported as it should be.
#![no_main]

mod reference;

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let (mut packed, mut rest) = (Vec::new(), data);
    // Encoders of thousands of members would take all the time.
    for _ in 0..30 {
        let Some((&[kind, length], after)) = rest.split_first_chunk() else { break };
        let (part, after) = after.split_at(usize::from(length).min(after.len()));
        rest = after;
        match kind % 8 {
            0..4 => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::new(u32::from(kind % 4)));
                encoder.write_all(part).unwrap();
                packed.extend(encoder.finish().unwrap());
            }
            4 => packed.extend(vec![0; usize::from(length)]),
            5 => packed.truncate(packed.len().saturating_sub(length.into())),
            6 => packed.extend([0x1F, 0x8B, 8, length]),
            _ => packed.extend(part),
        }
    }
    reference::assert_agrees(&packed);
});

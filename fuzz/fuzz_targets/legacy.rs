//! The formats before gzip: any bytes are decoded or refused, and encoded data decodes to itself.
#![no_main]

#[path = "../../src/gzip/legacy/encoders.rs"]
mod encoders;

use csp_toolkit::gzip::{self, Error, Settings};
use encoders::{CENTRAL_DIRECTORY, Zip};
use std::io::{self, Read, Write};

/// Decoded bytes at most: a few bytes may stand for gigabytes.
const ROOM: usize = 4 << 20;

/// Fails when it is full.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > ROOM {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn decompressed(packed: &[u8]) -> Result<Vec<u8>, Error> {
    let settings = Settings::default().threads(1);
    let mut plain = Bounded(Vec::new());
    gzip::decompress(packed, &mut plain, &settings).map(|_| plain.0)
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&[kind, width, clear], rest)) = data.split_first_chunk() else { return };
    let clear_after = (clear > 0).then_some(usize::from(clear) * 4);
    let packed = match kind % 8 {
        0 | 1 => [&[0x1F, 0x9D, width][..], rest].concat(),
        2 => [&[0x1F, 0x1E][..], rest].concat(),
        3 => [&b"PK\x03\x04"[..], rest].concat(),
        4 => encoders::lzw(rest, 9 + width % 8, clear_after),
        5 => encoders::pack(rest),
        kind => {
            let mut deflated = Vec::new();
            let mut encoder = flate2::read::DeflateEncoder::new(rest, flate2::Compression::fast());
            encoder.read_to_end(&mut deflated).unwrap();
            let described = [None, Some(false), Some(true)][usize::from(width % 3)];
            let stored = kind == 6 && described.is_none();
            let zip = Zip { described, wide: clear % 2 == 1 };
            let entry = zip.entry(rest, if stored { rest } else { &deflated });
            [entry, CENTRAL_DIRECTORY.to_vec()].concat()
        }
    };
    let plain = decompressed(&packed);
    if kind % 8 >= 4 {
        assert!(plain.unwrap() == rest);
    }
});

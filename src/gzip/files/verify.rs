//! The finished output, read back and decoded by another decoder.
//!
//! Each chunk is verified before it is written, but by the decoder of this library. A fault that the
//! encoder and the decoder share, or one in how chunks, index and header are put together, or in
//! the memory or the disk in between, only shows when an independent decoder reads the file as
//! anybody else would: here that of flate2 (zlib-rs), the whole file in order, without the index.

use crate::gzip::{Error, Totals};
use crate::io::{AtomicFile, retry};
use crc32fast::Hasher;
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufReader, Read};

/// How much is read and decoded at a time: twice the window, and small enough for the caches.
const BUFFER: usize = 64 << 10;

/// Decodes all of a file that is written, and compares the length and the CRC-32 with those of the
/// input. With `from_disk`, makes sure first that it is on the disk, and reads it from there.
pub(crate) fn verify(output: &AtomicFile, input: &Totals, from_disk: bool) -> Result<(), Error> {
    compare(output.read_back(from_disk).map_err(Error::ReadBack)?, input)
}

fn compare(output: impl Read, input: &Totals) -> Result<(), Error> {
    let mut decoder = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, output));
    let (mut buffer, mut crc, mut length) = (vec![0; BUFFER], Hasher::new(), 0);
    loop {
        match retry(|| decoder.read(&mut buffer)).map_err(failure)? {
            0 => break,
            count => {
                crc.update(&buffer[..count]);
                length += count as u64;
            }
        }
    }
    if (length, crc.finalize()) == (input.uncompressed, input.crc) {
        Ok(())
    } else {
        Err(Error::NotVerified("does not decode to the input"))
    }
}

/// Tells an error of the system from one in the data.
fn failure(error: io::Error) -> Error {
    match error.kind() {
        _ if error.raw_os_error().is_some() => Error::ReadBack(error),
        io::ErrorKind::UnexpectedEof => Error::NotVerified("ends too early"),
        _ => Error::NotVerified("is damaged"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gzip::{self, Settings};

    fn packed(plain: &[u8]) -> (Vec<u8>, Totals) {
        let mut packed = Vec::new();
        let settings = Settings::default().chunk_size(64 << 10);
        let totals = gzip::compress(plain, &mut packed, &settings).unwrap();
        (packed, totals)
    }

    fn reason(output: &[u8], input: &Totals) -> &'static str {
        match compare(output, input) {
            Ok(()) => "",
            Err(Error::NotVerified(reason)) => reason,
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn what_was_compressed_is_verified() {
        for plain in [vec![], b"x".to_vec(), b"in the beginning ".repeat(20_000)] {
            let (packed, totals) = packed(&plain);
            assert_eq!(reason(&packed, &totals), "");
        }
    }

    #[test]
    fn every_flipped_bit_of_the_data_and_every_cut_is_found() {
        let (packed, totals) = packed(&b"as it was in the beginning".repeat(3));
        // The header's time, extra flags and system say nothing about the data.
        let header = [0..4, 10..packed.len()];
        for bit in header.into_iter().flatten().flat_map(|byte| 8 * byte..8 * byte + 8) {
            let mut damaged = packed.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            // The flag that says "probably text", and the bits that fill up the last byte of the data,
            // mean nothing either.
            let unused = bit == 24 || bit / 8 == packed.len() - 9;
            assert!(unused || !reason(&damaged, &totals).is_empty(), "{bit}");
        }
        for length in 0..packed.len() {
            assert_eq!(reason(&packed[..length], &totals), "ends too early", "{length}");
        }
        for rest in [&b"\0"[..], b"garbage", &packed] {
            assert!(!reason(&[&packed, rest].concat(), &totals).is_empty(), "{rest:?}");
        }
    }

    #[test]
    fn a_sound_file_of_other_data_is_found() {
        let (_, totals) = packed(b"ever shall be");
        let (other, _) = packed(b"never shall be");
        assert_eq!(reason(&other, &totals), "does not decode to the input");
    }
}

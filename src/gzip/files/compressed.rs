//! Whether a file is compressed already, by what it is and not by its name.

use crate::gzip::encode::{ChunkEncoder, Position};
use crate::gzip::{Error, Level};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// How compressed formats begin: the bytes, and their offset in the file.
const BEGINNINGS: [(usize, &[u8]); 44] = [
    // Single files: gzip, compress, pack, xz, lzip, lzop, zstd, lz4, its older format, bzip2.
    (0, b"\x1F\x8B\x08"),
    (0, b"\x1F\x9D"),
    (0, b"\x1F\x1E"),
    (0, b"\xFD7zXZ\0"),
    (0, b"LZIP\x01"),
    (0, b"\x89LZO\0"),
    (0, b"\x28\xB5\x2F\xFD"),
    (0, b"\x04\x22\x4D\x18"),
    (0, b"\x02\x21\x4C\x18"),
    (4, b"\x31\x41\x59\x26\x53\x59"),
    // Archives and packages: zip (and what is one: docx, odt, jar, apk, epub), 7z, rar, cab, rpm,
    // deb, squashfs, git's packs.
    (0, b"PK\x03\x04"),
    (0, b"PK\x05\x06"),
    (0, b"PK\x07\x08"),
    (0, b"7z\xBC\xAF\x27\x1C"),
    (0, b"Rar!\x1A\x07"),
    (0, b"MSCF\0\0\0\0"),
    (0, b"\xED\xAB\xEE\xDB"),
    (0, b"!<arch>\ndebian"),
    (0, b"hsqs"),
    (0, b"PACK\0\0\0"),
    // Images: PNG, JPEG, GIF, WebP, JPEG 2000, JPEG XL.
    (0, b"\x89PNG\r\n\x1A\n"),
    (0, b"\xFF\xD8\xFF"),
    (0, b"GIF87a"),
    (0, b"GIF89a"),
    (8, b"WEBPVP8"),
    (0, b"\0\0\0\x0CjP  "),
    (0, b"\0\0\0\x0CJXL "),
    // Audio: MP3 with and without a tag, Ogg, FLAC, WavPack.
    (0, b"ID3\x02"),
    (0, b"ID3\x03"),
    (0, b"ID3\x04"),
    (0, b"\xFF\xFB"),
    (0, b"\xFF\xF3"),
    (0, b"\xFF\xF2"),
    (0, b"OggS\0"),
    (0, b"fLaC\0"),
    (0, b"wvpk"),
    // Video: MP4 and its relatives (MOV, HEIC, AVIF), Matroska and WebM, WMV, FLV, MPEG.
    (4, b"ftyp"),
    (0, b"\x1A\x45\xDF\xA3"),
    (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11"),
    (0, b"FLV\x01"),
    (0, b"\0\0\x01\xBA"),
    (0, b"\0\0\x01\xB3"),
    // Fonts for the web.
    (0, b"wOFF"),
    (0, b"wOF2"),
];

/// Bytes read at each of this many places of a file.
const SAMPLE: usize = 4 << 10;
const PLACES: u64 = 8;

/// Whether the file is in a compressed format, or a sample of it hardly compresses.
pub(super) fn is_compressed(file: &File, length: u64) -> io::Result<bool> {
    let mut sample = Vec::new();
    read_at(file, 0, &mut sample)?;
    if has_known_beginning(&sample) {
        return Ok(true);
    }
    // Of shorter ones, there is too little to tell.
    let Some(last) = length.checked_sub(SAMPLE as u64) else { return Ok(false) };
    // No byte is read twice: what repeats would compress.
    let step = (last / (PLACES - 1)).max(SAMPLE as u64);
    for place in 1..PLACES {
        read_at(file, step * place, &mut sample)?;
    }
    Ok(is_dense(&sample))
}

fn read_at(file: &File, offset: u64, sample: &mut Vec<u8>) -> io::Result<()> {
    let mut bytes = [0; SAMPLE];
    let count = crate::io::retry(|| file.read_at(&mut bytes, offset))?;
    sample.extend(&bytes[..count]);
    Ok(())
}

fn has_known_beginning(bytes: &[u8]) -> bool {
    let fits = |&(offset, beginning): &(usize, &[u8])| {
        bytes.get(offset..).is_some_and(|rest| rest.starts_with(beginning))
    };
    BEGINNINGS.iter().any(fits)
}

/// Whether bytes save less than 2 % when they are compressed. Most bytes are far from it, which their
/// frequencies tell at little cost.
fn is_dense(bytes: &[u8]) -> bool {
    const DENSE: f64 = 7.8;
    entropy(bytes) > DENSE && saved(bytes).is_ok_and(|saved| saved < bytes.len() / 50)
}

/// The bits that a byte takes if each is written with the best code for how often it occurs.
#[expect(clippy::cast_precision_loss, reason = "a sample is small")]
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_usize; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let share = |&count: &usize| count as f64 / bytes.len() as f64;
    counts.iter().filter(|&&count| count > 0).map(share).map(|share| -share * share.log2()).sum()
}

/// The number of bytes that the fastest level saves.
fn saved(bytes: &[u8]) -> Result<usize, Error> {
    let level = Level::new(1).expect("there is a level 1");
    let mut packed = Vec::new();
    ChunkEncoder::new(level).encode(bytes, Position::Last, &mut packed)?;
    Ok(bytes.len().saturating_sub(packed.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn noise(count: usize) -> Vec<u8> {
        let mut state = 1_u64;
        let next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    fn judge(bytes: &[u8]) -> bool {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        is_compressed(&file, bytes.len() as u64).unwrap()
    }

    #[test]
    fn formats_are_recognized_by_how_they_begin() {
        for (offset, beginning) in BEGINNINGS {
            let bytes = [&vec![b' '; offset], beginning, b"text"].concat();
            assert!(judge(&bytes), "{beginning:?}");
            assert!(!judge(&[b" ", &bytes[..]].concat()));
            assert!(!judge(&bytes[..offset + beginning.len() - 1]), "{beginning:?}");
        }
    }

    #[test]
    fn what_does_not_compress_is_recognized_by_a_sample() {
        for length in [SAMPLE, 100_000, 1 << 20] {
            assert!(judge(&noise(length)), "{length}");
            // Base64, and bytes that occur equally often but in order.
            let letters = noise(length).iter().map(|byte| byte % 64 + b'0').collect::<Vec<u8>>();
            assert!(!judge(&letters), "{length}");
            assert!(!judge(&(0..=255).cycle().take(length).collect::<Vec<u8>>()), "{length}");
        }
        for nothing in [&b""[..], b"x", &noise(SAMPLE - 1)] {
            assert!(!judge(nothing));
        }
        // Half of it is worth the work.
        assert!(!judge(&[noise(50_000), vec![0; 50_000]].concat()));
    }
}

//! Files of others, long enough that threads decode from the middle: as by one thread, through every
//! interface.

use crate::support::{Failing, Pieces, noise, ordinary, settings, text, within_a_minute};
use csp_toolkit::gzip::{self, Decoder, Totals};
use flate2::Compression;
use std::io::{Cursor, ErrorKind, Read};
use std::sync::LazyLock;

struct File {
    plain: Vec<u8>,
    packed: Vec<u8>,
}

/// Two members with a short one between them, and zeros at the end.
static FILE: LazyLock<File> = LazyLock::new(|| {
    let plain = [text(4_000_000), noise(900_000), text(3_000_000), vec![0; 1_000_000]].concat();
    let [default, fast] = [6, 2].map(|level| ordinary(&plain, Compression::new(level)));
    assert!(default.len() > 1_500_000, "{} bytes", default.len());
    let short = ordinary(b"short", Compression::fast());
    File {
        plain: [&plain[..], b"short", &plain].concat(),
        packed: [default, short, fast, vec![0; 100_000]].concat(),
    }
});

/// The bytes, and the totals or the error, as of one interface.
type Outcome = (Vec<u8>, Result<Totals, String>);

fn decompressed(input: impl Read + Send, threads: usize) -> Outcome {
    let mut plain = Vec::new();
    let end = gzip::decompress(input, &mut plain, &settings(threads));
    (plain, end.map_err(|error| format!("{error:?}")))
}

fn decoded(input: impl Read + Send + 'static, threads: usize) -> Outcome {
    let mut decoder = Decoder::new(input, settings(threads));
    let mut plain = Vec::new();
    let end = decoder.read_to_end(&mut plain).map(|_| decoder.totals().unwrap());
    (plain, end.map_err(|error| format!("{:?}", error.get_ref())))
}

#[test]
fn any_number_of_threads_decodes_to_the_same() {
    let File { plain, packed } = &*FILE;
    let (alone, totals) = decompressed(&packed[..], 1);
    assert!(alone == *plain);
    let totals = totals.unwrap();
    assert_eq!(totals.compressed, packed.len() as u64);
    for threads in [2, 3, 8] {
        assert!(decompressed(&packed[..], threads) == (alone.clone(), Ok(totals)));
        assert!(decoded(Cursor::new(packed.clone()), threads) == (alone.clone(), Ok(totals)));
        // As from a network, and with full reads now and then, after which more is read ahead.
        for sizes in [vec![1460], vec![1 << 30, 1 << 30, 5000, 1], vec![262_144]] {
            let pieces = Pieces::new(packed, sizes);
            assert!(decompressed(pieces, threads) == (alone.clone(), Ok(totals)));
        }
    }
}

#[test]
fn damage_is_found_after_the_same_bytes() {
    let packed = &FILE.packed;
    for eighth in 1..8 {
        let at = packed.len() / 8 * eighth;
        let mut flipped = packed.clone();
        flipped[at] ^= 4;
        let removed = [&packed[..at], &packed[at + 1000..]].concat();
        for damaged in [flipped, removed, packed[..at].to_vec()] {
            let alone = decompressed(&damaged[..], 1);
            for threads in [2, 3] {
                assert!(decompressed(&damaged[..], threads) == alone, "{at}");
            }
            let (plain, end) = decoded(Cursor::new(damaged), 3);
            assert!(plain == alone.0 && end.is_err() == alone.1.is_err(), "{at}");
        }
    }
}

#[test]
fn a_reader_that_fails_fails_after_the_same_bytes() {
    let packed = &FILE.packed;
    for room in [0, 1_000_000, 1_048_576, packed.len() / 2, packed.len()] {
        let failing = || Failing { inner: Cursor::new(packed.clone()), room };
        let alone = decompressed(failing(), 1);
        assert!(alone.1.is_err());
        for threads in [2, 3] {
            assert!(decompressed(failing(), threads) == alone, "{room}");
        }
        let mut decoder = Decoder::new(failing(), settings(3));
        let mut plain = Vec::new();
        let error = decoder.read_to_end(&mut plain).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        assert!(plain == alone.0);
    }
}

#[test]
fn a_decoder_dropped_early_ends_its_threads() {
    within_a_minute(|| {
        for taken in [0, 1, 100_000, 3_000_000, 9_000_000] {
            let mut decoder = Decoder::new(Cursor::new(FILE.packed.clone()), settings(3));
            decoder.read_exact(&mut vec![0; taken]).unwrap();
            drop(decoder);
        }
    });
}

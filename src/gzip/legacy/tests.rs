use super::encoders::{self, CENTRAL_DIRECTORY, Zip};
use super::{Body, Entry, Put, lzw, pack};
use crate::gzip::{self, Error, Method, Settings, Totals};
use proptest::collection::vec;
use proptest::prelude::*;
use std::io::{BufRead, Read};

type Decode = fn(&mut &[u8], &mut Put<'_>) -> Result<(), Error>;
const LZW: Decode = |input, put| lzw(input, put);
const PACK: Decode = |input, put| pack(input, put);

/// The decoded bytes, the rest of the input, and the result.
fn decoded(decode: Decode, mut packed: &[u8]) -> (Vec<u8>, usize, Result<(), Error>) {
    let mut plain = Vec::new();
    let end = decode(&mut packed, &mut |bytes| {
        plain.extend(bytes);
        Ok(())
    });
    (plain, packed.len(), end)
}

/// A few words repeated, which gives long strings.
fn words(count: usize) -> Vec<u8> {
    (0_u32..)
        .flat_map(|n| format!("{} ", n.wrapping_mul(n) % 999).into_bytes())
        .take(count)
        .collect()
}

#[track_caller]
fn decompressed(packed: &[u8], pass_through: bool) -> (Vec<u8>, Result<Totals, Error>) {
    let settings = Settings::default().threads(1).pass_through(pass_through);
    let mut plain = Vec::new();
    let outcome = gzip::decompress(packed, &mut plain, &settings);
    (plain, outcome)
}

#[test]
fn any_width_and_any_number_of_clears_round_trip() {
    let texts = [vec![], b"a".to_vec(), vec![b'a'; 100_000], words(200_000)];
    for (text, width) in texts.iter().flat_map(|text| (9..=16).map(move |width| (text, width))) {
        for clear_after in [None, Some(1), Some(7), Some(8), Some(255), Some(256), Some(9000)] {
            let packed = encoders::lzw(text, width, clear_after);
            let (plain, left, end) = decoded(LZW, &packed);
            assert!(plain == *text, "{width} {clear_after:?}: {end:?}");
            assert!(end.is_ok() && left == 0);
        }
    }
}

#[test]
fn a_cut_within_a_code_is_noticed() {
    let packed = encoders::lzw(&words(3000), 16, Some(400));
    let cuts = 3..packed.len();
    let (mut unnoticed, total) = (0, cuts.len());
    for length in cuts {
        match decoded(LZW, &packed[..length]) {
            (_, _, Err(error)) => assert!(matches!(error, Error::Truncated), "{length}"),
            (plain, _, Ok(())) => {
                assert!(words(3000).starts_with(&plain));
                unnoticed += 1;
            }
        }
    }
    assert!(unnoticed < total / 3, "{unnoticed} of {total}");
}

#[test]
fn a_code_not_defined_yet_is_refused() {
    // Codes of nine bits: the first is not a byte; the second is two ahead; one beyond a full table.
    for (flags, codes) in [
        (0x90, vec![256]),
        (0x90, vec![257]),
        (0x90, vec![97, 258]),
        (0x10, vec![97, 257]),
        (0x90, vec![97, 256, 0, 0, 0, 0, 0, 0, 0]),
        (0x08, vec![97, 256]),
        (0x00, vec![97, 257]),
    ] {
        let mut packed = vec![0x1F, 0x9D, flags];
        let bits =
            codes.iter().enumerate().fold(0_u128, |bits, (at, &code)| bits | code << (9 * at));
        packed.extend(&bits.to_le_bytes()[..(9 * codes.len()).div_ceil(8)]);
        let (plain, _, end) = decoded(LZW, &packed);
        let clears = codes.len() > 2;
        assert_eq!(end.is_ok(), clears, "{flags:x} {codes:?}: {plain:?}");
    }
}

#[test]
fn flags_and_widths_that_do_not_exist_are_refused() {
    for flags in [0xB0, 0xD0, 0x91, 0x9F] {
        let (_, _, end) = decoded(LZW, &[0x1F, 0x9D, flags, b'a', 0]);
        assert!(matches!(end, Err(Error::Unsupported(_))), "{flags:x}");
    }
}

#[test]
fn pack_round_trips_and_no_more_is_taken() {
    let mut all: Vec<u8> = (0..=255).collect();
    for text in [vec![], b"a".to_vec(), vec![b'a'; 70_000], words(100_000), all.clone()] {
        let packed = [encoders::pack(&text), b"rest".to_vec()].concat();
        let (plain, left, end) = decoded(PACK, &packed);
        assert!(plain == text, "{end:?}");
        assert!(end.is_ok() && left == 4, "{left}");
        for length in 0..packed.len().min(3000) - 4 {
            let (_, _, end) = decoded(PACK, &packed[..length]);
            assert!(matches!(end, Err(Error::Truncated)), "{length}: {end:?}");
        }
    }
    // The longest code that there can be.
    all.truncate(20);
    let skewed: Vec<u8> = all.iter().flat_map(|&byte| vec![byte; 1 << (byte / 2)]).collect();
    let (plain, _, end) = decoded(PACK, &encoders::pack(&skewed));
    assert!(plain == skewed && end.is_ok());
}

#[test]
fn codes_that_do_not_make_a_tree_are_refused() {
    for lengths in [
        &[0][..],                       // none
        &[26],                          // longer than there are
        &[1, 1, b'a', b'b'],            // three of one bit
        &[2, 2, 0, 1, 2, 3],            // none left to go on
        &[2, 0, 0, b'a'],               // two of two bits, where there are four
        &[8, 0, 0, 0, 0, 0, 0, 0, 255], // 257 bytes
    ] {
        let packed = [&[0x1F, 0x1E, 0, 0, 0, 0][..], lengths, &[0; 300]].concat();
        let (plain, _, end) = decoded(PACK, &packed);
        assert!(matches!(end, Err(Error::Corrupt(_))), "{lengths:?}: {end:?}");
        assert!(plain.is_empty());
    }
}

#[test]
fn a_wrong_length_is_found() {
    let mut packed = encoders::pack(b"abc");
    packed[5] ^= 1;
    let (plain, _, end) = decoded(PACK, &packed);
    assert!(plain == b"abc" && matches!(end, Err(Error::Corrupt("length error"))));
}

#[test]
fn zip_entries_of_every_kind_round_trip() {
    let text = words(50_000);
    let mut deflated = Vec::new();
    flate2::read::DeflateEncoder::new(&text[..], flate2::Compression::default())
        .read_to_end(&mut deflated)
        .unwrap();
    for described in [None, Some(true), Some(false)] {
        for wide in [false, true] {
            let zip = Zip { described, wide };
            let packed = [&zip.entry(&text, &deflated)[..], CENTRAL_DIRECTORY].concat();
            let (plain, outcome) = decompressed(&packed, false);
            assert!(plain == text, "{zip:?}: {outcome:?}");
            let totals = outcome.unwrap();
            assert_eq!((totals.method, totals.more_entries), (Method::Deflated, false));

            let stored = zip.entry(&text, &text);
            let (plain, outcome) = decompressed(&stored, false);
            match outcome {
                Ok(totals) => assert!(plain == text && totals.method == Method::Stored),
                Err(error) => assert!(described.is_some() && matches!(error, Error::Zip(_))),
            }
        }
    }
}

#[test]
fn a_stored_entry_can_have_a_descriptor_if_its_header_has_a_length() {
    for signed in [true, false] {
        let zip = || Zip { described: Some(signed), wide: false };
        let (plain, outcome) = decompressed(&zip().entry(b"", b""), false);
        assert!(plain.is_empty() && outcome.is_ok());

        let mut entry = zip().entry(b"some text", b"some text");
        let (plain, outcome) = decompressed(&entry, false);
        let error = outcome.unwrap_err().to_string();
        assert!(plain.is_empty());
        assert_eq!(error, "zip archive not supported: stored entry without a length");
        for size in [18, 22] {
            entry[size] = 9;
        }
        let (plain, outcome) = decompressed(&entry, false);
        assert!(plain == b"some text" && outcome.is_ok());
    }
}

#[test]
fn a_damaged_zip_entry_is_refused() {
    let good = Zip::default().entry(b"some text", b"some text");
    for (position, expected) in [(14, "crc error"), (34, "crc error"), (18, "length mismatch")] {
        let mut bad = good.clone();
        bad[position] ^= 1;
        let (_, outcome) = decompressed(&bad, false);
        let error = outcome.unwrap_err().to_string();
        assert_eq!(error, format!("invalid compressed data: {expected}"));
    }
    for (position, expected) in [(6, "encrypted file"), (8, "first entry not deflated or stored")] {
        let mut bad = good.clone();
        bad[position] ^= 1;
        let (_, outcome) = decompressed(&bad, true);
        let error = outcome.unwrap_err().to_string();
        assert_eq!(error, format!("zip archive not supported: {expected}"));
    }
    for length in 4..good.len() {
        let (_, outcome) = decompressed(&good[..length], true);
        assert!(matches!(outcome, Err(Error::Truncated)), "{length}");
    }
}

#[test]
fn more_entries_are_reported() {
    let entry = Zip::default().entry(b"text", b"text");
    let (plain, outcome) = decompressed(&entry.repeat(2), false);
    let totals = outcome.unwrap();
    assert!(plain == b"text" && totals.more_entries && totals.trailing_garbage);
}

#[test]
fn a_stored_entry_allocates_no_memory_for_its_length() {
    let mut entry = Zip::default().entry(b"", b"");
    entry[18..26].copy_from_slice(&[0xFE, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF]);
    let mut input = &entry[..];
    assert_eq!(Entry::read(&mut input).unwrap().body, Body::Stored(0xFFFF_FFFE));
    assert!(input.fill_buf().unwrap().is_empty());
    let (_, outcome) = decompressed(&entry, false);
    assert!(matches!(outcome, Err(Error::Truncated)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_bytes_come_back(
        parts in vec((vec(any::<u8>(), 0..50), 1..30_usize), 0..30),
        width in 9..=16_u8,
        clear_after in proptest::option::of(1..600_usize),
    ) {
        let text: Vec<u8> = parts.iter().flat_map(|(part, times)| part.repeat(*times)).collect();
        let (plain, _, end) = decoded(LZW, &encoders::lzw(&text, width, clear_after));
        prop_assert!(plain == text && end.is_ok());
        let (plain, _, end) = decoded(PACK, &encoders::pack(&text));
        prop_assert!(plain == text && end.is_ok());
    }

    #[test]
    fn any_bytes_at_all_come_to_an_end(mut packed in vec(any::<u8>(), 3..2000), width in 0..=16_u8) {
        packed[..3].copy_from_slice(&[0x1F, 0x9D, 0x80 | width]);
        let _ = decoded(LZW, &packed);
        packed[..3].copy_from_slice(&[0x1F, 0x1E, 0]);
        let _ = decoded(PACK, &packed);
    }
}

#[test]
fn totals_name_the_method_and_no_checksum() {
    let text = words(5000);
    for (packed, method) in [
        (encoders::lzw(&text, 16, None), Method::Compressed),
        (encoders::pack(&text), Method::Packed),
        (Zip::default().entry(&text, &text), Method::Stored),
        ([&b"not gzip, "[..], &text].concat(), Method::Stored),
    ] {
        let (_, outcome) = decompressed(&packed, true);
        let totals = outcome.unwrap();
        assert_eq!((totals.method, totals.crc), (method, u32::MAX));
    }
}

//! Pieces of all sizes, compared with other encoders and decoders.

use super::super::tests::{
    BlockStart, Writer, block_starts, flate2, libdeflate, noise, prose, small, texts,
};
use super::{Status, Stream, Symbol, WINDOW};
use crate::gzip::inflate::InflateError;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use proptest::prelude::*;
use std::iter;

/// The result of decoding all of `data`: the plain bytes, the number of bytes taken, and the last
/// status.
#[derive(Debug, PartialEq, Eq)]
struct Decoded {
    plain: Vec<u8>,
    taken: usize,
    end: Result<Status, InflateError>,
}

/// Decodes `data`, of which as many bytes more as the next of `pieces` says are offered at a time,
/// into pieces of `room` bytes.
fn decode(
    window: &[u8],
    data: &[u8],
    mut pieces: impl Iterator<Item = usize>,
    room: usize,
) -> Decoded {
    let mut stream = Stream::new();
    stream.restart(window, 0);
    let mut out = vec![0; room];
    let (mut plain, mut taken, mut offered) = (Vec::new(), 0, 0);
    loop {
        let step = stream.decode(&data[taken..offered], &mut out);
        plain.extend(&out[..step.given]);
        taken += step.taken;
        assert!(taken <= offered);
        match step.status {
            Ok(Status::Full) => assert_eq!(step.given, room),
            Ok(Status::Starved) if offered < data.len() => {
                offered = data.len().min(offered + pieces.next().unwrap());
            }
            end => return Decoded { plain, taken, end },
        }
    }
}

/// What zlib decodes of all of `data`: the bytes, and its last status; `None` is an error.
fn reference(data: &[u8]) -> (Vec<u8>, Option<flate2::Status>) {
    let mut decompress = Decompress::new(false);
    let (mut plain, mut out) = (Vec::new(), [0; 4096]);
    loop {
        let [taken, before] = [decompress.total_in(), decompress.total_out()];
        let rest = &data[usize::try_from(taken).unwrap()..];
        let status = decompress.decompress(rest, &mut out, FlushDecompress::None);
        let given = usize::try_from(decompress.total_out() - before).unwrap();
        plain.extend(&out[..given]);
        match status {
            Ok(flate2::Status::Ok) if given > 0 => {}
            status => return (plain, status.ok()),
        }
    }
}

/// Asserts that `data`, however it is cut, decodes as by zlib.
fn agree(data: &[u8], piece: usize) {
    let (plain, status) = reference(data);
    let decoded = decode(&[], data, iter::repeat(piece), 1000);
    match status {
        None => assert!(decoded.end.is_err(), "{data:x?}"),
        Some(flate2::Status::StreamEnd) => assert_eq!(decoded.end, Ok(Status::Ended), "{data:x?}"),
        Some(_) => assert_eq!(decoded.end, Ok(Status::Starved), "{data:x?}"),
    }
    assert!(decoded.plain == plain, "{data:x?}");
}

#[test]
fn pieces_of_any_size_decode_to_the_same() {
    let mut texts = texts();
    texts.push([prose(900_000), noise(300_000, 4), vec![0; 700_000], prose(200_000)].concat());
    for text in texts {
        let streams = [0, 1, 6, 9, 12].map(|level| libdeflate(&text, level));
        let others = [0, 1, 6, 9].map(|level| flate2(&text, level, FlushCompress::Finish));
        for (index, mut data) in streams.into_iter().chain(others).enumerate() {
            let end = data.len();
            data.extend(b"what follows");
            for piece in [1, 7, 1000, 65536, usize::MAX / 2] {
                // Byte by byte is slow for long data.
                if piece == 1 && data.len() > 100_000 {
                    continue;
                }
                for room in [1 << 20, 10_007, 300 + index] {
                    let decoded = decode(&[], &data, iter::repeat(piece), room);
                    assert!(decoded.plain == text);
                    assert_eq!((decoded.taken, decoded.end), (end, Ok(Status::Ended)));
                }
            }
        }
    }
}

#[test]
fn a_stream_cut_anywhere_asks_for_more_after_all_of_its_output() {
    for (data, text) in small() {
        for length in 0..data.len() {
            let cut = &data[..length];
            for piece in [1, 5, length.max(1)] {
                let decoded = decode(&[], cut, iter::repeat(piece), 64);
                assert_eq!(decoded.end, Ok(Status::Starved));
                assert!(decoded.plain == reference(cut).0);
                assert!(text.starts_with(&decoded.plain));
            }
        }
    }
}

#[test]
fn any_flipped_bit_is_judged_as_by_zlib() {
    for (mut data, _) in small() {
        for bit in 0..8 * data.len() {
            data[bit / 8] ^= 1 << (bit % 8);
            for piece in [1, 50, data.len()] {
                agree(&data, piece);
            }
            data[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn output_before_an_error_is_returned() {
    let text = prose(200_000);
    let mut data = flate2(&text, 6, FlushCompress::Sync);
    data.push(7);
    for piece in [1000, data.len()] {
        let decoded = decode(&[], &data, iter::repeat(piece), 3000);
        assert!(decoded.plain == text);
        assert_eq!(decoded.end, Err(InflateError::BadBlockType));
    }
}

#[test]
fn distances_reach_back_into_the_window() {
    let text = noise(WINDOW, 8);
    // That encoder makes no match of a window's first byte, nor one farther back than 32506.
    for length in [100, 5000, 30_000] {
        let window = &text[WINDOW - length..];
        let mut compress = Compress::new(Compression::new(9), false);
        compress.set_dictionary(window).unwrap();
        let mut data = Vec::with_capacity(2 * WINDOW);
        compress.compress_vec(window, &mut data, flate2::FlushCompress::Finish).unwrap();
        assert!(data.len() < length / 2);
        // Bytes that no distance reaches can come before it.
        for before in [&[][..], &text] {
            let all = [before, window].concat();
            let decoded = decode(&all, &data, iter::repeat(100), 1000);
            assert!(decoded.plain == window);
            assert_eq!(decoded.end, Ok(Status::Ended));
        }
        let decoded = decode(&window[2..], &data, iter::repeat(100), 1000);
        assert_eq!(decoded.end, Err(InflateError::BadDistance));
    }
}

#[test]
fn the_longest_distance_is_reached_wherever_it_occurs() {
    let text = noise(WINDOW, 6);
    let mut data = [&[0, 0, 0x80, 0xff, 0x7f][..], &text].concat();
    // In the fixed code, a length of 258 is 11000101 and distance 29 is 11101.
    let matches = (0..2000).fold(Writer::default().bits(0b011, 3), |writer, _| {
        writer.bits(0b1010_0011, 8).bits(0b1_0111, 5).bits(8191, 13)
    });
    data.extend(matches.bits(0, 7).data);
    let expected: Vec<u8> = text.iter().copied().cycle().take(WINDOW + 2000 * 258).collect();
    for room in [1 << 20, 1000] {
        let decoded = decode(&[], &data, iter::repeat(1000), room);
        assert!(decoded.plain == expected);
        assert_eq!(decoded.end, Ok(Status::Ended));
    }
}

#[test]
fn a_decoder_can_restart_at_any_point() {
    let mut stream = Stream::new();
    for (data, text) in small() {
        let mut out = vec![0; text.len() + 1];
        for length in 0..=data.len() {
            stream.restart(&[], 0);
            stream.decode(&data[..length], &mut out);
        }
        stream.restart(&[], 0);
        let step = stream.decode(&data, &mut out);
        assert_eq!((step.taken, step.status), (data.len(), Ok(Status::Ended)));
        assert!(out[..step.given] == text);
    }
    // Three bytes from two back, which only an earlier stream could have left.
    let data = Writer::default().bits(0b011, 3).bits(0b100_0000, 7).bits(0b1_0000, 5).bits(0, 7);
    stream.restart(&[], 0);
    assert_eq!(stream.decode(&data.data, &mut [0; 9]).status, Err(InflateError::BadDistance));
}

#[test]
fn after_the_end_or_an_error_nothing_changes() {
    for (data, status) in
        [(&[3, 0][..], Ok(Status::Ended)), (&[7], Err(InflateError::BadBlockType))]
    {
        let mut stream = Stream::<u8>::new();
        for _ in 0..3 {
            let step = stream.decode(data, &mut [0; 10]);
            assert_eq!((step.given, step.status), (0, status));
        }
    }
}

/// A stream of many blocks, some of them empty, that begin at all bits of a byte; and its text.
fn many_blocks() -> (Vec<u8>, Vec<u8>) {
    let text = [prose(200_000), noise(70_000, 6), vec![b'z'; 300_000], prose(30_000)].concat();
    let mut compress = Compress::new(Compression::new(6), false);
    let mut data = Vec::with_capacity(text.len());
    let sizes = [3, 40_000, 1, 700, 0, 90_000, 9];
    let (mut rest, mut size) = (&text[..], sizes.iter().cycle());
    while !rest.is_empty() {
        let (now, later) = rest.split_at(rest.len().min(*size.next().unwrap()));
        compress.compress_vec(now, &mut data, FlushCompress::Partial).unwrap();
        rest = later;
    }
    compress.compress_vec(&[], &mut data, FlushCompress::Finish).unwrap();
    (data, text)
}

/// Decodes as far as the next block end at or after bit `stop`, in pieces; returns the bit there.
fn decode_to<T: Symbol>(
    stream: &mut Stream<T>,
    data: &[u8],
    at: usize,
    stop: usize,
    (piece, room): (usize, usize),
    plain: &mut Vec<T>,
) -> (usize, Result<Status, InflateError>) {
    let (mut taken, mut out) = (at / 8, vec![T::default(); room]);
    let mut offered = taken;
    assert_eq!(at % 8, usize::from(stream.bit()));
    loop {
        let done =
            stream.decode_until(stop.saturating_sub(8 * taken), &data[taken..offered], &mut out);
        plain.extend(&out[..done.given]);
        taken += done.taken;
        match done.status {
            Ok(Status::Full) => {}
            Ok(Status::Starved) if offered < data.len() => {
                offered = data.len().min(offered + piece);
            }
            status => return (8 * taken + usize::from(stream.bit()), status),
        }
    }
}

#[test]
fn it_stops_where_the_first_block_ends_after_the_bit_that_it_is_told() {
    let (data, text) = many_blocks();
    let starts = block_starts(&data, &text);
    assert!(starts.len() > 30 && starts.iter().any(|start| start.bit % 8 == 5));
    for sizes in [(1 << 20, 1 << 20), (700, 1 << 20), (1 << 20, 3000), (777, 5555)] {
        for apart in [1, 2, 7, 20] {
            let mut stream = Stream::new();
            let (mut plain, mut at) = (Vec::<u8>::new(), 0);
            for wanted in starts.iter().step_by(apart).skip(1) {
                let BlockStart { bit, plain: before, .. } = *wanted;
                // Anywhere within the block before it.
                let previous = starts.iter().rfind(|start| start.bit < bit).unwrap().bit;
                let stop = previous + 1 + (bit - previous) / 2;
                let status;
                (at, status) = decode_to(&mut stream, &data, at, stop, sizes, &mut plain);
                assert_eq!((at, status), (bit, Ok(Status::Between)));
                assert!(stream.is_between());
                assert!(plain == text[..before]);
                assert!(plain.ends_with(stream.window()));
                assert_eq!(stream.window().len(), before.min(WINDOW));
            }
            let (_, status) = decode_to(&mut stream, &data, at, usize::MAX, sizes, &mut plain);
            assert_eq!(status, Ok(Status::Ended));
            assert!(!stream.is_between() && plain == text);
        }
    }
}

#[test]
fn another_stream_goes_on_where_one_has_stopped() {
    let (data, text) = many_blocks();
    let starts = block_starts(&data, &text);
    let [mut one, mut other] = [Stream::<u8>::new(), Stream::new()];
    let (mut plain, mut at) = (Vec::new(), 0);
    let sizes = (3000, 10_000);
    for start in &starts[1..] {
        (at, _) = decode_to(&mut one, &data, at, start.bit, sizes, &mut plain);
        assert_eq!(at, start.bit);
        let (window, bit) = (one.window().to_vec(), one.bit());
        other.resume(one.stop(), &window, bit);
        std::mem::swap(&mut one, &mut other);
    }
    let (_, status) = decode_to(&mut one, &data, at, usize::MAX, sizes, &mut plain);
    assert!(status == Ok(Status::Ended) && plain == text);

    // Within a block too: of symbols, and stored.
    for (data, text) in [(libdeflate(&text, 6), &text), (libdeflate(&text, 0), &text)] {
        let (mut plain, mut taken, mut out) = (Vec::new(), 0, vec![0; 50_001]);
        one.restart(&[], 0);
        loop {
            let step = one_step(&mut one, &data, &mut taken, &mut plain, &mut out);
            if step == Ok(Status::Ended) {
                break;
            }
            loop {
                let given = one.give(&mut out);
                if given == 0 {
                    break;
                }
                plain.extend(&out[..given]);
            }
            let (window, bit) = (one.window().to_vec(), one.bit());
            other.resume(one.stop(), &window, bit);
            std::mem::swap(&mut one, &mut other);
        }
        assert!(plain == *text);
    }
}

fn one_step(
    stream: &mut Stream,
    data: &[u8],
    taken: &mut usize,
    plain: &mut Vec<u8>,
    out: &mut [u8],
) -> Result<Status, InflateError> {
    let step = stream.decode(&data[*taken..], out);
    *taken += step.taken;
    plain.extend(&out[..step.given]);
    step.status
}

#[test]
fn symbols_are_the_bytes_and_stand_for_those_of_the_window() {
    let texts = texts().into_iter().chain([many_blocks().1]);
    for data in texts.flat_map(|text| [libdeflate(&text, 6), libdeflate(&text, 0)]) {
        let expected = decode(&[], &data, iter::repeat(usize::MAX / 2), 1 << 20).plain;
        let (mut symbols, mut stream) = (Vec::<u16>::new(), Stream::new());
        let (_, status) =
            decode_to(&mut stream, &data, 0, usize::MAX, (5000, 70_000), &mut symbols);
        assert_eq!(status, Ok(Status::Ended));
        assert!(symbols.iter().map(|&symbol| u8::try_from(symbol).unwrap()).eq(expected));
    }
    // Every distance reaches into the window.
    let window: Vec<u16> = (256..).take(WINDOW).collect();
    let data = Writer::default().bits(0b011, 3).bits(0b1010_0011, 8).bits(0b1_0111, 5);
    let data = data.bits(8191, 13).bits(0, 7).data;
    let (mut stream, mut symbols) = (Stream::new(), Vec::new());
    stream.restart(&window, 0);
    let (_, status) = decode_to(&mut stream, &data, 0, usize::MAX, (1, 1000), &mut symbols);
    assert_eq!(status, Ok(Status::Ended));
    assert_eq!(symbols, window[..258]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn any_bytes_are_judged_as_zlib_judges_them(
        data in prop::collection::vec(any::<u8>(), 0..400),
        piece in 1..100_usize,
    ) {
        agree(&data, piece);
    }

    #[test]
    fn any_damage_is_judged_as_zlib_judges_it(
        text in prop::collection::vec(0..20_u8, 0..2000),
        level in 0..=12,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        piece in 1..1000_usize,
    ) {
        let mut data = libdeflate(&text, level);
        for (index, byte) in damage {
            let index = index.index(data.len());
            data[index] = byte;
        }
        agree(&data, piece);
    }

    #[test]
    fn any_text_in_any_pieces_comes_back(
        parts in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..50), 1..400_usize), 0..60),
        level in 0..=12,
        pieces in prop::collection::vec(1..5000_usize, 1..10),
        room in 1..100_000_usize,
    ) {
        let text: Vec<u8> = parts.iter().flat_map(|(part, times)| part.repeat(*times)).collect();
        let decoded = decode(&[], &libdeflate(&text, level), pieces.into_iter().cycle(), room);
        prop_assert_eq!(decoded.end, Ok(Status::Ended));
        prop_assert!(decoded.plain == text);
    }
}

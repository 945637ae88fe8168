//! Compared with other encoders and decoders.

use super::{Ending, InflateError, Inflater, Status as StreamStatus, Stream, Walk};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use libdeflater::{CompressionLvl, Compressor};
use proptest::prelude::*;

/// Pseudo-random bytes, the same in every run.
pub(in crate::gzip) fn noise(count: usize, mut seed: u64) -> Vec<u8> {
    let next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// Words, some of them rare, so that codes of all lengths occur.
pub(in crate::gzip) fn prose(count: usize) -> Vec<u8> {
    let words = noise(4 * count, 7).into_iter().flat_map(|byte| {
        let word = byte.leading_zeros() as usize * 37 + usize::from(byte) % 11;
        format!("word{}{} ", char::from(33 + byte / 3), word * word).into_bytes()
    });
    words.take(count).collect()
}

/// Matches at distance `distance` of every length, with a byte of noise between them.
fn repeats(distance: usize) -> Vec<u8> {
    let mut text = noise(distance, 3);
    for (length, between) in (3..=258).zip(noise(256, 5)) {
        for _ in 0..length {
            text.push(text[text.len() - distance]);
        }
        text.push(between);
    }
    text
}

pub(in crate::gzip) fn texts() -> Vec<Vec<u8>> {
    let mut texts = vec![
        Vec::new(),
        vec![b'x'],
        vec![0; 300_000],
        vec![b'y'; 259],
        noise(200_000, 1),
        prose(400_000),
        noise(70_000, 2).iter().map(|byte| b"acgt"[usize::from(byte % 4)]).collect(),
        [prose(50_000), noise(100_000, 9), vec![7; 1000], prose(50_000)].concat(),
    ];
    texts.extend((1..=9).chain([15, 16, 17, 31, 32, 33, 100, 32767, 32768]).map(repeats));
    texts
}

pub(in crate::gzip) fn libdeflate(text: &[u8], level: i32) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::new(level).unwrap());
    let mut data = vec![0; compressor.deflate_compress_bound(text.len())];
    let length = compressor.deflate_compress(text, &mut data).unwrap();
    data.truncate(length);
    data
}

pub(in crate::gzip) fn flate2(text: &[u8], level: u32, flush: FlushCompress) -> Vec<u8> {
    let mut compress = Compress::new(Compression::new(level), false);
    let mut data = Vec::with_capacity(2 * text.len() + 1000);
    compress.compress_vec(text, &mut data, flush).unwrap();
    assert!(compress.total_in() == text.len() as u64 && data.len() < data.capacity());
    data
}

/// Where a block begins.
#[derive(Clone, Copy, Debug)]
pub(in crate::gzip) struct BlockStart {
    /// In bits from the start of the data.
    pub(in crate::gzip) bit: usize,
    /// The number of bytes decoded before it.
    pub(in crate::gzip) plain: usize,
    /// Whether it has codes of its own and is not final.
    pub(in crate::gzip) is_sought: bool,
}

/// Returns where the blocks of a whole stream begin, in order.
pub(in crate::gzip) fn block_starts(data: &[u8], text: &[u8]) -> Vec<BlockStart> {
    let mut stream = Stream::<u8>::new();
    let (mut out, mut taken, mut plain) = (vec![0; text.len() + 1], 0, 0);
    let mut starts: Vec<BlockStart> = Vec::new();
    loop {
        let bit = 8 * taken + usize::from(stream.bit());
        let is_sought =
            (0..3).all(|at| (data[(bit + at) / 8] >> ((bit + at) % 8) & 1 == 1) == (at == 2));
        starts.push(BlockStart { bit, plain, is_sought });
        let step = stream.decode_until(bit + 1 - 8 * taken, &data[taken..], &mut out[plain..]);
        (taken, plain) = (taken + step.taken, plain + step.given);
        match step.status {
            Ok(StreamStatus::Between) => {}
            status => {
                assert_eq!(status, Ok(StreamStatus::Ended));
                assert!(taken == data.len() && out[..plain] == *text);
                return starts;
            }
        }
    }
}

/// What zlib decodes `data` to, if it is a stream that ends within the last byte and has at most
/// `room` bytes.
fn reference(data: &[u8], room: usize) -> Option<Vec<u8>> {
    // A byte more than there is room for, so that the stream's end is reached even where it fills
    // the room.
    let mut out = vec![0; room + 1];
    let mut decompress = Decompress::new(false);
    let status = decompress.decompress(data, &mut out, FlushDecompress::Finish).ok()?;
    out.truncate(usize::try_from(decompress.total_out()).unwrap());
    let whole = status == Status::StreamEnd
        && decompress.total_in() == data.len() as u64
        && out.len() <= room;
    whole.then_some(out)
}

/// Asserts that both uses agree with zlib on `data`.
fn agree(data: &[u8], room: usize) {
    let mut inflater = Inflater::new();
    if let Some(plain) = reference(data, room) {
        let mut out = vec![0xaa; plain.len()];
        assert_eq!(inflater.inflate(data, &mut out, Ending::Final), Ok(()), "{data:x?}");
        assert_eq!(out, plain, "{data:x?}");
        assert!(inflater.verify(data, &plain).is_ok(), "{data:x?}");
    } else {
        // The length is not known, but what decodes at all decodes to some length: the error must
        // be another.
        let mut out = vec![0xaa; room];
        let error = inflater.inflate(data, &mut out, Ending::Final);
        assert!(error.is_err(), "{data:x?}");
        assert_ne!(error, Err(InflateError::WrongLength), "{data:x?}");
    }
}

/// Asserts that `data` is a complete stream of `text`.
fn holds(inflater: &mut Inflater, data: &[u8], text: &[u8]) -> Walk {
    let mut out = vec![0xaa; text.len()];
    assert_eq!(inflater.inflate(data, &mut out, Ending::Final), Ok(()));
    assert!(out == text);
    inflater.verify(data, text).unwrap()
}

/// Asserts that `walk` is right about `data`: with the last block's mark cleared, an empty stored
/// block can follow.
fn splices(data: &[u8], text: &[u8], walk: Walk) {
    assert_eq!(walk.end.div_ceil(8), data.len());
    let mut data = data.to_vec();
    assert_eq!(data[walk.last_block / 8] >> (walk.last_block % 8) & 1, 1);
    data[walk.last_block / 8] &= !(1 << (walk.last_block % 8));
    // Three zero bits from `end` on, zeros up to the next byte, and the length 0.
    let used = walk.end % 8;
    if used != 0 {
        *data.last_mut().unwrap() &= (1 << used) - 1;
    }
    data.resize((walk.end + 3).div_ceil(8), 0);
    data.extend([0, 0, 0xff, 0xff]);
    let mut out = vec![0xaa; text.len()];
    assert_eq!(Inflater::new().inflate(&data, &mut out, Ending::Open), Ok(()));
    assert!(out == text);
    data.extend([3, 0]);
    assert!(reference(&data, text.len()).unwrap() == text);
}

/// Streams of a few hundred bytes with all kinds of blocks, and their texts.
pub(in crate::gzip) fn small() -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut streams = Vec::new();
    let varied = [prose(150), noise(20, 1), vec![b'z'; 300], prose(200)].concat();
    for text in [Vec::new(), b"abcabcabc".to_vec(), noise(40, 4), varied] {
        streams.extend([0, 1, 6, 12].map(|level| (libdeflate(&text, level), text.clone())));
        streams.extend(
            [1, 6].map(|level| (flate2(&text, level, FlushCompress::Finish), text.clone())),
        );
    }
    // Two blocks with codes of their own.
    let (first, second) = (prose(150), vec![b'q'; 90]);
    let pieces = [flate2(&first, 6, FlushCompress::Sync), libdeflate(&second, 6)];
    streams.push((pieces.concat(), [first, second].concat()));
    streams
}

#[test]
fn everything_from_libdeflate_is_verified_and_decoded() {
    let mut inflater = Inflater::new();
    for text in texts() {
        for level in 0..=12 {
            let data = libdeflate(&text, level);
            let walk = holds(&mut inflater, &data, &text);
            splices(&data, &text, walk);
        }
    }
}

#[test]
fn everything_from_zlib_is_verified_and_decoded() {
    let mut inflater = Inflater::new();
    for text in texts() {
        for level in 0..=9 {
            let data = flate2(&text, level, FlushCompress::Finish);
            let walk = holds(&mut inflater, &data, &text);
            splices(&data, &text, walk);
        }
    }
}

#[test]
fn a_piece_cut_at_a_flush_is_decoded() {
    let mut inflater = Inflater::new();
    for text in texts() {
        for level in 0..=9 {
            let data = flate2(&text, level, FlushCompress::Sync);
            let mut out = vec![0xaa; text.len()];
            assert_eq!(inflater.inflate(&data, &mut out, Ending::Open), Ok(()));
            assert!(out == text);
            assert_eq!(
                inflater.inflate(&data, &mut out, Ending::Final),
                Err(InflateError::Truncated)
            );
        }
    }
}

#[test]
fn a_piece_must_end_with_its_last_byte_and_hold_no_final_block() {
    let mut inflater = Inflater::new();
    let text = prose(1000);
    let mut out = vec![0; 1000];
    let mut data = flate2(&text, 6, FlushCompress::Sync);
    for length in (1..data.len()).filter(|&length| length != data.len() - 5) {
        assert!(inflater.inflate(&data[..length], &mut out, Ending::Open).is_err(), "{length}");
    }
    data.push(0);
    assert_eq!(inflater.inflate(&data, &mut out, Ending::Open), Err(InflateError::Truncated));
    data.pop();
    data.extend([3, 0]);
    assert_eq!(inflater.inflate(&data, &mut out, Ending::Open), Err(InflateError::TrailingData));
    assert_eq!(inflater.inflate(&data, &mut out, Ending::Final), Ok(()));
    assert_eq!(inflater.inflate(&[], &mut [], Ending::Open), Ok(()));
}

#[test]
fn any_flipped_bit_is_judged_as_by_zlib() {
    for (mut data, text) in small() {
        for bit in 0..8 * data.len() {
            data[bit / 8] ^= 1 << (bit % 8);
            agree(&data, 4 * text.len() + 70_000);
            data[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn a_stream_cut_anywhere_is_refused() {
    let mut inflater = Inflater::new();
    for (data, text) in small() {
        let mut out = vec![0; text.len()];
        for length in 0..data.len() {
            let cut = &data[..length];
            assert_eq!(inflater.verify(cut, &text), Err(InflateError::Truncated));
            assert_eq!(
                inflater.inflate(cut, &mut out, Ending::Final),
                Err(InflateError::Truncated)
            );
        }
    }
}

#[test]
fn a_byte_after_the_stream_is_refused() {
    let mut inflater = Inflater::new();
    for (mut data, text) in small() {
        data.push(0);
        assert_eq!(inflater.verify(&data, &text), Err(InflateError::TrailingData));
    }
}

#[test]
fn verifying_finds_every_changed_byte() {
    let mut inflater = Inflater::new();
    for (data, mut text) in small() {
        for index in 0..text.len() {
            for bit in [1, 0x80] {
                text[index] ^= bit;
                assert_eq!(inflater.verify(&data, &text), Err(InflateError::Mismatch), "{index}");
                text[index] ^= bit;
            }
        }
    }
}

#[test]
fn verifying_fails_for_a_text_too_short_or_too_long() {
    let mut inflater = Inflater::new();
    for (data, mut text) in small() {
        for length in 0..text.len() {
            assert!(inflater.verify(&data, &text[..length]).is_err());
            assert_eq!(
                inflater.inflate(&data, &mut vec![0; length], Ending::Final),
                Err(InflateError::WrongLength)
            );
        }
        text.push(0);
        assert_eq!(inflater.verify(&data, &text), Err(InflateError::WrongLength));
        assert_eq!(
            inflater.inflate(&data, &mut text, Ending::Final),
            Err(InflateError::WrongLength)
        );
    }
}

/// Bits written by hand, for data that no encoder writes.
#[derive(Default)]
pub(in crate::gzip) struct Writer {
    pub(in crate::gzip) data: Vec<u8>,
    used: usize,
}

impl Writer {
    /// The lowest `count` bits of `value`, lowest first.
    pub(in crate::gzip) fn bits(mut self, value: usize, count: usize) -> Self {
        for bit in 0..count {
            if self.used % 8 == 0 {
                self.data.push(0);
            }
            *self.data.last_mut().unwrap() |= u8::from(value >> bit & 1 == 1) << (self.used % 8);
            self.used += 1;
        }
        self
    }

    /// Zeros up to the next byte, so that bytes can be appended.
    pub(in crate::gzip) fn aligned(mut self) -> Self {
        self.used = 0;
        self
    }

    /// A final dynamic block's header up to the code lengths, which are written with four bits each
    /// and no repeats.
    pub(in crate::gzip) fn dynamic(self, literals: &[u8], distances: &[u8]) -> Self {
        let mut writer = self
            .bits(0b101, 3)
            .bits(literals.len() - 257, 5)
            .bits(distances.len() - 1, 5)
            .bits(15, 4);
        // Symbols 16 to 18 have no code, 0 to 15 have codes of four bits, which equal them.
        for symbol in 0..19 {
            writer = writer.bits(if symbol < 3 { 0 } else { 4 }, 3);
        }
        literals
            .iter()
            .chain(distances)
            .fold(writer, |writer, &length| writer.bits(usize::from(length.reverse_bits() >> 4), 4))
    }
}

/// Lengths of `count` codes, 0 except for those named.
pub(in crate::gzip) fn lengths(count: usize, named: &[(usize, u8)]) -> Vec<u8> {
    let mut lengths = vec![0; count];
    for &(symbol, length) in named {
        lengths[symbol] = length;
    }
    lengths
}

#[test]
fn odd_codes_are_judged_as_by_zlib() {
    let all: [(&str, Vec<u8>, Vec<u8>, bool); 12] = [
        ("only an end of block", lengths(257, &[(256, 1)]), lengths(1, &[]), true),
        ("only an end of block, too long", lengths(257, &[(256, 2)]), lengths(1, &[]), false),
        ("no end of block", lengths(257, &[(0, 1), (1, 1)]), lengths(1, &[]), false),
        ("no distance", lengths(257, &[(0, 1), (256, 1)]), lengths(1, &[]), true),
        ("one distance", lengths(257, &[(0, 1), (256, 1)]), lengths(1, &[(0, 1)]), true),
        ("one distance, too long", lengths(257, &[(0, 1), (256, 1)]), lengths(1, &[(0, 2)]), false),
        ("two distances", lengths(257, &[(0, 1), (256, 1)]), lengths(30, &[(0, 1), (29, 1)]), true),
        (
            "three distances of one bit",
            lengths(257, &[(0, 1), (256, 1)]),
            lengths(3, &[(0, 1), (1, 1), (2, 1)]),
            false,
        ),
        ("incomplete literals", lengths(257, &[(0, 1), (256, 2)]), lengths(1, &[]), false),
        (
            "incomplete distances",
            lengths(257, &[(0, 1), (256, 1)]),
            lengths(2, &[(0, 1), (1, 2)]),
            false,
        ),
        (
            "286 literals, 30 distances",
            lengths(286, &[(256, 1), (285, 1)]),
            lengths(30, &[(29, 1)]),
            true,
        ),
        ("a complete code of all lengths", deep(286), deep(30), true),
    ];
    for (name, literals, distances, accepted) in &all {
        // All that may follow in so many bits: symbols that have no code, matches, an end of block.
        let mut accepts = false;
        for (count, bits) in
            [1, 6, 12].into_iter().flat_map(|count| (0..1 << count).map(move |bits| (count, bits)))
        {
            let data = Writer::default().dynamic(literals, distances).bits(bits, count).data;
            accepts |= reference(&data, 10_000).is_some();
            agree(&data, 10_000);
        }
        assert_eq!(accepts, *accepted, "{name}");
    }
}

/// Lengths of `count` codes, each longer than the one before, from the end down to the longest.
fn deep(count: usize) -> Vec<u8> {
    let mut lengths = vec![0; count];
    for (symbol, length) in (0..count).rev().zip((1..=15).chain([15])) {
        lengths[symbol] = length;
    }
    if count > 257 {
        // The end of block gets the shortest code.
        lengths.swap(256, count - 1);
    }
    lengths
}

#[test]
fn too_many_symbols_are_refused() {
    for (literals, distances) in [(287, 1), (288, 30), (286, 31), (257, 32)] {
        let data = Writer::default()
            .dynamic(&lengths(literals, &[(256, 1)]), &lengths(distances, &[]))
            .bits(0, 9)
            .data;
        agree(&data, 10);
        assert_eq!(Inflater::new().verify(&data, &[]), Err(InflateError::BadLengths));
    }
}

#[test]
fn symbols_that_must_not_occur_are_refused() {
    // In the fixed code, 286 is 11000110 and 287 is 11000111; a length of 3 is 0000001, distance 30
    // is 11110.
    for data in [
        Writer::default().bits(0b011, 3).bits(0b0110_0011, 8).bits(0, 20).data,
        Writer::default().bits(0b011, 3).bits(0b1110_0011, 8).bits(0, 20).data,
        Writer::default()
            .bits(0b011, 3)
            .bits(0b0000_1100, 8)
            .bits(0b100_0000, 7)
            .bits(0b01111, 5)
            .bits(0, 40)
            .data,
        Writer::default()
            .bits(0b011, 3)
            .bits(0b0000_1100, 8)
            .bits(0b100_0000, 7)
            .bits(0b11111, 5)
            .bits(0, 40)
            .data,
    ] {
        agree(&data, 100_000);
        assert_eq!(
            Inflater::new().inflate(&data, &mut [0; 1000], Ending::Final),
            Err(InflateError::BadCode)
        );
    }
}

#[test]
fn a_distance_before_the_start_is_refused() {
    // A literal, then three bytes from two back.
    let data = Writer::default()
        .bits(0b011, 3)
        .bits(0b0000_1100, 8)
        .bits(0b100_0000, 7)
        .bits(0b10000, 5)
        .bits(0, 7)
        .data;
    agree(&data, 100);
    assert_eq!(Inflater::new().verify(&data, &[0; 4]), Err(InflateError::BadDistance));
    assert_eq!(
        Inflater::new().inflate(&data, &mut [0; 4], Ending::Final),
        Err(InflateError::BadDistance)
    );
}

#[test]
fn endless_empty_blocks_come_to_an_end() {
    // Blocks without contents take no room, so only the data can end them. An empty fixed block has
    // ten bits, so that four of them fill five bytes.
    for data in [[0, 0, 0, 0xff, 0xff].repeat(1000), [0x02, 0x08, 0x20, 0x80, 0x00].repeat(1000)] {
        agree(&data, 100);
        assert!(Inflater::new().verify(&data, &[]).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn any_bytes_are_judged_as_zlib_judges_them(data in prop::collection::vec(any::<u8>(), 0..400)) {
        agree(&data, 110_000);
    }

    /// Bytes that begin as a block does get furthest.
    #[test]
    fn any_damage_is_judged_as_zlib_judges_it(
        text in prop::collection::vec(0..20_u8, 0..2000),
        level in 0..=12,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut data = libdeflate(&text, level);
        for (index, byte) in damage {
            let index = index.index(data.len());
            data[index] = byte;
        }
        agree(&data, 600_000);
    }

    #[test]
    fn any_text_is_proved(
        parts in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..50), 1..40_usize), 0..60),
        level in 0..=12,
    ) {
        let text: Vec<u8> = parts.iter().flat_map(|(part, times)| part.repeat(*times)).collect();
        let data = libdeflate(&text, level);
        let walk = holds(&mut Inflater::new(), &data, &text);
        splices(&data, &text, walk);
    }
}

//! Where in the middle of a stream a block may begin.
//!
//! Only blocks with codes of their own are looked for (section 3.2.7), and none that is final: in a
//! long stream, almost all are of this kind, and their headers are long enough to be told from
//! other data.

use super::Inflater;
use super::bits::Bits;
use std::ops::Range;

/// Bits from the start of a block to its code lengths: the final mark, the type, and three numbers.
const LENGTHS: usize = 17;
/// Offsets that are looked at together.
const STRIDE: usize = 48;

/// The first of these bits at which the header of a block is valid. Usually a block begins there; in
/// data made to deceive, it need not.
pub(crate) fn find_block(
    data: &[u8],
    bits: Range<usize>,
    inflater: &mut Inflater,
) -> Option<usize> {
    let mut byte = bits.start / 8;
    // Offsets before the start are no candidates.
    let mut before = bits.start % 8;
    while let Some(&word) = data.get(byte..).and_then(<[u8]>::first_chunk) {
        let mut offsets = candidates(u64::from_le_bytes(word)) >> before << before;
        while offsets != 0 {
            let bit = 8 * byte + offsets.trailing_zeros() as usize;
            if bit >= bits.end {
                return None;
            }
            if lengths_are_complete(data, bit) && is_header(data, bit, inflater) {
                return Some(bit);
            }
            offsets &= offsets - 1;
        }
        (byte, before) = (byte + STRIDE / 8, 0);
        if 8 * byte >= bits.end {
            return None;
        }
    }
    None
}

/// At which of the first `STRIDE` bits the first 13 bits of a header can begin: a block that is not
/// final (0) and has codes of its own (0, 1), at most 286 literals and lengths, at most 30 distances.
fn candidates(word: u64) -> u64 {
    let bit = |offset: u32| word >> offset;
    let kind = !bit(0) & !bit(1) & bit(2);
    // 30 and 31 are the numbers whose upper four bits are all set.
    let literals = bit(4) & bit(5) & bit(6) & bit(7);
    let distances = bit(9) & bit(10) & bit(11) & bit(12);
    kind & !literals & !distances & ((1 << STRIDE) - 1)
}

/// Whether the lengths of the code length code make a complete code: whether the codes of all
/// lengths share the room without rest. Hardly one candidate in a hundred passes.
fn lengths_are_complete(data: &[u8], bit: usize) -> bool {
    let count = 4 + (word_at(data, bit + LENGTHS - 4) & 15);
    let lengths = word_at(data, bit + LENGTHS) & ((1 << (3 * count)) - 1);
    #[expect(clippy::cast_possible_truncation, reason = "twelve bits")]
    let room = |part: u32| ROOM[(lengths >> (12 * part)) as usize & 0xFFF];
    // Mostly, the first eight take too much already.
    let first = room(0) + room(1);
    first <= 128 && first + room(2) + room(3) + room(4) == 128
}

/// The 57 bits or more from `bit` on; zeros after the end.
fn word_at(data: &[u8], bit: usize) -> u64 {
    let rest = &data[data.len().min(bit / 8)..];
    let word = rest.first_chunk().map_or_else(
        || rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
        |&bytes| u64::from_le_bytes(bytes),
    );
    word >> (bit % 8)
}

/// The room that four code lengths of three bits take, in 128ths; a length of 0 takes none.
static ROOM: [u16; 1 << 12] = {
    let mut rooms = [0; 1 << 12];
    let mut lengths = 0;
    while lengths < rooms.len() {
        let mut place = 0;
        while place < 4 {
            let length = lengths >> (3 * place) & 7;
            if length != 0 {
                rooms[lengths] += 128 >> length;
            }
            place += 1;
        }
        lengths += 1;
    }
    rooms
};

/// Whether the decoder accepts the whole header.
fn is_header(data: &[u8], bit: usize, inflater: &mut Inflater) -> bool {
    #[expect(clippy::cast_possible_truncation, reason = "less than eight")]
    let mut bits = Bits::from_bit(&data[bit / 8..], (bit % 8) as u8);
    inflater.header(&mut bits).is_ok() && !bits.is_beyond()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Writer, block_starts, flate2, libdeflate, noise, prose};
    use super::super::{Contents, Inflater};
    use super::*;
    use flate2::FlushCompress;
    use proptest::prelude::*;

    /// Whether a block that is looked for can begin at this bit, as the decoder sees it.
    fn can_begin(data: &[u8], bit: usize, inflater: &mut Inflater) -> bool {
        let used = u8::try_from(bit % 8).unwrap();
        let mut bits = Bits::from_bit(&data[bit / 8..], used);
        if bits.peek(3) != 0b100 {
            return false;
        }
        let header = inflater.header(&mut bits);
        !bits.is_beyond() && matches!(header, Ok((false, Contents::Coded)))
    }

    /// Asserts that what is found in these bits is what looking at one bit after the other finds, except
    /// that nothing need be found within the last eight bytes.
    fn agree(data: &[u8], bits: Range<usize>) {
        let inflater = &mut Inflater::new();
        let mut all = bits.clone().take_while(|bit| bit / 8 < data.len());
        let expected = all.find(|&bit| can_begin(data, bit, inflater));
        let found = find_block(data, bits.clone(), inflater);
        match expected {
            Some(bit) if bit / 8 + 8 > data.len() => assert!([None, expected].contains(&found)),
            _ => assert_eq!(found, expected, "{bits:?}"),
        }
    }

    /// The same data behind `count` other bits.
    fn shifted(data: &[u8], count: usize) -> Vec<u8> {
        let writer = Writer::default().bits(0b0110_1001, count);
        data.iter().fold(writer, |writer, &byte| writer.bits(byte.into(), 8)).data
    }

    fn streams() -> Vec<(Vec<u8>, Vec<u8>)> {
        let acgt = noise(150_000, 2).iter().map(|byte| b"acgt"[usize::from(byte % 4)]).collect();
        let mixed = [prose(50_000), noise(40_000, 9), vec![7; 50_000], prose(50_000)].concat();
        let mut streams = Vec::new();
        for text in [prose(300_000), acgt, mixed] {
            for level in 1..=12 {
                streams.push((libdeflate(&text, level), text.clone()));
            }
            for level in 1..=9 {
                streams.push((flate2(&text, level, FlushCompress::Finish), text.clone()));
            }
        }
        streams
    }

    #[test]
    fn every_block_that_is_looked_for_is_found_from_anywhere_before_it() {
        let inflater = &mut Inflater::new();
        let (mut blocks, mut false_ones) = (0, 0);
        for (data, text) in streams() {
            let starts = block_starts(&data, &text);
            let mut last = 0;
            for start in starts.iter().filter(|start| start.is_sought) {
                blocks += 1;
                let between = start.bit - last;
                for from in [start.bit, last, last + between / 2, last + between / 3] {
                    let found = find_block(&data, from..8 * data.len(), inflater);
                    assert!(found.is_some_and(|bit| from <= bit && bit <= start.bit));
                    if found != Some(start.bit) {
                        false_ones += 1;
                    }
                }
                let ended = find_block(&data, start.bit..start.bit, inflater);
                assert_eq!(ended, None, "the end is not part of what is searched");
                last = start.bit + 1;
            }
        }
        assert!(blocks > 50, "{blocks}");
        assert!(false_ones < blocks / 20, "{false_ones} of {blocks}");
    }

    #[test]
    fn a_block_is_found_at_any_bit_of_a_byte_and_of_a_stride() {
        let data = flate2(&prose(20_000), 6, FlushCompress::Sync);
        for before in 0..20 {
            for count in 0..8 {
                let data = [vec![0xff; before], shifted(&data, count)].concat();
                let found = find_block(&data, 0..8 * data.len(), &mut Inflater::new());
                assert_eq!(found, Some(8 * before + count));
            }
        }
    }

    #[test]
    fn a_header_that_is_cut_off_is_not_found() {
        let data = flate2(&prose(20_000), 6, FlushCompress::Sync);
        let inflater = &mut Inflater::new();
        let whole = (1..data.len())
            .find(|&length| find_block(&data[..length], 0..1, inflater).is_some())
            .unwrap();
        assert!((30..200).contains(&whole), "{whole}");
        for length in 0..200 {
            let found = find_block(&data[..length], 0..1, inflater);
            assert_eq!(found, (length >= whole).then_some(0));
        }
    }

    #[test]
    fn little_is_found_where_there_is_nothing() {
        let (data, inflater) = (noise(4 << 20, 3), &mut Inflater::new());
        let (mut from, mut found) = (0, 0);
        while let Some(bit) = find_block(&data, from..8 * data.len(), inflater) {
            (from, found) = (bit + 1, found + 1);
        }
        assert!(found < 20, "{found}");
        for same in [0, 0xff, 0x55, 0b0010_0100] {
            assert_eq!(find_block(&vec![same; 100_000], 0..800_000, inflater), None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn the_first_header_that_the_decoder_accepts_is_found(
            mut data in prop::collection::vec(any::<u8>(), 0..600),
            text in prop::collection::vec(0..30_u8, 300..600),
            place in any::<prop::sample::Index>(),
            shift in 0..8_usize,
            bits in (0..6000_usize, 0..6000_usize),
        ) {
            let block = shifted(&flate2(&text, 9, FlushCompress::Sync), shift);
            let place = place.index(data.len() + 1);
            data.splice(place..place, block);
            agree(&data, bits.0.min(8 * data.len())..bits.1);
            agree(&data, 0..8 * data.len());
        }
    }
}

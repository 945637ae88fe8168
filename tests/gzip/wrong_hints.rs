//! Indexes and sizes in headers are hints: whatever they say, a file is decoded as without them.

use crate::support::{
    CHUNK, End, assert_agrees, bgzf, compressed, indexed, ordinary, sentence, settings, text,
    trailer, within_a_minute,
};
use flate2::{Compress, Compression, FlushCompress, Status};
use proptest::collection::vec;
use proptest::prelude::*;

/// The subfield `CS`, and the member it is in.
#[derive(Clone)]
struct Indexed {
    chunk: u32,
    stride: u32,
    plain: u64,
    entries: Vec<u32>,
    /// What follows the header: the data and the trailer.
    rest: Vec<u8>,
}

impl Indexed {
    /// The index that is written for `plain`.
    fn honest(plain: &[u8]) -> Self {
        let packed = indexed(plain, 6);
        let (header, rest) = packed.split_at(12 + usize::from(le16(&packed[10..])));
        let numbers: Vec<u32> = header[16..].chunks_exact(4).map(le32).collect();
        let [chunk, stride, low, high, ref entries @ ..] = numbers[..] else { panic!() };
        let plain = u64::from(low) | u64::from(high) << 32;
        Self { chunk, stride, plain, entries: entries.to_vec(), rest: rest.to_vec() }
    }

    fn with(&self, change: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut changed = self.clone();
        change(&mut changed);
        changed.bytes()
    }

    fn bytes(&self) -> Vec<u8> {
        let mut field = [self.chunk.to_le_bytes(), self.stride.to_le_bytes()].concat();
        field.extend(self.plain.to_le_bytes());
        field.extend(self.entries.iter().flat_map(|entry| entry.to_le_bytes()));
        let length = u16::try_from(field.len()).unwrap();
        let mut bytes = vec![0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 3];
        bytes.extend((length + 4).to_le_bytes());
        bytes.extend(*b"CS");
        bytes.extend(length.to_le_bytes());
        bytes.extend(field);
        bytes.extend(&self.rest);
        bytes
    }
}

fn le16(bytes: &[u8]) -> u16 {
    u16::from_le_bytes([bytes[0], bytes[1]])
}

fn le32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// Asserts that a sound file with such an index is decoded as without it.
#[track_caller]
fn assert_sound(packed: Vec<u8>) {
    assert_eq!(within_a_minute(move || assert_agrees(&packed)), End::Whole);
}

#[test]
fn an_honest_index_has_the_form_assumed_here() {
    let plain = text(4 * CHUNK + 10);
    let honest = Indexed::honest(&plain);
    assert_eq!(
        (honest.chunk as usize, honest.stride, honest.plain),
        (CHUNK, 1, plain.len() as u64)
    );
    let data: u32 = honest.entries.iter().sum();
    assert_eq!((honest.entries.len(), data as usize), (5, honest.rest.len() - 8));
    assert_eq!(honest.bytes(), indexed(&plain, 6));
    assert_sound(honest.bytes());
}

#[test]
fn wrong_sizes_change_nothing() {
    for plain in [text(4 * CHUNK + 10), sentence(4 * CHUNK + 10), vec![0; 3 * CHUNK]] {
        let honest = Indexed::honest(&plain);
        let last = honest.entries.len() - 1;
        for position in 0..=last {
            let entry = honest.entries[position];
            let lies = [0, 1, entry - 1, entry + 1, entry / 2, entry * 2, 70_000, u32::MAX];
            for lie in lies {
                assert_sound(honest.with(|index| index.entries[position] = lie));
            }
            // The next piece begins a byte early, or late.
            let next = (position + 1) % (last + 1);
            for shift in [1, u32::MAX] {
                assert_sound(honest.with(|index| {
                    index.entries[position] = entry.wrapping_add(shift);
                    index.entries[next] = index.entries[next].wrapping_sub(shift);
                }));
            }
            assert_sound(honest.with(|index| index.entries.swap(position, next)));
            assert_sound(honest.with(|index| {
                index.entries.remove(position);
            }));
            assert_sound(honest.with(|index| index.entries.insert(position, entry)));
        }
        assert_sound(honest.with(|index| index.entries.fill(0)));
        assert_sound(honest.with(|index| index.entries.clear()));
    }
}

#[test]
fn wrong_numbers_change_nothing() {
    let honest = Indexed::honest(&sentence(4 * CHUNK + 10));
    let Indexed { chunk, plain, .. } = honest;
    for lie in [0, 1, 2, 3, 5, 255, 256, chunk - 1, chunk + 1, chunk * 2, 16 << 20, u32::MAX] {
        assert_sound(honest.with(|index| index.chunk = lie));
        assert_sound(honest.with(|index| index.stride = lie));
        assert_sound(honest.with(|index| (index.chunk, index.stride) = (lie, lie)));
    }
    let chunk = u64::from(chunk);
    for lie in [0, 1, chunk, chunk + 1, plain - 1, plain + 1, plain + chunk, plain * 2, u64::MAX] {
        assert_sound(honest.with(|index| index.plain = lie));
    }
}

#[test]
fn more_entries_than_data_change_nothing() {
    let honest = Indexed::honest(&sentence(3 * CHUNK));
    for entry in [1, 100, 16_400, 70_000] {
        for (chunk, stride) in [(1, 1), (1000, 1), (65_536, 1), (65_536, 256)] {
            let most = (usize::from(u16::MAX) - 20) / 4;
            let group = u64::from(chunk * stride);
            for claimed in [most as u64, 1_000_000, u64::from(u32::MAX)] {
                assert_sound(honest.with(|index| {
                    (index.chunk, index.stride, index.plain) = (chunk, stride, claimed * group);
                    index.entries = vec![entry; most];
                }));
            }
        }
    }
}

#[test]
fn a_truncated_subfield_changes_nothing() {
    let honest = Indexed::honest(&sentence(3 * CHUNK)).bytes();
    for length in [0, 1, 15, 16, 17, 27, 29, 1000, u16::MAX] {
        let mut packed = honest.clone();
        packed[14..16].copy_from_slice(&length.to_le_bytes());
        assert_sound(packed);
    }
}

/// An index that claims these pieces of a member with a header of ten bytes.
fn claimed(member: &[u8], plain: u64, entries: Vec<u32>) -> Indexed {
    let rest = member[10..].to_vec();
    Indexed { chunk: u32::try_from(CHUNK).unwrap(), stride: 1, plain, entries, rest }
}

#[test]
fn an_index_over_data_without_pieces_changes_nothing() {
    let plain = text(3 * CHUNK);
    for level in [0, 1, 6, 9] {
        let member = ordinary(&plain, Compression::new(level));
        let data = u32::try_from(member.len() - 18).unwrap();
        for first in [data / 3, data / 3 + 1, 40_000, 65_541] {
            let entries = vec![first, first, data.saturating_sub(2 * first)];
            assert_sound(claimed(&member, plain.len() as u64, entries).bytes());
        }
    }
}

/// Deflate data in which every chunk of `plain` ends with the given flush, and the length of each.
fn flushed(plain: &[u8], flushes: &[FlushCompress]) -> (Vec<u8>, Vec<u32>) {
    let mut compress = Compress::new(Compression::new(6), false);
    let (mut data, mut sizes) = (Vec::with_capacity(2 * plain.len()), Vec::new());
    for (chunk, &flush) in plain.chunks(CHUNK).zip(flushes) {
        let before = data.len();
        let status = compress.compress_vec(chunk, &mut data, flush).unwrap();
        assert!(status != Status::BufError && data.len() < data.capacity());
        sizes.push(u32::try_from(data.len() - before).unwrap());
    }
    (data, sizes)
}

#[test]
fn distances_that_cross_from_piece_to_piece_are_followed() {
    use FlushCompress::{Finish, Full, Sync};
    // The same few KiB in every chunk, so that many distances reach back.
    let unit = [text(9000), b"!".to_vec()].concat();
    let plain: Vec<u8> = unit.iter().copied().cycle().take(4 * CHUNK).collect();
    for flushes in [[Sync; 3], [Full, Sync, Sync], [Full, Full, Sync], [Sync, Full, Sync]] {
        let (mut data, entries) = flushed(&plain, &[&flushes[..], &[Finish]].concat());
        data.extend(trailer(&plain));
        let member = [&[0; 10], &data[..]].concat();
        assert_sound(claimed(&member, plain.len() as u64, entries).bytes());
    }
}

#[test]
fn a_final_block_ends_the_member_whatever_the_index_says() {
    let plain = text(2 * CHUNK);
    let (first, second) = plain.split_at(CHUNK);
    let [one, two] = [first, second].map(|half| compressed(half, &settings(1)));
    let data = |member: &[u8]| member[10..member.len() - 8].to_vec();
    let sizes = [&one, &two].map(|member| u32::try_from(member.len() - 18).unwrap());
    // Two final pieces; the first trailer is missing, so this is broken.
    let rest = [data(&one), data(&two), trailer(&plain).to_vec()].concat();
    let index = claimed(&one, plain.len() as u64, sizes.to_vec());
    let packed = Indexed { rest, ..index.clone() }.bytes();
    assert_eq!(assert_agrees(&packed), End::Broken);
    // Two whole members, one of them with an index over both.
    for between in [0, 8, 18] {
        let entries = vec![sizes[0] + between, sizes[1] + 18 - between];
        let rest = [&one[10..], &two].concat();
        assert_sound(Indexed { entries, rest, ..index.clone() }.bytes());
    }
    // The index fits what follows the member, and is the whole file's when the member is empty.
    let hidden = Indexed::honest(&plain);
    let rest = [&[3, 0][..], &trailer(b""), &hidden.rest].concat();
    assert_eq!(assert_agrees(&Indexed { rest, ..hidden }.bytes()), End::Garbage);
}

#[test]
fn a_piece_that_ends_inside_a_block_is_rejected() {
    // A stored block with contents that look like the pieces of a member.
    let honest = Indexed::honest(&text(2 * CHUNK));
    let hidden = &honest.rest[..60_000.min(honest.rest.len())];
    let length = u16::try_from(hidden.len()).unwrap();
    let mut rest = vec![1];
    rest.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
    rest.extend(hidden);
    rest.extend(trailer(hidden));
    for before in [0, 5] {
        let mut index = Indexed { rest: rest.clone(), ..honest.clone() };
        index.entries[0] += before;
        assert_sound(index.bytes());
    }
}

#[test]
fn wrong_bgzf_sizes_change_nothing() {
    let plain = text(40_000);
    let honest = bgzf(&plain, 1500);
    let starts: Vec<usize> = (0..honest.len())
        .filter(|&start| honest[start..].starts_with(&[0x1F, 0x8B, 8, 4]))
        .collect();
    assert_eq!(starts.len(), 28);
    assert_sound(honest.clone());
    for start in [starts[0], starts[1], starts[15], starts[16], starts[26], starts[27]] {
        let size = le16(&honest[start + 16..]);
        for lie in [0, 17, 25, 26, size - 1, size + 1, size * 2, u16::MAX] {
            let mut packed = honest.clone();
            packed[start + 16..start + 18].copy_from_slice(&lie.to_le_bytes());
            assert_sound(packed);
        }
    }
}

#[test]
fn wrong_bgzf_trailers_are_errors() {
    let honest = bgzf(&text(40_000), 1500);
    let sizes = |start: usize| usize::from(le16(&honest[start + 16..])) + 1;
    let mut start = 0;
    while start < honest.len() {
        let end = start + sizes(start);
        for (position, bits) in [(8, 1), (5, 0x80), (4, 1), (1, 0xFF)] {
            let mut packed = honest.clone();
            packed[end - position] ^= bits;
            assert_eq!(within_a_minute(move || assert_agrees(&packed)), End::Broken);
        }
        start = end;
    }
}

#[test]
fn a_member_with_a_bgzf_header_can_be_larger_than_bgzf_allows() {
    let plain = vec![0; 300_000];
    let mut packed = bgzf(b"", 1);
    packed.truncate(18);
    packed.extend(&ordinary(&plain, Compression::best())[10..]);
    let size = u16::try_from(packed.len() - 1).unwrap();
    packed[16..18].copy_from_slice(&size.to_le_bytes());
    assert_sound([packed, bgzf(&text(5000), 100)].concat());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_index_changes_what_is_decoded(
        chunk in number(), stride in number(), plain in number(), entries in vec(number(), 0..8),
    ) {
        let honest = Indexed::honest(&sentence(3 * CHUNK + 1));
        let sum: u32 = honest.entries.iter().sum();
        let lie = |lie: Lie, honest: u32| match lie {
            Lie::None => honest,
            Lie::Near(by) => honest.wrapping_add_signed(by.into()),
            Lie::Part(part) => (sum + 8) / u32::from(part),
            Lie::Any(any) => any,
        };
        let packed = honest.with(|index| {
            (index.chunk, index.stride) = (lie(chunk, index.chunk), lie(stride, index.stride));
            index.plain = lie(plain, u32::try_from(index.plain).unwrap()).into();
            for (entry, change) in index.entries.iter_mut().zip(entries) {
                *entry = lie(change, *entry);
            }
        });
        assert_sound(packed);
    }
}

#[derive(Clone, Copy, Debug)]
enum Lie {
    None,
    Near(i8),
    Part(u8),
    Any(u32),
}

fn number() -> impl Strategy<Value = Lie> {
    prop_oneof![
        3 => Just(Lie::None),
        1 => any::<i8>().prop_map(Lie::Near),
        1 => (1..10_u8).prop_map(Lie::Part),
        1 => any::<u32>().prop_map(Lie::Any),
    ]
}

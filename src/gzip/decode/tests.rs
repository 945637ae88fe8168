//! Decoding with guesses against decoding in order. Bytes, totals and errors are the same for any data
//! and any sizes, and whichever thread is first.

use super::peek::tests::{Rough, sizes as reads};
use super::reader::NEAR;
use super::*;
use crate::gzip::Settings;
use crate::gzip::header::Trailer;
use crate::gzip::inflate::tests::{Writer, flate2, libdeflate, noise, prose};
use ::flate2::{Compress, Compression, FlushCompress};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index as Place;
use std::io::{ErrorKind, Seek};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How an input is read and decoded.
#[derive(Clone, Debug)]
struct Way {
    threads: usize,
    sizes: Sizes,
    slab: usize,
    reads: Vec<usize>,
    is_ready: bool,
    pass_through: bool,
    fails_at: Option<usize>,
}

impl Way {
    fn in_order() -> Self {
        Self {
            threads: 1,
            sizes: Sizes { near: usize::MAX, ..Sizes::default() },
            slab: 100_000,
            reads: vec![usize::MAX],
            is_ready: false,
            pass_through: false,
            fails_at: None,
        }
    }

    /// Guesses of so few bytes that there are many.
    fn with_small_guesses(threads: usize) -> Self {
        let sizes = Sizes { length: 3000, gap: 3000, overlap: 1000, ..Sizes::default() };
        let sizes = Sizes { block: 30_000, waits: true, ..sizes };
        Self { threads, sizes, slab: 10_000, ..Self::in_order() }
    }
}

/// What comes out.
#[derive(PartialEq)]
struct Outcome {
    plain: Vec<u8>,
    end: Result<Totals, String>,
}

fn decoded(packed: &[u8], way: &Way) -> Outcome {
    let input = Rough::new(packed.to_vec(), way.reads.clone(), way.fails_at);
    let mut input = PeekReader::new(input).with_slabs_of(way.slab);
    if way.is_ready {
        input = input.that_is_ready();
    }
    let settings = Settings::default().threads(way.threads).pass_through(way.pass_through);
    let (mut plain, settings) = (Vec::new(), settings.check().unwrap());
    let end = Opened::unread(input).decompress_by(way.sizes, &mut plain, &settings);
    Outcome { plain, end: end.map_err(|error| format!("{error:?}")) }
}

/// Asserts that it makes no difference which way it is decoded.
#[track_caller]
fn assert_same(packed: &[u8], way: &Way) -> Outcome {
    let &Way { pass_through, fails_at, .. } = way;
    let expected = decoded(packed, &Way { pass_through, fails_at, ..Way::in_order() });
    let found = decoded(packed, way);
    assert_eq!(found.end, expected.end, "{way:?}");
    let [found_length, length] = [found.plain.len(), expected.plain.len()];
    assert!(found == expected, "{found_length} bytes, not these {length}: {way:?}");
    found
}

/// Also returns how many guesses were taken over.
#[track_caller]
fn taken_over(packed: &[u8], way: Way) -> (usize, Outcome) {
    let count: &'static AtomicUsize = Box::leak(Box::default());
    let sizes = Sizes { taken_over: Some(count), ..way.sizes };
    let outcome = assert_same(packed, &Way { sizes, ..way });
    (count.load(Ordering::Relaxed), outcome)
}

fn member(data: &[u8], text: &[u8]) -> Vec<u8> {
    let trailer = Trailer::new(crc32fast::hash(text), text.len() as u64);
    [&[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255], data, &trailer.to_bytes()].concat()
}

/// A member of blocks of `each` bytes, which are stored or have the fixed code. No encoder writes it.
fn hand_made(text: &[u8], each: usize) -> Vec<u8> {
    let mut writer = Writer::default();
    for (number, part) in text.chunks(each.min(0xFFFF)).enumerate() {
        if number % 3 == 2 {
            writer = writer.bits(0, 3);
            writer = writer.aligned();
            let length = u16::try_from(part.len()).unwrap();
            writer.data.extend(length.to_le_bytes());
            writer.data.extend((!length).to_le_bytes());
            writer.data.extend(part);
            continue;
        }
        writer = writer.bits(0b010, 3);
        for &byte in part {
            let byte = u16::from(byte);
            // RFC 1951, section 3.2.6; codes come with their highest bit first.
            let (code, length) =
                if byte < 144 { (0x30 + byte, 8) } else { (0x190 + byte - 144, 9) };
            let reversed = usize::from(code.reverse_bits() >> (16 - length));
            writer = writer.bits(reversed, length);
        }
        writer = writer.bits(0, 7);
    }
    member(&writer.bits(0b011, 3).bits(0, 7).data, text)
}

/// A member from zlib, which is flushed after as many bytes as each of the `cuts` says, in turn.
fn flushed(text: &[u8], level: u32, cuts: &[(usize, bool)]) -> Vec<u8> {
    let mut compress = Compress::new(Compression::new(level), false);
    let mut data = Vec::with_capacity(2 * text.len() + 100_000);
    let (mut rest, mut cuts) = (text, cuts.iter().cycle());
    // Thousands of blocks would take all the time.
    for _ in 0..300 {
        let Some(&(cut, partial)) = cuts.next().filter(|_| !rest.is_empty()) else { break };
        let (now, later) = rest.split_at(rest.len().min(cut));
        let flush = if partial { FlushCompress::Partial } else { FlushCompress::Sync };
        compress.compress_vec(now, &mut data, flush).unwrap();
        rest = later;
    }
    compress.compress_vec(rest, &mut data, FlushCompress::Finish).unwrap();
    member(&data, text)
}

/// A BGZF file.
fn bgzf_file(text: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    for text in text.chunks(20_000).chain([&[][..]]) {
        let member = member(&libdeflate(text, 6), text);
        let size = u16::try_from(member.len() + 8 - 1).unwrap().to_le_bytes();
        file.extend([0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, b'B', b'C', 2, 0]);
        file.extend(size);
        file.extend(&member[10..]);
    }
    file
}

#[test]
fn guesses_are_taken_over_one_after_the_other() {
    let text = [prose(900_000), noise(70_000, 6), prose(300_000)].concat();
    for packed in [flushed(&text, 6, &[(20_000, true)]), flushed(&text, 4, &[(9000, false)])] {
        for threads in [2, 3, 8] {
            let way = Way::with_small_guesses(threads);
            let (count, outcome) = taken_over(&packed, way.clone());
            assert!(count >= 5, "{count} with {threads} threads");
            assert!(outcome.plain == text);
            // However little is handed on at a time, no block is passed by.
            for block in [777, 10_007, 50_000] {
                let sizes = Sizes { block, ..way.sizes };
                let (now, _) = taken_over(&packed, Way { sizes, ..way.clone() });
                assert!(4 * now >= 3 * count, "{now}, not {count} in blocks of {block}");
            }
        }
        let (count, _) = taken_over(&packed, Way::in_order());
        assert_eq!(count, 0);
    }
}

#[test]
fn guesses_go_on_in_the_next_member_and_after_what_cannot_be_guessed() {
    let (text, between) = (prose(300_000), noise(90_000, 1));
    let one = flushed(&text, 6, &[(9000, true)]);
    let few = [&member(&libdeflate(b"few", 6), b"few")[..], &member(&[3, 0], b"")].concat();
    let stored = member(&libdeflate(&between, 0), &between);
    let way = Way::with_small_guesses(2);
    let (alone, _) = taken_over(&one, way.clone());
    assert!(alone >= 3, "{alone}");
    for between in [Vec::new(), few.repeat(20), stored] {
        let (count, _) = taken_over(&[&one[..], &between, &one].concat(), way.clone());
        assert!(count > alone, "{count} after {alone}");
    }
}

#[test]
fn files_of_every_program_decode_alike_however_they_are_guessed() {
    let text = [prose(500_000), noise(100_000, 6), vec![0; 500_000], prose(200_000)].concat();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&text).unwrap();
    let mut tried = 0;
    for (program, options) in [
        ("gzip", &["-1", "-6", "-9"][..]),
        ("pigz", &["-1", "-6", "-9", "-11", "-H", "-U", "-0", "-i"]),
        ("igzip", &["-0", "-1", "-3"]),
        ("bgzip", &["-l1"]),
        ("libdeflate-gzip", &["-1", "-6", "-12"]),
    ] {
        for option in options {
            file.rewind().unwrap();
            let mut command = Command::new(program);
            command.args([option, "-c"]).stdin(file.try_clone().unwrap()).stderr(Stdio::null());
            let Some(output) = command.output().ok().filter(|output| output.status.success())
            else {
                println!("skipped: {program} {option}");
                continue;
            };
            for threads in [2, 3, 8] {
                let outcome = assert_same(&output.stdout, &Way::with_small_guesses(threads));
                assert!(outcome.plain == text, "{program} {option}");
            }
            tried += 1;
        }
    }
    assert!(tried > 0, "not even gzip is installed");
}

#[test]
fn a_reader_that_fails_fails_after_all_that_came_before() {
    let text = [prose(400_000), noise(10_000, 6)].concat();
    let packed = flushed(&text, 6, &[(15_000, true)]);
    for at in (0..=packed.len()).step_by(3001).chain([packed.len() - 1, packed.len()]) {
        for is_ready in [false, true] {
            let way = Way { fails_at: Some(at), is_ready, ..Way::with_small_guesses(2) };
            let outcome = assert_same(&packed, &way);
            assert!(outcome.end.unwrap_err().contains("ConnectionReset"));
        }
    }
}

#[test]
fn a_writer_that_fails_ends_it() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let text = prose(600_000);
    let packed = flushed(&text, 6, &[(15_000, true)]);
    for room in [0, 1000, 40_000, 100_000, 300_000, 599_999] {
        for threads in [2, 8] {
            let Way { sizes, .. } = Way::with_small_guesses(threads);
            for waits in [false, true] {
                let settings = Settings::default().threads(threads).check().unwrap();
                let opened = Opened::unread(PeekReader::new(&packed[..]));
                let sizes = Sizes { block: 10_000, waits, ..sizes };
                let error = opened.decompress_by(sizes, Full(room), &settings).unwrap_err();
                assert!(matches!(error, Error::Write(_)), "{error:?}");
            }
        }
    }
}

/// Members of about this many bytes, and where each of them ends, in them and in the text.
fn small_members(text: &[u8], each: usize) -> (Vec<u8>, Vec<(usize, usize)>) {
    let (mut packed, mut ends, mut plain) = (Vec::new(), vec![(0, 0)], 0);
    for (number, text) in text.chunks(each).enumerate() {
        packed.extend(member(&libdeflate(text, 6), text));
        plain += text.len();
        ends.push((packed.len(), plain));
        if number % 5 == 0 {
            packed.extend(member(&[3, 0], b""));
        }
    }
    (packed, ends)
}

#[test]
fn damage_in_one_of_many_small_members_is_found_where_it_is() {
    let text = prose(300_000);
    let (packed, ends) = small_members(&text, 700);
    for near in [0, 5000, NEAR] {
        let way = Way { sizes: Sizes { near, ..Sizes::default() }, ..Way::in_order() };
        assert!(assert_same(&packed, &way).plain == text);
        for &(end, plain) in ends[1..].iter().step_by(40) {
            for (from_end, error) in [(5, "crc error"), (1, "length error")] {
                let mut bad = packed.clone();
                bad[end - from_end] ^= 0x10;
                let outcome = assert_same(&bad, &way);
                assert!(outcome.end.unwrap_err().contains(error));
                assert!(outcome.plain == text[..plain]);
            }
        }
    }
}

#[test]
fn whole_members_do_not_wait_for_more_input() {
    /// Gives the data, and does not end before this much was written.
    struct Slow<'a> {
        data: &'a [u8],
        written: &'a AtomicUsize,
        expected: usize,
    }
    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            if self.data.is_empty() {
                let start = std::time::Instant::now();
                while self.written.load(Ordering::SeqCst) < self.expected {
                    assert!(start.elapsed().as_secs() < 60, "it is held back");
                    std::thread::yield_now();
                }
            }
            self.data.read(into)
        }
    }
    struct Count<'a>(&'a AtomicUsize);
    impl Write for Count<'_> {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.fetch_add(bytes.len(), Ordering::SeqCst);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (mut packed, ends) = small_members(&prose(300_000), 700);
    let ends = [ends[ends.len() - 2], ends[ends.len() - 1]];
    let noise = noise(200_000, 8);
    packed.extend(member(&libdeflate(&noise, 6), &noise));
    let settings = Settings::default().threads(2).check().unwrap();
    for (end, expected) in ends {
        // The input stops in the next member.
        for more in [0, 5, 300, 5000, NEAR - 1, NEAR, NEAR + 1, 150_000] {
            let written = AtomicUsize::new(0);
            let input = Slow { data: &packed[..end + more], written: &written, expected };
            let opened = Opened::unread(PeekReader::new(input));
            let _ = opened.decompress_by(Sizes::default(), Count(&written), &settings);
            assert!(written.into_inner() >= expected);
        }
    }
}

/// A stretch of text.
#[derive(Clone, Debug)]
enum Section {
    Noise(usize),
    Same(u8, usize),
    Words(usize),
    /// Few bytes in no order, as in genomes.
    Letters(usize),
    /// Like a program: short words of four bytes, many alike.
    Code(usize),
    /// A copy of the last bytes, at most this many.
    Again(usize),
    /// A deflate stream, full of blocks that are none.
    Packed(usize),
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let section = prop_oneof![
        (1..60_000_usize).prop_map(Section::Noise),
        (any::<u8>(), 1..100_000_usize).prop_map(|(byte, length)| Section::Same(byte, length)),
        (1..150_000_usize).prop_map(Section::Words),
        (1..100_000_usize).prop_map(Section::Letters),
        (1..25_000_usize).prop_map(Section::Code),
        (1..50_000_usize).prop_map(Section::Again),
        (1..100_000_usize).prop_map(Section::Packed),
    ];
    vec(section, 0..6).prop_map(|sections| {
        let mut text = Vec::new();
        for (section, seed) in sections.into_iter().zip(1..) {
            match section {
                Section::Noise(length) => text.extend(noise(length, seed)),
                Section::Same(byte, length) => text.resize(text.len() + length, byte),
                Section::Words(length) => text.extend(prose(length)),
                Section::Letters(length) => {
                    text.extend(
                        noise(length, seed).iter().map(|byte| b"acgt"[usize::from(byte % 4)]),
                    );
                }
                Section::Code(words) => text.extend(
                    noise(words, seed)
                        .iter()
                        .flat_map(|byte| [byte % 16, 0x48, byte.wrapping_mul(7), byte >> 6]),
                ),
                Section::Again(length) => {
                    text.extend_from_within(text.len().saturating_sub(length)..);
                }
                Section::Packed(length) => {
                    text.extend(flate2(&prose(length), 6, FlushCompress::Partial));
                }
            }
        }
        text
    })
}

/// How a member is made.
#[derive(Clone, Debug)]
enum Packing {
    Zlib(u32),
    Flushed(u32, Vec<(usize, bool)>),
    Libdeflate(i32),
    HandMade(usize),
    Bgzf,
}

fn packing() -> impl Strategy<Value = Packing> {
    let cuts = vec((prop_oneof![0..30_usize, 500..30_000_usize], any::<bool>()), 1..6);
    prop_oneof![
        2 => (0..10_u32).prop_map(Packing::Zlib),
        3 => (0..10_u32, cuts).prop_map(|(level, cuts)| Packing::Flushed(level, cuts)),
        2 => (0..13).prop_map(Packing::Libdeflate),
        1 => (1..9000_usize).prop_map(Packing::HandMade),
        1 => Just(Packing::Bgzf),
    ]
}

/// One or several members.
fn members() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![6 => text(), 1 => vec(any::<u8>(), 0..40)];
    let member = (text, packing()).prop_map(|(text, packing)| match packing {
        Packing::Zlib(level) => member(&flate2(&text, level, FlushCompress::Finish), &text),
        Packing::Flushed(level, cuts) => flushed(&text, level, &cuts),
        Packing::Libdeflate(level) => member(&libdeflate(&text, level), &text),
        Packing::HandMade(each) => hand_made(&text, each),
        Packing::Bgzf => bgzf_file(&text),
    });
    vec(member, 1..5).prop_map(|members| members.concat())
}

/// What is done to a whole file.
#[derive(Clone, Debug)]
enum Change {
    Cut(Place),
    Flip(Vec<(Place, u8)>),
    /// A few bytes are missing, or are there twice.
    Remove(Place, usize),
    Repeat(Place, usize),
    Append(Vec<u8>),
    Zeros(usize),
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        let length = file.len();
        match self {
            Self::Cut(at) => file.truncate(at.index(length)),
            Self::Flip(bits) => {
                for (at, bit) in bits {
                    file[at.index(length)] ^= 1 << (bit % 8);
                }
            }
            Self::Remove(at, count) => {
                let at = at.index(length);
                file.drain(at..length.min(at + count));
            }
            Self::Repeat(at, count) => {
                let at = at.index(length);
                let again = file[at..length.min(at + count)].to_vec();
                file.splice(at..at, again);
            }
            Self::Append(bytes) => file.extend(bytes),
            Self::Zeros(count) => file.resize(length + count, 0),
        }
    }
}

fn change() -> impl Strategy<Value = Option<Change>> {
    prop_oneof![
        3 => Just(None),
        1 => any::<Place>().prop_map(|at| Some(Change::Cut(at))),
        2 => vec(any::<(Place, u8)>(), 1..4).prop_map(|bits| Some(Change::Flip(bits))),
        1 => (any::<Place>(), 1..2000_usize).prop_map(|(at, count)| Some(Change::Remove(at, count))),
        1 => (any::<Place>(), 1..2000_usize).prop_map(|(at, count)| Some(Change::Repeat(at, count))),
        1 => vec(any::<u8>(), 1..40).prop_map(|bytes| Some(Change::Append(bytes))),
        1 => (1..20_000_usize).prop_map(|count| Some(Change::Zeros(count))),
    ]
}

fn sizes() -> impl Strategy<Value = Sizes> {
    let (length, gap, overlap) = (1..20_000_usize, 0..20_000_usize, 0..5000_usize);
    let most = prop_oneof![1..3000_usize, 1..500_000_usize, Just(usize::MAX)];
    let (step, block) = (1..40_000_usize, prop_oneof![1000..4000_usize, 1000..300_000_usize]);
    let near = prop_oneof![Just(0), 1..100_000_usize];
    (length, gap, overlap, most, step, block, near, any::<bool>()).prop_map(
        |(length, gap, overlap, most, step, block, near, waits)| Sizes {
            length,
            gap,
            overlap,
            most,
            step,
            block,
            near,
            waits,
            ..Sizes::default()
        },
    )
}

fn way() -> impl Strategy<Value = Way> {
    let threads = prop_oneof![Just(2_usize), Just(3), Just(8)];
    let slab = prop_oneof![1..100_usize, 1000..50_000_usize];
    let fails = prop_oneof![9 => Just(None), 1 => (0..100_000_usize).prop_map(Some)];
    (threads, sizes(), slab, reads(), any::<bool>(), any::<bool>(), fails).prop_map(
        |(threads, sizes, slab, reads, is_ready, pass_through, fails_at)| {
            // Small reads and small slabs both would take all the time.
            let reads = if slab < 100 { vec![usize::MAX] } else { reads };
            Way { threads, sizes, slab, reads, is_ready, pass_through, fails_at }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_file_is_decoded_as_in_order(
        mut packed in members(),
        change in change(),
        way in way(),
    ) {
        if let Some(change) = change {
            change.apply(&mut packed);
        }
        assert_same(&packed, &way);
    }

    #[test]
    fn a_damaged_file_with_many_guesses_is_decoded_as_in_order(
        text in text(),
        level in 1..10_u32,
        cut in 2000..30_000_usize,
        partial in any::<bool>(),
        bits in vec(any::<(Place, u8)>(), 0..4),
        threads in 2..5_usize,
        length in 500..8000_usize,
        most in prop_oneof![Just(usize::MAX), 1..200_000_usize],
    ) {
        let text = [prose(40_000), text].concat();
        let mut packed = flushed(&text, level, &[(cut, partial)]);
        Change::Flip(bits).apply(&mut packed);
        let way = Way::with_small_guesses(threads);
        let sizes = Sizes { length, gap: length, most, ..way.sizes };
        assert_same(&packed, &Way { sizes, ..way });
    }
}

//! Whatever a guess begins with and wherever it ends, it decodes to what it stands for.

use super::*;
use crate::gzip::inflate::tests::{
    BlockStart, Writer, block_starts, flate2, lengths, libdeflate, noise, prose,
};
use ::flate2::FlushCompress;
use crossbeam_channel::{Receiver, bounded};
use proptest::prelude::*;
use std::io::empty as no_more;

/// A stream, its text, and where its blocks begin.
struct Sample {
    data: Vec<u8>,
    text: Vec<u8>,
    starts: Vec<BlockStart>,
}

impl Sample {
    fn new(data: Vec<u8>, text: &[u8]) -> Self {
        let starts = block_starts(&data, text);
        Self { data, text: text.to_vec(), starts }
    }

    /// The blocks before which a whole window is known.
    fn guessable(&self) -> impl Iterator<Item = &BlockStart> {
        self.starts.iter().filter(|start| start.is_sought && start.plain >= WINDOW)
    }

    /// A guess from byte `from` on, which ends with the first block that ends after byte `end`.
    fn task(&self, from: usize, end: usize) -> (Task, Receiver<Guess>) {
        let (result, results) = bounded(1);
        let mut input = PeekReader::preloaded(self.data.clone(), no_more());
        input.consume(from);
        (Task { input, end: end as u64, progress: Progress::new(), result }, results)
    }

    /// Asserts that the guess stands for the text from `plain` on; returns the number of bytes.
    fn assert_resolved(&self, guess: Guess, plain: usize) -> usize {
        let meaning = Meaning::new(&self.text[plain - WINDOW..plain]);
        let mut bytes = Vec::new();
        for part in &guess.parts {
            match part {
                Part::Symbols(symbols) => {
                    let mut resolved = vec![0; symbols.len()];
                    meaning.resolve(symbols, &mut resolved);
                    bytes.extend(resolved);
                }
                Part::Bytes(plain) => bytes.extend(&plain[..]),
            }
        }
        let end = plain + bytes.len();
        assert!(self.text[plain..end] == bytes);
        let window = meaning.window_after(&guess);
        assert!(self.text[end - WINDOW..end] == window);
        // The rest is decoded as if nothing had been between.
        let (mut stream, mut rest) = (Stream::<u8>::new(), vec![0; self.text.len() - end + 1]);
        let (byte, bit) = (usize::try_from(guess.end / 8).unwrap(), bit_of(guess.end));
        stream.resume(guess.blocks, &window, bit);
        let step = stream.decode(&self.data[byte..], &mut rest);
        assert_eq!(step.status, Ok(Status::Ended));
        assert_eq!((byte + step.taken, end + step.given), (self.data.len(), self.text.len()));
        assert!(rest[..step.given] == self.text[end..]);
        bytes.len()
    }
}

/// The bit of its byte.
fn bit_of(bit: u64) -> u8 {
    u8::try_from(bit % 8).unwrap()
}

fn samples() -> Vec<Sample> {
    let acgt: Vec<u8> =
        noise(200_000, 2).iter().map(|byte| b"acgt"[usize::from(byte % 4)]).collect();
    // A window of noise in the middle, after which all is known.
    let mixed = [prose(150_000), noise(70_000, 9), prose(250_000), vec![7; 300_000]].concat();
    let mut samples = Vec::new();
    for text in [prose(400_000), acgt, mixed] {
        samples.extend([1, 6, 12].map(|level| Sample::new(libdeflate(&text, level), &text)));
        samples.extend(
            [1, 6, 9].map(|level| Sample::new(flate2(&text, level, FlushCompress::Finish), &text)),
        );
    }
    samples
}

fn sizes(most: usize, step: usize, block: usize) -> (Sizes, Buffers, Buffers<u16>) {
    let sizes = Sizes { most, step, block, ..Sizes::default() };
    (sizes, Buffers::new(block), Buffers::new(block))
}

#[test]
fn from_every_block_on_symbols_stand_for_the_bytes() {
    let (sizes, buffers, symbols) = sizes(usize::MAX, STEP, 100_000);
    let guesser = &mut Guesser::new(sizes, &buffers, &symbols);
    let (mut count, mut with_bytes, mut with_symbols) = (0, 0, 0);
    for sample in samples() {
        let all = sample.data.len();
        for start in sample.guessable() {
            let (byte, bit) = (start.bit / 8, bit_of(start.bit as u64));
            for end in [byte, byte + (all - byte) / 2, all, all + 1] {
                let (task, _) = sample.task(byte, end);
                let guess = guesser.decode(&task, bit).unwrap();
                assert_eq!(guess.start, start.bit as u64);
                // It ends where a block ends after that byte, or with the member.
                let mut after = sample.starts.iter().map(|start| start.bit as u64);
                let least = (8 * end as u64).max(guess.start + 1);
                let expected = after.find(|&bit| bit >= least).unwrap_or(8 * all as u64);
                assert_eq!(guess.end, expected);
                match guess.parts.last().unwrap() {
                    Part::Bytes(_) => with_bytes += 1,
                    Part::Symbols(_) => with_symbols += 1,
                }
                count += 1;
                sample.assert_resolved(guess, start.plain);
            }
        }
    }
    assert!(count > 100 && with_bytes > 10 && with_symbols > 10, "{with_bytes} of {count}");
}

#[test]
fn a_guess_ends_soon_when_it_is_cut_or_has_all_that_it_may() {
    const ROOM: usize = 128 << 10;
    for (most, is_cut) in [(1, false), (50_000, false), (200_000, false), (usize::MAX, true)] {
        let (sizes, buffers, symbols) = sizes(most, 1000, 30_000);
        let guesser = &mut Guesser::new(sizes, &buffers, &symbols);
        for sample in samples() {
            for start in sample.guessable() {
                let (task, _) = sample.task(start.bit / 8, usize::MAX / 16);
                if is_cut {
                    task.progress.cut();
                }
                let guess = guesser.decode(&task, bit_of(start.bit as u64)).unwrap();
                let count = sample.assert_resolved(guess, start.plain);
                let most = if is_cut { 0 } else { most };
                assert!(count <= most + 1000 + ROOM, "{count}");
            }
        }
    }
}

#[test]
fn the_first_block_is_found_and_its_bit_is_told() {
    let (sizes, buffers, symbols) = sizes(usize::MAX, STEP, 100_000);
    let guesser = &mut Guesser::new(sizes, &buffers, &symbols);
    for sample in samples() {
        let mut from = 0;
        for start in sample.starts.iter().filter(|start| start.is_sought) {
            let (task, results) = sample.task(from, start.bit / 8 + 1);
            let progress = Arc::clone(&task.progress);
            assert_eq!(progress.start(), Start::Unknown);
            guesser.work(task);
            let guess = results.recv().unwrap();
            assert_eq!(progress.start(), Start::At(guess.start));
            assert_eq!(guess.start, start.bit as u64);
            if start.plain >= WINDOW {
                sample.assert_resolved(guess, start.plain);
            }
            from = start.bit / 8 + 1;
        }
    }
}

#[test]
fn where_no_block_begins_there_is_no_guess() {
    let (sizes, buffers, symbols) = sizes(usize::MAX, STEP, 100_000);
    let guesser = &mut Guesser::new(sizes, &buffers, &symbols);
    // A header with one distance's code, and then another one.
    let literals = lengths(258, &[(0, 1), (256, 2), (257, 2)]);
    let header = Writer::default().dynamic(&literals, &lengths(1, &[(0, 1)]));
    let mut header = header.bits(0, 5).bits(0b11, 2).bits(1, 1).data;
    header[0] &= 0xfe;
    let found = find_block(&[&header[..], &[0; 9]].concat(), 0..1, &mut Inflater::new());
    assert_eq!(found, Some(0));
    let false_header = [&[0; 100][..], &header, &[0; 300]].concat();
    for data in [noise(200_000, 1), vec![0; 70_000], vec![], false_header] {
        let sample = Sample { data, text: Vec::new(), starts: Vec::new() };
        let (task, results) = sample.task(0, sample.data.len());
        let progress = Arc::clone(&task.progress);
        guesser.work(task);
        assert_eq!(progress.start(), Start::Nowhere);
        assert!(results.recv().is_err());
    }
}

#[test]
fn a_guess_that_is_cut_while_it_searches_ends() {
    let (sizes, buffers, symbols) = sizes(usize::MAX, STEP, 100_000);
    let sample = &samples()[0];
    let (task, results) = sample.task(1, sample.data.len());
    let progress = Arc::clone(&task.progress);
    progress.cut();
    Guesser::new(sizes, &buffers, &symbols).work(task);
    assert_eq!(progress.start(), Start::Nowhere);
    assert!(results.recv().is_err());
}

#[test]
fn data_that_is_wrong_or_missing_ends_a_guess_where_it_ends_a_decoder() {
    let (sizes, buffers, symbols) = sizes(usize::MAX, STEP, 100_000);
    let guesser = &mut Guesser::new(sizes, &buffers, &symbols);
    for sample in samples() {
        let Some(start) = sample.guessable().next() else { continue };
        let next = sample.starts.iter().find(|next| next.bit > start.bit).unwrap().bit / 8;
        let cut = next + (sample.data.len() - next) / 2;
        // Either there is no more, or what comes is not decodable for long.
        for rest in [&[][..], &noise(5000, 8)] {
            let data = [&sample.data[..cut], rest].concat();
            let (mut alone, mut out) = (Stream::<u8>::new(), vec![0; 40_000_000]);
            let expected = alone.decode(&data, &mut out);
            let broken = Sample { data, text: out, starts: Vec::new() };
            let (task, _) = broken.task(start.bit / 8, usize::MAX / 16);
            let guess = guesser.decode(&task, bit_of(start.bit as u64)).unwrap();
            let count: usize = guess
                .parts
                .iter()
                .map(|part| match part {
                    Part::Symbols(symbols) => symbols.len(),
                    Part::Bytes(bytes) => bytes.len(),
                })
                .sum();
            assert_eq!(start.plain + count, expected.given);
            let mut stream = Stream::<u8>::new();
            let byte = usize::try_from(guess.end / 8).unwrap();
            stream.resume(guess.blocks, &[], bit_of(guess.end));
            let step = stream.decode(&broken.data[byte..], &mut [0; 10]);
            assert_eq!((step.status, step.given), (expected.status, 0));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_sizes_decode_to_the_same(
        lengths in prop::collection::vec((0..4_u8, 1..90_000_usize), 1..8),
        level in 1..13,
        most in 1..500_000_usize,
        step in 1..40_000_usize,
        block in 1..50_000_usize,
        end in any::<prop::sample::Index>(),
    ) {
        let text: Vec<u8> = lengths.iter().flat_map(|&(kind, length)| match kind {
            0 => noise(length, 4),
            1 => vec![b'='; length],
            2 => noise(length, 5).iter().map(|byte| byte % 7).collect(),
            _ => prose(length),
        }).collect();
        let sample = Sample::new(libdeflate(&text, level), &text);
        let (sizes, buffers, symbols) = sizes(most, step, block);
        let guesser = &mut Guesser::new(sizes, &buffers, &symbols);
        for start in sample.guessable() {
            let (task, _) = sample.task(start.bit / 8, end.index(sample.data.len()));
            let guess = guesser.decode(&task, bit_of(start.bit as u64)).unwrap();
            sample.assert_resolved(guess, start.plain);
        }
    }
}

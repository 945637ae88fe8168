//! The bytes come in order, however they are read, shared and put back.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::io::ErrorKind;
use std::iter::Cycle;

/// Returns a few bytes per read, is interrupted now and then, and can fail at some byte.
#[derive(Debug)]
pub(in crate::gzip::decode) struct Rough {
    data: Vec<u8>,
    position: usize,
    /// The sizes of the reads, repeated; 0 is an interruption.
    sizes: Cycle<std::vec::IntoIter<usize>>,
    fails_at: Option<usize>,
}

impl Rough {
    pub(in crate::gzip::decode) fn new(
        data: Vec<u8>,
        sizes: Vec<usize>,
        fails_at: Option<usize>,
    ) -> Self {
        Self { data, position: 0, sizes: sizes.into_iter().cycle(), fails_at }
    }
}

impl Read for Rough {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.next().unwrap_or(usize::MAX);
        if size == 0 {
            return Err(ErrorKind::Interrupted.into());
        }
        let end = self.fails_at.unwrap_or(usize::MAX).min(self.data.len());
        if self.fails_at.is_some_and(|at| self.position >= at) {
            return Err(ErrorKind::ConnectionReset.into());
        }
        let count = size.min(into.len()).min(end - self.position);
        into[..count].copy_from_slice(&self.data[self.position..][..count]);
        self.position += count;
        Ok(count)
    }
}

/// Sizes of reads, with interruptions between them.
pub(in crate::gzip::decode) fn sizes() -> impl Strategy<Value = Vec<usize>> {
    let size = prop_oneof![1 => Just(0), 4 => 1..40_usize, 2 => Just(usize::MAX)];
    // At least one of them makes progress.
    vec(size, 0..8).prop_map(|sizes| sizes.into_iter().chain([900]).collect())
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|index| ((index % 251) ^ (index / 251)).to_le_bytes()[0]).collect()
}

#[test]
fn bytes_put_back_are_read_again() {
    let text = bytes(3 * SLAB);
    let mut source = PeekReader::new(&text[..]);
    assert_eq!(source.peek(3).unwrap(), &text[..3]);
    let mut first = Vec::new();
    source.read_into(2 * SLAB, &mut first).unwrap();
    assert_eq!(source.taken(), 2 * SLAB as u64);
    assert_eq!(source.peek(1).unwrap(), &text[2 * SLAB..][..1]);
    source.put_back(first.split_off(5));
    let mut rest = Vec::new();
    source.read_to_end(&mut rest).unwrap();
    assert_eq!([first, rest].concat(), text);
    assert_eq!(source.taken(), text.len() as u64);
}

#[test]
fn an_error_of_reading_ahead_comes_after_all_that_was_read_before_it() {
    for (room, slab) in [(0, 10), (10, 10), (95, 10), (95, 1000)] {
        let input = Rough::new(bytes(200), vec![7], Some(room));
        let mut source = PeekReader::new(input).with_slabs_of(slab).that_is_ready();
        source.read_ahead(1000);
        // Once there is an error, no more is read.
        source.read_ahead(1000);
        assert_eq!(source.ahead().0, room);
        let mut read = vec![0; room];
        source.read_exact(&mut read).unwrap();
        assert_eq!(read, bytes(room));
        let error = source.read(&mut [0; 5]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
}

#[test]
fn nothing_is_read_ahead_that_may_block() {
    let input = Rough::new(bytes(200), vec![10, 10, 3], None);
    let mut source = PeekReader::new(input).with_slabs_of(10);
    source.read_ahead(100);
    assert_eq!(source.ahead(), (0, false));
    source.fill_buf().unwrap();
    assert_eq!(source.ahead(), (10, true));
    // The third read gives less than it could take.
    source.read_ahead(100);
    assert_eq!(source.ahead(), (23, false));
    source.read_ahead(100);
    assert_eq!(source.ahead(), (23, false));
}

/// A file that grows after its end was met, and a terminal.
struct Growing(Vec<&'static [u8]>);

impl Read for Growing {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return Ok(0);
        }
        self.0.remove(0).read(into)
    }
}

#[test]
fn what_comes_after_an_end_can_be_skipped() {
    for slab in [4, 100] {
        let input = Growing(vec![b"abcd", b"", b"efgh", b"", b"ij"]);
        let mut source = PeekReader::new(input).with_slabs_of(slab).that_is_ready();
        source.read_ahead(4);
        source.read_ahead(100);
        let fork = source.fork(0, 100);
        source.read_ahead(100);
        let other = source.fork(2, 100);
        source.read_ahead(100);
        assert_eq!(source.ahead().0, 10);
        source.skip(9);
        assert_eq!((source.taken(), source.peek(9).unwrap()), (9, &b"j"[..]));
        for (mut fork, expected) in [(fork, &b"abcd"[..]), (other, b"cdefgh")] {
            let mut read = Vec::new();
            fork.read_to_end(&mut read).unwrap();
            assert_eq!(read, expected);
        }
    }
}

#[test]
fn nothing_put_back_is_nothing() {
    let mut source = PeekReader::new(&b"abcdef"[..]);
    source.skip(3);
    assert_eq!(source.peek(2).unwrap(), b"ab");
    source.put_back(Vec::new());
    source.skip(3);
    assert_eq!((source.taken(), source.peek(9).unwrap()), (3, &b"def"[..]));
}

#[test]
fn reads_ask_for_a_slab_however_the_bytes_are_taken() {
    /// Notes how much it is asked for.
    struct Asked<'a>(&'a [u8], &'a mut Vec<usize>);
    impl Read for Asked<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1.push(into.len());
            self.0.read(into)
        }
    }
    let (text, slab) = (bytes(100_000), 4096);
    let mut asked = Vec::new();
    let mut source = PeekReader::new(Asked(&text, &mut asked)).with_slabs_of(slab);
    // As a decoder does: mostly, a byte of which a part was decoded is left, and one more is wanted.
    let (mut read, mut wanted) = (Vec::<u8>::new(), 1);
    for turn in 0.. {
        let more = source.peek_all(wanted).unwrap();
        let left = usize::from(turn % 3 > 0 && more.len() >= wanted);
        let count = more.len() - left;
        if more.is_empty() {
            break;
        }
        read.extend(&more[..count]);
        source.consume(count);
        wanted = left + 1;
    }
    assert!(read == text);
    let reads = text.len() / slab;
    assert!(asked.len() <= reads + 3, "{} reads, where {reads} would do", asked.len());
}

/// Something done with a reader.
#[derive(Clone, Debug)]
enum Act {
    Peek(usize),
    PeekAll(usize),
    Consume(Index),
    Read(usize),
    ReadInto(usize),
    ReadAhead(usize),
    Fork(Index, usize),
    PutBack(Index),
    Skip(Index),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..90_usize).prop_map(Act::Peek),
        (0..90_usize).prop_map(Act::PeekAll),
        any::<Index>().prop_map(Act::Consume),
        any::<Index>().prop_map(Act::Consume),
        (0..90_usize).prop_map(Act::Read),
        (0..90_usize).prop_map(Act::ReadInto),
        (0..600_usize).prop_map(Act::ReadAhead),
        (any::<Index>(), prop_oneof![0..90_usize, Just(usize::MAX)])
            .prop_map(|(skipped, count)| Act::Fork(skipped, count)),
        any::<Index>().prop_map(Act::PutBack),
        any::<Index>().prop_map(Act::Skip),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_bytes_come_in_order_whatever_is_done(
        length in 0..1500_usize,
        sizes in sizes(),
        fails in prop_oneof![3 => Just(None), 1 => any::<Index>().prop_map(Some)],
        slab in 1..120_usize,
        ready in any::<bool>(),
        acts in vec(act(), 0..60),
    ) {
        let data = bytes(length);
        let fails_at = fails.map(|at| at.index(length + 1));
        let end = fails_at.unwrap_or(length);
        let input = Rough::new(data.clone(), sizes, fails_at);
        let mut source = PeekReader::new(input).with_slabs_of(slab);
        if ready {
            source = source.that_is_ready();
        }
        // Bytes taken; and some forks, which keep what they share.
        let (mut at, mut forks) = (0, Vec::new());
        // Whether this many bytes, or the end of the input, can be had before it fails.
        let can = |at: usize, count: usize| fails_at.is_none_or(|fails| at + count <= fails);
        for act in acts {
            match act {
                Act::Peek(count) => match source.peek(count) {
                    Ok(bytes) => {
                        prop_assert_eq!(bytes, &data[at..end.min(at + count)]);
                        prop_assert!(can(at, count));
                    }
                    Err(_) => prop_assert!(!can(at, count)),
                },
                Act::PeekAll(count) => match source.peek_all(count) {
                    Ok(bytes) => {
                        prop_assert!(data[at..end].starts_with(bytes));
                        prop_assert!(bytes.len() >= count.min(end - at) && can(at, count));
                    }
                    Err(_) => prop_assert!(!can(at, count)),
                },
                Act::Consume(part) => {
                    let count = part.index(source.first().len() + 1);
                    source.consume(count);
                    at += count;
                }
                Act::Read(count) => {
                    let mut into = vec![0; count];
                    match source.read(&mut into) {
                        Ok(count) => {
                            prop_assert_eq!(&into[..count], &data[at..at + count]);
                            prop_assert!(count > 0 || into.is_empty() || at == end);
                            at += count;
                        }
                        Err(error) => prop_assert!(
                            error.kind() == ErrorKind::Interrupted || !can(at, 1)
                        ),
                    }
                }
                Act::ReadInto(count) => {
                    let mut into = Vec::new();
                    let read = source.read_into(count, &mut into);
                    prop_assert_eq!(&into, &data[at..end.min(at + count)]);
                    prop_assert_eq!(read.is_ok(), can(at, count));
                    at += into.len();
                }
                Act::ReadAhead(count) => {
                    source.read_ahead(count);
                    let (buffered, _) = source.ahead();
                    prop_assert!(at + buffered <= end);
                    prop_assert!(!ready || buffered >= count.min(end - at));
                }
                Act::Fork(skipped, count) => {
                    let (buffered, _) = source.ahead();
                    let skipped = skipped.index(buffered + 2);
                    let from = at + skipped.min(buffered);
                    let fork = source.fork(skipped, count);
                    prop_assert_eq!(fork.taken(), (at + skipped) as u64);
                    // No less than was asked for, and no more than there is.
                    let least = count.min(at + buffered - from);
                    prop_assert!((least..=at + buffered - from).contains(&fork.ahead().0));
                    forks.push((fork, from));
                }
                Act::PutBack(count) => {
                    let count = count.index(at.min(150) + 1);
                    source.put_back(data[at - count..at].to_vec());
                    at -= count;
                }
                Act::Skip(part) => {
                    let count = part.index(source.ahead().0 + 1);
                    source.skip(count);
                    at += count;
                }
            }
            prop_assert_eq!(source.taken(), at as u64);
            let (buffered, _) = source.ahead();
            prop_assert!(source.first().is_empty() == (buffered == 0));
        }
        for (mut fork, from) in forks {
            let mut read = Vec::new();
            let buffered = fork.ahead().0;
            fork.read_to_end(&mut read).unwrap();
            prop_assert_eq!(read.len(), buffered);
            prop_assert!(data[from..].starts_with(&read));
        }
        let mut rest = Vec::new();
        let read = source.read_to_end(&mut rest);
        prop_assert_eq!(rest, &data[at..end]);
        prop_assert_eq!(read.is_ok(), fails_at.is_none());
    }
}

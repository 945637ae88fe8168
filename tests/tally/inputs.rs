//! Where words come from.

use crate::reference::{List, config, file, list, plain, stream};
use csp_toolkit::gzip::{self, Settings};
use csp_toolkit::tally::{Choice, Source, count};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    gzip::compress(text, &mut packed, &Settings::default()).unwrap();
    packed
}

fn errors(sources: Vec<Source>) -> (Vec<(usize, String)>, List) {
    let config = config(2, 1000);
    let mut errors = Vec::new();
    let counted = count(sources, &config, |number, error| errors.push((number, error.to_string())));
    let mut ranking = counted.unwrap().choose(&Choice::default()).unwrap();
    let mut list = Vec::new();
    while let Some((word, count)) = ranking.next().unwrap() {
        list.push((word.to_vec(), count));
    }
    (errors, list)
}

#[test]
fn gzip_is_known_by_its_content_wherever_it_comes_from() {
    let text = b"It was the best of times ".repeat(50_000);
    let packed = packed(&text);
    for source in [file, stream] {
        let found = list(vec![source(&packed)], &config(2, 1000), &Choice::default()).unwrap();
        assert_eq!(found, plain(&text));
    }
}

#[test]
fn what_only_begins_a_little_like_gzip_is_text() {
    for text in [&b"\x1F\x8B"[..], b"\x1F\x8B\x09 a", b"\x1F", b""] {
        for source in [file, stream] {
            let found = list(vec![source(text)], &config(2, 1000), &Choice::default()).unwrap();
            assert_eq!(found, plain(text));
        }
    }
}

#[test]
fn damaged_gzip_is_an_error_and_what_came_before_counts() {
    let packed = packed(&b"word ".repeat(1 << 20));
    let (errors, list) =
        errors(vec![stream(b"a"), stream(&packed[..packed.len() - 9]), file(b"b")]);
    assert_eq!(errors, [(1, "unexpected end of file".to_owned())]);
    assert!(list[0].0 == b"word" && list[0].1 > 1_000_000, "{list:?}");
}

#[test]
fn all_whole_words_before_an_error_count() {
    let whole = |words: &[&str]| words.iter().map(|word| (word.as_bytes().to_vec(), 1)).collect();
    let expected: List = whole(&["one", "two"]);
    let breaking = Source::Reader(Box::new((&b"one two thr"[..]).chain(Failing)));
    let (told, found) = errors(vec![breaking]);
    assert_eq!((told.len(), &found), (1, &expected));
    // Less than is looked at to tell gzip from text, and what is like it that far.
    for (begin, words) in [(&b"a "[..], &["a"][..]), (b"a", &[]), (b"\x1F\x8B", &[])] {
        let (told, found) = errors(vec![Source::Reader(Box::new(begin.chain(Failing)))]);
        assert_eq!((told.len(), &found), (1, &whole(words)), "{begin:?}");
    }
    let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    member.write_all(b"one two thr").unwrap();
    member.flush().unwrap();
    for source in [file, stream] {
        let (told, found) = errors(vec![source(member.get_ref())]);
        assert_eq!(told, [(0, "unexpected end of file".to_owned())]);
        assert_eq!(found, expected);
    }
}

#[test]
fn what_is_behind_the_compressed_data_is_an_error_unless_it_is_zeros() {
    for source in [file, stream] {
        let (told, found) = errors(vec![source(&[&packed(b"one")[..], b"two two\n"].concat())]);
        assert_eq!(told, [(0, "garbage after the compressed data".to_owned())]);
        assert_eq!(found, [(b"one".to_vec(), 1)]);
        let (told, found) = errors(vec![source(&[&packed(b"one")[..], &[0; 600]].concat())]);
        assert_eq!((told, found), (vec![], vec![(b"one".to_vec(), 1)]));
    }
}

#[test]
fn files_of_the_system_s_that_say_they_are_longer_than_they_are_have_no_error() {
    let path = Path::new("/sys/kernel/mm/transparent_hugepage/enabled");
    let Ok(text) = fs::read(path) else {
        println!("skipped: there is no {}", path.display());
        return;
    };
    assert!(fs::metadata(path).unwrap().len() > text.len() as u64);
    for segment in [1, 1000] {
        let sources = vec![Source::File(path.to_owned())];
        assert_eq!(list(sources, &config(2, segment), &Choice::default()).unwrap(), plain(&text));
    }
}

#[test]
fn what_cannot_be_read_is_named_in_order_and_the_others_count() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let (errors, list) = errors(vec![
        stream(b"one two"),
        Source::File(directory.path().to_owned()),
        file(b"two"),
        Source::File(missing),
        Source::Reader(Box::new(Failing)),
    ]);
    let numbers: Vec<_> = errors.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 3, 4], "{errors:?}");
    assert_eq!(list, [(b"two".to_vec(), 2), (b"one".to_vec(), 1)]);
}

struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(ErrorKind::TimedOut.into())
    }
}

#[test]
fn an_open_file_is_read_from_where_it_is_to_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x");
    fs::write(&path, b"passed over; one two two").unwrap();
    let mut open = File::open(&path).unwrap();
    open.seek(SeekFrom::Start(13)).unwrap();
    let mut same = open.try_clone().unwrap();
    let found = list(vec![Source::Open(open)], &config(2, 2), &Choice::default()).unwrap();
    assert_eq!(found, [(b"two".to_vec(), 2), (b"one".to_vec(), 1)]);
    assert_eq!(same.read(&mut [0; 1]).unwrap(), 0, "it is read");
}

#[test]
fn files_that_the_system_makes_up_are_read() {
    let made_up = Path::new("/proc/self/status");
    assert_eq!(fs::metadata(made_up).unwrap().len(), 0);
    let found = list(vec![Source::File(made_up.to_owned())], &config(2, 9), &Choice::default());
    assert!(found.unwrap().iter().any(|(word, _)| word == b"name:"));
}

#[test]
fn binary_files_are_passed_over_only_as_text() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x");
    fs::write(&path, b"a \0 b").unwrap();
    let all = Choice::default();
    assert_eq!(list(vec![Source::Text(path.clone())], &config(2, 9), &all).unwrap(), []);
    assert_eq!(list(vec![Source::File(path)], &config(2, 9), &all).unwrap().len(), 3);
}

#[test]
fn ten_thousand_files_are_not_open_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let files = 10_000;
    let path = directory.path().join("x");
    fs::write(&path, packed(b"word")).unwrap();
    let sources = (0..files).map(|_| Source::File(path.clone())).collect();
    let most = most_open_while(&path, || {
        let found = list(sources, &config(2, 1000), &Choice::default()).unwrap();
        assert_eq!(found, [(b"word".to_vec(), files)]);
    });
    assert!((1..100).contains(&most), "{most} open at once");
}

/// How often `path` was seen open at most while `work` ran. Other tests of this process have files
/// of their own open meanwhile.
fn most_open_while(path: &Path, work: impl FnOnce() + Send) -> usize {
    let path = fs::canonicalize(path).unwrap();
    let is_ours = |descriptor: io::Result<fs::DirEntry>| {
        descriptor.and_then(|it| fs::read_link(it.path())).is_ok_and(|target| target == path)
    };
    std::thread::scope(|scope| {
        let working = scope.spawn(work);
        let mut most = 0;
        while !working.is_finished() {
            let open = fs::read_dir("/proc/self/fd").unwrap().map(is_ours);
            most = most.max(open.filter(|&ours| ours).count());
            std::thread::yield_now();
        }
        working.join().unwrap();
        most
    })
}

//! Where words come from.

use crate::reference::{List, file, list, plain, settings, stream};
use csp_toolkit::gzip::{self, Settings};
use csp_toolkit::tally::{Filter, Source, count_sources};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    gzip::compress(text, &mut packed, &Settings::default()).unwrap();
    packed
}

fn errors(sources: Vec<Source<'_>>) -> (Vec<(usize, String)>, List) {
    let settings = settings(2, 1000);
    let mut errors = Vec::new();
    let failed = |number, error: io::Error| errors.push((number, error.to_string()));
    let counts = count_sources(sources, &settings, failed).unwrap();
    let mut ranking = counts.rank(&Filter::default()).unwrap();
    let mut list = Vec::new();
    while let Some((word, count)) = ranking.next().unwrap() {
        list.push((word.to_vec(), count));
    }
    (errors, list)
}

#[test]
fn gzip_is_recognized_by_its_content_from_any_source() {
    let text = b"It was the best of times ".repeat(50_000);
    let packed = packed(&text);
    for source in [file, stream] {
        let found = list(vec![source(&packed)], &settings(2, 1000), &Filter::default()).unwrap();
        assert_eq!(found, plain(&text));
    }
}

#[test]
fn text_that_begins_with_part_of_the_gzip_magic_is_text() {
    for text in [&b"\x1F\x8B"[..], b"\x1F\x8B\x09 a", b"\x1F", b""] {
        for source in [file, stream] {
            let found = list(vec![source(text)], &settings(2, 1000), &Filter::default()).unwrap();
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
    let breaking = Source::reader((&b"one two thr"[..]).chain(Failing));
    let (told, found) = errors(vec![breaking]);
    assert_eq!((told.len(), &found), (1, &expected));
    // Less than is looked at to tell gzip from text, and what is like it that far.
    for (begin, words) in [(&b"a "[..], &["a"][..]), (b"a", &[]), (b"\x1F\x8B", &[])] {
        let (told, found) = errors(vec![Source::reader(begin.chain(Failing))]);
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
fn data_after_the_compressed_data_is_an_error_unless_it_is_zeros() {
    for source in [file, stream] {
        let (told, found) = errors(vec![source(&[&packed(b"one")[..], b"two two\n"].concat())]);
        assert_eq!(told, [(0, "garbage after the compressed data".to_owned())]);
        assert_eq!(found, [(b"one".to_vec(), 1)]);
        let (told, found) = errors(vec![source(&[&packed(b"one")[..], &[0; 600]].concat())]);
        assert_eq!((told, found), (vec![], vec![(b"one".to_vec(), 1)]));
    }
}

#[test]
fn files_in_sys_that_are_shorter_than_their_size_are_read_without_error() {
    let path = Path::new("/sys/kernel/mm/transparent_hugepage/enabled");
    let Ok(text) = fs::read(path) else {
        println!("skipped: there is no {}", path.display());
        return;
    };
    assert!(fs::metadata(path).unwrap().len() > text.len() as u64);
    for segment in [1, 1000] {
        let sources = vec![Source::file(path)];
        assert_eq!(list(sources, &settings(2, segment), &Filter::default()).unwrap(), plain(&text));
    }
}

#[test]
fn unreadable_sources_are_named_in_order_and_the_others_count() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let (errors, list) = errors(vec![
        stream(b"one two"),
        Source::file(directory.path()),
        file(b"two"),
        Source::file(missing),
        Source::reader(Failing),
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
    let found = list(vec![Source::open_file(open)], &settings(2, 2), &Filter::default()).unwrap();
    assert_eq!(found, [(b"two".to_vec(), 2), (b"one".to_vec(), 1)]);
    assert_eq!(same.read(&mut [0; 1]).unwrap(), 0, "it is read");
}

#[test]
fn files_in_proc_that_claim_to_be_empty_are_read() {
    let made_up = Path::new("/proc/self/status");
    assert_eq!(fs::metadata(made_up).unwrap().len(), 0);
    let found = list(vec![Source::file(made_up)], &settings(2, 9), &Filter::default());
    assert!(found.unwrap().iter().any(|(word, _)| word == b"name:"));
}

#[test]
fn binary_files_are_skipped_only_when_asked_to() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x");
    fs::write(&path, b"a \0 b").unwrap();
    let all = Filter::default();
    assert_eq!(list(vec![Source::file(&path).skip_binary()], &settings(2, 9), &all).unwrap(), []);
    assert_eq!(list(vec![Source::file(path)], &settings(2, 9), &all).unwrap().len(), 3);
}

#[test]
fn ten_thousand_files_are_not_open_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let files = 10_000;
    let path = directory.path().join("x");
    fs::write(&path, packed(b"word")).unwrap();
    let sources = (0..files).map(|_| Source::file(&path)).collect();
    let most = most_open_while(&path, || {
        let found = list(sources, &settings(2, 1000), &Filter::default()).unwrap();
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

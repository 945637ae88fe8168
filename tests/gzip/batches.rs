//! Many files at once: each has its own result and output.

use crate::support::{CHUNK, gz, noise, ordinary, reference, settings, text};
use csp_toolkit::gzip::{self, Error, FileOptions, FileReport, Settings};
use flate2::Compression;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::slice::from_ref;

#[derive(Clone, Copy, PartialEq)]
enum Action {
    Compress,
    Decompress,
}

type Outcome = Result<FileReport, Error>;

/// The results, which are reported in order.
fn run(action: Action, files: &[PathBuf], options: &FileOptions) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let report = |index, outcome| {
        assert_eq!(index, outcomes.len());
        outcomes.push(outcome);
    };
    match action {
        Action::Compress => gzip::compress_files(files, options, report),
        Action::Decompress => gzip::decompress_files(files, options, report),
    }
    assert_eq!(outcomes.len(), files.len());
    outcomes
}

fn options(settings: Settings) -> FileOptions {
    FileOptions::default().settings(settings)
}

/// Files of all sizes, small and large in turn.
fn mixture(directory: &Path) -> (Vec<PathBuf>, Vec<Vec<u8>>) {
    let sizes = [0, 1, 5 * CHUNK, 300, CHUNK, CHUNK + 1, 40 * CHUNK, 10, 2 * CHUNK, 7000];
    let contents: Vec<Vec<u8>> = (0..40)
        .map(|number| {
            let size = sizes[number % sizes.len()] + number / sizes.len();
            if number % 3 == 0 { noise(size) } else { text(size) }
        })
        .collect();
    let write = |(number, contents): (usize, &Vec<u8>)| {
        let path = directory.join(format!("file {number}"));
        fs::write(&path, contents).unwrap();
        path
    };
    (contents.iter().enumerate().map(write).collect(), contents)
}

fn names(directory: &Path) -> usize {
    fs::read_dir(directory).unwrap().count()
}

#[test]
fn large_and_small_files_round_trip() {
    for threads in [1, 3] {
        let directory = tempfile::tempdir().unwrap();
        let (files, contents) = mixture(directory.path());
        let outcomes = run(Action::Compress, &files, &options(settings(threads)));
        for (file, plain) in files.iter().zip(&contents) {
            assert!(reference(&fs::read(gz(file)).unwrap()).0 == *plain, "{}", file.display());
            assert!(fs::read(file).unwrap() == *plain, "the original stays");
            fs::remove_file(file).unwrap();
        }
        for (position, outcome) in outcomes.into_iter().enumerate() {
            let totals = outcome.unwrap().totals;
            assert_eq!(totals.uncompressed, contents[position].len() as u64);
            assert_eq!(totals.compressed, fs::metadata(gz(&files[position])).unwrap().len());
        }

        let packed: Vec<PathBuf> = files.iter().map(|file| gz(file)).collect();
        let outcomes = run(Action::Decompress, &packed, &options(settings(threads)));
        for (position, outcome) in outcomes.into_iter().enumerate() {
            assert_eq!(outcome.unwrap().totals.uncompressed, contents[position].len() as u64);
            assert!(fs::read(&files[position]).unwrap() == contents[position]);
        }
        assert_eq!(names(directory.path()), 2 * files.len(), "something was left behind");
    }
}

#[test]
fn ordinary_files_large_and_small_are_decompressed_together() {
    let directory = tempfile::tempdir().unwrap();
    let contents: Vec<Vec<u8>> = (0..12).map(|n| noise([2 << 20, 100, 0][n % 3] + n)).collect();
    let files: Vec<PathBuf> = (0..12).map(|n| directory.path().join(format!("{n}.gz"))).collect();
    for (file, plain) in files.iter().zip(&contents) {
        fs::write(file, ordinary(plain, Compression::fast())).unwrap();
    }
    let outcomes = run(Action::Decompress, &files, &options(settings(3)));
    for (position, outcome) in outcomes.into_iter().enumerate() {
        assert_eq!(outcome.unwrap().totals.uncompressed, contents[position].len() as u64);
        assert!(fs::read(files[position].with_extension("")).unwrap() == contents[position]);
    }
}

#[test]
fn an_error_stops_no_other_file() {
    for action in [Action::Compress, Action::Decompress] {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let (plain, large) = (text(500), noise(4 * CHUNK));
        let mut bad = ordinary(&plain, Compression::default());
        bad.truncate(bad.len() - 9);
        for (name, bytes) in [("good", &plain), ("large", &large), ("last", &plain)] {
            fs::write(at(name), bytes).unwrap();
            fs::write(at(&format!("un{name}.gz")), ordinary(bytes, Compression::fast())).unwrap();
        }
        fs::write(at("bad.gz"), &bad).unwrap();
        fs::write(at("text.gz"), &plain).unwrap();
        fs::create_dir(at("directory")).unwrap();
        fs::create_dir(at("directory.gz")).unwrap();
        let files: Vec<PathBuf> = match action {
            Action::Compress => ["good", "missing", "large", "directory", "bad.gz", "last"],
            Action::Decompress => {
                ["ungood.gz", "missing.gz", "unlarge.gz", "directory.gz", "bad.gz", "unlast.gz"]
            }
        }
        .map(at)
        .into();
        let before = names(directory.path());
        let outcomes = run(action, &files, &options(settings(2)));
        assert!(matches!(outcomes[1], Err(Error::Read(_))), "{:?}", outcomes[1]);
        assert!(matches!(outcomes[3], Err(Error::Directory)), "{:?}", outcomes[3]);
        match action {
            Action::Compress => assert!(matches!(outcomes[4], Err(Error::HasSuffix))),
            Action::Decompress => assert!(matches!(outcomes[4], Err(Error::Truncated))),
        }
        for position in [0, 2, 5] {
            assert!(outcomes[position].is_ok(), "{:?}", outcomes[position]);
        }
        assert_eq!(names(directory.path()), before + 3);
    }
}

#[test]
fn an_existing_output_is_kept_unless_overwritten() {
    for size in [100, 3 * CHUNK] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, text(size)).unwrap();
        fs::write(gz(&path), "mine").unwrap();
        let keep = options(settings(2));
        let [outcome] = &run(Action::Compress, from_ref(&path), &keep)[..] else { panic!() };
        assert!(matches!(outcome, Err(Error::Exists(taken)) if *taken == gz(&path)));
        assert_eq!(fs::read(gz(&path)).unwrap(), b"mine");

        let replace = keep.overwrite(true);
        run(Action::Compress, from_ref(&path), &replace).remove(0).unwrap();
        assert!(reference(&fs::read(gz(&path)).unwrap()).0 == text(size));
        fs::write(&path, "mine").unwrap();

        let keep = options(settings(2));
        let [outcome] = &run(Action::Decompress, from_ref(&gz(&path)), &keep)[..] else { panic!() };
        assert!(matches!(outcome, Err(Error::Exists(taken)) if *taken == path));
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(names(directory.path()), 2);
    }
}

#[test]
fn the_same_file_twice_is_compressed_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    fs::write(&path, text(5 * CHUNK)).unwrap();
    let files = vec![path.clone(); 5];
    let outcomes = run(Action::Compress, &files, &options(settings(4)));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(reference(&fs::read(gz(&path)).unwrap()).0 == text(5 * CHUNK));
}

#[test]
fn options_can_be_used_again_and_remember_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let (directory, old) = (scratch.path().join("d"), scratch.path().join("old"));
    let path = directory.join("x");
    let options = FileOptions::default().overwrite(true);
    for text in ["first", "second", "third"] {
        if text == "third" {
            // The same name, and another directory.
            fs::rename(&directory, &old).unwrap();
        }
        fs::create_dir_all(&directory).unwrap();
        fs::write(&path, text).unwrap();
        let output = gzip::compress_file(&path, &options).unwrap().output;
        gzip::compress_files(&[&path], &options, |_, result| drop(result.unwrap()));
        let mut back = Vec::new();
        let settings = gzip::Settings::default();
        gzip::decompress(File::open(output).unwrap(), &mut back, &settings).unwrap();
        assert_eq!(back, text.as_bytes());
    }
}

#[test]
fn verified_outputs_are_the_same_and_reported_in_order() {
    for threads in [1, 4] {
        let directory = tempfile::tempdir().unwrap();
        let (files, contents) = mixture(directory.path());
        let other = tempfile::tempdir().unwrap();
        let plain = options(settings(threads)).output_dir(other.path());
        assert!(run(Action::Compress, &files, &plain).iter().all(Result::is_ok));
        let options = options(settings(threads)).verify_output(true).keep_input(false);
        for (index, outcome) in run(Action::Compress, &files, &options).into_iter().enumerate() {
            let report = outcome.unwrap();
            assert!(report.input_removed);
            assert_eq!(report.totals.uncompressed, contents[index].len() as u64);
            let same = other.path().join(report.output.file_name().unwrap());
            assert!(fs::read(&report.output).unwrap() == fs::read(same).unwrap());
        }
        assert_eq!(names(directory.path()), files.len());
    }
}

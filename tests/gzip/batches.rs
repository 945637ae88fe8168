//! Many files at once: each has its own outcome, in its own place.

use crate::support::{CHUNK, gz, noise, ordinary, reference, settings, text};
use csp_toolkit::gzip::Existing;
use csp_toolkit::gzip::file::Outcome;
use csp_toolkit::gzip::file::{Action, Input, Options};
use csp_toolkit::gzip::{GzipError, batch};
use flate2::Compression;
use std::fs;
use std::path::{Path, PathBuf};
use std::slice::from_ref;

/// The outcomes in the order in which they came.
fn run(files: &[PathBuf], options: &Options) -> Vec<(usize, Outcome)> {
    let mut outcomes = Vec::new();
    let files: Vec<Input> = files.iter().map(Input::from).collect();
    batch::run(&files, options, |position, outcome| outcomes.push((position, outcome)));
    outcomes
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
fn large_and_small_files_go_there_and_back() {
    for threads in [1, 3] {
        let directory = tempfile::tempdir().unwrap();
        let (files, contents) = mixture(directory.path());
        let outcomes = run(&files, &Options::new(Action::Compress, settings(threads)));
        assert!(outcomes.iter().map(|(position, _)| *position).eq(0..files.len()));
        for (file, plain) in files.iter().zip(&contents) {
            assert!(reference(&fs::read(gz(file)).unwrap()).0 == *plain, "{}", file.display());
            assert!(fs::read(file).unwrap() == *plain, "the original stays");
            fs::remove_file(file).unwrap();
        }
        for (position, outcome) in outcomes {
            let totals = outcome.unwrap().totals;
            assert_eq!(totals.plain, contents[position].len() as u64);
            assert_eq!(totals.packed, fs::metadata(gz(&files[position])).unwrap().len());
        }

        let packed: Vec<PathBuf> = files.iter().map(|file| gz(file)).collect();
        let outcomes = run(&packed, &Options::new(Action::Decompress, settings(threads)));
        let mut reported: Vec<usize> = outcomes.iter().map(|(position, _)| *position).collect();
        reported.sort_unstable();
        assert!(reported.into_iter().eq(0..files.len()));
        for (position, outcome) in outcomes {
            assert_eq!(outcome.unwrap().totals.plain, contents[position].len() as u64);
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
    for (position, outcome) in run(&files, &Options::new(Action::Decompress, settings(3))) {
        assert_eq!(outcome.unwrap().totals.plain, contents[position].len() as u64);
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
            _ => ["ungood.gz", "missing.gz", "unlarge.gz", "directory.gz", "bad.gz", "unlast.gz"],
        }
        .map(at)
        .into();
        let before = names(directory.path());
        let mut outcomes = run(&files, &Options::new(action, settings(2)));
        outcomes.sort_by_key(|(position, _)| *position);
        let outcomes: Vec<Outcome> = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
        assert!(matches!(outcomes[1], Err(GzipError::Read(_))), "{:?}", outcomes[1]);
        assert!(matches!(outcomes[3], Err(GzipError::Directory)), "{:?}", outcomes[3]);
        match action {
            Action::Compress => assert!(matches!(outcomes[4], Err(GzipError::HasSuffix))),
            _ => assert!(matches!(outcomes[4], Err(GzipError::Truncated))),
        }
        for position in [0, 2, 5] {
            assert!(outcomes[position].is_ok(), "{:?}", outcomes[position]);
        }
        assert_eq!(names(directory.path()), before + 3);
    }
}

#[test]
fn an_output_that_exists_is_kept_unless_it_is_to_be_replaced() {
    for size in [100, 3 * CHUNK] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, text(size)).unwrap();
        fs::write(gz(&path), "mine").unwrap();
        let keep = Options::new(Action::Compress, settings(2));
        let [(0, outcome)] = &run(from_ref(&path), &keep)[..] else { panic!() };
        assert!(matches!(outcome, Err(GzipError::Exists(taken)) if *taken == gz(&path)));
        assert_eq!(fs::read(gz(&path)).unwrap(), b"mine");

        let replace = keep.existing(Existing::Replace);
        run(from_ref(&path), &replace).remove(0).1.unwrap();
        assert!(reference(&fs::read(gz(&path)).unwrap()).0 == text(size));
        fs::write(&path, "mine").unwrap();

        let keep = Options::new(Action::Decompress, settings(2));
        let [(0, outcome)] = &run(from_ref(&gz(&path)), &keep)[..] else { panic!() };
        assert!(matches!(outcome, Err(GzipError::Exists(taken)) if *taken == path));
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(names(directory.path()), 2);
    }
}

#[test]
fn the_same_file_twice_is_made_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    fs::write(&path, text(5 * CHUNK)).unwrap();
    let files = vec![path.clone(); 5];
    let outcomes = run(&files, &Options::new(Action::Compress, settings(4)));
    assert_eq!(outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).count(), 1);
    assert!(reference(&fs::read(gz(&path)).unwrap()).0 == text(5 * CHUNK));
}

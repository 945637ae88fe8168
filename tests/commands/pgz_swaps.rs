//! A directory on the way to a file is swapped for a link to another directory, again and again.
//!
//! A directory's owner can do that while root's command is at work in it. The command may
//! resolve the path to either directory, but everything it does must happen in the one it resolved
//! the path to: a file read here and removed there is a lost file.

use crate::harness::Dir;
use flate2::read::GzDecoder;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::fs::{self, File};
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long one command line is run over and over; the first runs are made however long they take.
const WHILE: Duration = Duration::from_secs(2);
const AT_LEAST: usize = 30;

/// One of the two directories, under a path that the swapping does not change.
struct Side {
    path: PathBuf,
    /// What the files there hold.
    text: String,
}

impl Side {
    fn new(path: PathBuf, who: &str) -> Self {
        Self { path, text: format!("{who}\n").repeat(500) }
    }

    /// Empties it, and makes the file that the command is to work on.
    fn fill(&self, input: &str) {
        for name in self.names() {
            fs::remove_file(self.path.join(name)).unwrap();
        }
        let bytes = if is_packed(input) { pack(&self.text) } else { self.text.clone().into() };
        fs::write(self.path.join(input), bytes).unwrap();
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The text in a file, unpacked where its name says that it is packed; none if it is not there.
    fn text_of(&self, name: &str) -> Option<String> {
        text_of(&self.path.join(name), is_packed(name))
    }

    fn is_changed(&self, input: &str) -> bool {
        self.names() != [input]
    }
}

fn is_packed(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "gz")
}

fn pack(text: &str) -> Vec<u8> {
    let mut packed = Vec::new();
    let level = flate2::Compression::fast();
    flate2::read::GzEncoder::new(text.as_bytes(), level).read_to_end(&mut packed).unwrap();
    packed
}

fn text_of(path: &Path, packed: bool) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    let mut text = String::new();
    let read = if packed {
        GzDecoder::new(&bytes[..]).read_to_string(&mut text)
    } else {
        (&bytes[..]).read_to_string(&mut text)
    };
    read.unwrap_or_else(|error| panic!("{} is broken: {error}", path.display()));
    Some(text)
}

/// Runs a line over and over while `u/d` is swapped for a link to `v`, and judges each run by what
/// is in the two directories after it. `u/d` holds `input` whichever it is.
fn swapped(line: &str, input: &str, judge: impl Fn(&Dir, [&Side; 2])) {
    let dir = Dir::with("mkdir u u/d v; seq 99 > x");
    symlink("../v", dir.path("u/l")).unwrap();
    // By its descriptor, wherever it is at the moment.
    let held = File::open(dir.path("u/d")).unwrap();
    let at = format!("/proc/{}/fd/{}", std::process::id(), held.as_raw_fd());
    let inside = Side::new(at.into(), "inside");
    let outside = Side::new(dir.path("v"), "outside");
    let [one, other] = ["u/d", "u/l"].map(|name| dir.path(name));
    if !inside.path.exists() {
        eprintln!("skipped: there is no /proc here");
        return;
    }
    while_swapped(&one, &other, || {
        let start = Instant::now();
        for runs in 0.. {
            if runs >= AT_LEAST && start.elapsed() > WHILE {
                break;
            }
            inside.fill(input);
            outside.fill(input);
            let ran = dir.run(line);
            let lines = ran.err.lines().filter(|line| !line.is_empty()).count();
            assert!(matches!(ran.code, Some(0..=2)) && lines <= 2, "{ran:?}");
            judge(&dir, [&inside, &outside]);
        }
    });
}

/// Calls `test` while two names are exchanged over and over; does not, where that is not possible.
pub(super) fn while_swapped(one: &Path, other: &Path, test: impl FnOnce()) {
    let swap = || renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE);
    if swap().is_err() {
        eprintln!("skipped: files cannot be exchanged here");
        return;
    }
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                swap().unwrap();
            }
        });
        // The swapping ends with a failed test, too.
        let _over = OnDrop(&over);
        test();
    });
}

struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// At most one of the two was changed; and in each there is what was there, as itself or in what
/// was made of it, and nothing else.
fn not_mixed(sides: [&Side; 2], input: &str, output: &str) {
    for side in sides {
        let names = side.names();
        assert!(names.iter().all(|name| name == input || name == output), "left: {names:?}");
        let texts = [input, output].map(|name| side.text_of(name));
        assert!(texts.iter().any(Option::is_some), "lost: {names:?}");
        for text in texts.into_iter().flatten() {
            assert!(text == side.text, "{} holds what is not its own", side.path.display());
        }
    }
    let names = sides.map(Side::names);
    assert!(sides.iter().any(|side| !side.is_changed(input)), "both changed: {names:?}");
}

#[test]
fn gzip_works_in_one_directory() {
    swapped("gzip u/d/x", "x", |_, sides| not_mixed(sides, "x", "x.gz"));
}

#[test]
fn gunzip_works_in_one_directory() {
    swapped("gunzip u/d/x.gz", "x.gz", |_, sides| not_mixed(sides, "x.gz", "x"));
}

#[test]
fn pgz_works_in_one_directory_and_keeps() {
    swapped("pgz -qk u/d/x", "x", |_, sides| {
        not_mixed(sides, "x", "x.gz");
        assert!(sides.iter().all(|side| side.text_of("x").is_some()));
    });
}

#[test]
fn what_is_removed_is_what_the_named_output_was_made_of() {
    swapped("pgz -qf --rm -o out u/d/x", "x", |dir, sides| {
        let out = text_of(&dir.path("out"), true);
        for side in sides {
            let kept = side.text_of("x").as_ref() == Some(&side.text);
            assert!(kept || out.as_ref() == Some(&side.text), "lost: {:?}", side.path);
            assert!(side.names().iter().all(|name| name == "x"), "left: {:?}", side.names());
        }
        assert!(sides.iter().any(|side| !side.is_changed("x")), "both changed");
        // Made by each run anew.
        let _ = fs::remove_file(dir.path("out"));
    });
}

/// Both hold what they held; what was asked for is in one of them, and nothing else is anywhere.
fn made_in_one(sides: [&Side; 2], output: &str, is_right: impl Fn(&Path) -> bool) {
    for side in sides {
        let names = side.names();
        assert!(names.iter().all(|name| name == "other" || name == output), "left: {names:?}");
        assert!(
            side.text_of("other").as_ref() == Some(&side.text),
            "lost: {}",
            side.path.display()
        );
    }
    let made: Vec<_> =
        sides.iter().map(|side| side.path.join(output)).filter(|path| path.exists()).collect();
    assert!(made.len() < 2, "made twice");
    assert!(made.iter().all(|path| is_right(path)), "one is not whole");
}

#[test]
fn a_named_output_is_made_in_one_directory() {
    let expected = fs::read_to_string(Dir::with("seq 99 > x").path("x")).unwrap();
    swapped("pgz -q -o u/d/y x", "other", |_, sides| {
        made_in_one(sides, "y", |path| text_of(path, true).as_ref() == Some(&expected));
    });
}

#[test]
fn a_tally_is_made_in_one_directory() {
    let expected = Dir::with("seq 99 > x").run("wc-race -n 1 x").text().to_owned();
    swapped("wc-race -n 1 -o u/d/out x", "other", |_, sides| {
        made_in_one(sides, "out", |path| text_of(path, false).as_ref() == Some(&expected));
    });
}

#[test]
fn a_walk_never_leaves_the_tree() {
    for line in ["pgz -qr u", "gzip -qr u"] {
        swapped(line, "x", |_, [inside, outside]| {
            assert!(!outside.is_changed("x"), "{line}: {:?}", outside.names());
            assert!(outside.text_of("x").as_ref() == Some(&outside.text), "{line}");
            not_mixed([inside, outside], "x", "x.gz");
        });
    }
}

//! `pgz` killed, interrupted, out of space, or with a file that changes meanwhile: no file is ever
//! lost, and nothing half done is left.

use crate::harness::{Dir, Ran, Running, command, noise, run, slow_to_compress, text};
use flate2::read::MultiGzDecoder;
use rustix::fs::{Mode, OFlags, open};
use rustix::process::Signal;
use std::fs::{self, File};
use std::io::Read;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

const FILES: usize = 60;
/// Compress them all.
const REMOVING: &str = "exec pgz -q1r --rm .";
const KEEPING: &str = "exec pgz -q1r .";
const OVERWRITING: &str = "exec pgz -q1f f? f??";

/// Makes files of a few sizes, some of several chunks.
fn many(dir: &Dir) {
    for number in 0..FILES {
        let size = [100, 20_000, 300_000, 2_500_000][number % 4];
        let text: Vec<u8> = (0..size).map(|n| ((n * n + number) >> 7).to_le_bytes()[0]).collect();
        dir.write(format!("f{number}"), &text);
    }
}

/// Fails unless each file is there, unchanged, as itself or in a gzip file; each gzip file is whole;
/// and no original is gone where they are kept.
#[track_caller]
fn assert_all_there(dir: &Dir, originals: &Dir, line: &str) {
    for number in 0..FILES {
        let name = format!("f{number}");
        let original = originals.read(&name);
        let found = fs::read(dir.path(&name)).ok();
        assert!(found.as_ref().is_none_or(|found| *found == original), "{name} was changed");
        assert!(found.is_some() || line == REMOVING, "{name} was removed");
        let packed = File::open(dir.path(format!("{name}.gz"))).ok();
        assert!(found.is_some() || packed.is_some(), "{name} is lost");
        if let Some(packed) = packed {
            let mut unpacked = Vec::new();
            let read = MultiGzDecoder::new(packed).read_to_end(&mut unpacked);
            assert!(read.is_ok() && unpacked == original, "{name}.gz is not whole");
        }
    }
    dir.installed("set -- *.gz; test ! -e \"$1\" || gzip -t \"$@\"").silent();
}

/// The files that nobody asked for.
fn strays(dir: &Dir) -> Vec<String> {
    let asked_for = |name: &str| {
        let name = name.strip_suffix(".gz").unwrap_or(name);
        name.strip_prefix('f').is_some_and(|number| number.parse::<usize>().is_ok())
    };
    dir.list().split(' ').filter(|name| !asked_for(name)).map(str::to_owned).collect()
}

/// Runs a line that compresses all files until it was stopped by `signal` that many times, at
/// random moments, mostly beginning where the last run was stopped. `after` is called each time.
fn stopped_at_random(signal: Signal, count: usize, line: &str, after: impl Fn(&Dir)) {
    let originals = Dir::new();
    many(&originals);
    let copy = || Dir::with(&format!("cp {}/* .", originals.root().display()));
    let mut dir = copy();
    let start = Instant::now();
    dir.run(line).silent();
    let mut whole = start.elapsed();
    assert_all_there(&dir, &originals, line);
    dir = copy();
    let (mut stopped, mut since_copy) = (0, 0);
    // Other moments each time. Most tries should stop it; where they do not, which happens when the
    // machine was busier while `whole` was measured, the moments come earlier and earlier.
    for moment in noise(std::process::id().into(), 40 * count) {
        let mut running = Running::start(dir.as_gzip(line).stdout(Stdio::null()));
        thread::sleep(whole.mul_f64(f64::from(moment) / 256.0));
        // One that has ended by itself is not signalled any more.
        let over = running.has_ended();
        if !over {
            running.signal(signal);
        }
        stopped += usize::from(running.finish(b"").signal == Some(signal.as_raw()));
        after(&dir);
        since_copy += 1;
        if over || since_copy == 5 || stopped == count {
            assert_all_there(&dir, &originals, line);
            dir = copy();
            since_copy = 0;
            whole = if over { whole.mul_f64(0.8) } else { whole };
        }
        if stopped == count {
            return;
        }
    }
    panic!("{stopped} of {count} were stopped");
}

/// Where files can be without a name, one is gone with the process that was writing it.
#[test]
fn kill_9_at_fifty_moments_loses_nothing_and_leaves_nothing_behind() {
    let dir = Dir::new();
    let nameless = open(dir.root(), OFlags::TMPFILE | OFlags::WRONLY, Mode::RUSR).is_ok();
    if !nameless {
        eprintln!("skipped: there is no O_TMPFILE here, so that something may be left behind");
    }
    stopped_at_random(Signal::KILL, 50, REMOVING, |dir| {
        assert!(!nameless || strays(dir).is_empty(), "{:?}", strays(dir));
    });
}

#[test]
fn kill_9_changes_no_kept_input_and_leaves_only_whole_outputs() {
    stopped_at_random(Signal::KILL, 15, KEEPING, |_| {});
}

#[test]
fn an_interrupt_at_any_moment_loses_nothing_and_leaves_nothing_behind() {
    for line in [REMOVING, OVERWRITING] {
        stopped_at_random(Signal::INT, 10, line, |dir| assert_eq!(strays(dir), [""; 0]));
    }
}

/// A directory with a file that takes minutes to compress: zeros, and room for none of them.
fn with_an_endless_file() -> Dir {
    let dir = Dir::with_files(&[("old.gz", b"stays")]);
    File::create(dir.path("endless")).unwrap().set_len(1 << 38).unwrap();
    dir
}

/// The command, once it has opened its input.
fn begun(dir: &Dir, script: &str, input: &str) -> Running {
    let mut running = Running::start(dir.as_gzip(script).stdout(Stdio::null()));
    running.wait_until_open(&dir.path(input));
    running
}

#[test]
fn a_signal_removes_unfinished_outputs_and_ends_it() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::XCPU] {
        for line in ["exec pgz endless", "exec pgz -p1 --ultra --rm endless"] {
            let dir = with_an_endless_file();
            let before = dir.list();
            let running = begun(&dir, line, "endless");
            running.signal(signal);
            let ran = running.finish(b"");
            assert_eq!((ran.signal, &*ran.err), (Some(signal.as_raw()), ""), "{line}");
            assert_eq!(dir.list(), before, "{line}");
        }
    }
}

#[test]
fn a_signal_that_was_ignored_stays_ignored() {
    let dir = with_an_endless_file();
    let mut running = begun(&dir, "trap '' HUP; exec pgz endless", "endless");
    running.signal(Signal::HUP);
    thread::sleep(Duration::from_millis(200));
    assert!(!running.has_ended());
}

/// Fails unless the big file was reported, and the small one was compressed and nothing else made.
#[track_caller]
fn assert_only_the_small_one_fitted(ran: &Ran, options: &str, list: &str, reason: &str) {
    ran.says(1, &format!("pgz: big: cannot write the output: {reason}\n"));
    assert_eq!(ran.text(), "Compressed 1 file\n");
    let expected = if options == "--rm" { "big small.gz" } else { "big small small.gz" };
    assert_eq!(list, expected);
}

#[test]
fn over_the_limit_on_file_sizes_only_that_file_fails_and_nothing_is_lost() {
    let big = noise(8, 500_000);
    for prepare in ["", "trap '' XFSZ;"] {
        for options in ["", "--rm"] {
            let dir = Dir::with_files(&[("big", &big), ("small", b"text")]);
            let ran = dir.run(&format!("{prepare} ulimit -f 100; exec pgz {options} big small"));
            assert_only_the_small_one_fitted(&ran, options, &dir.list(), "File too large");
            assert!(dir.read("big") == big);
        }
    }
}

#[test]
fn on_a_full_disk_only_the_file_without_room_fails_and_nothing_is_lost() {
    let big = noise(9, 500_000);
    for options in ["", "--rm"] {
        let dir = Dir::with_files(&[("big", &big), ("small", b"text")]);
        fs::create_dir(dir.path("disk")).unwrap();
        let unshare =
            ["unshare --mount", "unshare --map-root-user --mount"].into_iter().find(|unshare| {
                dir.run(&format!("{unshare} mount -t tmpfs tmpfs disk")).code == Some(0)
            });
        let Some(unshare) = unshare else {
            eprintln!("skipped: private mounts are not permitted here");
            return;
        };
        // The mount is seen by the script only and goes away with it.
        let script = format!(
            "mount -t tmpfs -o size=700k tmpfs disk && cp big small disk && cd disk &&
            pgz -p 1 {options} big small; status=$?; ls > ../list; cmp big ../big; exit $status"
        );
        let ran = dir.run(&format!("{unshare} sh -c '{script}'"));
        let list = String::from_utf8(dir.read("list")).unwrap().replace('\n', " ");
        let reason = "No space left on device";
        assert_only_the_small_one_fitted(&ran, options, list.trim_end(), reason);
    }
}

#[test]
fn a_full_output_is_told() {
    let dir = Dir::with("seq 99 > a");
    let full = "No space left on device\n";
    dir.run("pgz -c a > /dev/full").says(1, &format!("pgz: standard output: {full}"));
    dir.run("gzip -c a > /dev/full").says(1, &format!("gzip: stdout: {full}"));
}

#[test]
fn an_input_that_changes_meanwhile_is_kept_even_if_its_times_are_set_back() {
    for change in [
        "echo more >> a",
        "echo new > b; mv b a",
        "printf x | dd of=a conv=notrunc status=none && touch -r time a",
    ] {
        // In small chunks, so that it is being read most of the time.
        let dir = Dir::with_files(&[("a", &slow_to_compress(10, 1_500_000))]);
        dir.run("touch -r a time").silent();
        let running = begun(&dir, "exec pgz -q -p1 -b 64K --ultra --rm a", "a");
        // It does not get done before the change, however long that takes here.
        running.signal(Signal::STOP);
        dir.run(change).silent();
        running.signal(Signal::CONT);
        running.finish(b"").says(1, "pgz: a: changed while it was read -- not removed\n");
        assert_eq!(dir.list(), "a a.gz time");
    }
}

#[test]
fn damaged_files_have_distinct_errors_and_leave_nothing() {
    let bytes = text(1, 300_000);
    let packed = run(&mut command("pgz", ""), &bytes).out;
    let flipped = |at: usize| {
        let mut packed = packed.clone();
        packed[at] ^= 0x10;
        packed
    };
    let dir = Dir::with_files(&[
        ("cut.gz", &packed[..packed.len() - 1]),
        ("data.gz", &flipped(packed.len() / 2)),
        ("crc.gz", &flipped(packed.len() - 8)),
        ("length.gz", &flipped(packed.len() - 1)),
        ("half.gz", &packed[..packed.len() / 2]),
        ("header.gz", &packed[..5]),
        ("empty.gz", b""),
        ("text.gz", b"plain text, longer than a header"),
        ("whole.gz", &packed),
    ]);
    let before = dir.list();
    for file in before.split(' ').filter(|&file| file != "whole.gz") {
        let beginning = format!("pgz: {file}: ");
        let ran = dir.run(&format!("pgz -d {file}"));
        ran.assert_one_complaint(&beginning);
        assert_eq!(dir.list(), before);
        dir.run(&format!("pgz -dc {file}")).assert_one_complaint(&beginning);
    }
    let ran = dir.run(&format!("pgz -d {before}"));
    assert_eq!((ran.code, ran.text()), (Some(1), "Decompressed 1 file\n"));
    assert_eq!(ran.err.lines().count(), 8);
    assert!(dir.read("whole") == bytes);
    assert_eq!(dir.list(), before.replace("whole.gz", "whole whole.gz"));
}

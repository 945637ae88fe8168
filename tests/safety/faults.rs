//! Killed, interrupted or out of space: no file is ever lost.

use crate::support::{Dir, Tools};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const FILES: usize = 60;

/// Makes files of a few sizes, some of several chunks, and tells their sum.
fn many(dir: &Dir) {
    for number in 0..FILES {
        let size = [100, 20_000, 300_000, 2_500_000][number % 4];
        let text: Vec<u8> = (0..size).map(|n| ((n * n + number) >> 7).to_le_bytes()[0]).collect();
        fs::write(dir.path().join(format!("f{number}")), text).unwrap();
    }
}

/// Each file is there, whole, as itself or as a gzip file that the installed gzip accepts.
#[track_caller]
fn all_there(dir: &Dir, originals: &Dir) {
    for number in 0..FILES {
        let name = format!("f{number}");
        let original = fs::read(originals.path().join(&name)).unwrap();
        if let Ok(plain) = fs::read(dir.path().join(&name)) {
            assert!(plain == original, "{name} was changed");
            continue;
        }
        let packed = dir.path().join(format!("{name}.gz"));
        let output = Command::new("gzip").arg("-dc").arg(packed).output().unwrap();
        assert!(output.status.success() && output.stdout == original, "{name} is lost");
    }
}

fn temporary_files(dir: &Dir) -> usize {
    dir.list().split(' ').filter(|name| name.starts_with(".csp-")).count()
}

/// Times spread over the run, differently each time, and none twice.
fn moments(count: u32, run: Duration) -> impl Iterator<Item = Duration> {
    let mut seed = std::process::id();
    (0..count).map(move |_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        run.mul_f64(f64::from(seed >> 8) / f64::from(1 << 24))
    })
}

fn kill(signal: &str, child: &Child) {
    let line = format!("kill -s {signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
}

/// A file without a name is told as `#123 (deleted)`.
fn is_half_done(name: &Path) -> bool {
    name.to_str().is_some_and(|name| name.starts_with('#') || name.starts_with(".csp-"))
}

/// Waits until the process has an output open that is half done, with or without a temporary name.
pub(crate) fn until_begun(child: &Child, dir: &Dir) {
    let open = format!("/proc/{}/fd", child.id());
    let root = fs::canonicalize(dir.path()).unwrap();
    let half_done = || {
        let links = fs::read_dir(&open).ok()?;
        let mut links = links.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        links.find(|link| link.strip_prefix(&root).is_ok_and(is_half_done))
    };
    let start = Instant::now();
    while half_done().is_none() {
        assert!(start.elapsed() < Duration::from_secs(30), "nothing was begun");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Compresses with `--rm` and is stopped by `signal` that many times, at random moments, each time
/// beginning where the last run was stopped.
fn stopped_at_random(signal: &str, count: u32, after: impl Fn(&Dir)) {
    let originals = Dir::new();
    many(&originals);
    let copy = || {
        let dir = Dir::new();
        let from = originals.path().display();
        dir.run_with(Tools::Installed, &format!("cp {from}/* .")).silent();
        dir
    };
    let mut dir = copy();
    let start = Instant::now();
    dir.run("find . -name 'f*' ! -name '*.gz' -print0 | xargs -0 pgz -q1 --rm").silent();
    let whole = start.elapsed();
    all_there(&dir, &originals);
    dir = copy();
    let mut stopped = 0;
    for (number, moment) in moments(count, whole / 2).enumerate() {
        let line = "exec pgz -q1r --rm .";
        let mut child = dir.shell(Tools::Ours, line).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(moment);
        // A process that has ended by itself is not to be signalled any more.
        if child.try_wait().unwrap().is_none() {
            kill(signal, &child);
            stopped += 1;
        }
        child.wait().unwrap();
        after(&dir);
        if number % 5 == 4 {
            all_there(&dir, &originals);
            dir = copy();
        }
    }
    assert!(stopped > count / 4, "{stopped} of {count} were stopped");
}

#[test]
fn kill_9_at_fifty_moments_loses_nothing() {
    stopped_at_random("KILL", 50, |_| {});
}

#[test]
fn an_interrupt_leaves_no_temporary_file() {
    stopped_at_random("INT", 20, |dir| assert_eq!(temporary_files(dir), 0));
}

#[test]
fn the_signal_is_what_it_dies_of() {
    for (signal, number) in [("HUP", 1), ("INT", 2), ("TERM", 15)] {
        let dir = Dir::with("head -c 20000000 /dev/urandom > a");
        let mut child = dir.shell(Tools::Ours, "exec pgz -p1 --ultra --rm a").spawn().unwrap();
        until_begun(&child, &dir);
        kill(signal, &child);
        assert_eq!(child.wait().unwrap().signal(), Some(number));
        assert_eq!(dir.list(), "a");
    }
}

#[test]
fn a_limit_on_file_sizes_loses_nothing() {
    let dir = Dir::with("head -c 3000000 /dev/urandom > a; seq 9 > b");
    let ran = dir.run("trap '' XFSZ; ulimit -f 100; exec pgz -q --rm a b");
    ran.says(1, "pgz: a: cannot write the output: File too large\n");
    assert_eq!(dir.list(), "a b.gz");
}

#[test]
fn a_full_disk_loses_nothing() {
    let dir = Dir::with("mkdir small");
    // A file system of its own, in a name space of its own, where that is allowed.
    let line = "exec unshare -m sh -c '
        mount -t tmpfs -o size=3m tmpfs small 2> /dev/null || exit 77
        head -c 2000000 /dev/urandom > small/a && seq 9 > small/b
        pgz -q --rm small/a small/b
        echo $? $(ls -A small) $(wc -c < small/a)' 2> err";
    let ran = dir.run(line);
    if ran.code != Some(0) {
        eprintln!("skipped: mounting is not allowed");
        return;
    }
    assert_eq!(ran.out, "1 a b.gz 2000000\n");
    let line = "pgz: small/a: cannot write the output: No space left on device\n";
    assert_eq!(fs::read_to_string(dir.path().join("err")).unwrap(), line);
}

#[test]
fn a_full_output_is_told() {
    let dir = Dir::with("seq 99 > a");
    let full = "No space left on device\n";
    dir.run("pgz -c a > /dev/full").says(1, &format!("pgz: standard output: {full}"));
    dir.run("gzip -c a > /dev/full").says(1, &format!("gzip: stdout: {full}"));
}

#[test]
fn an_original_that_is_written_to_or_replaced_meanwhile_stays() {
    for change in ["echo more >> a", "echo new > b; mv b a"] {
        let dir = Dir::with("head -c 20000000 /dev/urandom > a");
        let mut pgz = dir.shell(Tools::Ours, "exec pgz -q -p1 --ultra --rm a");
        let child = pgz.stderr(Stdio::piped()).spawn().unwrap();
        until_begun(&child, &dir);
        dir.run(change).silent();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let line = b"pgz: a: changed while it was read -- not removed\n";
        assert_eq!(output.stderr, line);
        assert_eq!(dir.list(), "a a.gz");
    }
}

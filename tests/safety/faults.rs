//! Killed, interrupted or out of space: no file is ever lost.

use crate::support::{Dir, Tools};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const FILES: usize = 60;
/// Compress them all.
const REMOVING: &str = "exec pgz -q1r --rm .";
const OVERWRITING: &str = "exec pgz -q1f f? f??";

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

/// The files that nobody asked for.
fn strays(dir: &Dir) -> Vec<String> {
    let asked_for = |name: &str| {
        let name = name.strip_suffix(".gz").unwrap_or(name);
        name.strip_prefix('f').is_some_and(|number| number.parse::<usize>().is_ok())
    };
    dir.list().split(' ').filter(|name| !asked_for(name)).map(str::to_owned).collect()
}

/// Numbers between 0 and 1, differently each time, and none twice.
fn anywhere() -> impl Iterator<Item = f64> {
    let mut seed = std::process::id();
    std::iter::repeat_with(move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(seed >> 8) / f64::from(1 << 24)
    })
}

fn kill(signal: &str, child: &Child) {
    let line = format!("kill -s {signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
}

/// Waits until the input has been opened.
fn until_begun(dir: &Dir, child: &Child, input: &str) {
    let input = dir.path().join(input).canonicalize().unwrap();
    let is_open = || {
        let files = fs::read_dir(format!("/proc/{}/fd", child.id())).ok()?;
        let mut files = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
        files.find(|file| *file == input)
    };
    let start = Instant::now();
    while is_open().is_none() {
        assert!(start.elapsed() < Duration::from_secs(30), "nothing was begun");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs a line that compresses all files, and is stopped by `signal` that many times, at random
/// moments, mostly beginning where the last run was stopped. `after` is called each time.
fn stopped_at_random(signal: &str, count: u32, line: &str, after: impl Fn(&Dir)) {
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
    dir.run(line).silent();
    let mut whole = start.elapsed();
    all_there(&dir, &originals);
    dir = copy();
    let (mut stopped, mut since_copy) = (0, 0);
    // Most tries should stop it; where they do not, the moments come earlier and earlier.
    for moment in anywhere().take(20 * usize::try_from(count).unwrap()) {
        let mut child = dir.shell(Tools::Ours, line).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(moment));
        // A process that has ended by itself is not to be signalled any more.
        let over = child.try_wait().unwrap().is_some();
        if !over {
            kill(signal, &child);
            stopped += u32::from(child.wait().unwrap().signal().is_some());
        }
        after(&dir);
        since_copy += 1;
        if over || since_copy == 5 {
            all_there(&dir, &originals);
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

#[test]
fn kill_9_at_fifty_moments_loses_nothing() {
    stopped_at_random("KILL", 50, REMOVING, |_| {});
}

/// A file without a name is gone with the process that was writing it.
#[test]
fn kill_9_leaves_nothing_behind_where_files_can_be_without_a_name() {
    use rustix::fs::{Mode, OFlags, open};
    let dir = Dir::new();
    if open(dir.path(), OFlags::TMPFILE | OFlags::WRONLY, Mode::RUSR).is_err() {
        eprintln!("skipped: there is no O_TMPFILE here");
        return;
    }
    stopped_at_random("KILL", 10, REMOVING, |dir| assert_eq!(strays(dir), [""; 0]));
}

#[test]
fn an_interrupt_leaves_nothing_behind() {
    for line in [REMOVING, OVERWRITING] {
        stopped_at_random("INT", 10, line, |dir| assert_eq!(strays(dir), [""; 0]));
    }
}

#[test]
fn the_signal_is_what_it_dies_of() {
    for (signal, number) in [("HUP", 1), ("INT", 2), ("TERM", 15)] {
        let dir = Dir::with("head -c 20000000 /dev/urandom > a");
        let mut child = dir.shell(Tools::Ours, "exec pgz -p1 --ultra --rm a").spawn().unwrap();
        until_begun(&dir, &child, "a");
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
        until_begun(&dir, &child, "a");
        dir.run(change).silent();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let line = b"pgz: a: changed while it was read -- not removed\n";
        assert_eq!(output.stderr, line);
        assert_eq!(dir.list(), "a a.gz");
    }
}

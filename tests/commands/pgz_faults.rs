//! `pgz` where things go wrong: nothing is lost, and nothing half done is left.

use crate::support::{Dir, LIMIT, Ran, Running, command, noise, run, text};
use rustix::process::Signal;
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

fn pgz_in(dir: &Dir, options: &str) -> Running {
    Running::start(dir.command("pgz", options).stdin(Stdio::null()).stdout(Stdio::null()))
}

#[test]
fn broken_files_are_told_apart_and_leave_nothing() {
    let bytes = text(1, 300_000);
    let packed = run(&mut command("pgz", ""), &bytes).out;
    let flipped = |at: usize| {
        let mut packed = packed.clone();
        packed[at] ^= 0x10;
        packed
    };
    let dir = Dir::with(&[
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
        let ran = dir.run("pgz", &format!("-d {file}"));
        ran.assert_one_complaint(&beginning);
        assert_eq!(dir.list(), before);
        dir.run("pgz", &format!("-dc {file}")).assert_one_complaint(&beginning);
    }
    let ran = dir.run("pgz", &format!("-d {before}"));
    assert_eq!((ran.code, ran.text()), (Some(1), "Decompressed 1 file\n"));
    assert_eq!(ran.err.lines().count(), 8);
    assert!(dir.read("whole") == bytes);
    assert_eq!(dir.list(), before.replace("whole.gz", "whole whole.gz"));
}

/// A directory with a file that takes minutes to compress: zeros, and room for none of them.
fn with_an_endless_file() -> Dir {
    let dir = Dir::with(&[("old.gz", b"stays")]);
    File::create(dir.path("endless")).unwrap().set_len(1 << 38).unwrap();
    dir
}

/// Waits until the endless file is being read.
fn wait_until_begun(running: &Running, dir: &Dir) {
    let (started, endless) = (Instant::now(), dir.path("endless").canonicalize().unwrap());
    let is_open = || {
        let files = fs::read_dir(format!("/proc/{}/fd", running.pid().as_raw_nonzero())).ok()?;
        let mut files = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
        files.find(|file| *file == endless)
    };
    while is_open().is_none() {
        assert!(started.elapsed() < LIMIT, "nothing was begun");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_signal_takes_away_what_is_half_done() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::XCPU] {
        let dir = with_an_endless_file();
        let before = dir.list();
        let running = pgz_in(&dir, "endless");
        wait_until_begun(&running, &dir);
        running.signal(signal);
        let ran = running.finish(b"");
        assert_eq!((ran.signal, &*ran.err), (Some(signal.as_raw()), ""));
        assert_eq!(dir.list(), before);
    }
}

#[test]
fn a_signal_that_was_ignored_stays_ignored() {
    let dir = with_an_endless_file();
    let mut nohup = dir.shell("trap '' HUP; exec pgz endless");
    let mut running = Running::start(nohup.stdin(Stdio::null()).stdout(Stdio::null()));
    wait_until_begun(&running, &dir);
    running.signal(Signal::HUP);
    thread::sleep(Duration::from_millis(200));
    assert!(!running.has_ended());
}

#[test]
fn killed_at_any_moment_it_leaves_whole_files_only() {
    let files: Vec<(String, Vec<u8>)> =
        (0..6).map(|seed| (format!("file{seed}"), text(seed, 1_500_000))).collect();
    let names: Vec<&str> = files.iter().map(|(name, _)| &**name).collect();
    let dir = Dir::new();
    for (name, bytes) in &files {
        dir.write(name, bytes);
    }
    let whole = pgz_in(&dir, &names.join(" ")).finish(b"");
    whole.assert_fine();
    let mut cut_short = 0;
    for moment in noise(7, 15) {
        for name in &names {
            let _ = fs::remove_file(dir.path(format!("{name}.gz")));
        }
        let running = pgz_in(&dir, &names.join(" "));
        thread::sleep(whole.took * u32::from(moment) / 256);
        running.signal(Signal::KILL);
        let ran = running.finish(b"");
        cut_short += u32::from(ran.signal == Some(Signal::KILL.as_raw()));
        for (name, bytes) in &files {
            assert!(dir.read(name) == *bytes, "{name}");
            let packed = dir.path(format!("{name}.gz"));
            if packed.exists() {
                let unpacked = run(Command::new("gzip").arg("-dc").arg(packed), b"");
                unpacked.assert_fine();
                assert!(unpacked.out == *bytes, "{name}");
            }
        }
    }
    assert!(cut_short > 0, "it was never killed in time");
}

/// Fails unless the big file was reported, nothing of it was left, and the small one was done.
fn assert_only_the_small_one_fitted(ran: &Ran, reason: &str, list: &str) {
    assert_eq!((ran.code, ran.text()), (Some(1), "Compressed 1 file\n"), "{}", ran.err);
    assert!(ran.err.starts_with("pgz: big: "), "{}", ran.err);
    assert!(ran.err.ends_with(&format!("{reason}\n")), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert_eq!(list, "big small small.gz");
}

#[test]
fn over_the_limit_of_a_file_s_size_only_that_file_fails() {
    for prepare in ["", "trap '' XFSZ;"] {
        let dir = Dir::with(&[("big", &noise(8, 500_000)), ("small", b"text")]);
        let script = format!("{prepare} ulimit -f 100; exec pgz big small");
        let ran = run(&mut dir.shell(&script), b"");
        assert_only_the_small_one_fitted(&ran, "File too large", &dir.list());
    }
}

#[test]
fn on_a_full_disk_only_the_file_without_room_fails() {
    let dir = Dir::with(&[("big", &noise(9, 500_000)), ("small", b"text")]);
    fs::create_dir(dir.path("disk")).unwrap();
    let unshare =
        ["unshare --mount", "unshare --map-root-user --mount"].into_iter().find(|unshare| {
            let mount = format!("{unshare} mount -t tmpfs tmpfs disk");
            run(&mut dir.shell(&mount), b"").code == Some(0)
        });
    let Some(unshare) = unshare else {
        eprintln!("skipped: private mounts are not permitted here");
        return;
    };
    // The mount is seen by the script only and goes away with it.
    let script = "mount -t tmpfs -o size=700k tmpfs disk && mv big small disk && cd disk && \
                  pgz -p 1 big small; status=$?; ls > ../list; exit $status";
    let script = format!("{unshare} sh -c '{script}'");
    let ran = run(&mut dir.shell(&script), b"");
    let list = String::from_utf8(dir.read("list")).unwrap().replace('\n', " ");
    assert_only_the_small_one_fitted(&ran, "No space left on device", list.trim_end());
}

//! `--verify`: an output that is not what was written is found before it has its name, and the
//! input stays.

use crate::harness::{Dir, Running, noise, run, single_threaded, slow_to_compress, text};
use rustix::process::Signal;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

#[test]
fn what_is_sound_is_kept() {
    let large = text(3, 3_000_000);
    let dir = Dir::with_files(&[("empty", b""), ("small", b"text"), ("large", &large)]);
    let files = "empty small large";
    let each = "cmp empty.gz x/empty.gz && cmp small.gz x/small.gz && cmp large.gz x/large.gz";
    dir.run(&format!("mkdir x && pgz -q {files} && pgz -q --verify -o x {files} && {each}"))
        .silent();
    dir.run("pgz -q --verify -o y < large && gzip -dc y | cmp - large").silent();
    dir.run("pgz -q --verify --rsyncable -12 -o z large && gzip -dc z | cmp - large").silent();
    dir.run("pgz -qf --verify --rm empty small && gzip -f --verify large").silent();
    assert_eq!(dir.list(), "empty.gz large.gz small.gz x y z");
    dir.run("gzip -t *.gz && gzip -dc large.gz > a && gzip -dc z | cmp - a").silent();
}

/// Each thread's first write is to an output: a byte of it is changed on its way into the file.
#[test]
fn a_byte_changed_on_its_way_into_the_file_is_found() {
    let large = text(4, 3_000_000);
    let faults = "write:poke_enter=@arg2+100=5a:when=1";
    for (size, remove) in [(300, "--rm"), (300_000, ""), (3_000_000, "--rm")] {
        let dir = Dir::with_files(&[("a", &large[..size]), ("old.gz", b"old")]);
        let line = |options: &str| format!("pgz -q -p 1 {options} a");
        let Some(ran) = dir.run_with_faults(faults, None, &line("--verify --rm")) else { return };
        let words = "pgz: a: verification failed: the output is damaged; not written\n";
        ran.says(1, words);
        assert_eq!(dir.list(), "a old.gz");
        assert!(dir.read("a") == large[..size]);
        // Nothing else would find it.
        dir.run_with_faults(faults, None, &line(remove)).unwrap().silent();
        assert_eq!(dir.installed("gzip -t a.gz").code, Some(1));
    }
    let dir = Dir::with_files(&[("a", &large)]);
    let ran = dir.run_with_faults(faults, None, "pgz -q --verify -o b - < a").unwrap();
    ran.says(1, "pgz: stdin: verification failed: the output is damaged; not written\n");
    assert_eq!(dir.list(), "a");
}

/// The files without a name, or with a temporary one, that a process has open in a directory.
fn unfinished(running: &Running, dir: &Dir) -> Option<PathBuf> {
    let root = dir.root().canonicalize().unwrap();
    let open = fs::read_dir(format!("/proc/{}/fd", running.pid().as_raw_nonzero())).ok()?;
    open.filter_map(|entry| Some(entry.ok()?.path())).find(|fd| {
        fs::read_link(fd).is_ok_and(|file| {
            let name = file.strip_prefix(&root).map(|name| name.to_string_lossy().into_owned());
            name.is_ok_and(|name| name.ends_with("(deleted)") || name.starts_with(".csp-"))
        })
    })
}

#[test]
fn a_byte_changed_after_it_was_written_is_found() {
    let bytes = slow_to_compress(5, 2_500_000);
    for options in ["--rm", "-f --synchronous", "-o old.gz -f --rm"] {
        let dir = Dir::with_files(&[("a", &bytes), ("old.gz", b"old")]);
        let line = format!("exec pgz -q -p1 --ultra --verify {options} a");
        let mut running = Running::start(dir.as_gzip(&line).stdout(Stdio::null()));
        loop {
            running.signal(Signal::STOP);
            let output = unfinished(&running, &dir);
            if let Some(output) = output.filter(|fd| fs::metadata(fd).unwrap().len() > 1000) {
                let output = File::options().read(true).write(true).open(output).unwrap();
                let mut byte = [0];
                output.read_exact_at(&mut byte, 900).unwrap();
                output.write_all_at(&[byte[0] ^ 1], 900).unwrap();
                running.signal(Signal::CONT);
                break;
            }
            running.signal(Signal::CONT);
            assert!(!running.has_ended());
            thread::sleep(Duration::from_millis(1));
        }
        let words = "pgz: a: verification failed: the output is damaged; not written\n";
        running.finish(b"").says(1, words);
        assert_eq!(dir.list(), "a old.gz");
        assert!(dir.read("a") == bytes && dir.read("old.gz") == b"old");
    }
}

#[test]
fn it_needs_no_threads() {
    let dir =
        Dir::with_files(&[("a", &text(6, 3_000_000)), ("b", b"text"), ("c", &noise(7, 2_000_000))]);
    run(&mut single_threaded(&dir, "pgz", "-q --verify --rm -p 4 a b c"), b"").assert_fine();
    assert_eq!(dir.list(), "a.gz b.gz c.gz pgz");
    dir.installed("gzip -t *.gz").silent();
}

#[test]
fn an_output_that_cannot_be_read_back_is_not_kept() {
    let dir = Dir::with("seq 9 > a");
    let line = "pgz -q --verify --rm a";
    let Some(ran) = dir.run_with_faults("lseek:error=EIO", None, line) else { return };
    ran.says(1, "pgz: a: cannot read the output back: Input/output error\n");
    assert_eq!(dir.list(), "a");
}

#[test]
fn where_it_cannot_be_done_it_is_refused() {
    let dir = Dir::with("seq 9 > a; gzip -k a");
    let help = "Try 'pgz --help' for more information.";
    let stdout = "--verify cannot read standard output back; name a file with -o";
    let packed = "--verify is for compressing; -t tests compressed files";
    for (options, words) in [
        ("-c a", stdout),
        ("-o - a", stdout),
        ("< a", stdout),
        ("- < a", stdout),
        ("a - < a", stdout),
        ("-d a.gz", packed),
    ] {
        dir.run(&format!("pgz --verify {options}")).says(2, &format!("pgz: {words}\n{help}\n"));
        dir.run(&format!("gzip --verify {options}")).says(1, &format!("gzip: {words}\n"));
    }
    dir.run("gunzip --verify a.gz").says(1, &format!("gunzip: {packed}\n"));
    // A test is one.
    dir.run("pgz -t --verify a.gz").silent();
    for input in ["a", "< a"] {
        let name = if input == "a" { "a" } else { "stdin" };
        let words = "cannot verify the output: /dev/null is not a regular file";
        dir.run(&format!("pgz -q --verify -o /dev/null {input}"))
            .says(1, &format!("pgz: {name}: {words}\n"));
    }
    assert_eq!(dir.list(), "a a.gz");
}

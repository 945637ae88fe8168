//! `pgz`: every file into the one beside it, many at once (listings 3.3 and 3.4).

use crate::harness::{
    Dir, Running, command, noise, odd_name, run, shell, single_threaded, terminal, text, with_gzip,
};
use rexpect::process::WaitStatus;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::Signal;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

/// What `gzip` makes of the bytes of a gzip file; fails unless it accepts them.
#[track_caller]
fn gunzip(packed: &[u8]) -> Vec<u8> {
    let ran = run(&mut with_gzip("gzip -dc"), packed);
    ran.assert_fine();
    ran.out
}

#[test]
fn compresses_each_file_beside_it_and_says_how_many() {
    let files = [("a", &text(1, 300_000)[..]), ("b", b"short"), ("c", &noise(1, 200_000))];
    let dir = Dir::with_files(&files);
    let ran = dir.run("pgz a b c");
    ran.assert_fine();
    assert_eq!(ran.text(), "Compressed 3 files\n");
    assert_eq!(dir.list(), "a a.gz b b.gz c c.gz");
    for (name, bytes) in files {
        assert!(dir.read(name) == bytes);
        assert!(gunzip(&dir.read(format!("{name}.gz"))) == bytes);
    }
    assert!(dir.read("a.gz").len() < 150_000);
}

#[test]
fn one_file_is_not_called_files() {
    let dir = Dir::with_files(&[("a", b"text")]);
    assert_eq!(dir.run("pgz a").text(), "Compressed 1 file\n");
    assert_eq!(dir.run("pgz -df a.gz").text(), "Decompressed 1 file\n");
}

#[test]
fn an_empty_file_is_compressed_too() {
    let dir = Dir::with_files(&[("empty", b"")]);
    dir.run("pgz empty").assert_fine();
    assert_eq!(gunzip(&dir.read("empty.gz")), b"");
}

#[test]
fn five_hundred_files_on_two_threads() {
    let dir = Dir::new();
    let names: Vec<String> = (0..500).map(|number| format!("file{number}")).collect();
    for (seed, name) in (0..).zip(&names) {
        dir.write(name, &text(seed, 1000));
    }
    let ran = dir.run(&format!("pgz -p 2 {}", names.join(" ")));
    ran.assert_fine();
    assert_eq!(ran.text(), "Compressed 500 files\n");
    let packed: Vec<u8> = names.iter().flat_map(|name| dir.read(format!("{name}.gz"))).collect();
    assert!(gunzip(&packed) == (0..500).flat_map(|seed| text(seed, 1000)).collect::<Vec<_>>());
}

#[test]
fn an_existing_output_stays_unless_forced() {
    let dir = Dir::with_files(&[("a", b"new"), ("a.gz", b"old"), ("b", b"other")]);
    let ran = dir.run("pgz a b");
    assert_ne!(ran.code, Some(0));
    assert_eq!(ran.text(), "Compressed 1 file\n");
    assert_eq!(ran.err, "pgz: a.gz already exists; not overwritten\n");
    assert_eq!(dir.read("a.gz"), b"old");
    assert_eq!(dir.list(), "a a.gz b b.gz");

    dir.run("pgz -f a b").assert_fine();
    assert_eq!(gunzip(&dir.read("a.gz")), b"new");

    dir.write("a", b"edited");
    assert_ne!(dir.run("pgz -d a.gz").code, Some(0));
    assert_eq!(dir.read("a"), b"edited");
    dir.run("pgz -d -f a.gz").assert_fine();
    assert_eq!(dir.read("a"), b"new");
}

#[test]
fn decompresses_what_it_and_what_gzip_made() {
    let bytes = text(2, 500_000);
    let by_gzip = run(&mut with_gzip("gzip -c"), &bytes).out;
    let dir = Dir::with_files(&[
        ("ours", &bytes),
        ("gzip.gz", &by_gzip),
        ("members.gz", &by_gzip.repeat(3)),
    ]);
    dir.run("pgz ours").assert_fine();
    fs::remove_file(dir.path("ours")).unwrap();
    let ran = dir.run("pgz -d ours.gz gzip.gz members.gz");
    ran.assert_fine();
    assert_eq!(ran.text(), "Decompressed 3 files\n");
    assert!(dir.read("ours") == bytes);
    assert!(dir.read("gzip") == bytes);
    assert!(dir.read("members") == bytes.repeat(3));
    assert_eq!(dir.list(), "gzip gzip.gz members members.gz ours ours.gz");
}

#[test]
fn standard_output_takes_the_files_one_after_the_other() {
    let dir = Dir::with_files(&[("a", b"first "), ("b", b"second")]);
    let ran = dir.run("pgz -c a b");
    ran.assert_fine();
    assert_eq!(gunzip(&ran.out), b"first second");
    assert_eq!(dir.list(), "a b");
    dir.run("pgz a b").assert_fine();
    assert_eq!(dir.run("pgz -dc b.gz a.gz").text(), "secondfirst ");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let bytes = text(3, 400_000);
    for (pack, unpack) in [("", "-d"), ("-", "-d -"), ("-9c", "-dc")] {
        let packed = run(&mut command("pgz", pack), &bytes);
        packed.assert_fine();
        assert!(gunzip(&packed.out) == bytes);
        let unpacked = run(&mut command("pgz", unpack), &packed.out);
        unpacked.assert_fine();
        assert!(unpacked.out == bytes);
    }
}

#[test]
fn every_level_is_gzip_and_the_last_one_given_counts() {
    let bytes = text(4, 200_000);
    let pack = |options: &str| {
        let ran = run(&mut command("pgz", options), &bytes);
        ran.assert_fine();
        ran.out
    };
    for level in 1..=9 {
        assert!(gunzip(&pack(&format!("-{level}"))) == bytes, "{level}");
    }
    let (fast, best) = (pack("--fast"), pack("--best"));
    assert!(best.len() < fast.len());
    for level in [0, 10, 11, 12] {
        let packed = pack(&format!("-{level}"));
        assert!(packed == pack(&format!("--level {level}")), "{level}");
        assert!(packed == pack(&format!("-1f{level}")), "{level}");
        assert!(gunzip(&packed) == bytes, "{level}");
    }
    assert!(pack("-0").len() > bytes.len() && pack("-12").len() < best.len());
    assert!(pack("-12 -1") == fast);
    assert!(pack("-9 -1") == fast);
    assert!(pack("-19") == best);
    assert!(pack("") == pack("-6"));
}

#[test]
fn unusable_options_end_with_2_and_change_nothing() {
    let dir = Dir::with_files(&[("a", b"text"), ("b", b"more")]);
    for (options, message) in [
        ("-b 5 a", "invalid value '5' for '--chunk <SIZE>': must be between 64K and 16M"),
        ("-p 0 a", "invalid value '0' for '--threads <N>': must be at least 1"),
        ("-p x a", "invalid value 'x' for '--threads <N>': not a number"),
        ("-j 1025 a", "invalid value '1025' for '--threads <N>': must be at most 1024"),
        ("-S a/b a", "invalid suffix 'a/b'"),
        ("-o x a b", "-o takes a file's name for one input only; for several, a directory"),
        ("-o x -r a", "-o takes a file's name for one input only; for several, a directory"),
        ("-o . a -", "standard input has no name in .; give -o a file's name"),
        ("-20 a", "there is no -0: the levels are -0 to -12"),
    ] {
        let ran = dir.run(&format!("pgz {options}"));
        let help = "Try 'pgz --help' for more information.";
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{options}");
        assert_eq!(ran.err, format!("pgz: {message}\n{help}\n"));
    }
    assert_eq!(dir.list(), "a b");
}

#[test]
fn short_help_fits_a_screen_and_long_help_has_examples() {
    let short = run(&mut command("pgz", "-h"), b"");
    assert!(short.text().lines().count() < 24, "{}", short.text());
    assert!(short.text().lines().all(|line| line.len() <= 80), "{}", short.text());
    let long = run(&mut command("pgz", "--help"), b"");
    assert!(long.text().contains("\nExamples:\n") && long.text().contains("\nOutput:\n"));
}

#[test]
fn a_file_that_fails_is_named_and_the_others_are_done() {
    let dir = Dir::with_files(&[("good", b"text"), ("secret", b"hush"), ("also", b"text")]);
    fs::create_dir(dir.path("directory")).unwrap();
    fs::set_permissions(dir.path("secret"), Permissions::from_mode(0o000)).unwrap();
    let files = "good missing directory secret also";
    let ran = run(&mut dir.unprivileged("pgz", files, "secret"), b"");
    assert_eq!((ran.code, ran.text()), (Some(1), "Compressed 2 files\n"));
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[0], "pgz: missing: No such file or directory");
    assert!(told[1].starts_with("pgz: directory is a directory"), "{told:?}");
    assert_eq!(told[2], "pgz: secret: Permission denied");
    assert_eq!(dir.list(), "also also.gz directory good good.gz secret");
}

#[test]
fn names_need_not_be_utf_8() {
    let dir = Dir::new();
    dir.write(odd_name("text"), b"text");
    let mut pgz = dir.command("pgz", "");
    let ran = run(pgz.args([odd_name("text"), odd_name("gone")]), b"");
    assert_eq!(ran.text(), "Compressed 1 file\n");
    ran.assert_one_complaint("pgz: caf\\xe9 gone: No such file or directory\n");
    fs::remove_file(dir.path(odd_name("text"))).unwrap();
    run(dir.command("pgz", "-d").arg(odd_name("text.gz")), b"").assert_fine();
    assert_eq!(dir.read(odd_name("text")), b"text");
}

#[test]
fn an_output_gets_the_permissions_of_its_input() {
    for mode in [0o600, 0o640, 0o444, 0o755, 0o666] {
        let dir = Dir::with_files(&[("a", b"text")]);
        let mode_of = |name| fs::metadata(dir.path(name)).unwrap().permissions().mode() & 0o7777;
        fs::set_permissions(dir.path("a"), Permissions::from_mode(mode)).unwrap();
        dir.run("pgz a").assert_fine();
        assert_eq!(mode_of("a.gz"), mode);
        fs::remove_file(dir.path("a")).unwrap();
        dir.run("pgz -d a.gz").assert_fine();
        assert_eq!(mode_of("a"), mode);
    }
}

/// Runs `pgz` in a terminal, and returns what that shows and the exit code.
fn in_terminal(dir: &Dir, options: &str) -> (String, Option<i32>) {
    let mut session = terminal(dir.command("pgz", options));
    let shown = session.exp_eof().unwrap();
    match session.process().wait().unwrap() {
        WaitStatus::Exited(_, code) => (shown, Some(code)),
        _ => (shown, None),
    }
}

#[test]
fn compressed_bytes_are_not_written_to_a_terminal() {
    let dir = Dir::with_files(&[("a", b"text")]);
    for options in ["", "-", "-c a"] {
        let (shown, code) = in_terminal(&dir, options);
        assert!(shown.starts_with("pgz: compressed data not written to a terminal; "), "{shown}");
        assert_eq!((shown.lines().count(), code), (1, Some(1)), "{shown}");
    }
}

#[test]
fn all_else_may_be_done_in_a_terminal() {
    let dir = Dir::with_files(&[("a", b"text")]);
    let (shown, code) = in_terminal(&dir, "a");
    assert!(shown.starts_with("Compressed 1 file, 4 B to "), "{shown}");
    assert_eq!(code, Some(0));
    assert_eq!(in_terminal(&dir, "-dc a.gz"), ("text".to_owned(), Some(0)));
    let (shown, code) = in_terminal(&dir, "-cf a");
    assert!(shown.starts_with('\u{1f}'), "{shown}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_closed_output_ends_it_quietly() {
    let dir = Dir::with_files(&[("a", &noise(5, 1_000_000))]);
    let (running, _stdin, stdout) = Running::piped(&mut dir.command("pgz", "-c a"));
    drop(stdout);
    let ran = running.finish(b"");
    assert_eq!((ran.signal, &*ran.err), (Some(Signal::PIPE.as_raw()), ""));
}

#[test]
fn a_read_error_is_reported_in_one_line() {
    // The system lets this file be opened, but not be read from its beginning.
    let ran = run(&mut command("pgz", "-c /proc/self/mem"), b"");
    ran.assert_one_complaint("pgz: /proc/self/mem: Input/output error\n");
}

#[test]
fn a_full_standard_output_is_reported_in_one_line() {
    let full = File::create("/dev/full").unwrap();
    let mut pgz = command("pgz", "");
    let running = Running::start(pgz.stdin(Stdio::piped()).stdout(full));
    running.finish(b"text").assert_one_complaint("pgz: standard output: No space left on device\n");
}

#[test]
fn one_thread_is_enough() {
    let bytes = text(6, 3_000_000);
    let dir = Dir::with_files(&[("large", &bytes), ("small", b"text")]);
    let alone = |options: &str, input: &[u8]| {
        let ran = run(&mut single_threaded(&dir, "pgz", options), input);
        assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{options}");
        ran
    };
    assert_eq!(alone("large small", b"").text(), "Compressed 2 files\n");
    assert!(gunzip(&dir.read("large.gz")) == bytes);
    alone("-t large.gz small.gz", b"");
    assert_eq!(alone("-df large.gz small.gz", b"").text(), "Decompressed 2 files\n");
    assert!(dir.read("large") == bytes);
    let packed = alone("--progress always", &bytes).out;
    assert!(packed == run(&mut command("pgz", ""), &bytes).out);
    assert!(alone("-d", &packed).out == bytes);
    // An error of the output ends it there, too.
    let full = File::create("/dev/full").unwrap();
    let mut pgz = single_threaded(&dir, "pgz", "-c large");
    let ran = Running::start(pgz.stdin(Stdio::null()).stdout(full)).finish(b"");
    ran.assert_one_complaint("pgz: standard output: No space left on device\n");
}

#[test]
fn where_sigpipe_is_ignored_a_closed_output_is_an_error() {
    for line in ["pgz", "echoback -t 5", "wc-race -n 1", "lockdemo --hold 0"] {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).unwrap();
        drop(reader);
        let mut ignoring = shell(&format!("trap '' PIPE; exec {line}"));
        let running = Running::start(ignoring.stdin(Stdio::piped()).stdout(writer));
        let name = line.split(' ').next().unwrap();
        let complaint = format!("{name}: standard output: Broken pipe\n");
        running.finish(b"text text").assert_one_complaint(&complaint);
    }
}

#[test]
fn numbers_without_reason_are_refused_in_one_line() {
    for (name, options) in [
        ("pgz", "-p 1000000000"),
        ("pgz", "-p 9223372036854775807"),
        ("pgz", "--threads 99999999999999999999999"),
        ("pgz", "-p 0"),
        ("pgz", "-j 0"),
        ("pgz", "-b 99999T"),
        ("pgz", "-b 128"),
        ("wc-race", "-j 1000000000"),
        ("wc-race merge", "-j 9223372036854775807"),
        ("lockdemo", "--workers 18446744073709551615"),
        ("lockdemo", "--workers 10001"),
        ("lockdemo", "--hold 1e99"),
        ("echoback", "-t 99999999999999999999s"),
    ] {
        let (name, step) = name.split_once(' ').unwrap_or((name, ""));
        let ran = run(&mut command(name, &format!("{step} {options}")), b"");
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{options}");
        let lines: Vec<_> = ran.err.lines().collect();
        let [what, hint] = lines[..] else { panic!("{}", ran.err) };
        assert!(what.starts_with(&format!("{name}: invalid value '")), "{what}");
        assert_eq!(hint, format!("Try '{name} --help' for more information."));
    }
    // Large ones that are taken cost nothing.
    for (name, options) in [
        ("pgz", "-p 1024"),
        ("pgz", "-j 1024"),
        ("wc-race", "-j 1024 -n 18446744073709551615"),
        ("wc-race", "--top 18446744073709551615 --memory 8000T"),
        ("wc-race", "--chart=18446744073709551615"),
        ("lockdemo", "--workers 2 --hold 0 --permits 18446744073709551615"),
        ("lockdemo", "--workers 2 --hold 0 --patience 1e18 --lock semaphore"),
        ("echoback", "-e -t 1e18"),
    ] {
        run(&mut command(name, options), b"text text").assert_fine();
    }
}

//! `pgz -d` of files that others made: all threads decode them, and nobody can tell from the result.

use crate::harness::{Dir, Running, command, noise, run, text, with_gzip, with_threads};
use std::fs::File;
use std::process::Stdio;

/// Mostly text, some of it without a pattern, and enough of it that guesses begin in the middle.
fn plain() -> Vec<u8> {
    [text(1, 5_000_000), noise(2, 700_000), vec![b' '; 2_000_000], text(3, 4_000_000)].concat()
}

/// What gzip makes of it.
fn packed(options: &str, plain: &[u8]) -> Vec<u8> {
    let packed = run(&mut with_gzip(&format!("gzip -c {options}")), plain).out;
    assert!(packed.len() > 2_000_000, "too little to begin in the middle: {}", packed.len());
    packed
}

#[test]
fn all_threads_decode_what_others_made() {
    let plain = plain();
    let dir = Dir::with_files(&[("plain", &plain)]);
    for line in ["gzip -1", "gzip -6", "pigz -6", "pigz -1 -i", "igzip -1", "libdeflate-gzip -6"] {
        let made = dir.installed(&format!("{line} -c plain > file.gz"));
        if made.code != Some(0) {
            println!("skipped: {line}: {}", made.err);
            continue;
        }
        dir.run("cat file.gz file.gz > both.gz && head -c 9999 /dev/zero >> both.gz").assert_fine();
        for threads in [1, 2, 3, 8] {
            for (options, times) in [("file.gz", 1), ("- < file.gz", 1), ("both.gz", 2)] {
                let ran = dir.run(&format!("pgz -dc -p{threads} {options}"));
                ran.assert_fine();
                assert!(ran.out == plain.repeat(times), "{line}, {threads} threads: {options}");
            }
            dir.run(&format!("cat file.gz | pgz -dc -p{threads} | cmp - plain")).silent();
            dir.run(&format!("pgz -t -p{threads} both.gz file.gz && pgz -t -p{threads} < both.gz"))
                .assert_fine();
        }
    }
}

#[test]
fn damage_is_reported_as_by_one_thread_after_the_same_bytes() {
    let packed = packed("-6", &plain());
    let flipped = |at: usize| {
        let mut damaged = packed.clone();
        damaged[at] ^= 0x10;
        damaged
    };
    let part = |eighths: usize| packed.len() / 8 * eighths;
    let files = [
        ("flipped 3", flipped(part(3))),
        ("flipped 5", flipped(part(5))),
        ("flipped 7", flipped(part(7))),
        ("checksum", flipped(packed.len() - 7)),
        ("cut", packed[..part(5)].to_vec()),
        ("no end", packed[..packed.len() - 3].to_vec()),
        ("removed", [&packed[..part(4)], &packed[part(4) + 99..]].concat()),
        ("garbage", [&packed[..], &noise(1, 3_000_000)].concat()),
        ("other", [&packed[..], b"PK\x03\x04 and so on"].concat()),
    ];
    for (name, bytes) in files {
        let dir = Dir::with_files(&[("file.gz", &bytes)]);
        for line in
            ["pgz -dc file.gz", "cat file.gz | pgz -dc", "pgz -t file.gz", "pgz -cdf file.gz"]
        {
            let alone = dir.run(&format!("{line} -p1"));
            assert!(alone.code != Some(0) || line.contains("-cdf"), "{name}: {line}");
            for threads in [2, 3, 8] {
                let ran = dir.run(&format!("{line} -p{threads}"));
                assert_eq!((ran.code, &ran.err), (alone.code, &alone.err), "{name}: {line}");
                assert!(ran.out == alone.out, "{name}: {line}, {threads} threads");
            }
        }
    }
}

#[test]
fn where_few_threads_can_start_those_decode() {
    let plain = plain();
    let dir = Dir::with_files(&[("file.gz", &packed("-6", &plain))]);
    for most in 1..8 {
        let input = Stdio::from(File::open(dir.path("file.gz")).unwrap());
        let mut pgz = with_threads(&dir, most, "pgz", "-dc -p4");
        let ran = Running::start(pgz.stdin(input).stdout(Stdio::piped())).finish(b"");
        assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{most} threads");
        assert!(ran.out == plain, "{most} threads");
    }
}

#[test]
fn an_output_that_is_closed_or_full_ends_it() {
    let dir = Dir::with_files(&[("file.gz", &packed("-6", &plain()))]);
    dir.run("pgz -dc -p3 file.gz | head -c 1000 | cmp - /dev/null 2> /dev/null; true")
        .assert_fine();
    let full = File::create("/dev/full").unwrap();
    let mut pgz = command("pgz", "-dc -p3");
    pgz.stdin(File::open(dir.path("file.gz")).unwrap());
    let ran = Running::start(pgz.stdout(full)).finish(b"");
    ran.assert_one_complaint("pgz: standard output: No space left on device\n");
}

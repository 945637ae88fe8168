//! `pgz --recover`: what is left of a damaged file.

use crate::harness::{Dir, text};

/// A BGZF file, and one with an index, of the same 3 MB; both with 512 bad bytes.
fn damaged() -> Dir {
    let dir = Dir::with_files(&[("a", &text(8, 3_000_000))]);
    dir.run("pgz -q --format bgzf -o b.gz a && pgz -q -o c.gz a && gzip -c a > d.gz").silent();
    dir.run(
        "head -c 512 /dev/zero > zeros; cp b.gz whole.gz; for f in b c; do \
             dd if=zeros of=$f.gz bs=512 seek=200 conv=notrunc 2> /dev/null; done",
    )
    .silent();
    dir
}

#[test]
fn an_intact_file_is_decompressed_without_a_word() {
    let dir = damaged();
    dir.run("pgz --recover whole.gz d.gz && cmp whole a && cmp d a").silent();
    dir.run("pgz --recover -c whole.gz | cmp - a && pgz --recover < d.gz | cmp - a").silent();
    dir.run("pgz --recover whole.gz").says(2, "pgz: whole already exists; not overwritten\n");
    dir.run("pgz -f --recover whole.gz && cmp whole a && test -e whole.gz").silent();
}

#[test]
fn what_is_missing_is_reported_and_can_be_filled() {
    let dir = damaged();
    let ran = dir.run("pgz --recover b.gz");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(lines.len(), 2, "{ran:?}");
    assert!(lines[0].starts_with("pgz: b.gz: bytes "), "{ran:?}");
    assert!(lines[0].contains(" not recovered; 65280 bytes of output missing at offset "));
    assert_eq!(lines[1], "pgz: b.gz: recovered 2934720 bytes; 65280 missing");
    let offset: usize = lines[0].rsplit_once(' ').unwrap().1.parse().unwrap();
    let (plain, output) = (dir.read("a"), dir.read("b"));
    assert!(output[..offset] == plain[..offset] && output[offset..] == plain[offset + 65_280..]);

    let ran = dir.run("pgz --recover --fill 0x2d -o filled b.gz");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.ends_with("2934720 bytes; 65280 missing, 65280 filled\n"), "{ran:?}");
    let filled = dir.read("filled");
    let hole = vec![b'-'; 65_280];
    assert!(filled == [&plain[..offset], &hole, &plain[offset + 65_280..]].concat());

    let ran = dir.run("pgz -q --recover -c c.gz > c");
    assert_eq!((ran.code, &*ran.err), (Some(1), ""));
    assert!(dir.read("c").len() > 1_900_000);
    let ran = dir.run("pgz --recover --only-verified -c c.gz > none");
    ran.says(1, "pgz: c.gz: invalid compressed data--crc error\n");
    assert_eq!(dir.read("none"), b"");
    assert_eq!(dir.list(), "a b b.gz c c.gz d.gz filled none whole.gz zeros");
}

#[test]
fn what_cannot_be_recovered_is_one_line() {
    let dir = Dir::with_files(&[("x.gz", b"text"), ("e.gz", b"")]);
    dir.run("pgz --recover x.gz").says(1, "pgz: x.gz: not in gzip format\n");
    dir.run("pgz --recover missing.gz").says(1, "pgz: missing.gz: No such file or directory\n");
    dir.run("pgz --recover e.gz").says(1, "pgz: e.gz: unexpected end of file\n");
    dir.run("pgz --recover x").says(1, "pgz: x.gz: not in gzip format\n");
    let words = "--recover reads a file several times, so it needs a regular file";
    dir.run("cat x.gz | pgz --recover").says(1, &format!("pgz: stdin: {words}\n"));
    dir.run("mkfifo f; pgz --recover -c f").says(1, &format!("pgz: f: {words}\n"));
    assert_eq!(dir.list(), "e.gz f x.gz");
}

#[test]
fn what_makes_no_sense_with_it_is_a_usage_error() {
    let dir = Dir::with("seq 9 | gzip > a.gz");
    for arguments in [
        "--recover -t",
        "--recover -l",
        "--recover --rm",
        "--recover --index",
        "--recover --range 0:1",
        "--recover --verify",
        "--recover --fill 256",
        "--fill 0",
        "--only-verified",
    ] {
        let ran = dir.run(&format!("pgz {arguments} a.gz"));
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{arguments}: {ran:?}");
    }
    assert_eq!(dir.list(), "a.gz");
}

#[test]
fn the_input_is_kept_in_gzip_s_place_too() {
    let dir = Dir::with("seq 99999 > a; gzip -k a");
    dir.run("gzip -f --recover a.gz && zcat a.gz | cmp - a").silent();
    // The abbreviation is GNU gzip's.
    dir.run("gunzip -f --rec a.gz").silent();
    assert_eq!(dir.list(), "a");
}

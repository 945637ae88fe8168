//! `pgz --range`: some of the uncompressed bytes.

use crate::harness::Dir;

/// Files of every kind of the same 6.9 MB.
const FILES: &str = "seq 1000000 > a && gzip -c a > plain.gz";

#[test]
fn every_kind_of_file_has_the_same_range() {
    let dir = Dir::with(FILES);
    dir.run("pgz -q a && pgz -q --format bgzf --index a -o b.gz && pgz -c a > c.gz").silent();
    for (range, start, length) in [
        ("0:10", 0, 10),
        ("1M:100", 1 << 20, 100),
        ("1048575:2", 1_048_575, 2),
        ("65280:70000", 65_280, 70_000),
        ("6888890:", 6_888_890, 6),
        ("6888890:1G", 6_888_890, 6),
        ("7M:5", 7 << 20, 0),
        ("3:0", 3, 0),
    ] {
        dir.run(&format!("tail -c +{} a | head -c {length} > x", start + 1)).silent();
        for file in ["a.gz", "b.gz", "c.gz", "plain.gz"] {
            dir.run(&format!("pgz -dc --range {range} {file} | cmp - x")).silent();
            dir.run(&format!("pgz --range {range} < {file} | cmp - x")).silent();
            dir.run(&format!("cat {file} | pgz --range {range} | cmp - x")).silent();
        }
    }
    assert_eq!(dir.list(), "a a.gz b.gz b.gz.gzi c.gz plain.gz x");
}

#[test]
fn it_is_written_to_a_named_file_and_the_input_is_kept() {
    let dir = Dir::with(FILES);
    dir.run("pgz --range 2:5 -o x plain.gz").silent();
    assert_eq!(dir.read("x"), b"2\n3\n4"[..5]);
    dir.run("pgz --range 2:5 -o x plain.gz").says(2, "pgz: x already exists; not overwritten\n");
    dir.run("pgz -f --range 4:2 -o x < plain.gz && gunzip --range 0:2 plain.gz > y").silent();
    assert_eq!((dir.read("x"), dir.read("y")), (b"3\n".to_vec(), b"1\n".to_vec()));
    dir.run("pgz -f --range 4:2 -o plain.gz plain.gz")
        .says(1, "pgz: plain.gz: the input and the output are the same file\n");
    assert_eq!(dir.list(), "a plain.gz x y");
}

#[test]
fn several_inputs_follow_each_other_and_a_bad_one_stops_none() {
    let dir = Dir::with(FILES);
    let ran = dir.run("pgz -dc --range 0:4 plain a missing.gz plain.gz");
    assert_eq!((ran.code, ran.text()), (Some(1), "1\n2\n1\n2\n"));
    assert_eq!(ran.err, "pgz: a: not in gzip format\npgz: missing.gz: No such file or directory\n");
    assert_eq!(dir.run("pgz -dcf --range 0:4 a").text(), "1\n2\n");
}

#[test]
fn an_endless_pipe_is_read_until_there_is_enough() {
    let ran = Dir::new().run("yes | gzip -1 | pgz -dc --range 1000001:4");
    assert_eq!((ran.code, ran.text()), (Some(0), "\ny\ny"));
}

#[test]
fn damage_in_the_range_is_an_error_and_before_it_is_not_looked_for() {
    let dir = Dir::with("head -c 1000000 /dev/urandom > a");
    dir.run(
        "pgz -q --format bgzf a && printf xxxx | dd of=a.gz bs=1 seek=5000 conv=notrunc 2> /dev/null",
    )
    .silent();
    let ran = dir.run("pgz -dc --range 6000:10 a.gz > x");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.err, "pgz: a.gz: invalid compressed data--crc error\n");
    dir.run("pgz -dc --range 70000: a.gz > x; tail -c +70001 a | cmp - x").silent();
}

#[test]
fn what_makes_no_sense_with_a_range_is_a_usage_error() {
    let dir = Dir::with("seq 9 | gzip > a.gz; mkdir d");
    for arguments in ["-t", "-l", "--rm", "--index", "-o d"] {
        let ran = dir.run(&format!("pgz --range 0:1 {arguments} a.gz"));
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{arguments}: {ran:?}");
    }
    for range in ["5", ":", "x:1", "-1:1", "1:-1", ""] {
        assert_eq!(dir.run(&format!("pgz '--range={range}' a.gz")).code, Some(2), "{range}");
    }
    assert_eq!(dir.list(), "a.gz d");
}

//! Sparse files: what is a hole takes no time, and no space on either side.

use crate::harness::Dir;

/// Whether files can have holes here.
fn has_holes(dir: &Dir) -> bool {
    let has = dir.run("truncate -s 1M h; test $(stat -c %b h) -lt 100; s=$?; rm h; exit $s");
    if has.code != Some(0) {
        eprintln!("skipped: no holes on this file system");
    }
    has.code == Some(0)
}

#[test]
fn a_sparse_file_of_8_gib_is_compressed_and_comes_back_sparse() {
    let line = "truncate -s 8G x; for at in 0 3000 5000001; do
        seq 30000 | dd of=x conv=notrunc bs=1024 seek=$at status=none; done";
    let dir = Dir::new();
    if !has_holes(&dir) {
        return;
    }
    dir.run(line).silent();
    dir.run("pgz -q x && pgz -q -d -o y x.gz && cmp x y").silent();
    dir.run("test $(stat -c %s y) = 8589934592 && test $(stat -c %b y) -lt 4000").silent();
    // From standard input, and into a named file from there.
    dir.run("pgz -q --no-index -o n x; pgz < x | cmp - n").silent();
    dir.run("pgz -df -o y < n; test $(stat -c %b y) -lt 4000 && test x -ot y").silent();
}

#[test]
fn holes_are_made_as_the_option_says() {
    // 48 KiB, then 80 KiB of zeros, then zeros at the end.
    let line = "(seq 9; head -c 49152 /dev/zero; seq 9; head -c 98304 /dev/zero; seq 9;
        head -c 200000 /dev/zero) > x; gzip -k x; touch -d 2001-01-01 x.gz";
    let dir = Dir::with(line);
    if !has_holes(&dir) {
        return;
    }
    let blocks = |line: &str| {
        dir.run(&format!("rm -f y; {line} && cmp x y")).silent();
        dir.run("stat -c %b y").text().trim().parse::<u32>().unwrap()
    };
    let [auto, always, never, gzip] = [
        "pgz -qd -o y x.gz",
        "pgz -qd --sparse always -o y x.gz",
        "pgz -qd --sparse=never -o y x.gz",
        "gunzip -k -o y x.gz",
    ]
    .map(blocks);
    assert!(always < auto && auto < never, "{always} {auto} {never}");
    assert_eq!(gzip, never);
    // The time is set after the length.
    assert_eq!(dir.run("stat -c %Y x.gz y | uniq | wc -l").text().trim(), "1");
    dir.run("pgz -dc --sparse always x.gz | cmp - x").silent();
    dir.run("pgz -qdf --sparse always -o y x.gz; cmp x y; stat -c %Y y | grep -qx 978307200")
        .silent();
    assert_eq!(dir.run("pgz --sparse often x").code, Some(2));
}

#[test]
fn chunks_of_zeros_are_the_same_read_or_not() {
    let dir = Dir::with("truncate -s 9000000 h; seq 99999 >> h; cp --sparse=never h z");
    for options in ["", "-1", "-0", "-9 -b 64K", "--rsyncable", "-p1"] {
        let line =
            format!("pgz {options} -c h > x; pgz {options} -c z | cmp - x; zcat x | cmp - h");
        dir.run(&line).silent();
        dir.run(&format!("cat z | pgz {options} | cmp - x")).silent();
        dir.run(&format!("pgz -qf {options} -o x h; pgz -dc x | cmp - z")).silent();
    }
}

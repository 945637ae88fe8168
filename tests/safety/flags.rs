//! What each flag does, a test each.

use crate::support::Dir;

#[test]
fn pgz_keeps_the_originals_and_says_how_many() {
    let dir = Dir::with("seq 9 > a; seq 99 > b");
    assert_eq!(dir.run("pgz a b").out, "Compressed 2 files\n");
    assert_eq!(dir.list(), "a a.gz b b.gz");
}

#[test]
fn rm_removes_them_and_the_last_of_rm_and_keep_counts() {
    let dir = Dir::with("seq 9 > a");
    dir.run("pgz -q --rm -k a && pgz -qf -k --rm a").silent();
    assert_eq!(dir.list(), "a.gz");
    dir.run("pgz -q -d --rm a.gz").silent();
    assert_eq!(dir.list(), "a");
}

#[test]
fn synchronous_and_long_names_cut_short_are_taken() {
    let dir = Dir::with("seq 9 > a");
    dir.run("gzip --synch --verb a 2> /dev/null && gzip --dec --std a.gz | cmp - /dev/stdin < /dev/null; test -f a.gz").code.unwrap();
    assert_eq!(dir.list(), "a.gz");
    dir.run("pgz -q --uncomp --forc a.gz").silent();
    assert_eq!(dir.list(), "a a.gz");
}

#[test]
fn gzip_and_gunzip_take_the_originals_away_and_zcat_does_not() {
    let dir = Dir::with("seq 3 > a");
    dir.run("gzip a").silent();
    assert_eq!(dir.list(), "a.gz");
    assert_eq!(dir.run("zcat a.gz").out, "1\n2\n3\n");
    dir.run("gunzip a.gz").silent();
    assert_eq!(dir.list(), "a");
}

#[test]
fn levels_reach_from_storing_to_ultra() {
    let dir = Dir::with("seq 30000 > a");
    let sizes = dir.run("for l in --level=0 -1 -6 -9 --ultra; do pgz -c $l a | wc -c; done").out;
    let sizes: Vec<u32> = sizes.lines().map(|line| line.trim().parse().unwrap()).collect();
    assert!(sizes[0] > 168_894 && sizes.iter().min() == sizes.last(), "{sizes:?}");
    dir.run("pgz -c --level 12 a > x; pgz -c --ultra a | cmp - x").silent();
}

#[test]
fn chunks_have_the_size_that_is_asked_for() {
    let dir = Dir::with("seq 100000 > a");
    dir.run("pgz -c -b 64K a > x && gzip -dc x | cmp - a && ! pgz -c a | cmp -s - x").silent();
    assert_eq!(dir.run("pgz -b 1K a").code, Some(1));
    assert_eq!(dir.run("pgz -b nonsense a").code, Some(2));
}

#[test]
fn output_goes_to_one_name_or_into_a_directory() {
    let dir = Dir::with("mkdir d; seq 9 > a; seq 99 > b; cp a c");
    dir.run("pgz -q -o x a && pgz -dc x | cmp - a && pgz -q -o d a b && pgz -q -o y < a").silent();
    dir.run("gzip -dc y | cmp - a && pgz -q -d -o z d/b.gz && cmp z b && ! pgz -o e a b 2> err")
        .silent();
    assert_eq!(dir.run("ls d").out, "a.gz\nb.gz\n");
    assert_eq!(dir.list(), "a b c d err x y z");
    dir.run("pgz -o x a").says(2, "pgz: x already exists; not overwritten\n");
}

#[test]
fn recursive_walks_on_past_what_it_cannot_do() {
    let dir =
        Dir::with("mkdir -p d/e; seq 9 > d/a; seq 9 > d/e/b; cp d/a d/c.gz; ln -s ../d d/e/l");
    let ran = dir.run("pgz -r d");
    assert_eq!((ran.code, &*ran.out), (Some(1), "Compressed 2 files\n"));
    assert_eq!(ran.err, "pgz: d/e/l: Too many levels of symbolic links\n");
    assert_eq!(dir.run("find d -name '*.gz' | sort").out, "d/a.gz\nd/c.gz\nd/e/b.gz\n");
}

#[test]
fn names_and_times_are_stored_and_restored() {
    let dir = Dir::with("seq 9 > a; touch -d '2001-02-03 04:05:06' a");
    dir.run("pgz -qN a && mv a.gz b.gz && rm a && touch b.gz && pgz -qdN b.gz").silent();
    assert_eq!(dir.list(), "a b.gz");
    assert_eq!(dir.run("stat -c %Y a").out, "981173106\n");
    dir.run("cp a c; pgz -q c; pgz -c a | cmp - c.gz").silent();
}

#[test]
fn a_stored_name_stays_in_its_directory() {
    // The header of `seq 9 | gzip`, with a name; then the rest of it.
    let make = |name: &str| {
        format!(
            "(printf '\\037\\213\\010\\010\\0\\0\\0\\0\\0\\003{name}\\0'; seq 9 | gzip -n | tail -c +11) > x.gz"
        )
    };
    for name in ["../../x", "/etc/x"] {
        let dir = Dir::with(&make(name));
        dir.run("mkdir d && mv x.gz d && pgz -qdN d/x.gz && ls d | tr '\\n' ' ' > /dev/null && test -f d/x").silent();
        assert_eq!(dir.run("ls d").out, "x\nx.gz\n");
    }
    for name in ["", ".", "..", "x/"] {
        let dir = Dir::with(&make(name));
        dir.run("pgz -qdN x.gz")
            .says(1, "pgz: x.gz: the stored name is empty, . or .. -- ignored\n");
        assert_eq!(dir.list(), "x.gz");
    }
    let dir = Dir::with(&make("a\\033b"));
    let ran = dir.run("pgz -dNv x.gz");
    assert!(ran.err.ends_with("-- created a\\u{1b}b\n"), "{}", ran.err);
}

#[test]
fn list_knows_sizes_over_4_gib() {
    // Sixteen members of 320 MiB each; one member is made only once.
    let dir = Dir::new();
    let line = "head -c 335544320 /dev/zero | pgz -1 > m; cat m m m m m m m m m m m m m m m m > x.gz; pgz -l x.gz";
    let ran = dir.run(line);
    let row = ran.out.lines().last().unwrap();
    assert_eq!(row.split_whitespace().nth(1), Some("5368709120"), "{ran:?}");
}

#[test]
fn rsyncable_output_changes_only_near_a_change() {
    let dir = Dir::with("seq 1200000 > a; (head -c 1000 a; printf x; tail -c +1001 a) > b");
    let line = "pgz --rsyncable -c a > a.gz; pgz --rsyncable -c b > b.gz; gzip -dc b.gz | cmp - b";
    dir.run(line).silent();
    // All but the trailer and the first eighth or so is the same, seen from the end.
    let tails = "for f in a b; do head -c -8 $f.gz | tail -c 1000000 | cksum; done | uniq | wc -l";
    assert_eq!(dir.run(tails).out.trim(), "1");
    assert!(dir.path().join("a.gz").metadata().unwrap().len() > 1_500_000);
}

#[test]
fn quiet_is_quiet_and_verbose_tells_each_file() {
    let dir = Dir::with("mkdir d; seq 99 > a");
    dir.run("pgz -q d").says(2, "");
    let ran = dir.run("pgz -v a");
    assert!(ran.err.starts_with("a:\t ") && ran.err.ends_with("% -- created a.gz\n"), "{ran:?}");
}

#[test]
fn progress_is_shown_when_asked_for_and_never_when_quiet() {
    let dir = Dir::with("head -c 3000000 /dev/zero > a");
    let slowly = "(cat a; sleep 1) | pgz --progress always > b";
    assert!(dir.run(slowly).err.contains("B/s\u{1b}[K\r"));
    assert_eq!(dir.run("pgz -qf --progress always a").err, "");
    assert_eq!(dir.run("pgz -f a").err, "");
    assert_eq!(dir.run("pgz -f --progress never a").err, "");
}

#[test]
fn the_environment_counts_for_gzip_only() {
    let dir = Dir::with("seq 30000 > a");
    dir.run("GZIP=-9 gzip -c a > x; gzip -9c a | cmp - x").silent();
    dir.run("GZIP=-9 pgz -c a > x; pgz -c a | cmp - x").silent();
    dir.run("GZIP=nonsense pgz -q a").silent();
}

#[test]
fn tar_uses_it_both_ways_and_zcat_reads_what_it_joins() {
    let dir = Dir::with("mkdir d; seq 9 > d/a; seq 99 > d/b; cp -r d e");
    dir.run("tar -I pgz -cf x.tar.gz d && rm -r d && tar -I pgz -xf x.tar.gz && diff -r d e")
        .silent();
    dir.run("pgz -c d/a d/b | zcat > both; cat d/a d/b | cmp - both").silent();
}

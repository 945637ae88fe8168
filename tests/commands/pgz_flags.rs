//! What each flag does, a test each.

use crate::harness::Dir;

#[test]
fn pgz_keeps_its_inputs_and_says_how_many() {
    let dir = Dir::with("seq 9 > a; seq 99 > b");
    assert_eq!(dir.run("pgz a b").text(), "Compressed 2 files\n");
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
fn gzip_and_gunzip_remove_their_inputs_and_zcat_does_not() {
    let dir = Dir::with("seq 3 > a");
    dir.run("gzip a").silent();
    assert_eq!(dir.list(), "a.gz");
    assert_eq!(dir.run("zcat a.gz").text(), "1\n2\n3\n");
    dir.run("gunzip a.gz").silent();
    assert_eq!(dir.list(), "a");
}

#[test]
fn levels_reach_from_storing_to_ultra() {
    let dir = Dir::with("seq 30000 > a");
    let sizes = dir.run("for l in --level=0 -1 -6 -9 --ultra; do pgz -c $l a | wc -c; done");
    let sizes: Vec<u32> = sizes.text().lines().map(|line| line.trim().parse().unwrap()).collect();
    assert!(sizes[0] > 168_894 && sizes.iter().min() == sizes.last(), "{sizes:?}");
    dir.run("pgz -c --level 12 a > x; pgz -c --ultra a | cmp - x").silent();
}

#[test]
fn chunks_have_the_size_that_is_asked_for() {
    let dir = Dir::with("seq 100000 > a");
    dir.run("pgz -c -b 64K a > x && gzip -dc x | cmp - a && ! pgz -c a | cmp -s - x").silent();
    assert_eq!(dir.run("pgz -b 1K a").code, Some(2));
    assert!(dir.run("pgz -b 128 a").err.contains("pigz counts KiB: use 128K\n"));
    assert_eq!(dir.run("pgz -b nonsense a").code, Some(2));
}

#[test]
fn output_goes_to_one_name_or_into_a_directory() {
    let dir = Dir::with("mkdir d; seq 9 > a; seq 99 > b; cp a c");
    dir.run("pgz -q -o x a && pgz -dc x | cmp - a && pgz -q -o d a b && pgz -q -o y < a").silent();
    dir.run("gzip -dc y | cmp - a && pgz -q -d -o z d/b.gz && cmp z b && ! pgz -o e a b 2> err")
        .silent();
    assert_eq!(dir.run("ls d").text(), "a.gz\nb.gz\n");
    assert_eq!(dir.list(), "a b c d err x y z");
    dir.run("pgz -o x a").says(2, "pgz: x already exists; not overwritten\n");
}

#[test]
fn recursive_walks_on_past_what_it_cannot_do() {
    let dir =
        Dir::with("mkdir -p d/e; seq 9 > d/a; seq 9 > d/e/b; cp d/a d/c.gz; ln -s ../d d/e/l");
    let ran = dir.run("pgz -r d");
    assert_eq!((ran.code, ran.text()), (Some(1), "Compressed 2 files\n"));
    assert_eq!(ran.err, "pgz: d/e/l is a symbolic link; -f follows it\n");
    assert_eq!(dir.run("find d -name '*.gz' | sort").text(), "d/a.gz\nd/c.gz\nd/e/b.gz\n");
}

#[test]
fn names_and_times_are_stored_and_restored() {
    let dir = Dir::with("seq 9 > a; touch -d '2001-02-03 04:05:06' a");
    dir.run("pgz -qN a && mv a.gz b.gz && rm a && touch b.gz && pgz -qdN b.gz").silent();
    assert_eq!(dir.list(), "a b.gz");
    assert_eq!(dir.run("stat -c %Y a").text(), "981173106\n");
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
        assert_eq!(dir.run("ls d").text(), "x\nx.gz\n");
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
    let row = ran.text().lines().last().unwrap();
    assert_eq!(row.split_whitespace().nth(1), Some("5368709120"), "{ran:?}");
}

#[test]
fn rsyncable_output_changes_only_near_a_change() {
    let dir = Dir::with("seq 1200000 > a; (head -c 1000 a; printf x; tail -c +1001 a) > b");
    let line = "pgz --rsyncable -c a > a.gz; pgz --rsyncable -c b > b.gz; gzip -dc b.gz | cmp - b";
    dir.run(line).silent();
    // All but the trailer and the first eighth or so is the same, seen from the end.
    let tails = "for f in a b; do head -c -8 $f.gz | tail -c 1000000 | cksum; done | uniq | wc -l";
    assert_eq!(dir.run(tails).text().trim(), "1");
    assert!(dir.path("a.gz").metadata().unwrap().len() > 1_500_000);
}

#[test]
fn quiet_is_quiet_and_verbose_reports_each_file() {
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
    dir.run("GZIP='-1 -n --rsync -q' gzip -c a > x; gzip -1nc --rsyncable a | cmp - x").silent();
    dir.run("GZIP=--no-name gzip -c a > x; gzip -nc a | cmp - x").silent();
    dir.run("mkdir d; seq 9 > d/a; GZIP=-n tar czf x.tar.gz d && tar tzf x.tar.gz > /dev/null")
        .silent();
    assert!(dir.run("GZIP=-v gzip -c a > x").err.ends_with("% -- replaced with stdout\n"));
    let help = "\nTry `gzip --help' for more information.\n";
    for (value, word) in [
        ("-k", "-k"),
        ("-f", "-f"),
        ("'-9 --stdout'", "--stdout"),
        ("$(printf -- '-\\033')", r"-\u{1b}"),
    ] {
        let why = format!("gzip: {word}: option not valid in GZIP environment variable{help}");
        dir.run(&format!("GZIP={value} gzip a")).says(1, &why);
    }
    let why = r"gzip: \u{1b}[31m: non-option in GZIP environment variable";
    dir.run("GZIP=$(printf '\\033[31m') gzip a").says(1, &format!("{why}{help}"));
}

#[test]
fn tar_uses_it_both_ways_and_zcat_reads_what_it_joins() {
    let dir = Dir::with("mkdir d; seq 9 > d/a; seq 99 > d/b; cp -r d e");
    dir.run("tar -I pgz -cf x.tar.gz d && rm -r d && tar -I pgz -xf x.tar.gz && diff -r d e")
        .silent();
    dir.run("pgz -c d/a d/b | zcat > both; cat d/a d/b | cmp - both").silent();
}

#[test]
fn what_wrappers_add_may_be_there_already() {
    let dir = Dir::with("mkdir d; seq 9 > d/a; tar czf x.tar.gz d");
    dir.run("tar tf x.tar.gz -I 'gzip -d' > /dev/null && tar tf x.tar.gz -I pgz > /dev/null")
        .silent();
    dir.run("gzip -ffkknn -S .x -S .y d/a && gzip -ddff -S .x -S .y d/a.y").silent();
}

#[test]
fn options_that_gzip_does_not_have_are_refused_in_its_words() {
    let dir = Dir::with("seq 9 > a");
    let lines = [
        ("gzip --foo", "unrecognized option '--foo'"),
        ("gzip -cX a", "invalid option -- 'X'"),
        ("gzip --stdout=3 a", "option '--stdout' doesn't allow an argument"),
        ("gzip -S", "option requires an argument -- 'S'"),
        ("gzip -b x a", "-b operand is not an integer"),
        ("gzip -0 a", "invalid option -- '0'"),
        ("gzip -j 1 a", "invalid option -- 'j'"),
        ("gzip -Z a", "-Z not supported in this version"),
    ];
    for (line, words) in lines {
        let help = "Try `gzip --help' for more information.";
        dir.run(line).says(1, &format!("gzip: {words}\n{help}\n"));
    }
    for line in &lines[..7] {
        assert_eq!(dir.run(line.0), dir.installed(line.0));
    }
    for line in ["gzip --no -c a", "gzip -b 12 -c a", "gzip -ac a", "gzip --bits=9 -c a"] {
        let ran = dir.run(&format!("{line} | gzip -dc | cmp - a"));
        let word =
            if line.contains("-a") { "gzip: option --ascii ignored on this system\n" } else { "" };
        ran.says(0, word);
    }
    dir.run("gzip -aqc a | gzip -dc | cmp - a").silent();
    dir.run("gzip -H | grep -q Usage:").silent();
    let version = format!("gzip (pgz of csp-toolkit) {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(dir.run("gzip --version").text(), version);
    let help = "Try 'pgz --help' for more information.";
    let words = "there is no -z: only gzip files are written; pigz -z writes zlib's";
    dir.run("pgz -z a").says(2, &format!("pgz: {words}\n{help}\n"));
    dir.run("pgz -c -Y -R a | gzip -dc | cmp - a").silent();
}

#[test]
fn other_names_for_decompressing_are_known() {
    let dir = Dir::with("seq 3 > a");
    for name in ["unpigz", "uncompress", "gunzip"] {
        dir.run(&format!("gzip a && {name} a")).silent();
        assert_eq!(dir.list(), "a");
        let words = format!("{name}: no.gz: No such file or directory\n");
        dir.run(&format!("{name} no")).says(1, &words);
    }
    assert_eq!(dir.run("gzip a && gzcat a").text(), "1\n2\n3\n");
    assert_eq!(dir.list(), "a.gz");
    dir.run("zcat -o a a.gz").silent();
    assert_eq!(dir.list(), "a a.gz");
}

#[test]
fn a_dash_is_standard_output_and_standard_input_has_no_name() {
    let dir = Dir::with("seq 9 > a; mkdir d");
    dir.run("pgz -o - a | gzip -dc | cmp - a").silent();
    dir.run("gzip -o - a | gzip -dc | cmp - a").silent();
    let words = "pgz: standard input has no name in d; give -o a file's name";
    let help = "Try 'pgz --help' for more information.";
    dir.run("pgz -o d < a").says(2, &format!("{words}\n{help}\n"));
    assert_eq!(dir.list(), "a d");
    assert_eq!(dir.run("ls d").text(), "");
}

#[test]
fn an_index_is_left_out_where_it_is_not_wanted() {
    let dir = Dir::with("seq 900000 > a");
    let extra = |name: &str| dir.run(&format!("od -An -tu1 -j3 -N1 {name}")).text().trim() == "4";
    dir.run("pgz -q a; pgz -q --no-index -o b a; gzip -nk -S .x a").silent();
    assert!(extra("a.gz"));
    assert!(!extra("b") && !extra("a.x"));
    dir.run("pgz -dc b | cmp - a; gunzip -c < a.x | cmp - a").silent();
}

#[test]
fn a_time_that_does_not_fit_is_a_warning() {
    for date in ["1960-01-01", "2120-01-01"] {
        let dir = Dir::with(&format!("seq 9 > a; touch -d {date} a"));
        let words = "gzip: a: warning: file timestamp out of range for gzip format\n";
        dir.run("gzip -k a").says(2, words);
        dir.run("gzip -kfq a").says(2, "");
        dir.run("gzip -kfn a").silent();
        let words = words.replace("gzip: a", "gzip: stdin");
        dir.run("gzip < a > b").says(2, &words);
        dir.run("pgz -qf a").silent();
        dir.run("gzip -dc a.gz | cmp - a; gzip -dc b | cmp - a").silent();
    }
}

#[test]
fn the_list_shows_the_time_of_the_zone() {
    let dir = Dir::with("seq 9 > a; touch -d '2001-07-03 20:05:06' a; gzip a");
    for (zone, time) in [
        ("UTC", "Jul  3 20:05"),
        ("XXX-2", "Jul  3 22:05"),
        ("XXX5:30", "Jul  3 14:35"),
        ("XXX-1YYY,M3.5.0,M10.5.0/3", "Jul  3 22:05"),
    ] {
        let ran = dir.run(&format!("TZ={zone} gzip -lv a.gz"));
        assert!(ran.text().contains(&format!(" {time} ")), "{zone}: {}", ran.text());
    }
    if std::path::Path::new("/usr/share/zoneinfo/Europe/Berlin").exists() {
        let ran = dir.run("TZ=Europe/Berlin gzip -lv a.gz");
        assert!(ran.text().contains(" Jul  3 22:05 "), "{}", ran.text());
    }
}

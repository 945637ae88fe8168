//! What `pgz` leaves alone, and what it makes of broken files: a test for each case.

use crate::harness::{Dir, Ran};
use std::fs;
use std::os::unix::ffi::OsStrExt;

/// A gzip file, and broken ones made of it; none of them may be lost.
const BROKEN: &str = "
    seq 1 5000 | gzip > good.gz; size=$(wc -c < good.gz)
    echo plain > not.gz; head -c 3000 good.gz > cut.gz
    (head -c $((size - 8)) good.gz; printf '12345678') > crc.gz
    (head -c $((size - 4)) good.gz; printf '1234') > length.gz
    (head -c 100 good.gz; printf '\\377\\377\\377\\377'; tail -c +105 good.gz) > data.gz
    cat good.gz cut.gz > second.gz";

#[test]
fn an_existing_output_is_not_overwritten() {
    let dir = Dir::with("seq 9 > a; echo old > a.gz");
    dir.run("pgz --rm a").says(2, "pgz: a.gz already exists; not overwritten\n");
    dir.run("gzip a").says(2, "gzip: a.gz already exists;\tnot overwritten\n");
    assert_eq!(dir.run("cat a.gz").text(), "old\n");
    dir.run("gzip -f a && gzip -t a.gz").silent();
    assert_eq!(dir.list(), "a.gz");
}

#[test]
fn forced_over_a_directory_it_fails_and_loses_nothing() {
    let dir = Dir::with("seq 9 > a; mkdir a.gz");
    assert_eq!(dir.run("gzip -f a").code, Some(1));
    assert_eq!(dir.list(), "a a.gz");
}

#[test]
fn a_symbolic_link_is_refused_without_force_or_stdout() {
    let dir = Dir::with("seq 9 > a; ln -s a l");
    for line in ["gzip l", "gzip -k l"] {
        dir.run(line).says(1, "gzip: l: Too many levels of symbolic links\n");
    }
    for line in ["pgz l", "pgz -d l"] {
        dir.run(line).says(1, "pgz: l is a symbolic link; -f follows it\n");
    }
    let ran = dir.run("ln -s m m; pgz -f m");
    ran.says(1, "pgz: m: Too many levels of symbolic links\n");
    dir.run("rm m").silent();
    dir.run("pgz -c l | zcat | cmp - a").silent();
    dir.run("gzip -f l").silent();
    assert_eq!(dir.list(), "a l.gz");
}

#[test]
fn a_hard_link_is_ignored_only_where_it_would_be_removed() {
    let dir = Dir::with("seq 9 > a; ln a b; ln a c");
    dir.run("gzip a").says(2, "gzip: a has 2 other links -- file ignored\n");
    dir.run("pgz --rm a").says(2, "pgz: a has 2 other links -- file ignored\n");
    dir.run("pgz -q a").silent();
    dir.run("gzip -f b").silent();
    assert_eq!(dir.list(), "a a.gz b.gz c");
}

#[test]
fn special_bits_are_ignored() {
    let dir =
        Dir::with("seq 9 > u; cp u g; cp u s; chmod u+s u; chmod g+s g; chmod +t s; mkfifo f");
    for (file, words) in [
        ("u", "is set-user-ID on execution - ignored"),
        ("g", "is set-group-ID on execution - ignored"),
        ("s", "has the sticky bit set - file ignored"),
        ("f", "is not a directory or a regular file - ignored"),
        ("/dev/null", "is not a directory or a regular file - ignored"),
    ] {
        dir.run(&format!("pgz -k {file}")).says(2, &format!("pgz: {file} {words}\n"));
        dir.run(&format!("gzip {file}")).says(2, &format!("gzip: {file} {words}\n"));
    }
    dir.run("gzip .").says(2, "gzip: . is a directory -- ignored\n");
    dir.run("pgz .").says(2, "pgz: . is a directory; -r processes the files in it\n");
    dir.run("gzip -c u g s /dev/null | gzip -dc > /dev/null").silent();
    dir.run("gzip -f s").silent();
    assert_eq!(dir.list(), "f g s.gz u");
}

#[test]
fn what_is_missing_is_told_in_the_system_s_words_and_the_others_go_on() {
    let dir = Dir::with("seq 9 > a");
    dir.run("pgz -q missing a").says(1, "pgz: missing: No such file or directory\n");
    dir.run("pgz -qd missing").says(1, "pgz: missing.gz: No such file or directory\n");
    assert_eq!(dir.list(), "a a.gz");
}

#[test]
fn endings_that_do_not_fit_are_left_alone() {
    let dir = Dir::with("seq 9 > a.gz; cp a.gz a.tgz; cp a.gz b");
    dir.run("pgz a.gz").says(0, "pgz: a.gz already has .gz suffix -- unchanged\n");
    dir.run("gzip a.tgz").says(0, "gzip: a.tgz already has .tgz suffix -- unchanged\n");
    dir.run("pgz -d b").says(2, "pgz: b: unknown suffix -- ignored\n");
    assert_eq!(dir.list(), "a.gz a.tgz b");
}

#[test]
fn broken_files_stay_and_nothing_is_left_behind() {
    let dir = Dir::with(BROKEN);
    let before = dir.list();
    for (file, words) in [
        ("not", "not in gzip format"),
        ("cut", "unexpected end of file"),
        ("crc", "invalid compressed data--crc error"),
        ("length", "invalid compressed data--length error"),
        ("second", "unexpected end of file"),
    ] {
        dir.run(&format!("pgz -qd --rm {file}.gz")).says(1, &format!("pgz: {file}.gz: {words}\n"));
        dir.run(&format!("gunzip {file}.gz")).says(1, &format!("\ngunzip: {file}.gz: {words}\n"));
        dir.run(&format!("gzip -t {file}.gz")).says(1, &format!("\ngzip: {file}.gz: {words}\n"));
    }
    let Ran { code, err, .. } = dir.run("pgz -d --rm data.gz");
    assert_eq!(code, Some(1));
    assert!(err.starts_with("pgz: data.gz: invalid compressed data--"), "{err}");
    assert_eq!(dir.list(), before);
}

#[test]
fn one_broken_file_among_many_stops_no_other() {
    let dir = Dir::with(BROKEN);
    dir.run("gunzip -q crc.gz good.gz cut.gz 2> /dev/null; test $? = 1").silent();
    assert_eq!(dir.list(), "crc.gz cut.gz data.gz good length.gz not.gz second.gz");
}

#[test]
fn trailing_garbage_is_a_warning_and_the_input_is_kept() {
    let dir = Dir::with(
        "seq 99 | gzip > a.gz; cp a.gz z.gz; echo rubbish >> a.gz; head -c 99 /dev/zero >> z.gz",
    );
    let warning = "pgz: a.gz: decompression OK, trailing garbage ignored\n";
    dir.run("pgz -d --rm a.gz").says(2, warning);
    dir.run("seq 99 | cmp - a").silent();
    dir.run("gunzip z.gz").silent();
    assert_eq!(dir.list(), "a a.gz z");
}

#[test]
fn an_output_gets_the_mode_and_times_of_its_input() {
    let dir = Dir::with("seq 9 > a; chmod 641 a; touch -d '2001-02-03 04:05:06.789' a");
    let line = "umask 077; stat -c '%a %y' a; gzip a; stat -c '%a %y' a.gz; gunzip a.gz; stat -c '%a %y' a";
    assert_eq!(dir.run(line).text(), "641 2001-02-03 04:05:06.789000000 +0000\n".repeat(3));
}

#[test]
fn an_output_gets_the_owner_of_its_input_where_that_is_allowed() {
    let dir = Dir::with("seq 9 > a");
    if dir.run("chown 12:34 a 2> /dev/null").code != Some(0) {
        return;
    }
    assert_eq!(dir.run("gzip a; stat -c '%u:%g' a.gz").text(), "12:34\n");
}

#[test]
fn a_name_need_not_be_text() {
    let dir = Dir::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9 -\n");
    fs::write(dir.path(name), "text").unwrap();
    dir.run("gzip -r . && gunzip -r .").silent();
    dir.run("gzip ./caf* && zcat ./caf* > /dev/null && gzip -t ./caf*").silent();
    let ran = dir.run("gzip -dv ./caf*");
    assert!(ran.err.contains(r"caf\xe9 -\n"), "{}", ran.err);
    assert_eq!(fs::read(dir.path(name)).unwrap(), b"text");
}

#[test]
fn a_reader_that_has_enough_ends_it_quietly() {
    let dir = Dir::with("seq 2000000 > a");
    let out = dir.run("(gzip -c a; echo $? >&2) | head -c 10 > /dev/null; (gzip -c a | zcat; echo $? >&2) | head -n 1");
    assert_eq!((out.text(), &*out.err), ("1\n", "141\n141\n"));
}

#[test]
fn options_that_make_no_sense_end_as_gzip_s_do() {
    let dir = Dir::new();
    assert_eq!(dir.run("gzip --nonsense").code, Some(1));
    assert_eq!(dir.run("pgz --nonsense").code, Some(2));
}

#[test]
fn walking_a_directory_skips_files_without_the_suffix() {
    let dir = Dir::with("mkdir d; seq 9 > d/a; seq 8 > d/b; gzip d/b");
    dir.run("gzip -dr d").silent();
    dir.run("gzip -drv d/a").says(2, "gzip: d/a: unknown suffix -- ignored\n");
    dir.run("gzip -d d/a").says(2, "gzip: d/a: unknown suffix -- ignored\n");
    assert_eq!(dir.run("ls d").text(), "a\nb\n");
    for line in ["gzip -dr d", "gzip -drv d/a", "gzip -dq d/a", "gzip -drq d/a", "gzip -d d/a"] {
        assert_eq!(dir.run(line), dir.installed(line), "{line}");
    }
}

#[test]
fn a_suffix_is_something() {
    let dir = Dir::with("seq 9 > a; gzip -k a");
    for line in ["gzip -S '' a", "gzip -d -S '' a.gz", "gzip -l -S '' a.gz"] {
        dir.run(line).says(1, "gzip: invalid suffix ''\n");
        assert_eq!(dir.run(line), dir.installed(line), "{line}");
    }
    dir.run("gzip -S $(printf '/\\033') a").says(1, "gzip: invalid suffix '/\\u{1b}'\n");
    assert_eq!(dir.list(), "a a.gz");
}

#[test]
fn beside_a_link_that_leads_nowhere_the_gzip_file_is_found() {
    let dir = Dir::with("ln -s missing f; seq 3 | gzip > f.gz");
    for line in ["gzip -dc f", "gzip -t f", "gzip -l f", "gzip -d f"] {
        assert_eq!(dir.run(line), dir.installed(line), "{line}");
    }
    assert_eq!(dir.run("zcat f").text(), "1\n2\n3\n");
    assert_eq!(dir.list(), "f f.gz");
}

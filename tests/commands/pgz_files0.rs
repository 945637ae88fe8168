//! `--files0-from`: names from a list.

use crate::harness::{Dir, odd_name};

#[test]
fn a_list_of_names_takes_any_name() {
    let dir = Dir::with("mkdir d; seq 9 > 'd/a b'; seq 99 > d/-; printf 'x\ny' > 'd/c\n'");
    dir.write(odd_name(""), b"odd");
    dir.run("find . -type f -print0 | pgz -q --files0-from -").silent();
    dir.run("find . -name '*.gz' -print0 > l; pgz -qt --files0-from l").silent();
    dir.run("find . -type f ! -name '*.gz' ! -name l -print0 | pgz -qf --verify --files0-from -")
        .silent();
    assert_eq!(dir.run("tr -cd '\\0' < l | wc -c").text().trim(), "4");
    // In gzip's place, too, and the name - is standard input in a list that is a file.
    dir.run("printf 'd/a b\\0-' > m; seq 3 | gzip -fn --files0-from m | zcat | tail -n 1")
        .assert_fine();
    dir.run("test ! -e 'd/a b' && zcat 'd/a b.gz' | wc -l | grep -qx 9").silent();
}

#[test]
fn what_is_wrong_in_a_list_is_named_and_the_rest_is_done() {
    let dir = Dir::with("seq 9 > a; seq 9 > b; mkdir o; printf 'a\\0\\0none\\0b' > l");
    let ran = dir.run("pgz -q --files0-from l");
    ran.says(1, "pgz: l:2: empty file name\npgz: none: No such file or directory\n");
    assert_eq!(dir.list(), "a a.gz b b.gz l o");
    let twice = "pgz: standard input:2: the names are read from standard input already\n";
    dir.run("printf 'a\\0-\\0' | pgz -qf --files0-from -").says(1, twice);
    let long = "pgz: standard input:1: file name too long\n";
    dir.run("head -c 3000000 /dev/zero | tr '\\0' x | pgz --files0-from -").says(1, long);
    dir.run("pgz --files0-from none").says(1, "pgz: none: No such file or directory\n");
    dir.run("pgz --files0-from .").says(1, "pgz: .: Is a directory\n");
    // Nothing to do is not standard input to do.
    dir.run("pgz --files0-from /dev/null").silent();
    let ran = dir.run("printf - > m; echo | pgz -o o --files0-from m");
    ran.says(1, "pgz: standard input has no name in o\n");
}

#[test]
fn a_list_stands_alone_and_for_several_files() {
    let dir = Dir::with("seq 9 > a; printf a > l");
    let help = "\nTry 'pgz --help' for more information.\n";
    let extra = "pgz: extra operand 'b': --files0-from names all the files";
    dir.run("pgz --files0-from l b").says(2, &format!("{extra}{help}"));
    let one = "pgz: -o takes a file's name for one input only; for several, a directory";
    dir.run("pgz --files0-from l -o x").says(2, &format!("{one}{help}"));
    assert_eq!(dir.list(), "a l");
}

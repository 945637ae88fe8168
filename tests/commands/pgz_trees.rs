//! `-r -o DIR`: the tree of the inputs, made again in another directory.

use super::pgz_swaps::while_swapped;
use crate::harness::Dir;
use std::os::unix::fs::symlink;

const TREE: &str = "umask 022; mkdir -p s/a/b s/ro; seq 9 > s/x; seq 99 > s/a/b/x; seq 9 > s/ro/y
    chmod 750 s/a; chmod 555 s/ro; touch -d 2001-02-03 s/a/b s/a s/ro s";

#[test]
fn the_tree_is_made_again_with_its_modes_and_times() {
    let dir = Dir::with(TREE);
    let listed = |top: &str| {
        let line = format!("cd {top}; find s -type d -printf '%p %m %Ts\n' | sort");
        dir.run(&line).text().to_owned()
    };
    assert_eq!(dir.run("pgz -r -o new s").text(), "Compressed 3 files\n");
    assert_eq!(
        dir.run("cd new; find . -type f | sort").text(),
        "./s/a/b/x.gz\n./s/ro/y.gz\n./s/x.gz\n"
    );
    assert_eq!(listed("new"), listed("."));
    dir.run("pgz -qdr -o back new/s && diff -r s back/s").silent();
    assert_eq!(listed("back"), listed("."));
    // What is there already keeps its mode.
    dir.run("mkdir -p old/s/a; chmod 700 old/s old/s/a; pgz -qr -o old s").silent();
    assert_eq!(dir.run("stat -c %a old/s old/s/a old/s/a/b").text(), "700\n700\n755\n");
    dir.run("chmod -R u+w .").silent();
}

#[test]
fn no_name_leads_out_of_the_directory() {
    let dir = Dir::with(&format!("{TREE}; mkdir -p w/in w/out; seq 9 > w/top; seq 9 > w/in/f"));
    for (input, outputs) in [
        ("..", "in/f.gz top.gz"),
        (".", "f.gz"),
        ("../in/.", "f.gz"),
        ("../in//", "in/f.gz"),
        ("\"$PWD/\"", "in/f.gz"),
        ("../in/f", "f.gz"),
    ] {
        dir.run(&format!("cd w/in; pgz -qr -o ../out {input}")).silent();
        let found = dir.run("cd w/out; find * -name '*.gz' | sort | xargs; rm -r ../out/*");
        assert_eq!(found.text().trim(), outputs, "{input}");
        dir.run("test -z \"$(find w -name '*.gz')\"").silent();
    }
    dir.run("chmod -R u+w s").silent();
}

#[test]
fn the_outputs_are_no_inputs() {
    let dir = Dir::with("mkdir -p s/a; seq 9 > s/x; seq 9 > s/a/y");
    for _ in 0..2 {
        assert_eq!(dir.run("pgz -rf -o s/a/o s").text(), "Compressed 2 files\n");
        assert_eq!(dir.run("cd s/a/o; find * -type f | sort").text(), "s/a/y.gz\ns/x.gz\n");
    }
    // Unless it is what was named.
    assert_eq!(dir.run("pgz -rf -o s/a s/a").text(), "Compressed 3 files\n");
}

#[test]
fn links_in_the_directory_are_not_followed() {
    let dir = Dir::with(&format!("{TREE}; chmod u+w s/ro; mkdir -p o/s v; ln -s ../../v o/s/a"));
    let ran = dir.run("pgz -qr --rm -o o s");
    ran.assert_one_complaint("pgz: s/a/b/x: cannot write the output: ");
    assert_eq!(dir.run("ls v; find s -type f").text(), "s/a/b/x\n");
    // The directory itself may be one.
    dir.run("ln -s v l; pgz -qr -o l s && test -f v/s/a/b/x.gz").silent();
    dir.run("chmod -R u+w .").silent();
}

#[test]
fn a_file_in_the_way_of_a_directory_stays() {
    let dir = Dir::with(&format!("{TREE}; mkdir o; seq 3 > o/s; seq 3 > f"));
    let ran = dir.run("pgz -qr -o o s");
    assert_eq!((ran.code, ran.err.lines().count()), (Some(1), 3), "{ran:?}");
    assert_eq!(dir.run("wc -l < o/s; ls o").text(), "3\ns\n");
    assert_eq!(dir.run("pgz -r -o f s").code, Some(2));
    assert_eq!(dir.run("pgz -qr -o none/o s").code, Some(1));
    // Nothing is made where nothing is written.
    dir.run("pgz -qr s/a && pgz -tr -o t s/a && test ! -e t").silent();
    dir.run("chmod -R u+w .").silent();
}

#[test]
fn a_directory_that_is_swapped_for_a_link_does_not_lead_out() {
    let dir = Dir::with("mkdir -p s/d o/s/d v; seq 9 > s/d/x; seq 9 > s/d/y");
    symlink("../../v", dir.path("o/s/l")).unwrap();
    let [one, other] = ["o/s/d", "o/s/l"].map(|name| dir.path(name));
    while_swapped(&one, &other, || {
        for _ in 0..40 {
            let ran = dir.run("pgz -qrf -o o s");
            assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
            assert_eq!(dir.run("ls v").text(), "", "{ran:?}");
        }
    });
}

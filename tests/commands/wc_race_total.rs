//! `wc-race --total`, and the lists of names that it may read.

use crate::harness::{Dir, command, odd_name, run};

const HELP: &str = "\nTry 'wc-race --help' for more information.\n";

/// A directory with texts, one of them compressed, and what `wc` says of all their text.
fn texts() -> (Dir, String) {
    let dir = Dir::with(
        "mkdir d; printf 'to be\\nor not to be' > a; printf ' b B\\n\\n' > d/b
        seq 300000 > n; gzip n; gzip -cd n.gz | cat a d/b - > all",
    );
    let wc = dir.run("wc -w < all; wc -l < all; wc -c < all");
    let wc = wc.text().split_whitespace().collect::<Vec<_>>().join(" ");
    (dir, wc)
}

#[test]
fn totals_are_those_of_wc_over_all_inputs_together() {
    let (dir, wc) = texts();
    let threads_and_ways = [
        "wc-race --total=words,lines,bytes a d/b n.gz",
        "wc-race --total=words,lines,bytes -j1 -r a d n.gz",
        "wc-race --total=words,lines,bytes all",
        "wc-race --total=words,lines,bytes < all",
        "cat all | wc-race --total=words,lines,bytes",
        "gzip -cd n.gz | wc-race --total=words,lines,bytes a d/b -",
        "printf 'a\\0d/b\\0n.gz' | wc-race --total=words,lines,bytes --files0-from -",
    ];
    for line in threads_and_ways {
        let ran = dir.run(line);
        ran.assert_fine();
        assert_eq!(ran.text(), format!("{wc}\n"), "{line}");
    }
    let ran = dir.run("wc-race --total -j1 all; wc-race --total --memory 4M n.gz");
    assert_eq!(ran.text(), "300008 300005 300003 1988919\n300000 300000 300000 1988895\n");
}

#[test]
fn each_figure_is_the_same_with_others_and_alone() {
    let (dir, _) = texts();
    for rules in ["", "-w unicode", "--case keep", "-n2", "--min-length 6", "-x a"] {
        let all = dir.run(&format!("wc-race --total {rules} -x d/b a n.gz"));
        all.assert_fine();
        let alone = dir.run(&format!(
            "for figure in words distinct lines bytes; do wc-race --total=$figure {rules} -x d/b a n.gz; done"
        ));
        let alone: Vec<_> = alone.text().lines().collect();
        assert_eq!(alone.join(" "), all.text().trim_end(), "{rules}");
    }
}

#[test]
fn words_that_are_left_out_of_the_list_are_left_out_of_the_totals() {
    let text = b"to be or not to be: to, 3 33\n";
    for (options, words, distinct) in [
        ("", 9, 8),
        ("-n2", 2, 1),
        ("-w unicode", 9, 6),
        ("--match ^to", 3, 2),
        ("--match ^to --match [0-9]", 5, 4),
        ("--match ^to --no-match ,$", 2, 1),
        ("--no-match .", 0, 0),
        ("--min-length 3", 3, 3),
    ] {
        let ran = run(&mut command("wc-race", &format!("--total {options}")), text);
        ran.assert_fine();
        assert_eq!(ran.text(), format!("{words} {distinct} 1 {}\n", text.len()), "{options}");
        let ran = run(&mut command("wc-race", &format!("--total=words {options}")), text);
        assert_eq!(ran.text(), format!("{words}\n"), "{options}");
    }
}

#[test]
fn totals_have_the_order_asked_for_and_the_formats_of_lists() {
    for (options, expected) in [
        ("--total=lines,words,lines", "1 3\n"),
        ("--total -f tsv", "3\t2\t1\t6\n"),
        ("--total -f csv", "words,distinct,lines,bytes\n3,2,1,6\n"),
        ("--total=bytes,words -f json", "{\"bytes\":6,\"words\":3}\n"),
    ] {
        let ran = run(&mut command("wc-race", options), b"a b a\n");
        ran.assert_fine();
        assert_eq!(ran.text(), expected, "{options}");
    }
}

#[test]
fn what_has_no_meaning_with_totals_is_refused() {
    for options in ["-t1", "-sword", "--reverse", "--chart", "--per-file", "--partial", "--race"] {
        let ran = run(&mut command("wc-race", &format!("--total {options}")), b"");
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{options}");
        assert!(ran.err.contains("cannot be used with"), "{}", ran.err);
    }
    let ran = run(&mut command("wc-race", "--total -f uniq"), b"");
    ran.says(2, &format!("wc-race: --total does not support --format uniq{HELP}"));
    let ran = run(&mut command("wc-race", "--total=chars"), b"");
    assert!(ran.err.contains("[possible values: words, distinct, lines, bytes]"), "{}", ran.err);
}

#[test]
fn the_rest_is_totalled_if_a_file_cannot_be_read() {
    let (dir, _) = texts();
    let ran = dir.run("head -c 1000 n.gz > cut.gz; wc-race --total=words a missing d/b");
    ran.says(1, "wc-race: missing: No such file or directory\n");
    assert_eq!(ran.text(), "8\n");
    let ran = dir.run("wc-race --total cut.gz a");
    ran.assert_one_complaint("wc-race: cut.gz: ");
    let ran = dir.run("wc-race --total=words a -o a");
    ran.says(1, "wc-race: a: the output would overwrite the input: a\n");
}

#[test]
fn a_list_of_names_takes_any_name() {
    let dir = Dir::with("mkdir d; echo x > 'd/a b'; echo x > 'd/c\n'; printf 'x\\t2\\n' > p");
    dir.write(odd_name(""), b"x x\n");
    let ran = dir.run("find d caf* -type f -print0 > l; wc-race --files0-from l");
    assert_eq!(ran.text(), "Words that appear more than once:\nx: 4\n");
    ran.assert_fine();
    let ran = dir.run("printf d | wc-race -r --files0-from - -n1 -f tsv");
    assert_eq!(ran.text(), "x\t2\n");
    let ran = dir.run("printf 'p\\0p' | wc-race merge --partial --files0-from -");
    assert_eq!(ran.text(), "x\t4\n");
    let ran = dir.run("printf 'p\\0-' > l; wc-race merge --partial --files0-from l < p");
    assert_eq!(ran.text(), "x\t4\n");
    // No names are not standard input.
    let ran = dir.run("echo x | wc-race --total --files0-from /dev/null");
    assert_eq!(ran.text(), "0 0 0 0\n");
    dir.run("wc-race merge --partial --files0-from /dev/null < p").silent();
}

#[test]
fn what_is_wrong_in_a_list_of_names_is_named() {
    let dir = Dir::with("echo x > a; printf 'x\\t2\\n' > p; printf 'a\\0\\0none' > l");
    let complaint = "wc-race: l:2: empty file name\n";
    let ran = dir.run("wc-race -n1 -f tsv --files0-from l");
    ran.says(1, &format!("{complaint}wc-race: none: No such file or directory\n"));
    assert_eq!(ran.text(), "x\t1\n");
    let ran = dir.run("printf 'p\\0\\0' > l; wc-race merge --files0-from l");
    ran.says(1, complaint);
    assert_eq!(ran.text(), "");
    for step in ["", "merge "] {
        let ran = dir.run(&format!("wc-race {step}--files0-from none"));
        ran.says(1, "wc-race: none: No such file or directory\n");
        let ran = dir.run(&format!("wc-race {step}--files0-from l p"));
        let extra = "wc-race: extra operand 'p': --files0-from names all the files";
        ran.says(2, &format!("{extra}{HELP}"));
        let twice = "wc-race: standard input: can be read only once";
        let ran = dir.run(&format!("wc-race {step}-x - --files0-from -"));
        ran.says(2, &format!("{twice}{HELP}"));
        let ran = dir.run(&format!("printf -- - > m; wc-race {step}-x - --files0-from m"));
        ran.says(1, &format!("{twice}\n"));
    }
}

#[test]
fn binary_files_that_were_skipped_are_reported() {
    let dir = Dir::with("mkdir d; printf 'a\\0' > d/a; printf 'b b' > d/b");
    for figures in ["", "=words"] {
        let ran = dir.run(&format!("wc-race -r --total{figures} d"));
        ran.says(0, "wc-race: skipped 1 binary file (--binary reads them)\n");
        assert!(ran.text().starts_with('2'), "{ran:?}");
    }
}

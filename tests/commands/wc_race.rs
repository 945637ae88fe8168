//! `wc-race`: one tally over many files (listings 3.5 and 3.6).

use crate::harness::{Dir, Ran, Running, command, odd_name, run, text};
use rustix::process::Signal;
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

const HEADER: &str = "Words that appear more than once:\n";

fn wc_race(options: &str, input: &[u8]) -> Ran {
    run(&mut command("wc-race", options), input)
}

/// What the tally of the bytes says after the header.
fn tally(input: &[u8]) -> String {
    let ran = wc_race("", input);
    ran.assert_fine();
    ran.text().strip_prefix(HEADER).unwrap().to_owned()
}

#[test]
fn counts_over_all_files_the_most_frequent_first() {
    let dir = Dir::with_files(&[
        ("a", b"The cat and\nthe dog"),
        ("b", b"\tA DOG, a cat and THE cat\r\n"),
    ]);
    let ran = dir.run("wc-race a b");
    ran.assert_fine();
    assert_eq!(ran.text(), format!("{HEADER}cat: 3\nthe: 3\na: 2\nand: 2\n"));
}

#[test]
fn equally_frequent_words_are_in_the_order_of_their_bytes() {
    let words = "é b ~ z a 10 9 ! ｚ 😀 ".repeat(2);
    assert_eq!(
        tally(words.as_bytes()),
        "!: 2\n10: 2\n9: 2\na: 2\nb: 2\nz: 2\n~: 2\né: 2\nｚ: 2\n😀: 2\n"
    );
}

#[test]
fn prints_the_header_even_when_no_word_appears_twice() {
    for input in ["", " \n", "once", "just the one of each"] {
        assert_eq!(tally(input.as_bytes()), "");
    }
}

#[test]
fn any_number_of_threads_prints_the_same_bytes() {
    let dir = Dir::new();
    let names: Vec<String> = (0..20).map(|number| format!("file{number}")).collect();
    for (seed, name) in (0..).zip(&names) {
        dir.write(name, &text(seed, 100_000));
    }
    let names = names.join(" ");
    let one = dir.run(&format!("wc-race -j 1 {names}"));
    one.assert_fine();
    assert!(one.out.len() > 10_000);
    for threads in [2, 8] {
        let many = dir.run(&format!("wc-race -j {threads} {names}"));
        many.assert_fine();
        assert!(many.out == one.out);
    }
}

#[test]
fn reads_standard_input_for_no_file_and_for_a_dash() {
    let dir = Dir::with_files(&[("file", b"one")]);
    for (options, expected) in [("", "two: 2\n"), ("-", "two: 2\n"), ("file -", "one: 2\ntwo: 2\n")]
    {
        let input = if options == "file -" { "two two one" } else { "two two" };
        let ran = run(&mut dir.command("wc-race", options), input.as_bytes());
        ran.assert_fine();
        assert_eq!(ran.text(), format!("{HEADER}{expected}"), "{options}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_count() {
    let dir =
        Dir::with_files(&[("good", b"word word"), ("also", b"word"), ("secret", b"hush hush")]);
    fs::create_dir(dir.path("directory")).unwrap();
    fs::set_permissions(dir.path("secret"), Permissions::from_mode(0o000)).unwrap();
    let files = "good missing directory secret also";
    let ran = run(&mut dir.unprivileged("wc-race", files, "secret"), b"");
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.text(), format!("{HEADER}word: 3\n"));
    assert_eq!(
        ran.err,
        "wc-race: missing: No such file or directory\n\
         wc-race: directory: Is a directory; -r reads the files in it\n\
         wc-race: secret: Permission denied\n"
    );
}

#[test]
fn a_read_error_is_reported_in_one_line() {
    // The system lets this file be opened, but not be read from its beginning.
    let ran = wc_race("- /proc/self/mem", b"word word");
    assert_eq!(ran.text(), format!("{HEADER}word: 2\n"));
    ran.assert_one_complaint("wc-race: /proc/self/mem: Input/output error\n");
}

#[test]
fn names_need_not_be_utf_8() {
    let dir = Dir::new();
    dir.write(odd_name("text"), b"word word");
    let mut wc_race = dir.command("wc-race", "");
    let ran = run(wc_race.args([odd_name("text"), odd_name("gone")]), b"");
    assert_eq!((ran.code, ran.text()), (Some(1), &*format!("{HEADER}word: 2\n")));
    assert_eq!(ran.err, "wc-race: caf\\xe9 gone: No such file or directory\n");
}

#[test]
fn a_word_may_be_ten_mebibytes_long() {
    let word = "x".repeat(10 << 20);
    let counted = tally(format!("{word} {word}\n").as_bytes());
    assert!(counted == format!("{word}: 2\n"));
}

#[test]
fn words_are_split_where_go_splits_them() {
    let spaces = "\t\n\u{B}\u{C}\r \u{85}\u{A0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\
                  \u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\
                  \u{3000}";
    assert_eq!(spaces.chars().count(), 25);
    for space in spaces.chars() {
        assert_eq!(tally(format!("w{space}w").as_bytes()), "w: 2\n", "{space:?}");
    }
    // These look like white space and are none.
    for other in "\u{180E}\u{200B}\u{200D}\u{2060}\u{FEFF}\u{1C}\u{1F}\0".chars() {
        assert_eq!(tally(format!("w{other}w").as_bytes()), "", "{other:?}");
    }
}

#[test]
fn words_are_lower_cased_as_go_lower_cases_them() {
    for (twice, word) in [
        ("Straße STRASSE straße", "straße"),
        ("ΟΔΟΣ οδοσ", "οδοσ"),
        ("İ i", "i"),
        ("\u{212A} K", "k"),
        ("Ǆ ǅ", "ǆ"),
        ("ＡＢ ａｂ", "ａｂ"),
        ("𐐀 𐐨", "𐐨"),
    ] {
        assert_eq!(tally(twice.as_bytes()), format!("{word}: 2\n"));
    }
}

#[test]
fn every_byte_that_go_s_decoder_rejects_becomes_a_replacement_character() {
    for (word, replaced) in [
        (&b"\xE2\x80"[..], "\u{FFFD}\u{FFFD}"),
        (b"A\xFFb", "a\u{FFFD}b"),
        (b"\x85", "\u{FFFD}"),
        (b"\xA0x", "\u{FFFD}x"),
        (b"\xC0\x80", "\u{FFFD}\u{FFFD}"),
        (b"\xED\xA0\x80", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        (b"\xF4\x90\x80\x80", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        (b"\xF0\x9F\x98\xC3\x89", "\u{FFFD}\u{FFFD}\u{FFFD}é"),
    ] {
        assert_eq!(tally(&[word, b" ", word].concat()), format!("{replaced}: 2\n"), "{word:?}");
    }
}

#[test]
fn a_closed_output_ends_it_quietly() {
    let words: Vec<String> = (0..400_000).map(|number| (number / 2).to_string()).collect();
    let dir = Dir::with_files(&[("many", words.join(" ").as_bytes())]);
    let (running, _stdin, stdout) = Running::piped(&mut dir.command("wc-race", "many"));
    let first = BufReader::new(stdout).lines().next().unwrap().unwrap();
    assert_eq!(first, HEADER.trim_end());
    let ran = running.finish(b"");
    assert_eq!((ran.signal, &*ran.err), (Some(Signal::PIPE.as_raw()), ""));
}

#[test]
fn a_full_disk_is_reported_in_one_line() {
    let full = File::create("/dev/full").unwrap();
    let mut wc_race = command("wc-race", "");
    let ran = Running::start(wc_race.stdin(Stdio::piped()).stdout(full)).finish(b"a a");
    ran.assert_one_complaint("wc-race: standard output: No space left on device\n");
}

#[test]
fn a_file_that_is_not_gzip_to_its_end_counts_as_far_as_it_is() {
    let dir = Dir::with_files(&[("a", b"one one\n"), ("b", b"two\n"), ("list", b"one\n")]);
    dir.run("pgz a list").assert_fine();
    dir.write("bad.gz", &[dir.read("a.gz"), b"two two\n".to_vec()].concat());
    dir.write("padded.gz", &[dir.read("a.gz"), vec![0; 512]].concat());
    let complaint = "wc-race: bad.gz: garbage after the compressed data\n";

    let ran = dir.run("wc-race -n1 -f tsv bad.gz b");
    ran.assert_one_complaint(complaint);
    assert_eq!(ran.text(), "one\t2\ntwo\t1\n");
    let ran = dir.run("wc-race -n1 -f tsv --per-file bad.gz missing b");
    assert_eq!(ran.err, format!("{complaint}wc-race: missing: No such file or directory\n"));
    assert_eq!((ran.code, ran.text()), (Some(1), "bad.gz\tone\t2\nb\ttwo\t1\n"));
    for arguments in ["--partial bad.gz b", "--partial bad.gz b -o out", "-x bad.gz b"] {
        let ran = dir.run(&format!("wc-race {arguments}"));
        ran.assert_one_complaint(complaint);
        assert_eq!(ran.text(), "");
    }
    let ran = dir.run("wc-race -n1 -f tsv padded.gz b -x list.gz");
    ran.assert_fine();
    assert_eq!(ran.text(), "two\t1\n");
    assert_eq!(dir.list(), "a a.gz b bad.gz list list.gz padded.gz");
}

#[test]
fn programs_get_names_that_they_can_open() {
    let name = OsStr::from_bytes(b"a\tb\\n,\"\n\r\x1b[0m \xff\xc3\xa9");
    let dir = Dir::new();
    dir.write(name, b"x");
    dir.write("\u{e9}\t\"", b"x");
    let list = |format: &str, name: &OsStr| {
        let mut wc_race = dir.command("wc-race", &format!("--per-file -n1 -f {format}"));
        let ran = run(wc_race.arg(name), b"");
        ran.assert_fine();
        ran.out
    };

    let csv = list("csv", name);
    let field = csv.strip_prefix(b"file,word,count\n\"").unwrap();
    let field = field.strip_suffix(b"\",x,1\n").unwrap();
    // A quote in it is there twice.
    let at = field.iter().position(|&byte| byte == b'"').unwrap();
    assert_eq!(&field[at..at + 2], b"\"\"");
    assert_eq!([&field[..at], &field[at + 1..]].concat(), name.as_bytes());

    assert_eq!(
        String::from_utf8(list("tsv", name)).unwrap(),
        "a\\tb\\\\n,\"\\n\\r\\x1b[0m \\xff\u{e9}\tx\t1\n"
    );
    assert_eq!(
        String::from_utf8(list("json", name)).unwrap(),
        "{\"file\":{\"bytes\":\"YQliXG4sIgoNG1swbSD/w6k=\"},\"word\":\"x\",\"count\":1}\n"
    );
    let json = list("json", OsStr::new("\u{e9}\t\""));
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["file"], "\u{e9}\t\"");
    let people = String::from_utf8(list("uniq", name)).unwrap();
    assert!(people.starts_with("==> a\\tb\\n,\"\\n\\r\\u{1b}[0m \\xff\u{e9} <==\n"), "{people}");
}

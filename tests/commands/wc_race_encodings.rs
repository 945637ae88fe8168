//! Text in any encoding, and words that look the same.

use crate::harness::{Dir, Ran, run};
use std::fs;

/// Runs it in that directory on that standard input.
fn ran(dir: &Dir, arguments: &str, input: &[u8]) -> Ran {
    run(&mut dir.command("wc-race", &format!("-n1 -ftsv {arguments}")), input)
}

/// What it lists, saying nothing else.
#[track_caller]
fn listed(dir: &Dir, arguments: &str, input: &[u8]) -> String {
    let ran = ran(dir, arguments, input);
    ran.assert_fine();
    ran.text().to_owned()
}

fn utf_16(text: &str) -> Vec<u8> {
    "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
}

#[test]
fn a_mark_is_no_part_of_a_word_and_says_what_the_text_is_in() {
    let dir = Dir::with_files(&[
        ("marked", "\u{FEFF}café".as_bytes()),
        ("wide", &utf_16("café 😀")),
        ("plain", "café".as_bytes()),
    ]);
    dir.run("pgz -q wide").assert_fine();
    assert_eq!(listed(&dir, "marked wide plain wide.gz", b""), "café\t4\n😀\t2\n");
    for input in ["marked", "wide", "plain", "wide.gz"].map(|name| dir.read(name)) {
        assert!(listed(&dir, "", &input).starts_with("café\t1\n"));
    }
    assert_eq!(
        listed(&dir, "--encoding latin1 -j1 marked wide", b"").lines().next(),
        Some("café\t2")
    );
    assert_eq!(listed(&dir, "", b"\xEF\xBB\xBF"), "");
    assert_eq!(listed(&dir, "", b"\xEF\xBB"), "\u{FFFD}\u{FFFD}\t1\n");
}

#[test]
fn text_without_a_mark_is_in_the_encoding_of_the_label() {
    let dir = Dir::new();
    for (label, text) in [
        ("latin1", &b"caf\xE9 CAF\xC9"[..]),
        ("UTF-16LE", b"c\0a\0f\0\xE9\0 \0C\0A\0F\0\xC9\0"),
        ("cp866", b"caf\x82 CAF\x82"),
        ("auto", b"caf\xC3\xA9 CAF\xC3\x89"),
        ("utf-8", b"caf\xC3\xA9 CAF\xC3\x89"),
    ] {
        let word = if label == "cp866" { "cafВ" } else { "café" };
        let expected = format!("{}\t2\n", word.to_lowercase());
        assert_eq!(listed(&dir, &format!("--encoding {label}"), text), expected, "{label}");
    }
    let map =
        run(&mut dir.command("wc-race", "map --encoding shift_jis --case fold"), b"\x8A\xBF A a");
    assert_eq!(map.text(), "a\t2\n漢\t1\n");
}

#[test]
fn an_unknown_label_is_refused() {
    for step in ["", "map", "merge"] {
        let ran =
            run(&mut Dir::new().command("wc-race", &format!("{step} --encoding utf-32")), b"");
        assert_eq!((ran.code, ran.text()), (Some(2), ""));
        let first = ran.err.lines().next().unwrap();
        assert!(
            first.starts_with("wc-race")
                && first.contains("utf-32")
                && first.contains("not a known encoding"),
            "{first}"
        );
    }
}

#[test]
fn binary_files_are_counted_but_utf_16_is_text() {
    let dir = Dir::new();
    fs::create_dir(dir.path("d")).unwrap();
    dir.write("d/a", b"a\0");
    dir.write("d/wide", &utf_16("wide"));
    let said = "wc-race: skipped 1 binary file (--binary reads them)\n";
    for arguments in ["-r d", "-r --partial d", "-r --per-file d"] {
        let command = arguments.replace("-r", "-n1 -r");
        let command = if arguments.contains("partial") { arguments } else { &*command };
        let ran = run(&mut dir.command("wc-race", command), b"");
        assert_eq!((ran.code, &*ran.err), (Some(0), said), "{arguments}");
        assert!(ran.text().contains("wide"));
        assert!(!ran.text().contains("d/a"), "it has no list");
    }
    dir.write("d/b", b"b\0");
    assert_eq!(ran(&dir, "-r d", b"").err, said.replace("1 binary file", "2 binary files"));
    assert_eq!(listed(&dir, "-r -q d", b""), "wide\t1\n");
    assert_eq!(listed(&dir, "-r --binary d/wide", b""), "wide\t1\n");
}

#[test]
fn compressed_files_are_binary_if_what_is_compressed_is() {
    let dir = Dir::new();
    fs::create_dir(dir.path("d")).unwrap();
    for (name, bytes) in
        [("image", &b"a\0"[..]), ("text", b"plain"), ("wide", &utf_16("wide")), ("empty", b"")]
    {
        dir.write(format!("d/{name}"), bytes);
        assert_eq!(dir.run(&format!("pgz --rm d/{name}")).code, Some(0));
    }
    // A binary file that is damaged is none of ours.
    let image = fs::read(dir.path("d/image.gz")).unwrap();
    dir.write("d/cut.gz", &image[..image.len() - 1]);
    let list = "plain\t1\nwide\t1\n";
    for strategy in ["private", "mutex"] {
        let ran = ran(&dir, &format!("-r --strategy {strategy} d"), b"");
        assert_eq!((ran.code, ran.text()), (Some(0), list), "{}", ran.err);
        assert_eq!(ran.err, "wc-race: skipped 2 binary files (--binary reads them)\n");
    }
    assert_eq!(ran(&dir, "-r --binary d", b"").code, Some(1));
}

#[test]
fn words_that_look_the_same_count_together_when_asked_to() {
    let dir = Dir::new();
    let text = "STRASSE straße ΟΔΟΣ οδος cafe\u{301} café ﬁne fine don’t don't donʼt";
    let list = |arguments: &str| listed(&dir, arguments, text.as_bytes());
    assert_eq!(list("--case fold --top 3"), "fine\t2\nstrasse\t2\nοδοσ\t2\n");
    assert_eq!(list("--normalize nfc --top 1"), "café\t2\n");
    assert_eq!(list("--normalize nfkc --top 2"), "café\t2\nfine\t2\n");
    let all = "--case fold --normalize nfkc --fold-apostrophes";
    let expected = "don't\t3\ncafé\t2\nfine\t2\nstrasse\t2\nοδοσ\t2\n";
    assert_eq!(list(all), expected);
    assert_eq!(list(&format!("{all} -w unicode")), expected);
    assert_eq!(list(&format!("{all} --strategy mutex")), expected);
    assert_eq!(list("--fold-apostrophes --top 1 --case keep"), "don't\t3\n");
}

#[test]
fn the_words_left_out_are_read_as_the_text_is() {
    let text = "STRASSE, don’t cafe\u{301} rest".as_bytes();
    let options = "--case fold --normalize nfc --fold-apostrophes -w unicode";
    let dir = Dir::with_files(&[
        ("utf-8", "\u{FEFF}straße don't CAFÉ".as_bytes()),
        ("utf-16", &utf_16("straße donʼt café")),
        ("tally", "café\t1\ndon't\t1\nrest\t1\nstrasse\t1\n".as_bytes()),
        ("latin", b"stra\xDFe don't caf\xE9"),
    ]);
    for file in ["utf-8", "utf-16"] {
        assert_eq!(listed(&dir, &format!("{options} -x {file}"), text), "rest\t1\n", "{file}");
    }
    let merge = format!("merge -n1 -ftsv {options} --encoding latin1 -x latin tally");
    let merged = run(&mut dir.command("wc-race", &merge), b"");
    merged.assert_fine();
    assert_eq!(merged.text(), "rest\t1\n");
}

//! What the options of `wc-race` do.

use crate::harness::{self, Dir, Ran, command, terminal, with_gzip};
use std::fs;
use std::path::Path;

/// Runs it in that directory on that standard input.
fn run(dir: &Dir, arguments: &[&str], input: &[u8]) -> Ran {
    harness::run(dir.command("wc-race", "").args(arguments), input)
}

/// What it prints on that input, saying nothing else.
fn printed(arguments: &[&str], input: &str) -> String {
    let ran = run(&Dir::new(), arguments, input.as_bytes());
    assert_eq!((&*ran.err, ran.code), ("", Some(0)), "{arguments:?}");
    ran.text().to_owned()
}

const TEXT: &str = "b a \"q\" B c,d a a É é \u{1}";

#[test]
fn without_options_it_prints_what_the_book_s_program_does() {
    assert_eq!(printed(&[], TEXT), "Words that appear more than once:\na: 3\nb: 2\né: 2\n");
}

#[test]
fn the_header_says_what_is_listed() {
    assert!(printed(&["-n1"], TEXT).starts_with("Words:\na: 3\n"));
    assert_eq!(printed(&["-n3"], TEXT), "Words that appear more than 2 times:\na: 3\n");
}

#[test]
fn every_format_is_as_defined_elsewhere() {
    for (format, expected) in [
        ("tsv", "a\t3\nb\t2\né\t2\n\u{1}\t1\n\"q\"\t1\nc,d\t1\n"),
        ("csv", "word,count\na,3\nb,2\né,2\n\u{1},1\n\"\"\"q\"\"\",1\n\"c,d\",1\n"),
        ("uniq", "      3 a\n      2 b\n      2 é\n      1 \u{1}\n      1 \"q\"\n      1 c,d\n"),
        (
            "json",
            concat!(
                r#"{"word":"a","count":3}"#,
                "\n",
                r#"{"word":"b","count":2}"#,
                "\n",
                r#"{"word":"é","count":2}"#,
                "\n",
                r#"{"word":"\u0001","count":1}"#,
                "\n",
                r#"{"word":"\"q\"","count":1}"#,
                "\n",
                r#"{"word":"c,d","count":1}"#,
                "\n",
            ),
        ),
    ] {
        assert_eq!(printed(&["-n1", "-f", format], TEXT), expected);
    }
}

#[test]
fn order_top_and_what_is_left_out() {
    let list = |arguments: &str| {
        let arguments: Vec<_> = "-n1 -funiq".split(' ').chain(arguments.split(' ')).collect();
        let printed = printed(&arguments, "b b c c c a Dd dd the");
        printed.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(list("-scount"), "3 c 2 b 2 dd 1 a 1 the");
    assert_eq!(list("--reverse"), "1 the 1 a 2 dd 2 b 3 c");
    assert_eq!(list("-sword"), "1 a 2 b 3 c 2 dd 1 the");
    assert_eq!(list("-snone"), list("-snone"));
    assert_eq!(list("-t2"), "3 c 2 b");
    assert_eq!(list("-t2 -sword"), "2 b 3 c");
    assert_eq!(list("-t2 --reverse"), "2 b 3 c");
    assert_eq!(list("--min-length 2"), "2 dd 1 the");
    assert_eq!(list("--case keep --min-length 2"), "1 Dd 1 dd 1 the");
}

#[test]
fn stop_words_are_taken_by_the_same_rules() {
    let dir = Dir::new();
    fs::write(dir.path("stop"), "THE\nan\n").unwrap();
    let ran = run(&dir, &["-n1", "-ftsv", "-x", "stop"], b"The end, the an End");
    assert_eq!(ran.text(), "end\t1\nend,\t1\n");
    let ran = run(&dir, &["-x", "missing"], b"");
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.err, "wc-race: missing: No such file or directory\n");
}

#[test]
fn stop_words_come_from_any_number_of_files() {
    let dir = Dir::with("echo a > x; echo B | gzip > y.gz; printf 'a b c d' > t");
    let ran = dir.run("echo c | wc-race -n1 -f tsv -x x -x y.gz -x - t");
    ran.assert_fine();
    assert_eq!(ran.text(), "d\t1\n");
    let ran = dir.run("wc-race -x x -x missing -x y.gz t");
    ran.says(1, "wc-race: missing: No such file or directory\n");
    let ran = dir.run("seq 300000 > n; wc-race -x x -x n --memory 4M t");
    ran.says(1, "wc-race: x, n: the words take more than 4 MiB of memory\n");
}

#[test]
fn words_are_listed_by_what_they_match() {
    let list = |options: &[&str]| {
        let options = [&["-n1", "-f", "tsv"], options].concat();
        printed(&options, "b Ab a É \u{1F980} =1 -x").replace(['\t', '\n'], " ")
    };
    assert_eq!(list(&["--match", "^a"]), "a 1 ab 1 ");
    assert_eq!(list(&["--match", "^A"]), "");
    assert_eq!(list(&["--case", "keep", "--match", "^A"]), "Ab 1 ");
    assert_eq!(list(&["--match", "^a", "--match", "b$", "--no-match", "^.$"]), "ab 1 ");
    assert_eq!(list(&["--no-match", r"^[\pL=-]"]), "\u{1F980} 1 ");
    assert_eq!(list(&["--match", "^-x", "-t1"]), "-x 1 ");
    assert_eq!(list(&["--match", "-x"]), "-x 1 ");
    assert_eq!(list(&["--match", "^é$", "--no-match", "nothing"]), "é 1 ");
}

#[test]
fn a_merge_lists_words_by_what_they_match_too() {
    let dir = Dir::with("printf 'a\\t2\\nab\\t2\\nb\\t1\\n' > p");
    let ran = dir.run("wc-race merge -n1 -f tsv --match b --no-match a p");
    ran.assert_fine();
    assert_eq!(ran.text(), "b\t1\n");
}

#[test]
fn no_spreadsheet_takes_a_word_for_a_formula_if_asked_to() {
    let text = "=1+1 +1 -1 @a \"=\" a=1 =\"a\",";
    let list = |options: &[&str]| {
        let options = [&["-n1", "-f", "csv", "-s", "word"], options].concat();
        printed(&options, text)
            .lines()
            .skip(1)
            .map(|line| line.replace(",1", ""))
            .collect::<Vec<_>>()
    };
    let kept = [r#""""=""""#, "+1", "-1", r#""=""a"",""#, "=1+1", "@a", "a=1"];
    assert_eq!(list(&[]), kept);
    let safe =
        [r#""""=""""#, r#""'+1""#, r#""'-1""#, r#""'=""a"",""#, r#""'=1+1""#, r#""'@a""#, "a=1"];
    assert_eq!(list(&["--csv-safe"]), safe);
    let dir = Dir::with_files(&[("=a", b"b b"), ("\rb", b"b b")]);
    let ran = dir.run("wc-race -f csv --csv-safe --per-file =a \"$(printf '\\rb')\"");
    assert_eq!(ran.text(), "file,word,count\n\"'=a\",b,2\n\"'\rb\",b,2\n");
}

#[test]
fn stop_words_that_take_all_the_memory_are_one_clear_error() {
    let dir = Dir::new();
    let words: Vec<_> = (0..400_000_u32).map(|n| n.to_string()).collect();
    fs::write(dir.path("stop"), words.join(" ")).unwrap();
    let ran = run(&dir, &["-x", "stop", "--memory", "4M"], b"");
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.err, "wc-race: stop: the words take more than 4 MiB of memory\n");
    let ran = run(&dir, &["-x", "stop", "-ftsv"], b"7 7 seven seven");
    assert_eq!(ran.text(), "seven\t2\n");
}

#[test]
fn unicode_words_leave_the_punctuation() {
    assert_eq!(
        printed(&["-wunicode", "-ftsv"], "end end. \"End\" can't (Can't)"),
        "end\t3\ncan't\t2\n"
    );
}

#[test]
fn files_one_by_one() {
    let dir = Dir::new();
    fs::write(dir.path("x"), "a a b b").unwrap();
    fs::write(dir.path("y,z"), "a c c").unwrap();
    let list = |format: &str| {
        let ran = run(&dir, &["--per-file", "-f", format, "x", "missing", "y,z"], b"");
        assert_eq!(ran.code, Some(1));
        assert_eq!(ran.err, "wc-race: missing: No such file or directory\n");
        ran.text().to_owned()
    };
    assert_eq!(list("tsv"), "x\ta\t2\nx\tb\t2\ny,z\tc\t2\n");
    assert_eq!(list("csv"), "file,word,count\nx,a,2\nx,b,2\n\"y,z\",c,2\n");
    assert_eq!(list("uniq"), "==> x <==\n      2 a\n      2 b\n\n==> y,z <==\n      2 c\n");
    assert!(list("json").ends_with("{\"file\":\"y,z\",\"word\":\"c\",\"count\":2}\n"));
}

#[test]
fn directories_are_read_when_asked_to_but_not_what_is_hidden_binary_or_linked() {
    let dir = Dir::new();
    let path = |name: &str| dir.path(name);
    fs::create_dir_all(path("d/.hidden")).unwrap();
    for (name, text) in
        [("d/x", "x x"), ("d/.hidden/h", "h h"), ("d/.dot", "dot dot"), ("d/bin", "bin bin \0")]
    {
        fs::write(path(name), text).unwrap();
    }
    std::os::unix::fs::symlink("/etc/passwd", path("d/link")).unwrap();
    let list = |arguments: &[&str]| {
        let ran = run(&dir, &[arguments, &["-ftsv", "d"]].concat(), b"");
        (ran.text().to_owned(), ran.err)
    };
    let tip = "wc-race: d: Is a directory; -r reads the files in it\n".to_owned();
    assert_eq!(list(&[]), (String::new(), tip));
    assert_eq!(list(&["-r"]).0, "x\t2\n");
    assert_eq!(list(&["-r", "--hidden", "--binary"]).0, "bin\t2\ndot\t2\nh\t2\nx\t2\n");
}

#[test]
fn an_output_file_is_replaced_when_it_is_complete_and_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Dir::new();
    let path = dir.path("out");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("out", dir.path("link")).unwrap();
    let ran = run(&dir, &["-ftsv", "-o", "link"], b"a a");
    assert_eq!((ran.code, ran.text()), (Some(0), ""));
    assert_eq!(fs::read_to_string(&path).unwrap(), "a\t2\n");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(dir.list(), "link out");
    let ran = run(&dir, &["-o", "no/such"], b"a a");
    assert_eq!(ran.err, "wc-race: no/such: No such file or directory\n");
    let ran = run(&dir, &["-o", "/dev/full"], b"a a");
    assert_eq!(ran.err, "wc-race: /dev/full: No space left on device\n");
    assert_eq!(ran.code, Some(1));
}

#[test]
fn a_chart_in_place_of_the_list() {
    for (locale, full) in [("C.UTF-8", "█"), ("C", "#")] {
        let dir = Dir::new();
        let mut command = dir.command("wc-race", "--chart=2 -n1");
        let ran = harness::run(command.env("LC_ALL", locale), b"aa aa aa b b c");
        ran.assert_fine();
        let chart = ran.text();
        let lengths: Vec<_> = chart.lines().map(|line| line.matches(full).count()).collect();
        assert_eq!(lengths, [75, 50], "{chart}");
        assert!(chart.starts_with(&format!("aa 3 {full}")), "{chart}");
        assert!(chart.contains(&format!("\nb  2 {full}")), "{chart}");
    }
}

#[test]
fn drawings_are_in_ascii_unless_the_locale_is_in_utf_8() {
    let dir = Dir::with_files(&[("a", b"a a")]);
    for (locale, is_ascii) in [
        ("", true),
        ("LANG=C", true),
        ("LANG=C.UTF-8", false),
        ("LANG=C.UTF-8 LC_CTYPE=POSIX", true),
        ("LANG=C LC_CTYPE=en_US.utf8 LC_ALL=", false),
        ("LANG=C.UTF-8 LC_ALL=de_DE.ISO-8859-1", true),
    ] {
        for command in ["wc-race --chart a", "wc-race --race a", "lockdemo --hold 1ms --timeline"] {
            let ran = dir.run(&format!("unset LC_ALL LC_CTYPE LANG; export {locale}; {command}"));
            ran.assert_fine();
            assert_eq!(ran.out.is_ascii(), is_ascii, "{locale}: {}", ran.text());
        }
    }
}

#[test]
fn progress_is_shown_when_asked_for_and_wiped_away() {
    // The line is drawn by another thread, which may start late.
    let ran = Dir::new().run("(echo a a; sleep 1) | wc-race --progress always");
    assert!(ran.err.ends_with("\r\x1b[K"), "{:?}", ran.err);
}

#[test]
fn on_a_dumb_terminal_progress_is_lines_without_escapes() {
    let dir = Dir::new();
    let ran = dir.run("(echo a a; sleep 1) | TERM=dumb wc-race --progress always");
    assert!(ran.err.ends_with("B/s\n") && !ran.err.contains(['\r', '\x1b']), "{:?}", ran.err);
}

#[test]
fn quiet_says_nothing_but_fails() {
    let ran = run(&Dir::new(), &["-q", "missing"], b"");
    assert_eq!((&*ran.err, ran.code), ("", Some(1)));
}

#[test]
fn invalid_options_are_one_clear_error() {
    for (arguments, word) in [
        (&["-n", "x"][..], "not a number"),
        (&["-t", "-1"], "-1"),
        (&["--top=-1"], "must not be negative"),
        (&["--min-length", "99999999999999999999"], "too large"),
        (&["--chart=x"], "not a number"),
        (&["-f", "xml"], "possible values"),
        (&["--memory", "1K"], "must be at least 4M"),
        (&["--memory", "lots"], "not a size"),
        (&["-j", "0"], "must be at least 1"),
        (&["-p", "0"], "must be at least 1"),
        (&["--threads", "1025"], "must be at most 1024"),
        (&["-", "-"], "standard input: can be read only once"),
        (&["--chart=5", "-f", "csv"], "cannot be used with"),
        (&["--hidden"], "required"),
        (&["--match", "a("], "for '--match <REGEX>': unclosed group"),
        (&["--no-match", "[z-a]"], "the start must be <= the end"),
        (&["--match", "(\\pL{100}){100}{100}"], "takes too much memory"),
        (&["--csv-safe"], "--csv-safe requires --format csv"),
    ] {
        let ran = run(&Dir::new(), arguments, b"");
        assert_eq!(ran.code, Some(2), "{arguments:?}");
        assert!(ran.err.contains(word), "{}", ran.err);
        assert!(ran.out.is_empty());
        assert!(ran.err.starts_with("wc-race: "), "{}", ran.err);
        let hint = "Try 'wc-race --help' for more information.\n";
        assert!(ran.err.ends_with(hint) && ran.err.lines().count() == 2, "{}", ran.err);
    }
}

#[test]
fn a_number_after_chart_is_explained() {
    let dir = Dir::with_files(&[("a", b"a a")]);
    let ran = dir.run("wc-race --chart 5 a");
    let tip = "wc-race: 5: No such file or directory; for a chart, write --chart=5\n";
    assert_eq!((ran.code, &*ran.err), (Some(1), tip));
    dir.run("wc-race 5 a").says(1, "wc-race: 5: No such file or directory\n");
}

#[test]
fn a_dash_is_standard_output_where_a_path_is_asked_for() {
    let dir = Dir::with_files(&[("a", b"a a")]);
    let ran = dir.run("wc-race -ftsv a -o -");
    ran.assert_fine();
    assert_eq!(ran.text(), "a\t2\n");
    let ran = dir.run("wc-race --race --svg - a");
    ran.assert_fine();
    assert!(ran.text().starts_with("<svg") && ran.text().ends_with("</svg>\n"), "{}", ran.text());
    assert_eq!(dir.list(), "a");
}

#[test]
fn words_cannot_control_the_terminal() {
    let dir = Dir::with_files(&[("a", b"\x1b[31mred\x1b[0m \xc2\x9b \xe2\x80\xae \xff")]);
    for (options, shown) in [
        ("-n1 -x /dev/null a", r"\u{1b}[31mred\u{1b}[0m: 1"),
        ("-n1 -f json a", r#"{"word":"\u001b[31mred\u001b[0m","count":1}"#),
        ("-n1 -f tsv a", r"\u{9b}"),
        ("--partial a", r"\u{202e}"),
        ("-n1 --match \u{9b} a", r"\u{9b}: 1"),
        ("--chart -n1 a", "?[31mred?[0m 1 #"),
    ] {
        let mut session = terminal(dir.command("wc-race", options));
        let shown_all = session.exp_eof().unwrap();
        assert!(shown_all.contains(shown), "{options}: {shown_all:?}");
        for bad in ["\u{1b}", "\u{9b}", "\u{202e}"] {
            assert!(!shown_all.contains(bad), "{options}: {shown_all:?}");
        }
    }
    // A pipe gets the words as they are.
    assert!(dir.run("wc-race -n1 a").text().contains("\n\u{1b}[31mred\u{1b}[0m: 1\n"));
}

#[test]
fn stop_words_can_come_from_standard_input() {
    let dir = Dir::with("echo a b a > x; printf 'a\\t2\\n' > p");
    let ran = dir.run("echo B | wc-race -n1 -f tsv -x - x");
    ran.assert_fine();
    assert_eq!(ran.text(), "a\t2\n");
    let ran = dir.run("echo B | wc-race merge -n1 -f tsv -x - p");
    ran.assert_fine();
    for line in ["wc-race -x - -", "wc-race -x -", "wc-race merge -x - p -"] {
        dir.run(line).says(2, "wc-race: standard input: can be read only once\nTry 'wc-race --help' for more information.\n");
    }
}

#[test]
fn at_a_terminal_it_says_that_it_reads_standard_input_and_one_ctrl_d_ends_that() {
    let dir = Dir::new();
    for (options, typed, shown) in [
        ("-f uniq", "a a", "      2 a"),
        ("-f csv", "", "word,count"),
        ("merge -f csv", "", "word,count"),
        ("map", "a b", "b\t1"),
        ("reduce", "a\t2", "a\t2"),
        ("merge -f uniq", "a\t2", "      2 a"),
    ] {
        let mut session = terminal(dir.command("wc-race", options));
        session.exp_string("wc-race: reading standard input; end it with Ctrl-D").unwrap();
        if !typed.is_empty() {
            session.send_line(typed).unwrap();
        }
        session.send_control('d').unwrap();
        session.exp_string(shown).unwrap();
        session.exp_eof().unwrap();
    }
}

/// The words of a file and their counts, by tools that have nothing to do with ours.
fn by_plain_tools(file: &Path) -> String {
    let pipeline =
        "tr -s '[:space:]' '\\n' <\"$0\" | tr A-Z a-z | sort | uniq -c | sort -k1,1nr -k2";
    let plain = harness::run(with_gzip(pipeline).arg(file), b"");
    plain.assert_fine();
    plain.text().to_owned()
}

#[test]
fn words_and_counts_are_those_of_a_pipeline_of_plain_tools() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    let plain = by_plain_tools(&file);
    assert!(plain.len() > 1000);
    assert!(printed(&["-n1", "-funiq"], &fs::read_to_string(file).unwrap()) == plain);
}

#[test]
fn so_are_those_of_the_king_james_bible() {
    let dir = Dir::new();
    let file = dir.path("kjv.txt");
    if dir.installed("echo gen1:1-rev22:21 | bible -f > kjv.txt").code != Some(0) {
        println!("skipped: the King James Bible comes with Debian's package bible-kjv");
        return;
    }
    let kjv = fs::read_to_string(&file).unwrap();
    let (ours, plain) = (printed(&["-n1", "-funiq"], &kjv), by_plain_tools(&file));
    let top = |list: &str| list.lines().take(20).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(top(&ours), top(&plain));
    assert!(ours == plain);
    let total = |list: &str| -> usize {
        list.lines()
            .map(|line| line.split_whitespace().next().unwrap().parse::<usize>().unwrap())
            .sum()
    };
    assert_eq!(total(&ours), kjv.split_ascii_whitespace().count());
}

#[test]
fn the_same_bytes_come_out_for_any_threads_and_memory() {
    let words: Vec<_> = (0..400_000_u64).map(|n| (n * n % 199_999).to_string()).collect();
    let input = words.join("\n");
    let expected = printed(&["-j1"], &input);
    for arguments in [&["-j2"][..], &["-j7"], &["--memory", "4M"], &["-j2", "--memory", "4MiB"]] {
        assert!(printed(arguments, &input) == expected, "{arguments:?}");
    }
}

#[test]
fn a_place_for_temporary_files_that_takes_none_is_named() {
    let words: Vec<_> = (0..400_000_u32).map(|n| n.to_string()).collect();
    let mut wc_race = command("wc-race", "--memory 4M");
    let ran = harness::run(wc_race.env("TMPDIR", "/proc"), words.join(" ").as_bytes());
    ran.assert_one_complaint("wc-race: cannot keep a temporary file in /proc: ");
}

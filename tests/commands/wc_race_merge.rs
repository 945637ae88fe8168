//! `wc-race` beyond one machine: partial tallies, and the steps of an engine.

use crate::harness::{Dir, Ran, Running, command, noise, run, text};
use rustix::process::Signal;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// Two texts, and their partial tallies.
fn parts() -> Dir {
    let dir = Dir::with_files(&[("a", b"b a B \xFF"), ("b", b"B c d")]);
    for name in ["a", "b"] {
        dir.run(&format!("wc-race --partial {name} -o {name}.tsv")).assert_fine();
    }
    dir
}

fn step(step: &str, input: &[u8]) -> Ran {
    run(&mut command("wc-race", step), input)
}

#[test]
fn a_partial_tally_has_every_word_sorted() {
    let dir = parts();
    assert_eq!(dir.read("a.tsv"), "a\t1\nb\t2\n\u{FFFD}\t1\n".as_bytes());
    let ran = step("--partial", b"");
    ran.assert_fine();
    assert_eq!(ran.text(), "");
    assert_eq!(step("map --case keep -j 1", b"B b").text(), "B\t1\nb\t1\n");
}

#[test]
fn what_is_mapped_is_text_whatever_it_begins_with() {
    let text = b"\x1F\x8B\x08 b\nb";
    let tally = "\u{1F}\u{FFFD}\u{8}\t1\nb\t2\n";
    assert_eq!(step("map", text).text(), tally);
    let dir = Dir::with_files(&[("text", text)]);
    assert_eq!(run(&mut dir.shell("wc-race map < text"), b"").text(), tally);
}

#[test]
fn a_word_that_a_merge_would_refuse_is_not_written() {
    let word = "x".repeat((16 << 20) + 1);
    let complaint = "wc-race: standard output: the word is longer than 16 MiB\n";
    step("map", word.as_bytes()).assert_one_complaint(complaint);
    step("--partial", word.as_bytes()).assert_one_complaint(complaint);
}

#[test]
fn a_partial_tally_goes_with_no_option_that_leaves_words_out() {
    for options in [
        "-n1",
        "-t1",
        "-sword",
        "--reverse",
        "-ftsv",
        "-xfile",
        "--min-length=2",
        "--chart",
        "--match=a",
        "--no-match=a",
    ] {
        for step in ["", "merge "] {
            let ran = run(&mut command("wc-race", &format!("{step}--partial {options}")), b"");
            assert_eq!((ran.code, ran.text()), (Some(2), ""), "{options}");
            assert!(ran.err.contains("cannot be used with"), "{}", ran.err);
        }
    }
    assert_eq!(step("--partial --per-file", b"").code, Some(2));
}

#[test]
fn a_partial_tally_is_whole_or_not_there() {
    let dir = parts();
    let ran = dir.run("wc-race --partial a missing -o new");
    ran.assert_one_complaint("wc-race: missing: No such file or directory\n");
    let ran = dir.run("wc-race --partial a missing");
    assert_eq!((ran.code, ran.text()), (Some(1), ""));
    assert_eq!(dir.list(), "a a.tsv b b.tsv");
}

#[test]
fn a_merge_is_listed_as_the_tally_is() {
    let dir = parts();
    dir.write("stop", b"B");
    for options in [
        "",
        "-n1",
        "-n1 --top 2",
        "-n1 -s word --reverse -f json",
        "-n1 -x stop -f csv",
        "--chart=3 -n1",
        "--min-length 2",
        "--partial",
        "-n1 -f uniq --memory 4M -j 1",
    ] {
        let whole = dir.run(&format!("wc-race {options} a b"));
        let merged = dir.run(&format!("wc-race merge {options} a.tsv b.tsv"));
        merged.assert_fine();
        assert_eq!(merged.text(), whole.text(), "{options}");
    }
    dir.run("wc-race merge -n1 a.tsv b.tsv -o list").assert_fine();
    assert_eq!(dir.read("list"), dir.run("wc-race -n1 a b").out);
}

#[test]
fn a_merge_reads_files_standard_input_pipes_and_gzip() {
    let dir = parts();
    let whole = dir.run("wc-race -n1 a b").out;
    dir.run("pgz b.tsv").assert_fine();
    for script in [
        "wc-race merge -n1 a.tsv b.tsv.gz",
        "wc-race merge -n1 - b.tsv < a.tsv",
        "cat a.tsv | wc-race merge -n1 b.tsv -",
        "wc-race merge -n1 a.tsv - < b.tsv.gz",
        "mkfifo pipe && { cat a.tsv > pipe & wc-race merge -n1 b.tsv pipe; }",
        "cat a.tsv b.tsv | sort | wc-race reduce | wc-race merge -n1",
        "{ wc-race merge --partial a.tsv b.tsv; } | wc-race merge -n1",
    ] {
        let ran = run(&mut dir.shell(script), b"");
        ran.assert_fine();
        assert!(ran.out == whole, "{script}: {}", ran.text());
    }
}

#[test]
fn a_damaged_partial_tally_is_refused_with_its_line() {
    for (bad, reason) in [
        (
            &b"x\t1\nb\t1\n"[..],
            "line 2: not sorted: the word comes before that of the previous line; sort with LC_ALL=C",
        ),
        (b"b\t1\nb\t1\n", "line 2: duplicate word (same as on the previous line)"),
        (b"b\t1\nc\n", "line 2: no tab between a word and a count"),
        (b"b\t1\n\n", "line 2: no tab between a word and a count"),
        (b"\t1\n", "line 1: no word before the tab"),
        (b"b\t1\r\n", "line 1: the count is not a whole number from 1 up"),
        (b"b\t0\n", "line 1: the count is not a whole number from 1 up"),
        (b"b\tmany\n", "line 1: the count is not a whole number from 1 up"),
        (b"b\t18446744073709551616\n", "line 1: the count overflows 64 bits"),
        (b"\xFF\t1\n", "line 1: the word is not UTF-8"),
        (b"b\t1\nc\t12", "line 2: the line does not end; the input may be cut off"),
        (b"\x1F\x8B\x08", "unexpected end of file"),
    ] {
        let dir = parts();
        dir.write("bad", bad);
        for options in ["-n1", "--partial", "-o new"] {
            let ran = dir.run(&format!("wc-race merge {options} a.tsv bad b.tsv"));
            ran.assert_one_complaint(&format!("wc-race: bad: {reason}\n"));
        }
        assert_eq!(dir.list(), "a a.tsv b b.tsv bad");
        let ran = run(&mut dir.command("wc-race", "merge a.tsv -"), bad);
        ran.assert_one_complaint(&format!("wc-race: standard input: {reason}\n"));
    }
}

#[test]
fn a_merge_without_one_of_its_inputs_is_none() {
    let dir = parts();
    for (files, reason) in
        [("a.tsv missing", "missing: No such file or directory"), ("a.tsv .", ".: Is a directory")]
    {
        let ran = dir.run(&format!("wc-race merge -o new {files}"));
        ran.assert_one_complaint(&format!("wc-race: {reason}\n"));
        assert_eq!(dir.list(), "a a.tsv b b.tsv");
    }
    let ran = dir.run("wc-race merge -o new - a.tsv -");
    let hint = "Try 'wc-race --help' for more information.\n";
    ran.says(2, &format!("wc-race: standard input: can be read only once\n{hint}"));
    assert_eq!(dir.list(), "a a.tsv b b.tsv");
}

#[test]
fn a_merge_shows_progress_and_wipes_it_away() {
    let dir = parts();
    dir.run("seq -w 3000000 | sed 's/$/\t1/' > big").assert_fine();
    for options in ["-n1 -o out", "--partial -o out"] {
        // Held up, so that the line is drawn again after some was read.
        let ran = dir.run(&format!(
            "wc-race merge --progress always {options} big a.tsv & sleep 0.05
            kill -STOP $!; sleep 0.5; kill -CONT $!; wait $!"
        ));
        assert_eq!(ran.code, Some(0));
        assert!(ran.err.contains(" of 30.0 MB, ") && ran.err.ends_with("\r\x1b[K"), "{}", ran.err);
    }
}

#[test]
fn hundreds_of_files_need_few_handles() {
    let dir = Dir::new();
    let texts: Vec<Vec<u8>> = (0..300).map(|seed| text(seed, 1000)).collect();
    dir.write("all", &texts.join(&b'\n'));
    for (number, text) in (0..).zip(&texts) {
        dir.write(format!("{number}.tsv"), &step("map", text).out);
    }
    for number in 0..50 {
        dir.write(format!("empty{number}.tsv"), b"");
    }
    run(&mut dir.shell("pgz --rm 1*.tsv"), b"");
    let script = "ulimit -n 20; wc-race merge --partial *.tsv *.gz | cmp - whole";
    dir.run("wc-race --partial all -o whole").assert_fine();
    run(&mut dir.shell(script), b"").assert_fine();
}

#[test]
fn counts_go_up_to_what_64_bits_hold() {
    let most = format!("a\t{}\n", u64::MAX - 1);
    let dir = Dir::with_files(&[("most", most.as_bytes()), ("one", b"a\t1\n"), ("two", b"a\t2\n")]);
    let ran = dir.run("wc-race merge -f tsv most one");
    ran.assert_fine();
    assert_eq!(ran.text(), format!("a\t{}\n", u64::MAX));
    let ran = dir.run("wc-race merge most two");
    ran.assert_one_complaint("wc-race: the sum of the counts of \"a\" overflows 64 bits\n");
    for name in ["combine", "reduce"] {
        let summed = step(name, format!("{most}a\t1\n").as_bytes());
        summed.assert_fine();
        assert_eq!(summed.text(), format!("a\t{}\n", u64::MAX));
        let ran = step(name, format!("{most}a\t2\nb\t1\n").as_bytes());
        ran.assert_one_complaint(
            "wc-race: standard input: line 2: \
             the sum of this word's counts overflows 64 bits\n",
        );
    }
}

#[test]
fn combine_and_reduce_add_up_neighbours_in_the_order_they_come() {
    for name in ["combine", "reduce"] {
        let long = "x".repeat(1 << 20);
        let input = format!("b\t1\nb\t2\na\t3\n{long}\t1\n{long}\t1\nc\t9\n");
        let ran = step(name, input.as_bytes());
        ran.assert_fine();
        assert!(ran.text() == format!("b\t3\na\t3\n{long}\t2\nc\t9\n"));
        let none = step(name, b"");
        none.assert_fine();
        assert_eq!(none.text(), "");
    }
}

#[test]
fn a_step_fails_on_a_line_that_is_none() {
    for name in ["combine", "reduce"] {
        for (line, reason) in [
            ("word 1\n", "no tab between a word and a count"),
            ("word\t1\r\n", "the count is not a whole number from 1 up"),
            ("\t1\n", "no word before the tab"),
            ("word\t1", "the line does not end; the input may be cut off"),
            (
                "A\t1\na\t1\n",
                "not sorted: the word appeared before, with others in between; sort with LC_ALL=C",
            ),
        ] {
            let line_number = if line.starts_with('A') { 3 } else { 2 };
            let ran = step(name, format!("a\t1\n{line}").as_bytes());
            let reason = format!("line {line_number}: {reason}");
            ran.assert_one_complaint(&format!("wc-race: standard input: {reason}\n"));
        }
    }
    let dir = parts();
    let ran = run(&mut dir.shell("wc-race map < ."), b"");
    ran.assert_one_complaint("wc-race: standard input: Is a directory\n");
}

#[test]
fn an_input_that_is_one_word_without_an_end_is_refused() {
    for (name, reason) in [
        ("map --memory 8M", "a word of more than 1024 KiB, an eighth of the memory"),
        ("combine", "line 1: the word is longer than 16 MiB"),
        ("reduce", "line 1: the word is longer than 16 MiB"),
        ("merge", "line 1: the word is longer than 16 MiB"),
    ] {
        let mut step = command("wc-race", name);
        step.stdin(File::open("/dev/zero").unwrap()).stdout(Stdio::piped());
        let ran = Running::start(&mut step).finish(b"");
        ran.assert_one_complaint(&format!("wc-race: standard input: {reason}\n"));
        assert_eq!(ran.text(), "");
    }
}

#[test]
fn counters_are_reported_to_hadoop_only() {
    for (name, input, counters) in [
        ("map", "b a b", [("bytes read", 5), ("words read", 3), ("distinct words written", 2)]),
        (
            "combine",
            "b\t9\n",
            [("bytes read", 4), ("lines read", 1), ("distinct words written", 1)],
        ),
        ("reduce", "", [("bytes read", 0), ("lines read", 0), ("distinct words written", 0)]),
    ] {
        step(name, input.as_bytes()).assert_fine();
        for variable in ["mapreduce_task_id", "mapred_task_id"] {
            let mut step = command("wc-race", name);
            let ran = run(step.env(variable, "task_1_0001_m_000000"), input.as_bytes());
            let lines = counters.map(|(counter, amount)| {
                format!("reporter:counter:wc-race {name},{counter},{amount}\n")
            });
            assert_eq!((ran.code, ran.err), (Some(0), lines.concat()));
        }
    }
}

#[test]
fn a_file_may_be_called_as_a_command_is() {
    let dir = Dir::with_files(&[("a", b"x"), ("merge", b"x"), ("help", b"x x")]);
    for files in ["a merge", "./merge a", "-- merge a", "-n2 merge a", "help"] {
        let ran = dir.run(&format!("wc-race {files}"));
        ran.assert_fine();
        assert_eq!(ran.text(), "Words that appear more than once:\nx: 2\n", "{files}");
    }
    assert!(dir.run("wc-race --help").text().contains("./merge"));
    let ran = run(&mut command("wordcount", "reduce"), b"a\t1\na\t2\n");
    ran.assert_fine();
    assert_eq!(ran.text(), "a\t3\n");
}

#[test]
fn a_closed_output_and_a_full_disk_end_a_merge_and_the_steps() {
    let words: Vec<String> =
        noise(1, 800_000).chunks(4).map(|four| format!("{four:02x?}")).collect();
    let text = words.join("\n").replace(", ", "");
    let partial = step("map", text.as_bytes()).out;
    let dir = Dir::with_files(&[("text", text.as_bytes()), ("partial", &partial)]);
    for (name, input) in [
        ("map", "text"),
        ("reduce", "partial"),
        ("merge", "partial"),
        ("merge --partial", "partial"),
    ] {
        let start = || {
            let mut command = dir.command("wc-race", name);
            command.stdin(File::open(dir.path(input)).unwrap());
            command
        };
        let full = File::create("/dev/full").unwrap();
        let ran = Running::start(start().stdout(full)).finish(b"");
        ran.assert_one_complaint("wc-race: standard output: No space left on device\n");
        let script = format!("{{ wc-race {name}; echo $? >&2; }} < {input} | head -n 1 > first");
        let ran = run(dir.shell(&script).stdin(Stdio::null()), b"");
        // A shell tells a signal so. A list of none, its header, is all read.
        let code = if name == "merge" { 0 } else { 128 + Signal::PIPE.as_raw() };
        assert_eq!(ran.err, format!("{code}\n"), "{name}");
        let first = File::open(dir.path("first")).map(BufReader::new).unwrap();
        assert_eq!(first.lines().count(), 1);
    }
}

//! The twelve listings print what the book says, in the order that is guaranteed.
//!
//! `cargo test` builds the examples; after `cargo test --test examples` alone they may be missing or
//! old: `cargo build --examples` first.

mod exercises;

use flate2::read::MultiGzDecoder;
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A time short enough to wait for and long enough for a loaded machine.
const SHORT: &str = "0.5";

const NONE: &[&str] = &[];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// Starts an example. It is found beside this test: `target/debug/deps` and `target/debug/examples`.
fn start(example: &str, arguments: &[impl AsRef<OsStr>]) -> Child {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    Command::new(profile.join("examples").join(example))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{example}: {error}; is it built? cargo build --examples"))
}

fn run(example: &str, arguments: &[impl AsRef<OsStr>]) -> Output {
    start(example, arguments).wait_with_output().unwrap()
}

/// Runs an example with an input that is still open when it ends.
fn typed(example: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = start(example, arguments);
    let mut keyboard = child.stdin.take().unwrap();
    keyboard.write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(keyboard);
    output
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn printed(output: &Output) -> &str {
    assert!(output.status.success(), "{output:?}");
    text(&output.stdout)
}

/// Makes a file and returns where.
fn file(directory: &Path, name: &str, contents: &str) -> PathBuf {
    let path = directory.join(name);
    fs::write(&path, contents).unwrap();
    path
}

fn assert_compressed(file: &Path, contents: &str) {
    assert_eq!(fs::read_to_string(file).unwrap(), contents, "the input stays");
    let compressed = fs::read(file.with_extension("txt.gz")).unwrap();
    let mut decompressed = String::new();
    MultiGzDecoder::new(&compressed[..]).read_to_string(&mut decompressed).unwrap();
    assert_eq!(decompressed, contents);
}

#[test]
fn there_are_twelve_and_each_runs_to_its_end() {
    let mut examples: Vec<String> = fs::read_dir(source())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("listing_"))
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
        .collect();
    examples.sort();
    assert_eq!(examples.len(), 12);

    let directory = tempfile::tempdir().unwrap();
    let file = file(directory.path(), "a.txt", "to be or not to be");
    for (example, number) in examples.iter().zip(1..) {
        assert!(example.starts_with(&format!("listing_3_{number:02}_")), "{example}");
        let arguments = match number {
            2 => vec![],
            3..=6 => vec![file.as_path()],
            _ => vec![Path::new("0.1")],
        };
        let output = run(example, &arguments);
        let expected = if number == 9 { 2 } else { 0 };
        assert_eq!(output.status.code(), Some(expected), "{example}: {output:?}");
    }
}

const TIMED: [&str; 8] = [
    "listing_3_01_echo",
    "listing_3_02_closure",
    "listing_3_07_select",
    "listing_3_08_after",
    "listing_3_09_close_too_early",
    "listing_3_10_flood",
    "listing_3_11_done",
    "listing_3_12_channel_lock",
];
const WITH_FILES: [&str; 4] =
    ["listing_3_03_compress", "listing_3_04_wait_group", "listing_3_05_race", "listing_3_06_mutex"];

#[test]
fn every_listing_prints_its_usage() {
    for example in TIMED.iter().chain(&WITH_FILES) {
        let output = run(example, &["--help"]);
        let usage = printed(&output);
        assert!(usage.starts_with(&format!("Usage: {example}")), "{usage}");
        assert_eq!(usage.contains("[FILE...]"), WITH_FILES.contains(example), "{usage}");
    }
}

#[test]
fn an_argument_that_is_no_time_is_refused_in_one_line() {
    for example in TIMED {
        for argument in ["abc", "-1", "nan", "inf", "2s", "", "1e99"] {
            let output = run(example, &[argument]);
            assert_eq!((output.status.code(), &*output.stdout), (Some(2), &b""[..]), "{output:?}");
            let said = text(&output.stderr);
            assert!(said.starts_with(&format!("{example}: {argument}: ")), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
        assert_eq!(run(example, &["1", "2"]).status.code(), Some(2));
    }
}

#[test]
fn a_closed_output_ends_a_listing_quietly() {
    for example in TIMED.iter().chain(&WITH_FILES).filter(|name| !name.ends_with("after")) {
        let arguments: &[&str] = if WITH_FILES.contains(example) { NONE } else { &["0.2"] };
        let arguments = if example.ends_with("closure") { NONE } else { arguments };
        let mut child = start(example, arguments);
        drop(child.stdout.take());
        let mut typed = child.stdin.take().unwrap();
        let _ = typed.write_all(b"typed\n");
        let output = child.wait_with_output().unwrap();
        let quiet = !text(&output.stderr).contains("panicked");
        // The copies that listing 3.3 makes are named, and it prints nothing that could fail.
        assert!(quiet && output.status.signal().is_none_or(|signal| signal == 13), "{output:?}");
        assert!(output.status.code().is_none_or(|code| code == 0), "{output:?}");
    }
}

#[test]
fn the_diffs_in_the_docs_are_between_the_programs() {
    let listing =
        |name: &str| fs::read_to_string(source().join(name).with_extension("rs")).unwrap();
    let (race, mutex) = (listing("listing_3_05_race"), listing("listing_3_06_mutex"));
    assert_eq!(changed(&mutex, '-').len(), 2);
    for (sign, program) in [('-', &race), ('+', &mutex), (' ', &race), (' ', &mutex)] {
        for line in changed(&mutex, sign) {
            assert!(program.contains(&format!("\n{line}\n")), "{sign} {line}");
        }
    }
    let channel = listing("listing_3_12_channel_lock");
    assert_eq!(changed(&channel, '-').len(), 2);
    for line in changed(&channel, '-').into_iter().chain(changed(&channel, ' ')) {
        assert!(channel.contains(&format!("\n{line}\n")), "{line}");
    }
}

/// The lines of the diff in the docs of a listing that begin with this sign.
fn changed(listing: &str, sign: char) -> Vec<&str> {
    let diff = listing.split("//! ```").nth(1).unwrap();
    let lines = diff.lines().filter_map(|line| line.strip_prefix("//! "));
    lines.filter_map(|line| line.strip_prefix(sign)).collect()
}

#[test]
fn listing_3_01_echoes_until_the_time_is_up() {
    let begun = Instant::now();
    let output = typed("listing_3_01_echo", &[SHORT], "a\nb\n");
    assert_eq!(printed(&output), "a\nb\nTimed out.\n");
    assert!(begun.elapsed() >= Duration::from_millis(500));
}

#[test]
fn listing_3_02_prints_outside_twice_and_inside_at_any_time_or_never() {
    let runs: Vec<String> =
        (0..200).map(|_| printed(&run("listing_3_02_closure", NONE)).to_owned()).collect();
    let inside = "Inside a thread.\n";
    for run in &runs {
        assert_eq!(run.replacen(inside, "", 1), "Outside a thread.\nOutside again.\n");
    }
    assert!(runs.iter().any(|run| run.contains(inside)), "yielding never helped");
}

#[test]
fn listing_3_03_compresses_in_silence_and_replaces_what_was_there() {
    let directory = tempfile::tempdir().unwrap();
    let file = file(directory.path(), "a.txt", "to be or not to be");
    fs::write(directory.path().join("a.txt.gz"), "old").unwrap();
    let output = run("listing_3_03_compress", &[&file]);
    assert_eq!(printed(&output), "");
    assert_eq!(text(&output.stderr), "");
    assert_compressed(&file, "to be or not to be");
}

#[test]
fn listings_3_03_and_3_04_name_the_file_that_fails_and_do_the_others() {
    for (example, closing) in
        [("listing_3_03_compress", ""), ("listing_3_04_wait_group", "Compressed 1 files\n")]
    {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("missing");
        let present = file(directory.path(), "a.txt", "to be");
        let output = run(example, &[&missing, &present]);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(text(&output.stdout), closing);
        assert!(text(&output.stderr).starts_with(missing.to_str().unwrap()), "{output:?}");
        assert_compressed(&present, "to be");
    }
}

#[test]
fn listing_3_04_compresses_three_files() {
    let directory = tempfile::tempdir().unwrap();
    let files = ["a.txt", "b.txt", "c.txt"].map(|name| file(directory.path(), name, name));
    let output = run("listing_3_04_wait_group", &files);
    assert_eq!(printed(&output), "Compressed 3 files\n");
    for file in &files {
        assert_compressed(file, file.file_name().unwrap().to_str().unwrap());
    }
}

#[test]
fn listings_3_03_and_3_04_left_alone_compress_copies_of_the_three_texts() {
    for (example, closing) in
        [("listing_3_03_compress", ""), ("listing_3_04_wait_group", "Compressed 3 files\n")]
    {
        let output = run(example, NONE);
        assert_eq!(printed(&output), closing);
        let copies = text(&output.stderr).trim_end().rsplit_once(" in ").unwrap().1;
        for name in ["gettysburg.txt", "john.txt", "tale_of_two_cities.txt"] {
            let original = source().join("data").join(name);
            let contents = fs::read_to_string(&original).unwrap();
            assert_compressed(&Path::new(copies).join(name), &contents);
            assert!(!original.with_extension("txt.gz").exists());
        }
    }
}

/// How many words listing 3.5 lost, and of how many.
fn lost(output: &Output) -> (u64, u64) {
    let end = printed(output).lines().last().unwrap();
    let words: Vec<_> = end.split_whitespace().collect();
    let ["Lost", lost, "of", added, "words."] = words[..] else { panic!("{end}") };
    (lost.parse().unwrap(), added.parse().unwrap())
}

#[test]
fn listing_3_05_prints_the_list_and_loses_some_words_but_not_all() {
    let output = run("listing_3_05_race", NONE);
    let lines: Vec<_> = printed(&output).lines().collect();
    assert_eq!(lines[0], "Words that appear more than once:");
    let count = |line: &&str| line.split_once(": ").is_some_and(|(_, n)| n.parse::<u64>().is_ok());
    assert!(lines[1..lines.len() - 1].iter().all(count), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("was: ")), "{lines:?}");
    // On a busy machine the threads of one run may hardly meet.
    let mut runs = (0..5).map(|_| lost(&run("listing_3_05_race", NONE)));
    assert!(runs.any(|(lost, added)| added >= 1_000_000 && (1..added).contains(&lost)));
}

#[test]
fn listing_3_05_works_for_one_file_and_names_the_file_it_cannot_read() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let present = file(directory.path(), "a.txt", "to be or not To be");
    let output = run("listing_3_05_race", &[&missing, &present]);
    let list = "Words that appear more than once:\nbe: 2\nto: 2\nLost 0 of 60006 words.\n";
    assert_eq!(printed(&output), list);
    let said = text(&output.stderr);
    assert!(said.starts_with(missing.to_str().unwrap()) && said.lines().count() == 1, "{said}");
    let nothing = run("listing_3_05_race", &[&missing]);
    assert_eq!(lost(&nothing), (0, 0));
}

#[test]
fn listing_3_06_loses_no_update_and_names_the_file_it_cannot_read() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let files = [
        file(directory.path(), "a.txt", &"To be\n".repeat(5000)),
        missing.clone(),
        file(directory.path(), "b.txt", &"to\u{2003}ΕΝ ".repeat(5000)),
        file(directory.path(), "c.txt", "to alone"),
    ];
    let output = run("listing_3_06_mutex", &files);
    let counts = "be: 5000\nto: 10001\nεν: 5000\n";
    assert_eq!(printed(&output), format!("Words that appear more than once:\n{counts}"));
    assert!(text(&output.stderr).starts_with(missing.to_str().unwrap()), "{output:?}");
}

#[test]
fn listing_3_06_left_alone_counts_the_three_texts() {
    let output = run("listing_3_06_mutex", NONE);
    let lines: Vec<_> = printed(&output).lines().collect();
    assert_eq!(lines[0], "Words that appear more than once:");
    for count in ["was: 11", "nation,: 3", "ἐν: 4"] {
        assert!(lines.contains(&count), "{lines:?}");
    }
}

#[test]
fn listing_3_07_echoes_without_padding_until_the_time_is_up() {
    let begun = Instant::now();
    let output = typed("listing_3_07_select", &[SHORT], "a\nb\n");
    assert_eq!(printed(&output), "a\nb\nTimed out\n");
    assert!(begun.elapsed() >= Duration::from_millis(500));
}

#[test]
fn listing_3_07_outlasts_its_input() {
    let begun = Instant::now();
    assert_eq!(printed(&run("listing_3_07_select", &[SHORT])), "Timed out\n");
    assert!(begun.elapsed() >= Duration::from_millis(500));
}

#[test]
fn listing_3_08_pauses_and_prints_nothing() {
    let begun = Instant::now();
    assert_eq!(printed(&run("listing_3_08_after", &[SHORT])), "");
    assert!(begun.elapsed() >= Duration::from_millis(500));
}

/// Ten, or fewer on a machine that sleeps too long, or one more when the last is just in time.
fn assert_about_ten_hellos(lines: &[&str]) {
    assert!((2..=11).contains(&lines.len()), "{lines:?}");
    assert!(lines.iter().all(|line| *line == "hello"), "{lines:?}");
}

#[test]
fn listing_3_09_ends_with_the_error_of_the_send() {
    let output = run("listing_3_09_close_too_early", &[SHORT]);
    assert_about_ten_hellos(&text(&output.stdout).lines().collect::<Vec<_>>());
    assert_eq!(text(&output.stderr), "send: sending on a disconnected channel\n");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn listing_3_10_yawns_then_floods_until_the_time_is_up() {
    let output = run("listing_3_10_flood", &["0.6"]);
    let mut lines: Vec<_> = printed(&output).lines().collect();
    assert_eq!(lines.pop(), Some("Time out"));
    assert_eq!(lines[0], "*yawn*");
    let closed = lines.iter().position(|line| *line == "Sent and closed").unwrap();
    let flood = lines.split_off(closed + 1);
    assert!(flood.len() > 1000, "{}", flood.len());
    assert!(flood.iter().all(|line| matches!(*line, "Got message." | "*yawn*")));
    // The sender prints once it has closed, and the flood may have begun by then.
    lines.pop();
    assert!(lines.iter().all(|line| matches!(*line, "Got message." | "*yawn*")));
}

#[test]
fn listing_3_11_stops_the_sender_and_then_ends() {
    let output = run("listing_3_11_done", &[SHORT]);
    let mut lines: Vec<_> = printed(&output).lines().collect();
    assert_eq!(lines.pop(), Some("Done"));
    assert_about_ten_hellos(&lines);
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn listing_3_12_lets_in_one_after_the_other() {
    let output = run("listing_3_12_channel_lock", &[SHORT]);
    let lines: Vec<_> =
        printed(&output).lines().map(|line| line.split_once(' ').unwrap()).collect();
    let mut waiting = Vec::new();
    let mut holder = None;
    for &(id, said) in &lines {
        match said {
            "wants the lock" => waiting.push(id),
            "has the lock" => {
                assert_eq!(holder.replace(id), None, "{lines:?}");
                let place = waiting.iter().position(|waiter| *waiter == id).unwrap();
                waiting.remove(place);
            }
            "is releasing the lock" => assert_eq!(holder.take(), Some(id), "{lines:?}"),
            _ => panic!("{said}"),
        }
    }
    let mut ids: Vec<_> = lines.iter().map(|line| line.0).collect();
    ids.sort_unstable();
    assert_eq!(ids.concat(), "111222333444555666");
}

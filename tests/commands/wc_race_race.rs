//! `wc-race --strategy` and `--race`: what sharing costs, and what a race loses.

use crate::harness::{Dir, Ran, command, run};
use std::collections::HashSet;
use std::fs;

const TEXTS: &str =
    "examples/data/gettysburg.txt examples/data/john.txt examples/data/tale_of_two_cities.txt";
const NAMES: [&str; 6] = ["racy", "mutex", "rwlock", "sharded", "channel", "private"];

fn wc_race(options: &str) -> Ran {
    run(&mut command("wc-race", options), b"")
}

#[test]
fn every_strategy_but_the_race_lists_the_same() {
    let expected = wc_race(&format!("-n1 {TEXTS}"));
    for name in &NAMES[1..] {
        let ran = wc_race(&format!("-n1 -j4 --strategy {name} {TEXTS}"));
        ran.assert_fine();
        assert_eq!(ran.out, expected.out, "{name}");
    }
    // One thread has nobody to race with.
    let ran = wc_race(&format!("-n1 -j1 --strategy racy {TEXTS}"));
    assert_eq!(ran.out, expected.out);
}

#[test]
fn a_race_is_a_row_for_each_in_eighty_columns() {
    let ran = wc_race(&format!("--race {TEXTS}"));
    ran.assert_fine();
    let mut lines = ran.text().lines();
    let text = lines.next().unwrap();
    assert!(text.contains(" MB of text (") && text.contains(" repeated "), "{text}");
    assert_eq!(
        lines.next().unwrap(),
        "strategy  text MB  seconds    MB/s  speed       words       lost"
    );
    for name in NAMES {
        let fields: Vec<_> = lines.next().unwrap().split_whitespace().collect();
        assert_eq!(fields[0], name);
        let counted: Vec<u64> = fields[5..7].iter().map(|field| field.parse().unwrap()).collect();
        assert!(counted[0] > 0 && (name == "racy" || counted[1] == 0), "{}", ran.text());
        assert!(name != "mutex" || fields[4] == "1.0x", "{}", ran.text());
    }
    assert!(ran.text().lines().all(|line| line.chars().count() <= 80), "{}", ran.text());
}

#[test]
fn a_race_is_written_as_data_and_drawn() {
    let dir = Dir::new();
    let svg = dir.path("race.svg");
    let ran = wc_race(&format!("--race -f json --svg {} {TEXTS}", svg.display()));
    ran.assert_fine();
    let rows: Vec<serde_json::Value> =
        ran.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.iter().map(|row| row["strategy"].as_str().unwrap()).collect::<Vec<_>>(), NAMES);
    assert!(rows[1..].iter().all(|row| row["agrees"] == true && row["lost"] == 0));
    // On a busy machine, a slow one may have counted a part only.
    let of_all = rows.iter().filter(|row| row["bytes"] == rows[5]["bytes"]);
    let words = |row: &serde_json::Value| row["words"].as_u64().zip(row["lost"].as_u64()).unwrap();
    let words: HashSet<u64> = of_all.map(words).map(|(counted, lost)| counted + lost).collect();
    assert_eq!(words.len(), 1, "{rows:?}");
    let svg = fs::read_to_string(svg).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(NAMES.iter().all(|name| svg.contains(name)));
}

#[test]
fn unreadable_files_are_named_and_the_rest_races() {
    let ran = wc_race(&format!("--race missing.txt {TEXTS}"));
    ran.assert_one_complaint("wc-race: missing.txt: No such file or directory");
    assert_eq!(ran.text().lines().filter(|line| line.starts_with("private")).count(), 1);
    let ran = wc_race("--race /dev/null");
    ran.assert_one_complaint("wc-race: the input contains no words");
}

#[test]
fn what_makes_no_sense_is_refused() {
    for options in [
        "--strategy none",
        "--race --top 3",
        "--race --per-file",
        "--race --strategy mutex",
        "--race -f csv",
        "--strategy mutex --memory 8M",
        "--svg race.svg",
        "--race --svg - -o -",
    ] {
        let ran = wc_race(&format!("{options} {TEXTS}"));
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{options}");
    }
}

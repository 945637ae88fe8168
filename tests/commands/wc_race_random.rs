//! A thousand command lines of `wc-race`, drawn by lot, on texts drawn by lot, against a slow
//! reference: words from `str`'s and `unicode_segmentation`'s own iterators, counted in a `BTreeMap`.

use crate::harness::{Dir, run};
use flate2::Compression;
use flate2::write::GzEncoder;
use regex::Regex;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::thread;
use unicode_segmentation::UnicodeSegmentation;

/// Numbers that follow from a seed (`SplitMix64`).
struct Lots(u64);

impl Lots {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.draw() % end as u64).try_into().unwrap()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// What texts are made of.
const PIECES: &[&[u8]] = &[
    b"a",
    b"A",
    b"b",
    b"to",
    b"To",
    b"the",
    b"THE",
    b"be",
    b"x1",
    b"42",
    b"3.14",
    b"can't",
    b"=1",
    b"-",
    b"+b",
    b"@a",
    b"\"",
    b",",
    b".",
    b"'",
    b"_",
    b"__a",
    b"a-b",
    "é".as_bytes(),
    "É".as_bytes(),
    "ὈΔΥΣΣΕΎΣ".as_bytes(),
    "İ".as_bytes(),
    "日本".as_bytes(),
    "ß".as_bytes(),
    "🇩🇪".as_bytes(),
    "e\u{301}".as_bytes(),
    "\u{2019}s".as_bytes(),
    b"\x01",
    b"\x7f",
    b"\0",
    b"\xff",
    b"\xe2\x80",
    b"sixteen-bytes-ok",
    b"more-than-sixteen-bytes",
    b" ",
    b" ",
    b" ",
    b" ",
    b" ",
    b"  ",
    b"\n",
    b"\n",
    b"\t",
    b"\r\n",
    b"\x0b",
    "\u{a0}".as_bytes(),
    "\u{2003}".as_bytes(),
    "\u{3000}".as_bytes(),
    "\u{202f}".as_bytes(),
];

const PATTERNS: &[&str] = &[
    "^a", "b$", "^.$", "[0-9]", "^[a-z]+$", "THE", "(?i)the", r"\pL", "é", "^$", "-", r"^\W", ".",
];

fn text(lots: &mut Lots) -> Vec<u8> {
    let length = lots.pick(&[0, 1, 5, 40, 200]);
    let few = lots.one_in(2);
    let pieces = (0..length).flat_map(|_| {
        let (piece, space) = (lots.pick(PIECES), lots.one_in(2));
        // Texts of few words have words that repeat.
        let piece = if few && piece.len() > 4 { b"the" } else { piece };
        [piece, if space { b" " } else { b"" }].concat()
    });
    pieces.collect()
}

/// A command line, in the terms of the reference.
struct Case {
    arguments: Vec<String>,
    stdin: Vec<u8>,
    /// All text that is counted, each input apart.
    inputs: Vec<Vec<u8>>,
    stop_lists: Vec<Vec<u8>>,
    split: &'static str,
    folding: &'static str,
    min_count: Option<u64>,
    min_length: usize,
    top: Option<usize>,
    matching: Vec<&'static str>,
    no_match: Vec<&'static str>,
    sort: &'static str,
    reverse: bool,
    format: &'static str,
    csv_safe: bool,
    total: Option<Vec<&'static str>>,
}

impl Case {
    /// Draws a command line, and writes its files.
    fn draw(lots: &mut Lots, dir: &Dir) -> Self {
        let mut case = Self {
            arguments: Vec::new(),
            stdin: Vec::new(),
            inputs: Vec::new(),
            stop_lists: Vec::new(),
            split: lots.pick(&["space", "unicode"]),
            folding: lots.pick(&["lower", "lower", "keep"]),
            min_count: (!lots.one_in(3)).then(|| lots.draw() % 4),
            min_length: lots.pick(&[0, 0, 0, 1, 2, 3, 17]),
            top: lots.one_in(3).then(|| lots.below(6)),
            matching: (0..lots.pick(&[0, 0, 0, 1, 2])).map(|_| lots.pick(PATTERNS)).collect(),
            no_match: (0..lots.pick(&[0, 0, 0, 1, 2])).map(|_| lots.pick(PATTERNS)).collect(),
            sort: lots.pick(&["count", "count", "word", "none"]),
            reverse: lots.one_in(4),
            format: lots.pick(&["text", "tsv", "csv", "json", "uniq"]),
            csv_safe: false,
            total: None,
        };
        case.csv_safe = case.format == "csv" && lots.one_in(2);
        if lots.one_in(4) && case.format != "uniq" {
            case.draw_total(lots);
        }
        case.draw_stop_lists(lots, dir);
        case.write_options(lots);
        case.draw_inputs(lots, dir);
        case
    }

    fn draw_total(&mut self, lots: &mut Lots) {
        let mut figures = vec!["words", "distinct", "lines", "bytes"];
        while figures.len() > 1 && lots.one_in(2) {
            figures.remove(lots.below(figures.len()));
        }
        self.total = Some(figures);
        (self.top, self.sort, self.reverse) = (None, "count", false);
    }

    fn draw_stop_lists(&mut self, lots: &mut Lots, dir: &Dir) {
        for number in 0..lots.pick(&[0, 0, 0, 1, 2]) {
            let (name, words) = (format!("stop{number}"), text(lots));
            write(lots, dir, &name, &words);
            self.stop_lists.push(words);
            self.arguments.extend(["-x".to_owned(), name]);
        }
    }

    fn write_options(&mut self, lots: &mut Lots) {
        let mut options = Vec::new();
        options.push(format!("--words={}", self.split));
        options.push(format!("--case={}", self.folding));
        options.extend(self.min_count.map(|count| format!("-n{count}")));
        options.push(format!("--min-length={}", self.min_length));
        options.extend(self.top.map(|top| format!("-t{top}")));
        options.extend(self.matching.iter().map(|pattern| format!("--match={pattern}")));
        options.extend(self.no_match.iter().map(|pattern| format!("--no-match={pattern}")));
        options.push(format!("-f{}", self.format));
        options.extend(self.csv_safe.then(|| "--csv-safe".to_owned()));
        match &self.total {
            Some(figures) if figures.len() == 4 => options.push("--total".to_owned()),
            Some(figures) => options.push(format!("--total={}", figures.join(","))),
            None => options.push(format!("-s{}", self.sort)),
        }
        options.extend(self.reverse.then(|| "--reverse".to_owned()));
        options.push(format!("-j{}", 1 + lots.below(2)));
        self.arguments.extend(options);
    }

    /// Draws what is counted: standard input, or files, named on the command line or in a list, of
    /// which one can be standard input.
    fn draw_inputs(&mut self, lots: &mut Lots, dir: &Dir) {
        let mut names = Vec::new();
        for number in 0..lots.below(4) {
            let (name, text) = (format!("file{number}"), text(lots));
            write(lots, dir, &name, &text);
            self.inputs.push(text);
            names.push(name);
        }
        if names.is_empty() || lots.one_in(3) {
            let text = text(lots);
            self.stdin = if lots.one_in(2) { gzip(&text) } else { text.clone() };
            self.inputs.push(text);
            if !names.is_empty() || lots.one_in(2) {
                names.push("-".to_owned());
            }
        }
        if !names.is_empty() && lots.one_in(4) {
            dir.write("list", names.join("\0").as_bytes());
            names = vec!["--files0-from=list".to_owned()];
        }
        self.arguments.extend(names);
    }

    /// Returns what the command has to print.
    fn expected(&self) -> String {
        let mut counts = BTreeMap::<String, u64>::new();
        for word in self.inputs.iter().flat_map(|input| self.words(input)) {
            *counts.entry(word).or_default() += 1;
        }
        let stop: BTreeSet<_> = self.stop_lists.iter().flat_map(|list| self.words(list)).collect();
        let compile = |patterns: &[&str]| -> Vec<Regex> {
            patterns.iter().map(|pattern| Regex::new(pattern).unwrap()).collect()
        };
        let (matching, no_match) = (compile(&self.matching), compile(&self.no_match));
        let default = if self.total.is_some() { 0 } else { 2 };
        counts.retain(|word, count| {
            *count >= self.min_count.unwrap_or(default)
                && word.chars().count() >= self.min_length
                && !stop.contains(word)
                && (matching.is_empty() || matching.iter().any(|regex| regex.is_match(word)))
                && !no_match.iter().any(|regex| regex.is_match(word))
        });
        match &self.total {
            Some(figures) => self.totals(figures, &counts),
            None => self.list(counts),
        }
    }

    fn words(&self, text: &[u8]) -> Vec<String> {
        let mut pieces: Vec<String> = Vec::new();
        if self.split == "unicode" {
            let valid = text.utf8_chunks().map(|chunk| chunk.valid());
            let between = valid.flat_map(|valid| valid.split(char::is_whitespace));
            pieces.extend(between.flat_map(|piece| piece.unicode_words()).map(str::to_owned));
        } else {
            let mut valid = String::new();
            for chunk in text.utf8_chunks() {
                valid += chunk.valid();
                valid.extend(chunk.invalid().iter().map(|_| '\u{FFFD}'));
            }
            pieces.extend(valid.split_whitespace().map(str::to_owned));
        }
        let lower = |word: String| word.chars().filter_map(|c| c.to_lowercase().next()).collect();
        if self.folding == "keep" { pieces } else { pieces.into_iter().map(lower).collect() }
    }

    fn totals(&self, figures: &[&str], counts: &BTreeMap<String, u64>) -> String {
        let bytes = self.inputs.iter().flatten();
        let numbers: Vec<String> = figures
            .iter()
            .map(|&figure| match figure {
                "words" => counts.values().sum::<u64>().to_string(),
                "distinct" => counts.len().to_string(),
                "lines" => bytes.clone().filter(|&&byte| byte == b'\n').count().to_string(),
                _ => bytes.clone().count().to_string(),
            })
            .collect();
        match self.format {
            "text" => numbers.join(" ") + "\n",
            "tsv" => numbers.join("\t") + "\n",
            "csv" => format!("{}\n{}\n", figures.join(","), numbers.join(",")),
            _ => {
                let members = figures.iter().zip(&numbers);
                let members: Vec<_> =
                    members.map(|(name, number)| format!("\"{name}\":{number}")).collect();
                format!("{{{}}}\n", members.join(","))
            }
        }
    }

    fn list(&self, counts: BTreeMap<String, u64>) -> String {
        let mut rows: Vec<_> = counts.into_iter().collect();
        rows.sort_by_key(|&(_, count)| Reverse(count)); // stable: then by bytes
        rows.truncate(self.top.unwrap_or(usize::MAX));
        if self.sort != "count" {
            rows.sort();
        }
        if self.reverse {
            rows.reverse();
        }
        let mut list = match (self.format, self.min_count) {
            ("text", Some(0 | 1)) => "Words:\n".to_owned(),
            ("text", None | Some(2)) => "Words that appear more than once:\n".to_owned(),
            ("text", Some(count)) => format!("Words that appear more than {} times:\n", count - 1),
            ("csv", _) => "word,count\n".to_owned(),
            _ => String::new(),
        };
        for (word, count) in rows {
            let _ = match self.format {
                "text" => writeln!(list, "{word}: {count}"),
                "tsv" => writeln!(list, "{word}\t{count}"),
                "csv" => writeln!(list, "{},{count}", csv_field(&word, self.csv_safe)),
                "json" => writeln!(list, "{{\"word\":{},\"count\":{count}}}", json_string(&word)),
                _ => writeln!(list, "{count:>7} {word}"),
            };
        }
        list
    }
}

/// RFC 4180, section 2; if `safe`, no field is a formula.
fn csv_field(word: &str, safe: bool) -> String {
    let formula = safe && word.starts_with(['=', '+', '-', '@']);
    let mark = if formula { "'" } else { "" };
    let quoted = formula || word.contains(['"', ',']);
    if quoted { format!("\"{mark}{}\"", word.replace('"', "\"\"")) } else { word.to_owned() }
}

/// RFC 8259, section 7.
fn json_string(word: &str) -> String {
    let mut string = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => string.extend(['\\', c]),
            '\0'..'\u{20}' => {
                let _ = write!(string, "\\u{:04x}", u32::from(c));
            }
            c => string.push(c),
        }
    }
    string + "\""
}

/// Writes a file; one in three is compressed.
fn write(lots: &mut Lots, dir: &Dir, name: &str, text: &[u8]) {
    if lots.one_in(3) { dir.write(name, &gzip(text)) } else { dir.write(name, text) }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_thousand_command_lines_print_what_the_reference_does() {
    thread::scope(|scope| {
        for lane in 0..2 {
            scope.spawn(move || {
                let dir = Dir::new();
                (lane..1000).step_by(2).for_each(|seed| try_case(seed, &dir));
            });
        }
    });
}

fn try_case(seed: u64, dir: &Dir) {
    let case = Case::draw(&mut Lots(seed), dir);
    let ran = run(dir.command("wc-race", "").args(&case.arguments), &case.stdin);
    let ended = (ran.code, &*ran.err, String::from_utf8_lossy(&ran.out).into_owned());
    let expected = (Some(0), "", case.expected());
    assert_eq!(ended, expected, "seed {seed}: {:?} of {:?}", case.arguments, case.inputs);
}

//! The same command lines for the installed gzip and for `pgz` called as gzip.

use crate::harness::{Dir, Ran};
use flate2::read::MultiGzDecoder;
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::OnceLock;

/// Files that both find: made by the installed gzip, and long ago, so that times can be compared.
const FILES: &str = "
    seq 1 2000 > n; seq 1 9 > short; : > empty; cp n other; mkdir d d/e; seq 5 99 > d/a; seq 7 99 > d/e/b
    find . -type f -exec touch -d '2001-02-03 04:05:06' {} +
    gzip -k short; cp short.gz unknown; mv short.gz made.gz; gzip -k other
    cat other.gz made.gz > two.gz
    head -c 2000 other.gz > cut.gz; (cat other.gz; echo garbage) > garbage.gz
    (cat other.gz; head -c 99 /dev/zero) > zeros.gz
    (head -c $(($(wc -c < other.gz) - 8)) other.gz; printf '1234'; tail -c 4 other.gz) > crc.gz
    (head -c $(($(wc -c < other.gz) - 4)) other.gz; printf '1234') > length.gz
    echo plain > no.gz; : > nothing.gz; ln -s n link
    printf '\\037\\235\\220\\141\\304\\004\\004' > old.Z
    printf '\\037\\036\\000\\000\\000\\004\\002\\001\\000ab\\221' > packed.z
    printf 'PK\\003\\004\\024\\000\\000\\000\\000\\000aaaa\\246\\012\\327\\066\\004\\000\\000\\000' > one.zip
    printf '\\004\\000\\000\\000\\001\\000\\000\\000nabab' >> one.zip; cat one.zip one.zip > two.zip
    (cat made.gz; cat old.Z) > after.gz; (cat made.gz; printf '\\037') > begun.gz
    chmod 640 n; chmod 600 other.gz
    find . -type f -exec touch -d '2001-02-03 04:05:06' {} +";

/// Lines after which everything must be the same.
const SAME: &[&str] = &[
    "gzip n",
    "gzip -1 n",
    "gzip -9 n short",
    "gzip --best n",
    "gzip -k n",
    "gzip -c n > out",
    "gzip -ck n short > out",
    "gzip < n > out",
    "gzip empty",
    "gzip -n n",
    "gzip -N n",
    "gzip -m n && touch n.gz && gzip -dN n.gz && find n -newer short",
    "gzip -mc n | head -c 8 | tail -c 4 | cmp - /dev/zero 2>&1",
    "gzip -nM n",
    "gzip -dM made.gz",
    "gzip -dNm made.gz",
    "gzip -v n",
    "gzip -kv n short",
    "gzip -cv n > out",
    "gzip -v < n > out",
    "gzip -S .foo n",
    "gzip -S .foo n && gzip -d -S .foo n.foo",
    "gzip -r d",
    // One file: gzip takes a directory's in the order that the disk has them, pgz by name.
    "gzip -rv d/e",
    "gzip -r d && gzip -rd d",
    "gzip -rc d/e > out",
    "gzip d",
    "gzip missing n",
    "gzip n n",
    "gzip link",
    "gzip -f link",
    "gzip other",
    "gzip -f other",
    "gzip made.gz",
    "gzip -f made.gz",
    "gzip -q d other",
    "gzip -d made.gz",
    "gzip -dv made.gz",
    "gzip -dk made",
    "gzip -dN made.gz",
    "gzip -dNkv made.gz",
    "gzip -dn made.gz",
    "gzip -dc made.gz two.gz",
    "gzip -dcf n made.gz",
    "gzip -d < made.gz",
    "gzip -d unknown",
    "gzip -d missing made.gz",
    "gzip -d no.gz made.gz",
    "gzip -dk other.gz",
    "gzip -dfk other.gz",
    "gzip -d zeros.gz",
    "gzip -d crc.gz",
    "gzip -d length.gz",
    "gzip -d cut.gz",
    "cat made.gz cut.gz > both.gz; gzip -d both.gz",
    "gzip -d nothing.gz",
    "gzip -d < crc.gz > /dev/null",
    "gzip -d < n",
    "gzip -dc garbage.gz > out",
    "gzip -t made.gz two.gz",
    "gzip -tv made.gz two.gz",
    "gzip -t cut.gz",
    "gzip -tv cut.gz",
    "gzip -t crc.gz",
    "gzip -t garbage.gz",
    "gzip -tv garbage.gz",
    "gzip -qt garbage.gz",
    "gzip -t unknown n",
    "gzip -tv < made.gz",
    "gzip -rt d",
    "gzip -l made.gz",
    "gzip -l made.gz other.gz",
    "gzip -lv made.gz other.gz",
    "gzip -lvN made.gz",
    "gzip -lq made.gz other.gz",
    "gzip -l cut.gz",
    "gzip -l missing",
    "gzip -l unknown d",
    "gzip -l < made.gz",
    "gzip -d old.Z",
    "gzip -dv old.Z packed.z",
    "gzip -dk old",
    "gunzip packed.z",
    "gzip -dc old.Z packed.z one.zip after.gz",
    "gzip -t old.Z packed.z one.zip",
    "gzip -tv old.Z packed.z one.zip",
    "gzip -tv two.zip",
    "gzip -l old.Z packed.z",
    "gzip -lq old.Z",
    "gzip -l < old.Z",
    "gzip old.Z packed.z",
    "gzip -d one.zip",
    "gzip -d -S .zip one.zip",
    "gzip -dc two.zip",
    "gzip -d begun.gz",
    "gzip -dc begun.gz > out",
    "gzip -dcf old.Z garbage.gz begun.gz zeros.gz short empty | cat -v > out",
    "gzip -df < garbage.gz",
    "gzip -tf garbage.gz n",
    "gzip -lf n",
    "gzip -tv < garbage.gz",
    "gzip -tv < cut.gz",
    "head -c 1 n | gzip -dcf; head -c 1 made.gz | gzip -dcf | cat -v",
    "printf '\\037\\240abc' | gzip -dcf 2> /dev/null",
    "printf '\\037\\213x' | gzip -dc 2> /dev/null",
    "zgrep plain no.gz; zgrep garbage garbage.gz; zgrep 7 old.Z after.gz",
    "gunzip made.gz",
    "gunzip -c made.gz",
    "zcat made.gz two.gz",
    "zcat n",
    "zcat -f n | head -n 2",
    "gzip -L > /dev/null; gzip -h > /dev/null; gzip -V > /dev/null",
    "GZIP=foo gzip n",
    "GZIP=-c gzip n",
];

/// Lines after which something differs, on purpose: status, standard error and what is there.
const DIFFERENT: &[(&str, &str, i32, &str)] = &[
    (
        "the original stays where something follows its data, which may be worth a look",
        "gzip -d garbage.gz; s=$?; ls garbage*; exit $s",
        2,
        "\ngzip: garbage.gz: decompression OK, trailing garbage ignored\n",
    ),
    (
        "a wrong checksum stops the file and no other",
        "gzip -d crc.gz made.gz; s=$?; ls crc.gz made; exit $s",
        1,
        "\ngzip: crc.gz: invalid compressed data--crc error\n",
    ),
    (
        "the sizes of all the members, not of the last",
        "gzip -l two.gz | tail -n 1 | awk '{ print $2 }'",
        0,
        "",
    ),
    (
        "a byte after its data is garbage, not a member that is cut",
        "(cat made.gz; echo) | gzip -dc > out",
        2,
        "\ngzip: stdin: decompression OK, trailing garbage ignored\n",
    ),
    ("zeros after its data are nothing to warn of", "gzip -tv < zeros.gz", 0, " OK\n"),
    (
        "an archive with more entries is decompressed, and stays",
        "gzip -d -S .zip two.zip; s=$?; ls two*; exit $s",
        2,
        "gzip: two.zip has more than one entry--rest ignored\n",
    ),
    (
        "as in its other complaints, compressed data is what is invalid",
        "head -c 3 old.Z > bad.Z; printf '\\377\\377\\377' >> bad.Z; gzip -d bad.Z",
        1,
        "\ngzip: bad.Z: invalid compressed data--invalid code\n",
    ),
    (
        "a code that is cut is noticed",
        "head -c 6 old.Z > cut.Z; gzip -d cut.Z; ls cut.Z",
        0,
        "\ngzip: cut.Z: unexpected end of file\n",
    ),
    (
        "lzh is not decoded",
        "printf '\\037\\240abc' | gzip -dc",
        1,
        "gzip: stdin: lzh compression -- not supported\n",
    ),
    (
        "what a flag means that nobody knows is not guessed",
        "printf '\\037\\235\\260a\\000\\000' | gzip -dc > out",
        1,
        "gzip: stdin: unknown flags -- not supported\n",
    ),
    (
        "of an archive, the size of its first entry",
        "gzip -l -S .zip two.zip | tail -n 1 | awk '{ print $1 }'",
        0,
        "gzip: two.zip has more than one entry--rest ignored\n",
    ),
    ("a hard link is no obstacle where the original stays", "ln n n2; gzip -k n", 0, ""),
    (
        "control characters are escaped, so that a name cannot drive the terminal",
        "gzip \"$(printf 'a\\033b')\"",
        1,
        "gzip: a\\u{1b}b: No such file or directory\n",
    ),
    (
        "the variable is read without a warning, since scripts that set it have been warned enough",
        "GZIP=-9 gzip n",
        0,
        "",
    ),
];

/// What there is to see of a file: its name, mode and time, and what is in it, decompressed.
fn files(dir: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let metadata = path.symlink_metadata().unwrap();
        if metadata.is_dir() {
            files.extend(self::files(&path));
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Later than FILES is now.
        let time = if metadata.mtime() < 1_000_000_000 { metadata.mtime() } else { 0 };
        let bytes = fs::read(&path).unwrap_or_default();
        let mut plain = Vec::new();
        if MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain).is_err() {
            plain = bytes;
        }
        let sum = crc32fast::hash(&plain);
        files.push(format!("{name} {:o} {time} {} {sum:08x}", metadata.mode(), plain.len()));
    }
    files.sort();
    files
}

/// The text without the ratios, which depend on the compressor.
fn masked(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let words = line.split(' ').filter(|word| !word.is_empty());
        let words = words.map(|word| if word.ends_with('%') { "ratio" } else { word });
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Runs a line, and returns what it leaves in the directory besides.
fn run(line: &str, run: impl Fn(&Dir, &str) -> Ran) -> (Ran, Vec<String>) {
    // Making them takes much longer than copying them.
    static MADE: OnceLock<Dir> = OnceLock::new();
    let made = MADE.get_or_init(|| Dir::with(FILES));
    let dir = Dir::with(&format!("cp -a {}/. .", made.root().display()));
    let ran = run(&dir, line);
    (ran, files(dir.root()))
}

#[test]
fn more_than_thirty_command_lines_end_as_with_gzip() {
    let mut differences = Vec::new();
    for line in SAME {
        let (mut theirs, mut ours) = (run(line, Dir::installed), run(line, Dir::run));
        for ran in [&mut theirs.0, &mut ours.0] {
            // The installed gunzip and zcat are scripts around gzip, which speaks for them.
            ran.err = masked(&ran.err).replace("zcat: ", "gzip: ");
        }
        if theirs != ours {
            differences.push(format!("{line}\n  gzip: {theirs:?}\n  ours: {ours:?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn where_it_differs_that_is_on_purpose() {
    for &(why, line, code, err) in DIFFERENT {
        let ours = run(line, Dir::run);
        ours.0.says(code, err);
        assert_ne!(ours, run(line, Dir::installed), "no longer different: {why}");
    }
}

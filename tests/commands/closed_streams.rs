//! Standard streams that are closed: what was to be read or written there is an error, in a line
//! that names the stream; where there was nothing to, all is well.

use crate::harness::{Dir, Ran, run, text};

/// A line in a directory with a file `x`, that file compressed, and a partial tally `p`.
fn ran(line: &str) -> (Ran, Dir) {
    let dir = Dir::with_files(&[("x", &text(1, 100_000))]);
    dir.run("pgz -q x && wc-race map < x > p").silent();
    let ran = run(&mut dir.as_gzip(line), b"");
    (ran, dir)
}

#[test]
fn unreadable_input_and_unwritable_output_are_errors() {
    let lines = [
        ("pgz <&- > out", "pgz: stdin: "),
        ("pgz -c - <&- > out", "pgz: stdin: "),
        ("pgz -d <&- > out", "pgz: stdin: "),
        ("pgz -t <&-", "pgz: stdin: "),
        ("pgz -l <&-", "pgz: stdin: "),
        ("pgz -o out <&-", "pgz: stdin: "),
        ("pgz -o out - <&-", "pgz: stdin: "),
        ("pgz < x >&-", "pgz: stdout: "),
        ("pgz -c x >&-", "pgz: stdout: "),
        ("pgz -dc x.gz >&-", "pgz: stdout: "),
        ("pgz -d < x.gz >&-", "pgz: stdout: "),
        ("pgz -l x.gz >&-", "pgz: stdout: "),
        ("pgz -f x >&-", "pgz: stdout: "),
        ("pgz -V >&-", "pgz: stdout: "),
        ("pgz --help >&-", "pgz: stdout: "),
        ("gunzip --version >&-", "gunzip: stdout: "),
        ("zcat --help >&-", "zcat: stdout: "),
        ("pgz -L >&-", "pgz: stdout: "),
        ("gzip <&- > out", "gzip: stdin: "),
        ("gzip -d <&- > out", "gzip: stdin: "),
        ("gzip -c x >&-", "gzip: stdout: "),
        ("gzip -l x.gz >&-", "gzip: stdout: "),
        ("gunzip -c x.gz >&-", "gunzip: stdout: "),
        ("zcat x.gz >&-", "zcat: stdout: "),
        ("wc-race <&- > out", "wc-race: stdin: "),
        ("wc-race x - <&- > out", "wc-race: stdin: "),
        ("wc-race x >&-", "wc-race: stdout: "),
        ("wc-race map <&- > out", "wc-race: stdin: "),
        ("wc-race map < x >&-", "wc-race: stdout: "),
        ("wc-race combine <&- > out", "wc-race: stdin: "),
        ("wc-race combine < p >&-", "wc-race: stdout: "),
        ("wc-race reduce <&- > out", "wc-race: stdin: "),
        ("wc-race reduce < p >&-", "wc-race: stdout: "),
        ("wc-race merge - <&- > out", "wc-race: stdin: "),
        ("wc-race merge p >&-", "wc-race: stdout: "),
        ("wc-race --version >&-", "wc-race: stdout: "),
        ("wc-race merge --help >&-", "wc-race: stdout: "),
        ("echoback -e <&- > out", "echoback: stdin: "),
        ("echoback -e < x >&-", "echoback: stdout: "),
        ("echoback --version >&-", "echoback: stdout: "),
        ("lockdemo --hold 1ms >&-", "lockdemo: stdout: "),
        ("lockdemo --hold 1ms --json - >&-", "lockdemo: stdout: "),
        ("lockdemo --hold 1ms --svg - >&-", "lockdemo: stdout: "),
        ("lockdemo --bench=10ms >&-", "lockdemo: stdout: "),
        ("lockdemo --help >&-", "lockdemo: stdout: "),
    ];
    let mut failed = Vec::new();
    for (line, beginning) in lines {
        let (ran, dir) = ran(line);
        let err = ran.complaints();
        let complaints = err.lines().filter(|line| !line.is_empty());
        // By either of its names.
        let message = err.trim_start().replace("standard ", "std").replace("stdinput", "stdin");
        let message = message.replace("stdoutput", "stdout");
        let named = message.starts_with(beginning);
        if ran.code != Some(1) || complaints.count() != 1 || !named {
            failed.push(format!("{line}: {:?} {:?}", ran.code, ran.err));
        }
        let list = dir.list().replace("out ", "");
        assert_eq!(list, "p x x.gz", "{line}");
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_closed_stream_that_is_not_needed_does_no_harm() {
    let lines = [
        "pgz -qf x <&- >&- 2>&-",
        "pgz -f x <&- > out",
        "pgz -qfd x.gz <&- >&- 2>&-",
        "pgz -t x.gz <&- >&- 2>&-",
        "pgz -c x <&- > out 2>&-",
        "gzip -f x <&- >&- 2>&-; gunzip x.gz <&- >&- 2>&-; pgz -q x",
        "gzip -l x.gz <&- > out 2>&-",
        "zcat x.gz <&- 2>&- | cmp - x",
        "wc-race x <&- > out 2>&-",
        "wc-race -o out x <&- >&- 2>&-",
        "wc-race map < x > out 2>&-",
        "wc-race merge -o out p <&- >&- 2>&-",
        "echoback -e < x 2>&- | cmp - x",
        "lockdemo --hold 1ms --json - <&- > out 2>&-",
    ];
    for line in lines {
        let (ran, dir) = ran(line);
        assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{line}");
        assert_eq!(dir.list().replace("out ", ""), "p x x.gz", "{line}");
        dir.installed("gzip -dc x.gz | cmp - x").assert_fine();
    }
}

/// The status tells it, and no message lands in a file that was opened in the stream's place.
#[test]
fn a_failure_that_cannot_be_reported_is_a_failure() {
    let lines = [
        ("pgz -q x missing 2>&-", 1),
        ("pgz -q x 2>&-", 2),
        ("pgz -qf x missing 2>&-", 1),
        ("pgz -qf missing <&- >&- 2>&-", 1),
        ("gzip -f x missing <&- >&- 2>&-; s=$?; gunzip -k x.gz; exit $s", 1),
        ("pgz -dc p > out 2>&-", 1),
        ("wc-race -o out missing x <&- >&- 2>&-", 1),
        ("wc-race merge x 2>&- > out", 1),
        ("wc-race map < x > /dev/full 2>&-", 1),
        ("echoback -e < x > /dev/full 2>&-", 1),
        ("lockdemo --hold 1ms --json /dev/full > out 2>&-", 1),
        ("pgz --nonsense 2>&-", 2),
        ("wc-race --nonsense 2>&-", 2),
    ];
    let mut failed = Vec::new();
    for (line, code) in lines {
        let (ran, dir) = ran(line);
        if (ran.code, &*ran.err) != (Some(code), "") {
            failed.push(format!("{line}: {:?} {:?}", ran.code, ran.err));
        }
        assert_eq!(dir.list().replace("out ", ""), "p x x.gz", "{line}");
        dir.installed("gzip -dc x.gz | cmp - x").assert_fine();
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

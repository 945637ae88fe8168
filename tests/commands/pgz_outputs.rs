//! Where outputs go, what they replace, and what they never do.

use crate::harness::Dir;
use std::fs;

#[test]
fn a_run_does_not_overwrite_its_own_outputs() {
    let dir = Dir::with("mkdir -p s/a/d s/b/d o; echo A > s/a/d/x; echo B > s/b/d/x");
    let ran = dir.run("pgz -qr --rm -f -o o s/a/d s/b/d");
    ran.says(1, "pgz: o/d/x.gz was already written by this run; not overwritten\n");
    // One of them is in the output, and the other one is where it was.
    let left = dir.run("(cat s/*/d/x; zcat o/d/x.gz) | sort");
    assert_eq!(left.text(), "A\nB\n");

    let dir = Dir::with("echo A | gzip > x.gz; echo B | gzip > x.z; echo old > x");
    let ran = dir.run("pgz -q -p1 -d --rm -f x.gz x.z");
    ran.says(1, "pgz: x was already written by this run; not overwritten\n");
    assert_eq!(dir.run("(cat x; zcat x.gz x.z 2> /dev/null) | sort").text(), "A\nB\n");

    // The name that is stored is the same in both.
    let line = "for n in 1 2; do echo $n > same; gzip -N same; mv same.gz c$n.gz; done";
    let dir = Dir::with(line);
    assert_eq!(dir.run("gunzip -fN c1.gz c2.gz 2> /dev/null").code, Some(1));
    assert_eq!(dir.run("(cat same; zcat c*.gz) | sort").text(), "1\n2\n");
}

#[test]
fn the_input_is_never_the_output() {
    let dir = Dir::with("echo text > s; ln s hard; ln -s s soft");
    for output in ["s", "./s", "hard", "soft"] {
        let ran = dir.run(&format!("pgz -qf -o {output} s"));
        ran.says(1, "pgz: s: the input and the output are the same file\n");
        let ran = dir.run(&format!("pgz -qf -o {output} < s"));
        ran.says(1, "pgz: stdin: the input and the output are the same file\n");
        let ran = dir.run(&format!("wc-race -o {output} s"));
        ran.says(1, &format!("wc-race: {output}: the output would overwrite the input: s\n"));
        let ran = dir.run(&format!("wc-race -o {output} < s"));
        ran.says(
            1,
            &format!("wc-race: {output}: the output would overwrite the input: standard input\n"),
        );
        assert_eq!(dir.run("wc-race -n1 -f tsv s | wc-race merge --partial -o s s").code, Some(1));
    }
    dir.run("echo text | cmp - s").silent();
}

#[test]
fn o_follows_links_to_missing_files() {
    let dir = Dir::with("seq 5 > f; mkdir d; ln -s d/t l; ln -s d/g m");
    dir.run("wc-race -n1 -o l f && pgz -q -o m f").silent();
    assert_eq!(
        dir.run("cat d/t | wc -l; zcat d/g | wc -l; readlink l m").text(),
        "6\n5\nd/t\nd/g\n"
    );
    dir.run("wc-race -n1 -o l f && pgz -qf -o m f && pgz -qf -o m < f").silent();
    assert_eq!(
        dir.run("cat d/t | wc -l; zcat d/g | wc -l; readlink l m").text(),
        "6\n5\nd/t\nd/g\n"
    );
    let exists = "pgz: m already exists; not overwritten\n";
    dir.run("pgz -q -o m f").says(2, exists);
    dir.run("pgz -q -o m < f").says(2, exists);
}

#[test]
fn o_writes_to_streams_where_they_are() {
    let dir = Dir::with("seq 5 > f");
    for (output, redirection) in
        [("/dev/stdout", ""), ("/dev/fd/1", ""), ("/proc/self/fd/7", "7>&1"), ("-", "")]
    {
        let line = format!(
            "(echo first; wc-race -n1 -f tsv -o {output} f {redirection}; echo last) > out
            head -n 1 out; tail -n 1 out; wc -l < out"
        );
        assert_eq!(dir.run(&line).text(), "first\nlast\n7\n", "{output}");
        let line = format!(
            "(echo first; pgz -o {output} f {redirection}; echo last) > out
            head -n 1 out; tail -c 5 out; tail -c +7 out | head -c -5 | gzip -dc | wc -l"
        );
        assert_eq!(dir.run(&line).text(), "first\nlast\n5\n", "{output}");
    }
}

#[test]
fn o_writes_to_special_files_and_then_keeps_the_input() {
    let dir = Dir::with("seq 5 > f; mkfifo p; ln -s p q");
    for output in ["p", "q"] {
        let line = format!("timeout 30 cat p | gzip -dc & pgz -qf -o {output} f; wait");
        assert_eq!(dir.run(&line).text(), "1\n2\n3\n4\n5\n");
        let line = format!("timeout 30 cat p | wc -l & wc-race -n1 -f tsv -o {output} f; wait");
        assert_eq!(dir.run(&line).text().trim(), "5");
        assert_eq!(dir.run("test -p p && readlink q").text(), "p\n");
    }
    dir.run("pgz -qf -o /dev/null f && pgz -q -o /dev/null f && wc-race -o /dev/null f").silent();
    assert_eq!(dir.run("test -c /dev/null").code, Some(0));
    let line = "pgz: f: not removed, since /dev/null is not a regular file\n";
    dir.run("pgz -f --rm -o /dev/null f 2>&1 > /dev/null | cat >&2; ls f > /dev/null")
        .says(0, line);
}

#[test]
fn what_takes_a_file_s_place_leaves_it_its_owner_and_mode() {
    let dir = Dir::with("seq 5 > f; chmod 644 f; echo old > own; chmod 640 own");
    if dir.run("chown 12:34 own 2> /dev/null").code != Some(0) {
        eprintln!("skipped: only root may give files away");
        return;
    }
    dir.run("wc-race -n1 -o own f").silent();
    assert_eq!(dir.run("stat -c '%u:%g %a' own; wc -l < own").text(), "12:34 640\n6\n");
    dir.run("pgz -qf -o own < f").silent();
    assert_eq!(dir.run("stat -c '%u:%g %a' own; zcat own | wc -l").text(), "12:34 640\n5\n");
    // Somebody who may not give files away writes into it.
    dir.run("chmod 777 .; chmod 666 own").silent();
    let other = "setpriv --reuid 56 --regid 78 --clear-groups";
    dir.run(&format!(
        "chmod 755 \"$(dirname \"$(command -v wc-race)\")\"; {other} wc-race -n1 -o own f"
    ));
    assert_eq!(
        dir.run("stat -c '%u:%g %a' own; wc -l < own; ls -A").text(),
        "12:34 666\n6\nf\nown\n"
    );
}

#[test]
fn file_systems_without_the_newer_calls_will_do() {
    // No files without names, no renaming without replacing, no hard links.
    let faults = "renameat2,linkat:error=EPERM";
    for line in ["gzip f", "pgz -q f", "gzip -f f", "wc-race -n1 -o f.gz f"] {
        let dir = Dir::with("seq 9 > f");
        let Some(ran) = dir.run_with_faults(faults, None, line) else { return };
        ran.silent();
        let list = if line.starts_with("gzip") { "f.gz" } else { "f f.gz" };
        assert_eq!(dir.list(), list, "{line}");
        if !line.starts_with("wc-race") {
            assert_eq!(dir.run("zcat f.gz | wc -l").text(), "9\n");
        }
        let taken = Dir::with("seq 9 > f; echo old > f.gz");
        let ran = taken.run_with_faults(faults, None, "pgz -q f").unwrap();
        ran.says(2, "pgz: f.gz already exists; not overwritten\n");
        assert_eq!(fs::read(taken.path("f.gz")).unwrap(), b"old\n");
    }
}

#[test]
fn what_only_close_reports_keeps_the_original() {
    let reason = "No space left on device\n";
    for (line, name, kept) in [
        ("gzip d/x", "d/x.gz", "x"),
        ("pgz -q --rm d/x", "d/x.gz", "x"),
        ("gunzip d/y.gz", "d/y", "y.gz"),
    ] {
        let dir = Dir::with("mkdir d; seq 9 > d/x; seq 9 | gzip > d/y.gz");
        let Some(ran) = dir.run_with_faults("close:error=ENOSPC", Some(name), line) else { return };
        let (command, input) = (line.split(' ').next().unwrap(), line.rsplit(' ').next().unwrap());
        ran.says(1, &format!("{command}: {input}: cannot write the output: {reason}"));
        assert_eq!(dir.list(), "d");
        assert!(dir.run("ls d").text().lines().any(|name| name == kept), "{line}");
        assert_eq!(dir.run("ls d").text(), "x\ny.gz\n", "{line}");
    }
    let dir = Dir::with("seq 9 > f");
    for line in ["pgz -c f", "wc-race -n1 f", "pgz -L", "lockdemo --workers 1 --hold 0"] {
        let line = format!("{line} > out");
        let ran = dir.run_with_faults("close:error=ENOSPC", Some("out"), &line).unwrap();
        let command = line.split(' ').next().unwrap();
        ran.says(1, &format!("{command}: standard output: {reason}"));
    }
}

#[test]
fn attributes_that_a_file_system_does_not_support_are_a_warning() {
    for fault in ["fchmod:error=EPERM", "utimensat:error=EOPNOTSUPP"] {
        let dir = Dir::with("seq 9 > f");
        let Some(ran) = dir.run_with_faults(fault, None, "gzip f") else { return };
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.starts_with("gzip: f.gz: cannot set mode or times: "), "{}", ran.err);
        assert_eq!(dir.list(), "f.gz");
    }
    let dir = Dir::with("seq 9 > f");
    if let Some(ran) = dir.run_with_faults("fsync:error=EINVAL", None, "pgz -q --rm f") {
        ran.silent();
        assert_eq!(dir.list(), "f.gz");
    }
}

#[test]
fn a_directory_that_may_not_be_read_will_do() {
    let dir = Dir::with("mkdir d; seq 9 > d/f; chmod 333 d");
    let line = "setpriv --bounding-set=-all --inh-caps=-all -- pgz -q --rm d/f";
    let line = if dir.run("ls d 2> /dev/null").code == Some(0) { line } else { "pgz -q --rm d/f" };
    dir.run(line).silent();
    assert_eq!(dir.run("chmod 755 d; ls d").text(), "f.gz\n");
}

#[test]
fn a_name_that_is_too_long_is_found_out_before_the_work() {
    let name = "n".repeat(253);
    let dir = Dir::with(&format!("truncate -s 1T {name}"));
    let line = format!("pgz: {name}: cannot write the output: File name too long\n");
    dir.run(&format!("pgz -q {name}")).says(1, &line);
}

#[test]
fn unfinished_outputs_of_another_process_are_no_inputs() {
    let dir =
        Dir::with("seq 9 > f; echo half > .csp-0123456789abcdef.tmp; echo whole > .csp-x.tmp");
    dir.run("pgz -qr --rm .").silent();
    assert_eq!(dir.list(), ".csp-0123456789abcdef.tmp .csp-x.tmp.gz f.gz");
}

#[test]
fn acls_and_user_attributes_are_kept() {
    let dir = Dir::with("seq 9 > f; seq 9 > plain; chmod 604 plain");
    if dir.run("setfacl -m u:12:r,g::-,m::r f && setfattr -n user.origin -v here f").code != Some(0)
    {
        eprintln!("skipped: no ACLs or attributes here");
        return;
    }
    let line = "getfacl -n --omit-header $x; getfattr --only-values -n user.origin $x; echo";
    let show = |name: &str| dir.run(&format!("x={name}; {line}")).text().to_owned();
    let before = show("f");
    assert!(before.contains("user:12:r--") && before.ends_with("here\n"), "{before}");
    dir.run("gzip f").silent();
    assert_eq!(show("f.gz"), before);
    dir.run("gunzip f.gz").silent();
    assert_eq!(show("f"), before);
    // What the directory gives to new files does not open a file that was closed.
    dir.run("setfacl -d -m u:12:rwx . && gzip plain").silent();
    assert_eq!(
        dir.run("getfacl -n --omit-header plain.gz").text(),
        "user::rw-\ngroup::---\nother::r--\n\n"
    );
    // Without a list, the mask must not become the right of the group.
    let dir = Dir::with("seq 9 > f; chmod 644 f; setfacl -m u:12:rw,g::- f");
    if let Some(ran) = dir.run_with_faults("fsetxattr:error=EOPNOTSUPP", None, "gzip f") {
        ran.silent();
        assert_eq!(dir.run("stat -c %A f.gz").text(), "-rw----r--\n");
    }
}

//! `--skip-compressed`: files that are compressed already, whatever their names.

use crate::harness::{Dir, noise};

#[test]
fn compressed_files_are_left_out_by_what_they_are() {
    let dir = Dir::with("mkdir d; seq 9999 > d/text.jpg; seq 9 | gzip > d/a; cp d/a d/b.txt");
    dir.write("d/encrypted", &noise(1, 100_000));
    dir.write("d/c.png", b"\x89PNG\r\n\x1A\n");
    let ran = dir.run("pgz -r --skip-compressed d");
    assert_eq!((ran.code, ran.text()), (Some(0), "Compressed 1 file\n"));
    assert_eq!(ran.err, "pgz: 4 files skipped: already compressed\n");
    assert_eq!(dir.run("ls d").text(), "a\nb.txt\nc.png\nencrypted\ntext.jpg\ntext.jpg.gz\n");
    dir.run("pgz -qr --skip-compressed d/a d/encrypted").silent();
    let ran = dir.run("gzip -v --skip-compressed d/a");
    let words = "gzip: d/a: already compressed -- skipped\n";
    ran.says(0, &format!("{words}gzip: 1 file skipped: already compressed\n"));
    // A file named .gz counts, too, if it is one; and the input stays.
    assert_eq!(
        dir.run("pgz --rm --skip-compressed d/text.jpg.gz d/a").err,
        "pgz: 2 files skipped: already compressed\n"
    );
    assert_eq!(dir.run("ls d/a d/text.jpg.gz").code, Some(0));
}

#[test]
fn without_it_they_are_compressed() {
    let dir = Dir::with("seq 9 | gzip > a");
    dir.run("pgz -q a && zcat a.gz | cmp - a").silent();
    // Standard output is never empty for it.
    dir.run("pgz -c --skip-compressed a | zcat | cmp - a").silent();
}

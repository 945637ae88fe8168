//! `pgz --format bgzf`: the tools of the format read what it writes, and its options.

use crate::harness::Dir;

/// Whether a tool is installed. The tests that need it are skipped where it is not.
fn has(tool: &str) -> bool {
    let there = Dir::new().installed(&format!("command -v {tool} > /dev/null")).code == Some(0);
    if !there {
        eprintln!("skipped: {tool} is not installed");
    }
    there
}

/// A million numbers, a line each, are 106 blocks.
const NUMBERS: &str = "seq 1000000 > a";

#[test]
fn bgzip_reads_it_and_finds_its_way_with_the_index() {
    if !has("bgzip") {
        return;
    }
    let dir = Dir::with(NUMBERS);
    dir.run("pgz -q --format bgzf --index a && bgzip -t a.gz && bgzip -dc a.gz | cmp - a").silent();
    assert_eq!(dir.list(), "a a.gz a.gz.gzi");
    for (offset, size) in [(0, 10), (65_279, 2), (65_280, 70_000), (5_000_000, 1000)] {
        let bgzip = format!("bgzip -b {offset} -s {size} a.gz");
        let tail = format!("tail -c +{} a | head -c {size}", offset + 1);
        dir.run(&format!("{bgzip} > x && {tail} | cmp - x")).silent();
    }
    dir.run("cp a.gz b.gz && bgzip -r b.gz && cmp a.gz.gzi b.gz.gzi").silent();
}

#[test]
fn levels_make_files_of_bgzips_sizes() {
    if !has("bgzip") {
        return;
    }
    let dir = Dir::with("seq 100000 > a; seq 7 200000 | sed 's/3/word /g' >> a");
    for level in 1..=8 {
        let sizes =
            format!("pgz --format bgzf -{level} -c a | wc -c; bgzip -l {level} -c a | wc -c");
        let ran = dir.run(&sizes);
        let sizes: Vec<f64> = ran.text().lines().map(|line| line.trim().parse().unwrap()).collect();
        assert!(sizes[0] < 1.02 * sizes[1], "level {level}: {sizes:?}");
    }
}

#[test]
fn tabix_indexes_a_bed_and_a_vcf() {
    if !has("tabix") {
        return;
    }
    let dir = Dir::with(
        "seq 200000 | awk '{ print \"chr1\\t\" 10 * $1 \"\\t\" 10 * $1 + 5 \"\\tfeature\" $1 }' > a.bed
         (printf '##fileformat=VCFv4.2\\n##contig=<ID=chr1>\\n'
          printf '#CHROM\\tPOS\\tID\\tREF\\tALT\\tQUAL\\tFILTER\\tINFO\\n'
          seq 200000 | awk '{ print \"chr1\\t\" 10 * $1 \"\\tv\" $1 \"\\tA\\tC\\t.\\tPASS\\t.\" }') > a.vcf",
    );
    dir.run("pgz -q --format bgzf a.bed a.vcf && tabix -p bed a.bed.gz && tabix -p vcf a.vcf.gz")
        .silent();
    let found =
        dir.run("tabix a.bed.gz chr1:1500001-1500030 && tabix a.vcf.gz chr1:1500001-1500030");
    let expected = "chr1\t1500000\t1500005\tfeature150000\nchr1\t1500010\t1500015\tfeature150001\n\
                    chr1\t1500020\t1500025\tfeature150002\n\
                    chr1\t1500010\tv150001\tA\tC\t.\tPASS\t.\nchr1\t1500020\tv150002\tA\tC\t.\tPASS\t.\n\
                    chr1\t1500030\tv150003\tA\tC\t.\tPASS\t.\n";
    assert_eq!(found.text(), expected);
}

#[test]
fn samtools_reads_a_sam_and_a_bam() {
    if !has("samtools") {
        return;
    }
    let dir = Dir::with(
        "(printf '@HD\\tVN:1.6\\tSO:coordinate\\n@SQ\\tSN:chr1\\tLN:10000000\\n'
          seq 50000 | awk '{ print \"r\" $1 \"\\t0\\tchr1\\t\" 100 * $1 \"\\t60\\t10M\\t*\\t0\\t0\\tACGTACGTAC\\tIIIIIIIIII\" }') > a.sam",
    );
    dir.run("pgz -q --format bgzf a.sam").silent();
    assert_eq!(dir.run("samtools view -c a.sam.gz").text(), "50000\n");
    // What is in a BAM file, compressed again.
    dir.run("samtools view -b a.sam | pgz -dc | pgz --format bgzf > a.bam").silent();
    dir.run("samtools quickcheck a.bam && samtools index a.bam").silent();
    assert_eq!(dir.run("samtools view a.bam chr1:4000000-4000005 | cut -f 1").text(), "r40000\n");
}

#[test]
fn it_is_tested_listed_and_decompressed_as_any_gzip_file() {
    let dir = Dir::with(NUMBERS);
    dir.run("pgz -q --format bgzf a && pgz -t a.gz && pgz -dc a.gz | cmp - a && cp a b").silent();
    dir.run("pgz -qd --rm -f a.gz && cmp a b").silent();
    assert_eq!(dir.list(), "a b");
    let row = dir.run("pgz --format bgzf < a > x; wc -c < x; pgz -l x");
    let mut lines = row.text().lines();
    let (size, row) = (lines.next().unwrap().trim().to_owned(), lines.nth(1).unwrap());
    assert_eq!(row.split_whitespace().take(2).collect::<Vec<_>>(), [&size, "6888896"]);
    dir.installed("gzip -dc x | cmp - a").silent();
}

#[test]
fn a_stream_has_an_index_if_its_output_has_a_name() {
    let dir = Dir::with(NUMBERS);
    dir.run("pgz -q --format bgzf --index a && pgz --format bgzf --index -o x < a").silent();
    dir.run("cmp a.gz x && cmp a.gz.gzi x.gzi").silent();
    dir.run("rm x; pgz --format bgzf --index -o x < a")
        .says(2, "pgz: x.gzi already exists; not overwritten\n");
    assert_eq!(dir.list(), "a a.gz a.gz.gzi x.gzi");
    dir.run("pgz -f --format bgzf --index -o x < a && cmp a.gz x").silent();
    dir.run("pgz -q --format bgzf --index -o /dev/null < a").says(
        1,
        "pgz: stdin: cannot write the output: only a regular file can have an index beside it\n",
    );
}

#[test]
fn an_index_that_exists_is_kept_with_its_input() {
    let dir = Dir::with("seq 9 > a; echo old > a.gz.gzi");
    dir.run("pgz -q --rm --format bgzf --index a")
        .says(2, "pgz: a.gz.gzi already exists; not overwritten\n");
    assert_eq!(dir.list(), "a a.gz.gzi");
    dir.run("pgz -qf --rm --format bgzf --index a").silent();
    assert_eq!(dir.list(), "a.gz a.gz.gzi");
    assert_eq!(dir.read("a.gz.gzi"), [0; 8]);
}

#[test]
fn what_a_bgzf_file_cannot_have_is_a_usage_error() {
    let dir = Dir::with("seq 9 > a; gzip -k a");
    for (arguments, reason) in [
        ("--format bgzf -b 1M a", "the blocks of BGZF have a fixed size; leave out -b"),
        ("--format bgzf -N a", "BGZF stores no name and no time; leave out -N"),
        ("--index a", "--index needs --format bgzf"),
        (
            "--index --format bgzf -c a",
            "--index needs an output with a name; give -o a file's name",
        ),
        ("--index --format bgzf", "--index needs an output with a name; give -o a file's name"),
        ("--index -d a.gz", "--index is for compression"),
    ] {
        dir.run(&format!("pgz {arguments} < a"))
            .says(2, &format!("pgz: {reason}\nTry 'pgz --help' for more information.\n"));
    }
    assert_eq!(dir.run("pgz --format zip a").code, Some(2));
    assert_eq!(dir.list(), "a a.gz");
}

#[test]
fn in_place_of_gzip_no_name_is_stored() {
    let dir = Dir::with("seq 9 > a; cp a b");
    dir.run("gzip --format=bgzf --index a").silent();
    assert_eq!(dir.list(), "a.gz a.gz.gzi b");
    dir.run("pgz --format bgzf < b | cmp - a.gz && gunzip a.gz && cmp a b").silent();
}

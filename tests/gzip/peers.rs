//! Other gzip programs read our output, and we read theirs.

use crate::support::{CHUNK, compressed, decompressed, indexed, noise, settings, tar, text};
use std::io::{ErrorKind, Seek, Write};
use std::process::Command;

/// Decodes a file, and fails unless it is exactly one member.
const PYTHON_READS: &str = "
import sys, zlib
member = zlib.decompressobj(31)
sys.stdout.buffer.write(member.decompress(sys.stdin.buffer.read()))
sys.exit(0 if member.eof and not member.unused_data else 'not one member')
";
const PYTHON_WRITES: &str = "
import sys, zlib
member = zlib.compressobj(6, zlib.DEFLATED, 31)
sys.stdout.buffer.write(member.compress(sys.stdin.buffer.read()) + member.flush())
";

/// The programs, how they decompress, and how they compress: standard input to output.
const PEERS: [(&str, &[&str], &[&str]); 6] = [
    ("gzip", &["-dc"], &["-c"]),
    ("pigz", &["-dc"], &["-c", "-b", "128", "-p", "2"]),
    ("libdeflate-gzip", &["-dc"], &["-c"]),
    ("bgzip", &["-dc"], &["-c"]),
    ("igzip", &["-dc"], &["-c"]),
    ("python3", &["-c", PYTHON_READS], &["-c", PYTHON_WRITES]),
];

/// The output of a program; `None` if it is not installed.
fn run(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(input).unwrap();
    file.rewind().unwrap();
    match Command::new(program).args(arguments).stdin(file).output() {
        Err(error) if error.kind() == ErrorKind::NotFound && program != "gzip" => None,
        output => {
            let output = output.unwrap();
            let complaint = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{program} says {complaint}");
            Some(output.stdout)
        }
    }
}

fn texts() -> [Vec<u8>; 5] {
    [Vec::new(), vec![b'x'], text(CHUNK + 1), noise(2 * CHUNK), tar(9 * CHUNK + 7)]
}

#[test]
fn others_read_our_output() {
    'peers: for (program, reads, _) in PEERS {
        for (plain, level) in texts().iter().zip([6, 9, 12, 0, 1]) {
            let streamed = compressed(&plain[..], &settings(2).level(level));
            for packed in [streamed, indexed(plain, level)] {
                let Some(decoded) = run(program, reads, &packed) else {
                    println!("skipped: {program} is not installed");
                    continue 'peers;
                };
                assert!(decoded == *plain, "{program} decodes something else");
            }
        }
    }
}

#[test]
fn we_read_the_output_of_others() {
    for (program, _, writes) in PEERS {
        for plain in texts() {
            let Some(packed) = run(program, writes, &plain) else {
                println!("skipped: {program} is not installed");
                break;
            };
            for threads in [1, 3] {
                let (outcome, decoded) = decompressed(&packed, threads);
                outcome.unwrap();
                assert!(decoded == plain, "{program}, {threads} threads");
            }
        }
    }
}

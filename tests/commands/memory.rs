//! How much memory `pgz` and `wc-race merge` take: a bounded amount, whatever comes.
//!
//! Measured by taking the memory away: under `ulimit -d` an allocation beyond the limit fails, and
//! `pgz` with it. The limit counts all memory that is private and can be written, the stacks of the
//! threads included, whether it has been touched or not. So what is resident is less.

use crate::harness::{Dir, noise, shell};
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

const MIB: usize = 1 << 20;
/// For any input on two threads.
const LIMIT: usize = 40 * MIB;
const LENGTH: usize = 64 * MIB;

/// `pgz` with two threads and no more memory than that.
fn pgz(arguments: &[&str], limit: usize) -> Command {
    let mut command = limited("pgz", limit);
    command.args(["-p", "2"]).args(arguments);
    command
}

/// A program with no more memory than that.
fn limited(program: &str, limit: usize) -> Command {
    let mut command = shell(&format!("ulimit -d {}; exec \"$0\" \"$@\"", limit / 1024));
    command.arg(program);
    // Where there is no memory to write a backtrace, waiting for it may never end.
    command.env("RUST_BACKTRACE", "0");
    command
}

/// Runs it between two files.
fn run(arguments: &[&str], limit: usize, mut input: &File) -> (ExitStatus, File) {
    input.rewind().unwrap();
    let output = tempfile::tempfile().unwrap();
    let mut command = pgz(arguments, limit);
    command.stdin(input.try_clone().unwrap()).stdout(output.try_clone().unwrap());
    (command.stderr(Stdio::null()).status().unwrap(), output)
}

/// The same, but the input comes out of a pipe.
fn piped(arguments: &[&str], limit: usize, mut input: &File) -> (ExitStatus, File) {
    input.rewind().unwrap();
    let output = tempfile::tempfile().unwrap();
    let mut command = pgz(arguments, limit);
    command.stdin(Stdio::piped()).stdout(output.try_clone().unwrap()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let writer = thread::spawn({
        let mut input = input.try_clone().unwrap();
        // Fails when it is `pgz` that has failed.
        move || io::copy(&mut input, &mut pipe)
    });
    let status = child.wait().unwrap();
    let _ = writer.join().unwrap();
    (status, output)
}

fn file(contents: impl Read) -> File {
    let mut file = tempfile::tempfile().unwrap();
    io::copy(&mut contents.take(LENGTH as u64), &mut file).unwrap();
    file
}

fn zeros() -> File {
    file(io::repeat(0))
}

fn text() -> File {
    let mut lines = Vec::new();
    for number in 0..50_000_u32 {
        writeln!(lines, "{number} times in the beginning was the {}", number.pow(2) % 9973)
            .unwrap();
    }
    file(&lines.iter().copied().cycle().take(LENGTH).collect::<Vec<_>>()[..])
}

fn assert_same(mut one: &File, mut other: &File) {
    one.rewind().unwrap();
    other.rewind().unwrap();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    one.read_to_end(&mut left).unwrap();
    other.read_to_end(&mut right).unwrap();
    assert!(left == right, "{} bytes, or others, became {}", left.len(), right.len());
}

#[test]
fn sixty_four_mebibytes_go_through_forty_both_ways() {
    for plain in [zeros(), text()] {
        let (status, packed) = run(&["-1c"], LIMIT, &plain);
        assert!(status.success(), "{status}");
        let (status, packed_from_pipe) = piped(&["-1c"], LIMIT, &plain);
        assert!(status.success(), "{status}");
        assert_same(&packed, &packed_from_pipe);
        for through in [run, piped] {
            let (status, unpacked) = through(&["-dc"], LIMIT, &packed);
            assert!(status.success(), "{status}");
            assert_same(&plain, &unpacked);
        }
    }
}

#[test]
fn a_file_with_an_index_is_decompressed_in_forty_too() {
    let dir = Dir::new();
    let (path, plain) = (dir.path("text"), text());
    (&plain).rewind().unwrap();
    io::copy(&mut &plain, &mut File::create(&path).unwrap()).unwrap();
    let done = pgz(&["-1", path.to_str().unwrap()], LIMIT).output().unwrap();
    assert!(done.status.success(), "{}", done.status);
    let packed = File::open(path.with_extension("gz")).unwrap();
    let (status, unpacked) = piped(&["-dc"], LIMIT, &packed);
    assert!(status.success(), "{status}");
    assert_same(&plain, &unpacked);
}

/// A member whose index claims `entries` pieces of 16 MiB each, where there is one word.
fn boast(entries: u16) -> Vec<u8> {
    let mut member = vec![0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 3];
    let length = 16 + 4 * entries;
    member.extend((4 + length).to_le_bytes());
    member.extend(*b"CS");
    member.extend(length.to_le_bytes());
    member.extend((16_u32 << 20).to_le_bytes());
    member.extend(1_u32.to_le_bytes());
    member.extend((u64::from(entries) << 24).to_le_bytes());
    member.extend(17_000_u32.to_le_bytes().repeat(entries.into()));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"word").unwrap();
    member.extend(&encoder.finish().unwrap()[10..]);
    member
}

#[test]
fn memory_is_made_for_what_is_there_and_not_for_what_is_claimed() {
    for entries in [2, 16_000] {
        let (status, word) = run(&["-dc"], 16 * MIB, &file(&boast(entries)[..]));
        assert!(status.success(), "{status}");
        assert_same(&word, &file(&b"word"[..]));
    }
}

/// Deflate data made to take memory, each decoded by guesses if they can be made: its name, what of it
/// repeats, and how often.
fn hostile() -> [(&'static str, Vec<u8>, usize); 5] {
    let piece = |plain: &[u8], level| {
        let mut compress = flate2::Compress::new(flate2::Compression::new(level), false);
        let mut data = Vec::with_capacity(plain.len() + plain.len() / 8 + 1000);
        compress.compress_vec(plain, &mut data, flate2::FlushCompress::Sync).unwrap();
        assert!(data.len() < data.capacity());
        data
    };
    let noise = noise(7, 2 * MIB);
    let letters: Vec<u8> = noise.iter().map(|byte| byte % 200).collect();
    // Headers of blocks, in stored blocks where none of them is one.
    let headers: Vec<u8> =
        letters.chunks(700).flat_map(|part| piece(part, 6)[..150].to_vec()).collect();
    [
        ("a thousand bytes for each", piece(&vec![0; 16 * MIB], 9), 200),
        ("stored noise", piece(&noise, 0), 8),
        ("false headers", piece(&headers, 0), 30),
        ("blocks without matches", piece(&letters, 6), 8),
        ("a few bytes in each block", piece(&letters[..1000], 6), 8000),
    ]
}

#[test]
fn guesses_take_a_bounded_amount_whatever_the_data_says() {
    for (name, piece, times) in hostile() {
        let mut data = piece.repeat(times);
        data.extend([3, 0]);
        let mut plain = Vec::new();
        flate2::read::DeflateDecoder::new(&piece[..]).read_to_end(&mut plain).unwrap_err();
        let mut crc = crc32fast::Hasher::new();
        let one =
            crc32fast::Hasher::new_with_initial_len(crc32fast::hash(&plain), plain.len() as u64);
        (0..times).for_each(|_| crc.combine(&one));
        let length = u32::try_from(plain.len() * times).unwrap();
        let mut packed = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
        packed.extend(data);
        packed.extend([crc.finalize().to_le_bytes(), length.to_le_bytes()].concat());
        let packed = file(&packed[..]);
        for threads in [2, 4] {
            let limit = 64 * MIB + (threads - 2) * 16 * MIB;
            for through in ["exec pgz", "cat | pgz"] {
                let mut pgz = shell(&format!(
                    "ulimit -d {}; {through} -dc -p {threads} > /dev/null",
                    limit / 1024
                ));
                (&packed).rewind().unwrap();
                pgz.env("RUST_BACKTRACE", "0").stdin(packed.try_clone().unwrap());
                let ran = pgz.output().unwrap();
                let complaint = String::from_utf8_lossy(&ran.stderr);
                assert!(ran.status.success(), "{name}, {threads} threads, {through}: {complaint}");
            }
        }
    }
}

#[test]
fn a_hundred_mebibytes_in_a_thousand_files_are_merged_in_forty() {
    let dir = Dir::new();
    let part = dir.path("0");
    let mut lines = io::BufWriter::new(File::create(&part).unwrap());
    for number in 0..6_000 {
        writeln!(lines, "a-word-for-{number:05}\t1{number}").unwrap();
    }
    lines.flush().unwrap();
    let parts: Vec<_> = (0..1000).map(|number| dir.path(number.to_string())).collect();
    for link in &parts[1..] {
        fs::hard_link(&part, link).unwrap();
    }
    assert!(1000 * fs::metadata(&part).unwrap().len() > 100 << 20);
    for options in [["--partial", "-j1"], ["--partial", "-j2"], ["--top=5", "-j2"]] {
        let mut merge = limited("wc-race", LIMIT);
        let output = merge.arg("merge").args(options).args(&parts).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let last = output.stdout.trim_ascii_end().rsplit(|&byte| byte == b'\n').next().unwrap();
        let expected = if options[0] == "--top=5" {
            "a-word-for-05995: 15995000"
        } else {
            "a-word-for-05999\t15999000"
        };
        assert_eq!(String::from_utf8_lossy(last), expected);
    }
}

/// Partial tallies that have a word of 1 MiB each, after so many short ones.
fn with_a_long_word_each(dir: &Dir, short: usize) -> Vec<PathBuf> {
    let long = "long".repeat(MIB / 4);
    let part = |number: usize| {
        let path = dir.path(number.to_string());
        let mut lines = io::BufWriter::new(File::create(&path).unwrap());
        for before in 0..short {
            writeln!(lines, "{number:02}-{before:05}\t1").unwrap();
        }
        write!(lines, "{number:02}-{long}\t1\n{number:02}-z\t1\n").unwrap();
        lines.flush().unwrap();
        path
    };
    (0..50).map(part).collect()
}

#[test]
fn long_words_are_merged_one_by_one_and_refused_when_there_is_no_memory_for_all() {
    let dir = Dir::new();
    let merge = |parts: &[PathBuf], memory, limit| {
        let mut merge = limited("wc-race", limit);
        merge.args(["merge", "--partial", "-j2", memory]).args(parts).output().unwrap()
    };

    // An input is read on when its words have their turn.
    let one_by_one = with_a_long_word_each(&dir, 50_000);
    let merged = merge(&one_by_one, "--memory=8M", LIMIT + 4 * MIB);
    assert!(merged.status.success(), "{}", String::from_utf8_lossy(&merged.stderr));
    let whole: Vec<u8> = one_by_one.iter().flat_map(|part| fs::read(part).unwrap()).collect();
    assert!(merged.stdout == whole);

    let all_at_once = with_a_long_word_each(&dir, 0);
    let refused = merge(&all_at_once, "--memory=8M", LIMIT + 4 * MIB);
    let message = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), message.lines().count()), (Some(1), 1), "{message}");
    assert!(
        message.ends_with(": line 1: not enough memory is left for a word this long\n"),
        "{message}"
    );
    assert!(refused.stdout.is_empty());
    let merged = merge(&all_at_once, "--memory=1G", 1024 * MIB);
    let whole: Vec<u8> = all_at_once.iter().flat_map(|part| fs::read(part).unwrap()).collect();
    assert!(merged.stdout == whole, "{}", String::from_utf8_lossy(&merged.stderr));
}

#[test]
fn the_limit_that_all_this_is_measured_with_holds() {
    let (status, _) = run(&["-1c"], 8 * MIB, &text());
    assert!(!status.success(), "no use without as much memory as the work takes");
}

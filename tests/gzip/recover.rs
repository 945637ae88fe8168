//! What is recovered of damaged files is right where it is said to be.

use crate::support::{
    bgzf, compressed, decompressed, indexed, noise, ordinary, settings, tar, text, within_a_minute,
};
use csp_toolkit::gzip::{self, Error, RecoverOptions, Recovered};
use flate2::Compression;
use proptest::collection::vec;
use proptest::prelude::*;
use std::io::Cursor;
use std::sync::LazyLock;

fn recovered(packed: &[u8], options: RecoverOptions) -> (Result<Recovered, Error>, Vec<u8>) {
    let mut output = Vec::new();
    let done = gzip::recover(Cursor::new(packed), &mut output, &options);
    (done, output)
}

/// Like a tar of compressed files: gzip files in blocks that are stored, and words between them.
fn nested() -> Vec<u8> {
    let inner = text(150_000);
    let inner = [
        ordinary(&inner, Compression::best()),
        bgzf(&inner, 10_000),
        ordinary(&inner[..9000], Compression::fast()).repeat(4),
    ];
    let mut plain = Vec::new();
    for (number, file) in inner.iter().cycle().take(9).enumerate() {
        plain.extend(text(20_000 * (number % 3)));
        plain.extend(file);
        plain.resize(plain.len().next_multiple_of(512), 0);
    }
    plain
}

struct File {
    kind: &'static str,
    plain: Vec<u8>,
    packed: Vec<u8>,
}

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let plain = tar(900_000);
    let members = || plain.chunks(70_000).map(|part| ordinary(part, Compression::default()));
    let files: [(&str, Vec<u8>); 6] = [
        ("indexed", indexed(&plain, 6)),
        ("BGZF", bgzf(&plain, 60_000)),
        ("ordinary", ordinary(&plain, Compression::default())),
        ("members", members().collect::<Vec<_>>().concat()),
        ("stored", ordinary(&plain, Compression::none())),
        ("without an index", compressed(&plain[..], &settings(2))),
    ];
    assert_eq!(&files[0].1[12..14], b"CS", "there is no index");
    let file = |(kind, packed)| File { kind, plain: plain.clone(), packed };
    let mut files: Vec<_> = files.into_iter().map(file).collect();
    let plain = nested();
    let packed = ordinary(&plain, Compression::default());
    files.push(File { kind: "nested", plain, packed });
    // Hardly anything repeats, so that all of the window is soon known.
    let plain: Vec<u8> =
        noise(400_000).iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
    let packed = ordinary(&plain, Compression::default());
    files.push(File { kind: "new", plain, packed });
    files
});

fn file(kind: &str) -> &'static File {
    FILES.iter().find(|file| file.kind == kind).unwrap()
}

fn find(part: &[u8], all: &[u8]) -> Option<usize> {
    (0..=all.len().checked_sub(part.len())?).find(|&at| all[at..].starts_with(part))
}

/// Asserts that all that is said to be verified is right and, as far as lengths are known, where it
/// should be. Returns how many bytes are.
#[track_caller]
fn verified(plain: &[u8], output: &[u8], done: &Recovered) -> usize {
    let within = |offset: u64| usize::try_from(offset).unwrap();
    let starts = done.missing.iter().map(|missing| within(missing.offset));
    let ends = done.unverified.iter().flat_map(|part| [within(part.start), within(part.end)]);
    let mut bounds: Vec<_> = starts.chain(ends).chain([0, output.len()]).collect();
    bounds.sort_unstable();
    bounds.dedup();
    let (mut place, mut least, mut count) = (Some(0), 0, 0);
    for bounds in bounds.windows(2) {
        let [start, end] = *bounds else { unreachable!() };
        for missing in done.missing.iter().filter(|missing| within(missing.offset) == start) {
            place = place.zip(missing.length).map(|(place, length)| place + within(length));
        }
        if done.unverified.iter().any(|part| part.contains(&(start as u64))) {
            // It may have another length than it should.
            place = None;
            continue;
        }
        let part = &output[start..end];
        let at = place.or_else(|| Some(least + find(part, &plain[least..])?));
        let at = at.expect("all that is verified is in the input");
        assert!(plain[at..].starts_with(part), "wrong bytes at {start}");
        least = at + part.len();
        place = place.map(|_| least);
        count += part.len();
    }
    count
}

/// Recovers in every way, and asserts what holds for any damage.
#[track_caller]
fn check(plain: &[u8], packed: &[u8]) -> Option<(Recovered, Vec<u8>)> {
    let options = RecoverOptions::default();
    let (done, output) = recovered(packed, options);
    let (sure, sure_output) = recovered(packed, options.only_verified(true));
    let (usual, usual_output) = decompressed(packed, 2);
    let Ok(done) = done else {
        assert!(usual.is_err() && output.is_empty() && sure.is_err());
        return None;
    };
    assert_eq!(done.written, output.len() as u64);
    if usual.is_ok_and(|totals| !totals.trailing_garbage) {
        assert!(done.whole && done.intact && output == usual_output);
    }
    let count = verified(plain, &output, &done);
    if let Ok(sure) = sure {
        assert!(sure.unverified.is_empty());
        assert_eq!((verified(plain, &sure_output, &sure), sure_output.len()), (count, count));
    } else {
        assert_eq!(count, 0);
    }
    let (filled, filled_output) = recovered(packed, options.fill(b'?'));
    let filled = filled.unwrap();
    assert_eq!(filled.written + filled.filled, filled_output.len() as u64);
    let length = |done: &Recovered| Some(done.written + done.missing_bytes?);
    assert!(filled.written >= done.written && length(&filled) == length(&done));
    if done.whole {
        assert!(output == plain);
    }
    Some((done, output))
}

#[derive(Clone, Debug)]
enum Damage {
    Noise(usize),
    Zeros(usize),
    Flip(u8),
    Deleted(usize),
    Inserted(usize),
    NoEnd,
    NoStart,
}

impl Damage {
    fn any() -> impl Strategy<Value = Self> {
        prop_oneof![
            (1..5000_usize).prop_map(Self::Noise),
            prop_oneof![Just(512_usize), Just(4096)].prop_map(Self::Zeros),
            (0..8_u8).prop_map(Self::Flip),
            (1..5000_usize).prop_map(Self::Deleted),
            (1..5000_usize).prop_map(Self::Inserted),
            Just(Self::NoEnd),
            Just(Self::NoStart),
        ]
    }

    fn to(&self, packed: &mut Vec<u8>, at: usize) {
        let end = |count: usize| (at + count).min(packed.len());
        match *self {
            Self::Noise(count) => {
                let end = end(count);
                packed[at..end].copy_from_slice(&noise(end - at));
            }
            Self::Zeros(count) => {
                let start = at / count * count;
                let end = (start + count).min(packed.len());
                packed[start..end].fill(0);
            }
            Self::Flip(bit) => packed[at] ^= 1 << bit,
            Self::Deleted(count) => drop(packed.drain(at..end(count))),
            Self::Inserted(count) => drop(packed.splice(at..at, noise(count))),
            Self::NoEnd => packed.truncate(at),
            Self::NoStart => drop(packed.drain(..at)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn what_is_verified_is_right(
        kind in 0..8_usize,
        damages in vec((any::<prop::sample::Index>(), Damage::any()), 1..4),
    ) {
        let File { plain, packed, .. } = &FILES[kind];
        let mut packed = packed.clone();
        for (at, damage) in damages {
            if !packed.is_empty() {
                let at = at.index(packed.len());
                damage.to(&mut packed, at);
            }
        }
        check(plain, &packed);
    }

    #[test]
    fn anything_else_does_no_harm(
        bytes in vec(any::<u8>(), 0..5000),
        magic in vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let mut bytes = bytes;
        for at in magic {
            if bytes.len() > 3 {
                let at = at.index(bytes.len() - 3);
                bytes[at..at + 4].copy_from_slice(&[0x1F, 0x8B, 8, 0]);
            }
        }
        let _ = recovered(&bytes, RecoverOptions::default().fill(0));
    }
}

#[test]
fn an_intact_file_is_decompressed() {
    for File { kind, plain, packed } in &*FILES {
        let (done, output) = check(plain, packed).unwrap();
        assert!(done.intact && done.missing.is_empty() && output == *plain, "{kind}");
    }
}

/// The share of the output that is recovered and right, of a file with bytes changed before its
/// middle.
fn share(kind: &str, damage: &Damage) -> f64 {
    let File { plain, packed, .. } = file(kind);
    let mut packed = packed.clone();
    let place = packed.len() * 9 / 20;
    damage.to(&mut packed, place);
    let (done, output) = check(plain, &packed).unwrap();
    assert!(!done.whole);
    if done.missing_bytes.is_some() {
        let (_, filled) = recovered(&packed, RecoverOptions::default().fill(b'?'));
        assert_eq!(filled.len(), plain.len(), "{kind}");
        // Where there are other bytes, they are missing.
        let wrong = filled.iter().zip(plain).filter(|(a, b)| a != b && **a != b'?').count();
        assert_eq!(wrong, 0, "{kind}");
    }
    f64::from(u32::try_from(output.len()).unwrap()) / f64::from(u32::try_from(plain.len()).unwrap())
}

#[test]
fn most_of_a_file_survives_a_bad_sector() {
    for (kind, least) in [("BGZF", 0.9), ("indexed", 0.9), ("members", 0.9), ("new", 0.55)] {
        let share = share(kind, &Damage::Zeros(512));
        assert!(share > least && share < 1.0, "{kind}: {share}");
    }
    for kind in ["BGZF", "indexed"] {
        let share = share(kind, &Damage::Noise(512));
        assert!(share > 0.9 && share < 1.0, "{kind}: {share}");
    }
}

#[test]
fn pieces_are_found_where_bytes_were_inserted_or_deleted() {
    for damage in [Damage::Inserted(300), Damage::Deleted(300)] {
        let share = share("indexed", &damage);
        assert!(share > 0.9 && share < 1.0, "{damage:?}: {share}");
    }
}

#[test]
fn a_damaged_header_or_trailer_loses_nothing() {
    for File { kind, plain, packed } in &*FILES {
        for byte in [0, 2, 3] {
            let mut packed = packed.clone();
            packed[byte] ^= 0xFF;
            let (done, output) = check(plain, &packed).unwrap();
            assert!(output == *plain && done.whole && !done.intact, "{kind}: byte {byte}");
        }
        // Of the last member; that of BGZF is empty.
        let mut packed = packed.clone();
        let end = packed.len() - 8;
        packed[end..].fill(0xFF);
        let (done, output) = check(plain, &packed).unwrap();
        assert!(output == *plain && done.missing.is_empty(), "{kind}: {done:?}");
        packed.truncate(end);
        let (done, output) = check(plain, &packed).unwrap();
        assert!(output == *plain && !done.intact, "{kind}: {done:?}");
    }
}

#[test]
fn a_damaged_index_loses_nothing() {
    let File { plain, packed, .. } = file("indexed");
    let mut packed = packed.clone();
    packed[20..60].copy_from_slice(&noise(40));
    let (done, output) = check(plain, &packed).unwrap();
    assert!(done.whole && output == *plain);
}

#[test]
fn without_its_start_a_file_has_its_end() {
    for kind in ["BGZF", "members", "indexed", "without an index"] {
        let File { plain, packed, .. } = file(kind);
        let (done, output) = check(plain, &packed[packed.len() / 3..]).unwrap();
        assert!(output.len() > plain.len() / 2, "{kind}: {}", output.len());
        assert!(plain.ends_with(&output), "{kind}");
        assert_eq!(done.missing[0].offset, 0);
    }
}

#[test]
fn without_its_end_a_file_has_its_start() {
    for File { kind, plain, packed } in &*FILES {
        let (done, output) = check(plain, &packed[..packed.len() / 2]).unwrap();
        let (_, usual) = decompressed(&packed[..packed.len() / 2], 1);
        assert!(plain.starts_with(&output) && output.len() >= usual.len(), "{kind}: {done:?}");
    }
}

#[test]
fn a_gzip_file_that_is_stored_in_another_is_not_taken_for_a_member() {
    let File { plain, packed, .. } = file("nested");
    for place in 1..40 {
        let mut packed = packed.clone();
        let at = place * packed.len() / 40;
        packed[at..at + 300].copy_from_slice(&noise(300));
        if let Some((done, _)) = check(plain, &packed) {
            assert!(done.unverified.iter().map(|part| part.end - part.start).sum::<u64>() > 0);
        }
    }
}

#[test]
fn what_is_no_gzip_file_is_the_usual_error() {
    for bytes in [&b""[..], b"text", &text(200_000), &noise(300_000)] {
        let (done, output) = recovered(bytes, RecoverOptions::default());
        let usual = decompressed(bytes, 1).0.unwrap_err();
        assert_eq!(done.unwrap_err().to_string(), usual.to_string());
        assert!(output.is_empty());
    }
}

#[test]
fn data_made_to_take_long_does_not() {
    let bomb = ordinary(&vec![0; 20 << 20], Compression::best());
    let mut damaged = bomb.clone();
    let middle = bomb.len() / 2;
    damaged[middle..middle + 50].copy_from_slice(&noise(50));
    let header = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3];
    let headers: Vec<u8> = (0..20_000).flat_map(|_| header).chain(damaged.clone()).collect();
    let starts: Vec<u8> =
        (0..50).flat_map(|_| damaged[..middle].to_vec()).chain(noise(9)).collect();
    let many = ordinary(&text(5000), Compression::default())[..1000].repeat(300);
    within_a_minute(move || {
        for bytes in [damaged, headers, starts, many] {
            let _ = recovered(&bytes, RecoverOptions::default());
        }
    });
}

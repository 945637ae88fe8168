//! Words by white space and by Unicode's word boundaries: the engine, which finds them sixty-four
//! bytes at a time and reads a file in segments, finds what taking one word after the other does; with
//! folding and normalization too. Text that begins with a mark of UTF-16 must not crash it.
#![no_main]

use csp_toolkit::tally::words::{Case, Normalization, Rules, Split, for_each_by};
use csp_toolkit::tally::{Settings, Source, Tally, count_sources};
use std::io::{Seek, Write};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&[flags, segment], text)) = data.split_first_chunk() else { return };
    let split = if flags & 1 == 0 { Split::Unicode } else { Split::Space };
    let case = match flags >> 3 & 3 {
        0 | 1 => Case::Lower,
        2 => Case::Keep,
        _ => Case::Fold,
    };
    let normalization = match flags >> 5 & 3 {
        0 | 1 => Normalization::None,
        2 => Normalization::Nfc,
        _ => Normalization::Nfkc,
    };
    let rules = Rules { split, case, normalization, fold_apostrophes: flags & 2 != 0 };
    let source = if flags & 4 == 0 {
        Source::reader(text)
    } else {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        file.rewind().unwrap();
        Source::open_file(file)
    };
    let settings = Settings::default().threads(1).segment_size(usize::from(segment) + 1);
    let settings = settings.split(split).case(case).normalization(normalization);
    let settings = settings.fold_apostrophes(rules.fold_apostrophes);
    let failed = |_, error| panic!("{error}");
    let counts = count_sources(vec![source.never_decompress()], &settings, failed).unwrap();
    if text.starts_with(b"\xFF\xFE") || text.starts_with(b"\xFE\xFF") {
        return;
    }
    let mut ranking = counts.rank(&Default::default()).unwrap();

    let mut expected = Tally::new();
    for_each_by(text, rules, |word| expected.add(word, 1)).unwrap();
    for (word, count) in expected.most_frequent(usize::MAX) {
        assert_eq!(ranking.next().unwrap(), Some((word.as_bytes(), count)));
    }
    assert_eq!(ranking.next().unwrap(), None);
});

//! Text in any encoding, read in pieces, against the same text decoded at once.

use crate::reference::{List, file, list, pieces, plain, settings, stream};
use csp_toolkit::tally::race::{Strategy as Sharing, count_with};
use csp_toolkit::tally::{Encoding, Filter, Progress, Settings, Source};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::fs;
use std::io::Write;

/// Every encoding of the Encoding Standard that can be decoded.
const NAMES: [&str; 39] = [
    "utf-8",
    "ibm866",
    "iso-8859-2",
    "iso-8859-3",
    "iso-8859-4",
    "iso-8859-5",
    "iso-8859-6",
    "iso-8859-7",
    "iso-8859-8",
    "iso-8859-8-i",
    "iso-8859-10",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "koi8-r",
    "koi8-u",
    "macintosh",
    "windows-874",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "x-mac-cyrillic",
    "gbk",
    "gb18030",
    "big5",
    "euc-jp",
    "iso-2022-jp",
    "shift_jis",
    "euc-kr",
    "utf-16be",
    "utf-16le",
    "x-user-defined",
];

fn by_label(name: &str) -> Settings {
    settings(2, 100).encoding(Encoding::for_label(name).unwrap())
}

/// The words of the whole text, decoded at once. Of UTF-8 each byte that is malformed counts.
fn whole(text: &[u8], name: &str) -> List {
    let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap();
    let (encoding, mark) = encoding_rs::Encoding::for_bom(text).unwrap_or((encoding, 0));
    if encoding == encoding_rs::UTF_8 {
        return plain(text);
    }
    let (decoded, _) = encoding.decode_without_bom_handling(&text[mark..]);
    // What is decoded can begin with another mark, which is text.
    plain(["\u{FEFF}", &*decoded].concat().as_bytes())
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Text of many scripts, with marks, letters beyond the first plane, and all kinds of white space.
fn text() -> impl Strategy<Value = String> {
    let some = select(
        &[
            "the", "THE", " ", "\n", "\u{3000}", "é", "É", "Ж", "ж", "ß", "α", "א", "ش", "ก",
            "漢字", "カナ", "한글", "€", "\u{FEFF}", "𝐀", "😀", "\u{85}", "\0", "¥", "‾", "~",
            "\\",
        ][..],
    );
    let piece =
        prop_oneof![6 => some.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn encoded(text: &str, name: &str) -> Vec<u8> {
    match name {
        "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => {
            let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap();
            encoding.encode(text).0.into_owned()
        }
    }
}

const MARKS: &[&[u8]] =
    &[b"", b"", b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF", b"\xEF\xBB", b"\xFE"];

/// Encoded text, some of it after a mark, some of it damaged: cut off anywhere, or with any bytes.
fn bytes() -> impl Strategy<Value = (Vec<u8>, &'static str)> {
    let marks = select(MARKS);
    let damage = prop_oneof![4 => Just(Vec::new()), 1 => vec(any::<u8>(), 1..6)];
    (select(NAMES.to_vec()), text(), marks, damage, any::<proptest::sample::Index>()).prop_map(
        |(name, text, mark, damage, at)| {
            let mut bytes = [mark, &encoded(&text, name)].concat();
            if !damage.is_empty() {
                bytes.truncate(at.index(bytes.len() + 1));
                bytes.extend(damage);
            }
            (bytes, name)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn text_decoded_in_any_pieces_has_the_words_of_the_whole_decoded_at_once(
        (bytes, name) in bytes(), lengths in vec(1..7_usize, 1..5),
    ) {
        let (settings, all) = (by_label(name), Filter::default());
        let expected = whole(&bytes, name);
        for source in [
            pieces(&bytes, &lengths),
            stream(&bytes),
            file(&bytes),
            stream(&packed(&bytes)),
            file(&packed(&bytes)),
        ] {
            prop_assert_eq!(&list(vec![source], &settings, &all).unwrap(), &expected, "{}", name);
        }
    }
}

#[test]
fn long_texts_are_decoded_a_block_at_a_time() {
    for name in NAMES {
        let text = "Stra\u{DF}e \u{6F22}\u{5B57} \u{1F600}x \u{416} ".repeat(50_000);
        let bytes = [&b"-"[..], &encoded(&text, name), b"\xD8"].concat();
        let (settings, all) = (by_label(name).threads(3), Filter::default());
        let expected = whole(&bytes, name);
        for source in [file(&bytes), stream(&packed(&bytes))] {
            assert_eq!(list(vec![source], &settings, &all).unwrap(), expected, "{name}");
        }
        let mut loaded = csp_toolkit::tally::race::load(
            vec![stream(&bytes), file(&bytes)],
            &settings,
            usize::MAX,
            |_, error| panic!("{error}"),
        )
        .unwrap();
        loaded.insert(0, b' ');
        let twice: List = expected.into_iter().map(|(word, count)| (word, 2 * count)).collect();
        assert_eq!(plain(&loaded), twice, "{name}");
    }
}

#[test]
fn a_mark_says_what_each_source_is_in() {
    let utf_16 = |text: &str| [b"\xFF\xFE", &encoded(text, "utf-16le")[..]].concat();
    let sources = || {
        vec![
            stream("\u{FEFF}caf\u{e9}".as_bytes()),
            file("\u{FEFF}caf\u{e9}".as_bytes()),
            file(&utf_16("caf\u{e9} \u{FEFF}x")),
            stream(&utf_16("caf\u{e9}")),
            file(b"\xFE\xFF"),
            file(b"\xEF\xBB\xBF"),
            file(b"caf\xE9"),
        ]
    };
    let latin = by_label("latin1");
    let expected: List = vec![("café".into(), 5), ("\u{FEFF}x".into(), 1)];
    assert_eq!(list(sources(), &latin, &Filter::default()).unwrap(), expected);
    let mut counts = count_with(Sharing::Mutex, sources(), &latin, |_, error| panic!("{error}"))
        .unwrap()
        .rank(&Filter::default())
        .unwrap();
    assert_eq!(counts.next().unwrap(), Some(("café".as_bytes(), 5)));
}

#[test]
fn a_surrogate_alone_and_an_odd_byte_are_replaced() {
    let text = b"\xFF\xFEa\0 \0\x00\xD8 \0b\0c";
    let expected: List =
        [("a", 1), ("b\u{FFFD}", 1), ("\u{FFFD}", 1)].map(|(word, n)| (word.into(), n)).into();
    assert_eq!(list(vec![stream(text)], &settings(1, 9), &Filter::default()).unwrap(), expected);
}

#[test]
fn utf_16_is_not_binary_unless_it_has_a_nul() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let paths = [
        path("marked", b"\xFE\xFF\0a\0b"),
        path("nul", b"\xFE\xFF\0a\0\0"),
        path("unmarked", b"\0a\0b"),
        path("binary", b"a\0"),
        path("utf-8", b"ab"),
    ];
    let skipping = |settings: Settings| {
        let progress = Progress::default();
        let settings = settings.progress(progress.clone());
        let sources = paths.iter().map(|path| Source::file(path).skip_binary()).collect();
        let found = list(sources, &settings, &Filter::default()).unwrap();
        (found, progress.skipped())
    };
    assert_eq!(skipping(settings(2, 9)), (vec![(b"ab".to_vec(), 2)], 3));
    let (found, skipped) = skipping(by_label("utf-16be"));
    assert_eq!((found[0].clone(), skipped), ((b"ab".to_vec(), 2), 1));
}

#[test]
fn labels_are_those_of_the_standard() {
    assert_eq!(Encoding::for_label(" UTF8 "), Some(Encoding::UTF_8));
    assert_eq!(Encoding::for_label("latin1"), Encoding::for_label("windows-1252"));
    // The first is not one, and the second stands for encodings that are never decoded.
    for label in ["", "utf-32", "replacement", "iso-2022-cn"] {
        assert_eq!(Encoding::for_label(label), None, "{label}");
    }
}

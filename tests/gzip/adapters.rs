//! `Encoder` and `Decoder`, as code written for flate2 uses them.

use crate::support::{
    CHUNK, Failing, Pieces, bgzf, compressed, files, indexed, noise, one_member, ordinary,
    sentence, settings, text, within_a_minute,
};
use csp_toolkit::gzip::{self, Decoder, Encoder, Settings};
use flate2::Compression;
use proptest::collection::vec;
use proptest::prelude::*;
use std::fs::{self, File};
use std::io::{self, Cursor, ErrorKind, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::{Arc, Mutex};

/// A writer that can be looked at while an encoder has it.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn encoded(plain: &[u8], each: usize, settings: &Settings) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new(), settings);
    for part in plain.chunks(each) {
        encoder.write_all(part).unwrap();
    }
    encoder.finish().unwrap()
}

/// What can be decompressed of a member that is not complete.
fn readable(compressed: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let _ = flate2::read::GzDecoder::new(compressed).read_to_end(&mut plain);
    plain
}

#[test]
fn an_encoder_writes_what_compress_writes() {
    for rsyncable in [false, true] {
        for threads in [1, 3] {
            let settings = settings(threads).rsyncable(rsyncable);
            for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 20 * CHUNK + 5] {
                let plain = text(length);
                let expected = compressed(&plain[..], &settings);
                for each in [1 << 30, CHUNK, 1000] {
                    assert!(encoded(&plain, each, &settings) == expected, "{length}, {each}");
                }
            }
            assert!(
                encoded(&noise(2 * CHUNK), 1, &settings)
                    == compressed(&noise(2 * CHUNK)[..], &settings)
            );
        }
    }
}

#[test]
fn what_was_written_before_a_flush_can_be_read_after_it() {
    for rsyncable in [false, true] {
        let (output, plain) = (Shared::default(), text(5 * CHUNK));
        let mut encoder = Encoder::new(output.clone(), settings(2).rsyncable(rsyncable));
        encoder.flush().unwrap();
        assert_eq!(output.bytes().len(), 10, "the header");
        let (mut written, mut size) = (0, 1);
        while written < plain.len() {
            let end = plain.len().min(written + size);
            encoder.write_all(&plain[written..end]).unwrap();
            (written, size) = (end, size * 3);
            encoder.flush().unwrap();
            assert!(readable(&output.bytes()) == plain[..written]);
            let length = output.bytes().len();
            encoder.flush().unwrap();
            assert_eq!(output.bytes().len(), length, "nothing new, nothing written");
        }
        drop(encoder.finish().unwrap());
        assert!(one_member(&output.bytes()) == plain);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn writes_and_flushes_in_any_order_make_one_member(
        parts in vec((prop_oneof![0..300_usize, 1..3 * CHUNK], any::<bool>()), 0..8),
        threads in 1..4_usize,
        rsyncable in any::<bool>(),
    ) {
        let plain = text(parts.iter().map(|(length, _)| length).sum());
        let mut encoder = Encoder::new(Vec::new(), settings(threads).rsyncable(rsyncable));
        let mut rest = &plain[..];
        for (length, flush) in parts {
            let (part, after) = rest.split_at(length);
            encoder.write_all(part).unwrap();
            if flush {
                encoder.flush().unwrap();
            }
            rest = after;
        }
        prop_assert!(one_member(&encoder.finish().unwrap()) == plain);
    }
}

#[test]
fn an_encoder_keeps_the_error_of_its_writer() {
    for threads in [1, 3] {
        for room in [0, 5, 10, CHUNK, 9 * CHUNK] {
            within_a_minute(move || {
                let output = Failing { inner: io::sink(), room };
                let mut encoder = Encoder::new(output, settings(threads));
                let written = encoder.write_all(&noise(40 * CHUNK));
                let error = written.and_then(|()| encoder.flush()).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                encoder.get_mut().room = usize::MAX;
                for _ in 0..2 {
                    let again = [
                        encoder.write(b"more").map(drop),
                        encoder.write(b"").map(drop),
                        encoder.flush(),
                        encoder.try_finish(),
                    ];
                    for result in again {
                        let error = result.unwrap_err();
                        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                        assert_eq!(error.to_string(), "gone");
                    }
                }
                assert!(encoder.finish().is_err());
            });
        }
    }
}

#[test]
fn dropped_an_encoder_finishes_unless_there_was_an_error_or_a_panic() {
    let plain = text(3 * CHUNK);
    let output = Shared::default();
    let mut encoder = Encoder::new(output.clone(), settings(2));
    encoder.write_all(&plain).unwrap();
    drop(encoder);
    assert!(one_member(&output.bytes()) == plain);

    let output = Shared::default();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut encoder = Encoder::new(output.clone(), settings(2));
        encoder.write_all(&plain).unwrap();
        encoder.flush().unwrap();
        panic!("while there is more to write");
    }));
    assert!(panicked.is_err());
    assert!(readable(&output.bytes()) == plain);
    let mut decoder = flate2::read::GzDecoder::new(Cursor::new(output.bytes()));
    assert!(decoder.read_to_end(&mut Vec::new()).is_err(), "the member is not complete");

    // Finishing cannot succeed, nor is that anybody's to hear.
    drop(Encoder::new(Failing { inner: io::sink(), room: 3 }, settings(2)));
}

#[test]
fn a_writer_that_panics_is_not_written_to_any_more() {
    struct Panics(u32);
    impl Write for Panics {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += 1;
            assert!(self.0 != 2, "the second write");
            assert!(self.0 < 2, "written to again");
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut encoder = Encoder::new(Panics(0), settings(2));
    encoder.write_all(&noise(1000)).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| encoder.flush())).is_err());
    assert!(encoder.write(b"more").is_err());
    drop(encoder);
}

#[test]
fn a_finished_encoder_takes_no_more() {
    let mut encoder = Encoder::new(Vec::new(), settings(2));
    encoder.write_all(b"word").unwrap();
    encoder.try_finish().unwrap();
    encoder.try_finish().unwrap();
    assert!(encoder.write(b"more").is_err());
    encoder.flush().unwrap();
    assert!(one_member(encoder.get_ref()) == b"word");
    assert!(one_member(&encoder.finish().unwrap()) == b"word");
}

#[test]
fn settings_that_make_no_sense_are_an_error_of_the_first_call() {
    for (settings, text) in [
        (Settings::default().level(13), "the compression level must be at most 12, not 13"),
        (Settings::default().threads(0), "the number of threads must be at least 1"),
        (
            Settings::default().chunk_size(5),
            "the chunk size must be from 64 KiB to 16 MiB, not 5 bytes",
        ),
    ] {
        let mut encoder = Encoder::new(Vec::new(), settings);
        assert_eq!(encoder.write(b"x").unwrap_err().to_string(), text);
        assert_eq!(encoder.finish().unwrap_err().to_string(), text);
        let mut decoder = Decoder::new(io::empty(), settings);
        for _ in 0..2 {
            assert_eq!(decoder.read(&mut [0; 9]).unwrap_err().to_string(), text);
        }
        for error in [
            gzip::compress(io::empty(), io::sink(), &settings).unwrap_err(),
            gzip::decompress(io::empty(), io::sink(), &settings).unwrap_err(),
        ] {
            assert_eq!(error.to_string(), text);
            assert_eq!(io::Error::from(error).kind(), ErrorKind::InvalidInput);
        }
    }
}

#[test]
fn a_compression_of_flate2_is_a_level() {
    let plain = text(CHUNK);
    for level in 0..=9 {
        let mut encoder = Encoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(&plain).unwrap();
        let expected = compressed(&plain[..], &Settings::default().level(level));
        assert!(encoder.finish().unwrap() == expected);
    }
}

#[test]
fn a_decoder_reads_every_kind_in_reads_of_any_size() {
    for chunks in [0, 1, 20] {
        let plain = noise(chunks * CHUNK + 7);
        for packed in files(&plain) {
            for threads in [1, 3] {
                for each in [700, CHUNK + 1, usize::MAX >> 1] {
                    let reader = Cursor::new([&packed[..], &packed].concat());
                    let mut decoder = Decoder::new(reader, settings(threads));
                    assert_eq!(decoder.totals(), None);
                    let (mut unpacked, mut buffer) = (Vec::<u8>::new(), vec![0; each.min(1 << 20)]);
                    loop {
                        match decoder.read(&mut buffer).unwrap() {
                            0 => break,
                            count => unpacked.extend(&buffer[..count]),
                        }
                    }
                    assert!(unpacked == [&plain[..], &plain].concat());
                    assert_eq!(decoder.read(&mut buffer).unwrap(), 0);
                    let totals = decoder.totals().unwrap();
                    assert_eq!(totals.compressed, 2 * packed.len() as u64);
                    assert_eq!(totals.uncompressed, unpacked.len() as u64);
                }
            }
        }
    }
}

#[test]
fn a_decoder_reads_what_comes_before_an_error_and_keeps_the_error() {
    let plain = text(30 * CHUNK);
    for whole in files(&plain) {
        let packed = whole[..whole.len() - 4].to_vec();
        within_a_minute(move || {
            let mut decoder = Decoder::new(Cursor::new(packed), settings(2));
            let mut unpacked = Vec::new();
            let error = decoder.read_to_end(&mut unpacked).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
            assert!(matches!(inner, Some(gzip::Error::Truncated)));
            assert!(text(30 * CHUNK).starts_with(&unpacked) && unpacked.len() > 29 * CHUNK);
            for mut into in [vec![0; 10], Vec::new()] {
                let again = decoder.read(&mut into).unwrap_err();
                assert_eq!(again.kind(), ErrorKind::UnexpectedEof);
            }
            assert_eq!(decoder.totals(), None);
        });
        let packed = whole.clone();
        within_a_minute(move || {
            let room = packed.len() / 2;
            let mut decoder =
                Decoder::new(Failing { inner: Cursor::new(packed), room }, settings(2));
            let error = decoder.read_to_end(&mut Vec::new()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        });
    }
}

#[test]
fn a_decoder_reports_garbage_or_passes_it_through() {
    let packed = [ordinary(b"word", Compression::fast()), b"garbage".to_vec()].concat();
    for (pass_through, expected) in [(false, &b"word"[..]), (true, b"wordgarbage")] {
        let settings = settings(2).pass_through(pass_through);
        let mut decoder = Decoder::new(Cursor::new(packed.clone()), settings);
        let mut unpacked = Vec::new();
        decoder.read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, expected);
        assert_eq!(decoder.totals().unwrap().trailing_garbage, !pass_through);
    }
}

/// Never comes to an end.
struct Blocked(std::sync::mpsc::Receiver<()>);

impl Read for Blocked {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        let _ = self.0.recv();
        Ok(0)
    }
}

#[test]
fn a_decoder_dropped_early_does_not_block() {
    within_a_minute(|| {
        for packed in files(&text(40 * CHUNK)) {
            let mut decoder = Decoder::new(Cursor::new(packed), settings(2));
            decoder.read_exact(&mut [0; 100]).unwrap();
            drop(decoder);
        }
        drop(Decoder::new(io::empty(), settings(2)));
        let (_sender, receiver) = std::sync::mpsc::channel();
        let start = indexed(&text(40 * CHUNK), 6);
        let start = start[..start.len() / 2].to_vec();
        let mut decoder = Decoder::new(Cursor::new(start).chain(Blocked(receiver)), settings(2));
        decoder.read_exact(&mut [0; 100]).unwrap();
        drop(decoder);
    });
}

#[test]
fn a_reader_that_panics_is_an_error() {
    struct Panics;
    impl Read for Panics {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            panic!("no bytes here")
        }
    }
    within_a_minute(|| {
        let mut decoder = Decoder::new(Panics, settings(2));
        assert!(decoder.read(&mut [0; 9]).is_err());
        assert!(decoder.read(&mut [0; 9]).is_err());
    });
}

#[test]
fn packets_and_interrupted_reads_are_taken_as_they_come() {
    let plain = sentence(9 * CHUNK);
    let leaked: &'static [u8] = bgzf(&plain, 4000).leak();
    let mut unpacked = Vec::new();
    let reader = Pieces::new(leaked, vec![1, 2000, 17]);
    Decoder::new(reader, settings(2)).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == plain);
}

#[test]
fn a_tar_is_written_through_an_encoder_and_read_by_tar_and_by_a_decoder() {
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| scratch.path().join(name);
    fs::create_dir(at("texts")).unwrap();
    let contents: Vec<Vec<u8>> = (0..30).map(|n| text(n * n * 1000)).collect();
    for (number, content) in contents.iter().enumerate() {
        fs::write(at(&format!("texts/{number}")), content).unwrap();
    }
    let encoder = Encoder::new(File::create(at("texts.tar.gz")).unwrap(), settings(2));
    let mut tar = tar::Builder::new(encoder);
    tar.append_dir_all("copy", at("texts")).unwrap();
    tar.into_inner().unwrap().finish().unwrap();

    let mut command = Command::new("tar");
    command.arg("-xzf").arg(at("texts.tar.gz")).current_dir(scratch.path());
    assert!(command.status().unwrap().success());
    for (number, content) in contents.iter().enumerate() {
        assert!(fs::read(at(&format!("copy/{number}"))).unwrap() == *content);
    }

    let reader = File::open(at("texts.tar.gz")).unwrap();
    let mut archive = tar::Archive::new(Decoder::new(reader, settings(2)));
    let mut found = 0;
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        let Ok(number) = name.parse::<usize>() else { continue };
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        assert!(content == contents[number]);
        found += 1;
    }
    assert_eq!(found, contents.len());
}

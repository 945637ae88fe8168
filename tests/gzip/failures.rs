//! Errors of readers and writers are reported as such, and no call hangs.

use crate::support::{CHUNK, Failing, compressed, noise, settings, within_a_minute};
use csp_toolkit::gzip::{self, Error};
use flate2::read::GzDecoder;
use std::error::Error as _;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

fn is_gone(error: &Error) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    source.is_some_and(|error| error.kind() == ErrorKind::ConnectionReset)
}

/// Files of every kind with the same contents.
fn files(chunks: usize) -> [Vec<u8>; 4] {
    crate::support::files(&noise(chunks * CHUNK))
}

#[test]
fn a_reader_that_fails_is_a_read_error() {
    for threads in [1, 4] {
        for room in [0, 1, CHUNK, CHUNK + 1, 30 * CHUNK] {
            let outcome = within_a_minute(move || {
                let input = Failing { inner: io::repeat(b'x'), room };
                gzip::compress(input, io::sink(), &settings(threads))
            });
            assert!(matches!(&outcome, Err(Error::Read(_))), "{room}: {outcome:?}");
            assert!(is_gone(&outcome.unwrap_err()));
        }
        for packed in files(2).into_iter().chain(files(40)) {
            for room in [0, 1, 11, 1000, packed.len() / 2, packed.len() - 1, packed.len()] {
                let packed = packed.clone();
                let outcome = within_a_minute(move || {
                    let input = Failing { inner: &packed[..], room };
                    gzip::decompress(input, io::sink(), &settings(threads))
                });
                assert!(matches!(&outcome, Err(Error::Read(_))), "{room}: {outcome:?}");
                assert!(is_gone(&outcome.unwrap_err()));
            }
        }
    }
}

#[test]
fn a_writer_that_fails_is_a_write_error() {
    for threads in [1, 4] {
        for room in [0, 9, 10, 1000, 10 * CHUNK] {
            let outcome = within_a_minute(move || {
                let output = Failing { inner: io::sink(), room };
                gzip::compress(&noise(40 * CHUNK)[..], output, &settings(threads))
            });
            assert!(matches!(&outcome, Err(Error::Write(_))), "{room}: {outcome:?}");
            assert!(is_gone(&outcome.unwrap_err()));
        }
        // Few pieces are all handed out before the first is written, many are not.
        for chunks in [2, 40] {
            for packed in files(chunks) {
                for room in [0, 1, CHUNK, chunks * CHUNK - 1] {
                    let packed = packed.clone();
                    let outcome = within_a_minute(move || {
                        let output = Failing { inner: io::sink(), room };
                        gzip::decompress(&packed[..], output, &settings(threads))
                    });
                    assert!(matches!(&outcome, Err(Error::Write(_))), "{room}: {outcome:?}");
                    assert!(is_gone(&outcome.unwrap_err()));
                }
            }
        }
    }
}

#[test]
fn a_writer_that_cannot_flush_is_a_write_error() {
    struct NoFlush;
    impl Write for NoFlush {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(ErrorKind::StorageFull.into())
        }
    }
    let outcome = gzip::compress(&b"word"[..], NoFlush, &settings(2));
    assert!(matches!(outcome, Err(Error::Write(_))), "{outcome:?}");
    let packed = compressed(&b"word"[..], &settings(2));
    let outcome = gzip::decompress(&packed[..], NoFlush, &settings(2));
    assert!(matches!(outcome, Err(Error::Write(_))), "{outcome:?}");
}

#[test]
fn interrupted_reads_are_repeated() {
    struct Interrupted<R>(R, bool);
    impl<R: Read> Read for Interrupted<R> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 { Err(ErrorKind::Interrupted.into()) } else { self.0.read(into) }
        }
    }
    let plain = noise(3 * CHUNK);
    let whole = compressed(&plain[..], &settings(2));
    assert!(compressed(Interrupted(&plain[..], false), &settings(2)) == whole);
    for packed in files(3) {
        let mut decoded = Vec::new();
        let input = Interrupted(&packed[..], false);
        gzip::decompress(input, &mut decoded, &settings(2)).unwrap();
        assert!(decoded == plain);
    }
}

/// A socket with a read timeout, as [`Settings::flush_idle`](gzip::Settings::flush_idle) has it.
#[test]
fn a_read_that_times_out_is_an_error_or_a_flush() {
    let (mut far, near) = UnixStream::pair().unwrap();
    near.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    far.write_all(b"line\n").unwrap();
    let outcome = gzip::compress(&near, io::sink(), &settings(2));
    assert!(matches!(&outcome, Err(Error::Read(error)) if error.kind() == ErrorKind::WouldBlock));

    far.write_all(b"line\n").unwrap();
    let (reader, flushed) = Flushed::new();
    let compressing = thread::spawn(move || {
        gzip::compress(&near, flushed, &settings(2).flush_idle(true)).unwrap()
    });
    // What is flushed can be decoded, though there is more to come.
    let mut plain = vec![0; 5];
    GzDecoder::new(&*reader.recv().unwrap()).read_exact(&mut plain).unwrap();
    assert_eq!(plain, b"line\n");
    far.write_all(b"more\n").unwrap();
    drop(far);
    assert_eq!(compressing.join().unwrap().uncompressed, 10);
    let mut plain = String::new();
    GzDecoder::new(&*reader.iter().last().unwrap()).read_to_string(&mut plain).unwrap();
    assert_eq!(plain, "line\nmore\n");
}

/// A writer that sends all it was given at each flush.
struct Flushed(Vec<u8>, Sender<Vec<u8>>);

impl Flushed {
    fn new() -> (Receiver<Vec<u8>>, Self) {
        let (sender, receiver) = channel();
        (receiver, Self(Vec::new(), sender))
    }
}

impl Write for Flushed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.1.send(self.0.clone()).map_err(io::Error::other)
    }
}

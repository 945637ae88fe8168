//! Gzip data among the sources, decompressed by [`crate::gzip`].

use crate::gzip::{self, Error, Settings};
use flate2::read::GzDecoder;
use std::io::{self, BufRead, ErrorKind, Read, Write};

/// How a gzip file with compressed data begins (RFC 1952, section 2.3.1).
pub(in crate::tally) const MAGIC: [u8; 3] = [0x1F, 0x8B, 0x08];

/// Why data could not be decompressed.
pub(in crate::tally) enum Failure {
    /// The input could not be read, or is damaged.
    Input(io::Error),
    /// The output could not be written.
    Output(io::Error),
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Input(error) | Failure::Output(error) => error,
        }
    }
}

/// Decompresses all members. Returns whether there is garbage after them.
pub(in crate::tally) fn decompress(
    input: impl Read + Send,
    output: impl Write,
    threads: usize,
) -> Result<bool, Failure> {
    let settings = Settings::default().threads(threads.max(1));
    match gzip::decompress(input, output, &settings) {
        Ok(totals) => Ok(totals.trailing_garbage),
        Err(Error::Write(error)) => Err(Failure::Output(error)),
        Err(error) => Err(Failure::Input(error.into())),
    }
}

/// Returns the first `length` bytes of what is compressed; fewer if there are fewer, or if the file is
/// damaged.
pub(in crate::tally) fn beginning(input: impl Read, length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length);
    // An error is reported when the whole file is read.
    let _ = GzDecoder::new(input).take(length as u64).read_to_end(&mut bytes);
    bytes
}

/// Returns the error of a gzip file that has data after its end. Zeros are padding and no error.
pub(in crate::tally) fn garbage() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "garbage after the compressed data")
}

/// Reads the first bytes, up to the first that is not part of [`MAGIC`]. Returns them, and whether
/// more can follow: a terminal that is read again after its end would wait for a second Ctrl-D.
pub(in crate::tally) fn first(input: &mut impl BufRead) -> (Vec<u8>, io::Result<bool>) {
    let mut first = Vec::new();
    while first.len() < MAGIC.len() && MAGIC.starts_with(&first) {
        match input.fill_buf() {
            Ok([]) => return (first, Ok(false)),
            Ok(bytes) => {
                let count = bytes.len().min(MAGIC.len() - first.len());
                first.extend_from_slice(&bytes[..count]);
                input.consume(count);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (first, Err(error)),
        }
    }
    (first, Ok(true))
}

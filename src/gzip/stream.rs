//! A reader compressed or decompressed into a writer.

use super::{Origin, Outcome, Settings, decode, encode};
use std::io::{Read, Write};

/// Compresses all of `input` into one gzip member (RFC 1952, section 2.3) without name and time.
///
/// Output begins as soon as the input's first chunk is compressed, and memory is bounded by the
/// number of threads, whatever the input's length. Blocks until the end of `input`.
pub fn compress(input: impl Read + Send, output: impl Write, settings: &Settings) -> Outcome {
    compress_from(input, output, settings, &Origin::default())
}

/// [`compress`], with what the header is to say of the file that `input` is.
pub fn compress_from(
    input: impl Read + Send,
    output: impl Write,
    settings: &Settings,
    origin: &Origin,
) -> Outcome {
    encode::compress(input, output, settings, origin)
}

/// Decompresses all the members of `input` (RFC 1952, section 2.2), one after the other.
///
/// A member may also be the output of `pack`. The last one may be the output of `compress`, which
/// ends only with the input. Of a zip archive, the first entry is decompressed.
/// [`Settings::foreign`] says what becomes of anything else.
///
/// Members with our index and BGZF files are decompressed in parallel, all others in order.
/// Memory is bounded by the number of threads. What has been written when an error is found is
/// what comes before the error. Blocks until the end of `input`.
pub fn decompress(input: impl Read + Send, output: impl Write, settings: &Settings) -> Outcome {
    decode::decompress(input, output, settings)
}

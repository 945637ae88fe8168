//! A reader compressed or decompressed into a writer.

use super::chunk::Encoder;
use super::encode::{Chunks, Member, encode};
use super::{GzipError, Settings, decode};
use crate::buffer::Buffers;
use std::io::{Read, Write};

/// How much went in and came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes of the uncompressed data.
    pub plain: u64,
    /// Bytes of the gzip data.
    pub packed: u64,
    /// Whether something other than zeros, and no gzip, followed the last member decompressed.
    pub trailing_garbage: bool,
}

/// Compresses all of `input` into one gzip member (RFC 1952, section 2.3) without name and time.
///
/// Output begins as soon as the input's first chunk is compressed, and memory is bounded by the
/// number of threads, whatever the input's length. Blocks until the end of `input`.
pub fn compress(
    input: impl Read + Send,
    output: impl Write,
    settings: &Settings,
) -> Result<Totals, GzipError> {
    let buffers = &Buffers::new(settings.chunk);
    let mut member = Member::begin(output, settings.level, None)?;
    settings.pool().run(
        |feeder| {
            for chunk in Chunks::new(input, buffers) {
                if feeder.submit(chunk).is_err() {
                    break;
                }
            }
        },
        || {
            let mut encoder = Encoder::new(settings.level);
            move |chunk| encode(&mut encoder, chunk.map_err(GzipError::Read)?, buffers)
        },
        |piece| member.add(&piece?),
    )?;
    Ok(member.finish()?.totals)
}

/// Decompresses all the members of `input` (RFC 1952, section 2.2), one after the other.
///
/// Members with our index and BGZF files are decompressed in parallel, all others in order.
/// Memory is bounded by the number of threads. What has been written when an error is found is
/// what comes before the error. Blocks until the end of `input`.
pub fn decompress(
    input: impl Read + Send,
    output: impl Write,
    settings: &Settings,
) -> Result<Totals, GzipError> {
    decode::decompress(input, output, settings)
}

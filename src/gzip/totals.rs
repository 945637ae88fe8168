//! How much went in and came out.

use super::GzipError;

/// How much went in and came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes of the uncompressed data.
    pub plain: u64,
    /// Bytes of the gzip data.
    pub packed: u64,
    /// How many of these are the first member's header and trailer.
    pub overhead: u64,
    /// The CRC-32 that the last member ends with; all ones for what is no gzip.
    pub crc: u32,
    /// How the last member was compressed.
    pub method: Method,
    /// Whether something was ignored: what followed the last member decompressed is neither zeros
    /// nor a member, or it is [more entries](Self::more_entries).
    pub trailing_garbage: bool,
    /// Whether there are more entries in a zip archive than the first.
    pub more_entries: bool,
    /// Whether the header was to have the file's time, and has no room for it.
    pub out_of_range: bool,
}

/// How a member was compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// DEFLATE: a gzip member, or a zip archive's entry.
    #[default]
    Deflated,
    /// Not at all: a zip archive's entry, or what was [copied](super::Foreign::Copy).
    Stored,
    /// By `compress`.
    Compressed,
    /// By `pack`.
    Packed,
}

impl Totals {
    /// How much smaller the data became, in per cent, as `gzip` tells it: without the header and
    /// the trailer. Negative if it grew, 0 if there was nothing.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "it is shown with one decimal")]
    pub fn saved(&self) -> f64 {
        let deflated = self.packed.saturating_sub(self.overhead);
        if self.plain == 0 { 0.0 } else { 100.0 - 100.0 * deflated as f64 / self.plain as f64 }
    }
}

/// What became of a stream.
pub type Outcome = Result<Totals, GzipError>;

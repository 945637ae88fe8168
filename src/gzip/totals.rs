//! How much was read and written.

/// How much was read and written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The uncompressed data, in bytes.
    pub uncompressed: u64,
    /// The compressed data, in bytes.
    pub compressed: u64,
    /// Whether something after the data was ignored when decompressing: bytes after the last
    /// member that are neither zeros nor a member, or the second entry of a zip archive and all
    /// after it.
    pub trailing_garbage: bool,
    /// The length of the first member's header and trailer.
    pub(crate) overhead: u64,
    /// The CRC-32 that the last member ends with, or of all the data when compressing; all ones for
    /// other formats.
    pub(crate) crc: u32,
    /// How the last member was compressed.
    pub(crate) method: Method,
    /// Whether a zip archive has more entries than the first.
    pub(crate) more_entries: bool,
    /// Whether the file has a time that the header, which was to store it, has no room for.
    pub(crate) out_of_range: bool,
}

/// How a member was compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Method {
    /// DEFLATE: a gzip member, or an entry of a zip archive.
    #[default]
    Deflated,
    /// Not at all: an entry of a zip archive, or what was copied.
    Stored,
    /// By `compress`.
    Compressed,
    /// By `pack`.
    Packed,
}

impl Totals {
    /// How much smaller the data became, in per cent, as `gzip` computes it: without the header
    /// and the trailer. Negative if it grew, 0 for an empty input.
    #[expect(clippy::cast_precision_loss, reason = "it is shown with one decimal")]
    pub(crate) fn saved(&self) -> f64 {
        let deflated = self.compressed.saturating_sub(self.overhead);
        if self.uncompressed == 0 {
            0.0
        } else {
            100.0 - 100.0 * deflated as f64 / self.uncompressed as f64
        }
    }
}

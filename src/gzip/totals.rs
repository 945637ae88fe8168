//! How much went in and came out.

use super::GzipError;

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

/// What became of a file or a stream.
pub type Outcome = Result<Totals, GzipError>;

//! The encoder of each level.
//!
//! Level 1 is our own encoder, see [`deflate`]. From level 2 on it is libdeflate, which is ahead of all
//! others in size and speed both; without the feature `libdeflate`, which needs a C compiler, it is
//! zlib-rs, which has no levels above 9. A young encoder is no risk: every chunk is decoded again
//! before it is written.

use super::pieces::Kind;
use crate::gzip::deflate::{self, Deflater, Search};
use crate::gzip::{Error, Level};

/// Levels up to this one use the fast encoder where there are few matches.
const SWIFT: u8 = 6;

pub(super) struct Engine {
    level: u8,
    /// Made when it is needed, which it never is at most levels.
    fast: Option<Deflater>,
    /// `None` for levels 0 and 1.
    thorough: Option<Thorough>,
    /// Memory for the largest stream so far; zeroed once.
    scratch: Vec<u8>,
}

impl Engine {
    pub(super) fn new(level: Level) -> Self {
        let level = level.get();
        let thorough = (level > 1).then(|| Thorough::new(level));
        Self { level, fast: None, thorough, scratch: Vec::new() }
    }

    /// Whether nothing is compressed.
    pub(super) fn stores(&self) -> bool {
        self.level == 0
    }

    /// What is done with a piece of this kind: pieces that follow each other make one stream if it is
    /// the same.
    pub(super) fn way(&self, kind: Kind) -> Way {
        match (self.level, kind) {
            (0, _) | (_, Kind::Noise) => Way::Store,
            (1, _) => Way::Fast(Search::FAST),
            (2..=SWIFT, Kind::Sparse) => Way::Fast(Search::SPARSE),
            _ => Way::Thorough,
        }
    }

    /// Appends a stream for `plain` to `packed`.
    pub(super) fn deflate(
        &mut self,
        way: Way,
        plain: &[u8],
        packed: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let length = match (way, &mut self.thorough) {
            (Way::Thorough, Some(thorough)) => {
                let scratch = at_least(&mut self.scratch, thorough.bound(plain.len()));
                thorough.deflate(plain, scratch)?
            }
            (Way::Fast(search), _) => {
                let scratch = at_least(&mut self.scratch, Deflater::bound(plain.len()));
                self.fast.get_or_insert_with(Deflater::new).deflate(plain, search, scratch)
            }
            _ => {
                deflate::store(plain, packed);
                return Ok(());
            }
        };
        packed.extend_from_slice(&self.scratch[..length]);
        Ok(())
    }
}

/// How a run of pieces is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Store,
    Fast(Search),
    Thorough,
}

fn at_least(scratch: &mut Vec<u8>, length: usize) -> &mut [u8] {
    if scratch.len() < length {
        scratch.resize(length, 0);
    }
    scratch
}

/// An encoder that searches as long as its level asks for.
pub(super) struct Thorough {
    #[cfg(feature = "libdeflate")]
    compressor: libdeflater::Compressor,
    #[cfg(not(feature = "libdeflate"))]
    compressor: flate2::Compress,
}

#[cfg(feature = "libdeflate")]
impl Thorough {
    /// The highest level.
    pub(super) const BEST: u8 = 12;

    pub(super) fn new(level: u8) -> Self {
        let level = libdeflater::CompressionLvl::new(level.into()).expect("it has 0 to 12");
        Self { compressor: libdeflater::Compressor::new(level) }
    }

    /// How many bytes `deflate` needs for `length` bytes.
    pub(super) fn bound(&mut self, length: usize) -> usize {
        self.compressor.deflate_compress_bound(length)
    }

    /// Writes a stream for `plain`; returns its length.
    pub(super) fn deflate(&mut self, plain: &[u8], out: &mut [u8]) -> Result<usize, Error> {
        self.compressor.deflate_compress(plain, out).map_err(|_| Error::VerifyFailed)
    }
}

#[cfg(not(feature = "libdeflate"))]
impl Thorough {
    /// The highest level.
    pub(super) const BEST: u8 = 9;

    pub(super) fn new(level: u8) -> Self {
        let level = flate2::Compression::new(level.min(Self::BEST).into());
        Self { compressor: flate2::Compress::new(level, false) }
    }

    /// How many bytes `deflate` needs for `length` bytes.
    #[expect(clippy::unused_self, reason = "libdeflate's takes it")]
    pub(super) fn bound(&mut self, length: usize) -> usize {
        // A literal takes nine bits at most, and a block a few bytes.
        length + length / 8 + 64
    }

    /// Writes a stream for `plain`; returns its length.
    pub(super) fn deflate(&mut self, plain: &[u8], out: &mut [u8]) -> Result<usize, Error> {
        self.compressor.reset();
        match self.compressor.compress(plain, out, flate2::FlushCompress::Finish) {
            Ok(flate2::Status::StreamEnd) => {
                usize::try_from(self.compressor.total_out()).map_err(|_| Error::VerifyFailed)
            }
            _ => Err(Error::VerifyFailed),
        }
    }
}

//! The containers that compressed data is written in.

/// The container that compressed data is written in. Decompression recognizes both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// One gzip member (RFC 1952).
    #[default]
    Gzip,
    /// BGZF, the blocked gzip of SAM and BAM files (SAM/BAM specification, section 4.1): a member
    /// for every 65,280 bytes of the input, whose header says how long the member is, and an empty
    /// one at the end. Every gzip decompressor reads it, and one that knows the format can begin at
    /// any block.
    ///
    /// The output is a little larger than [`Gzip`](Self::Gzip)'s, since matches do not cross blocks.
    /// It stores neither name nor time. [`Settings::chunk_size`](super::Settings::chunk_size) and
    /// [`Settings::index`](super::Settings::index) have no effect. As in `bgzip`, levels 4 to 9
    /// search more thoroughly than in [`Gzip`](Self::Gzip); levels 10 to 12 are the same.
    Bgzf,
}

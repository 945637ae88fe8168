//! From sources to pieces of text that are cut between words.
//!
//! A [`Source`] is opened as a regular file, which many threads read a segment at a time
//! ([`segment`]), or as a stream, which one thread reads in blocks ([`stream`]). The [`Queue`] hands
//! out both. Text that is not UTF-8 is a stream, [decoded](Decoding) as it is read.

mod encoding;
pub(super) mod gzip;
mod queue;
pub(super) mod segment;
mod source;
pub(super) mod stream;

pub use encoding::Encoding;
pub(super) use encoding::{Decoding, MARK};
pub(super) use queue::{AbandonOnPanic, Block, OpenSource, Queue, SharedFile, Work};
pub use source::Source;
pub(super) use source::{Kind, Opened, in_order, read_at_most};
pub(super) use stream::Put;

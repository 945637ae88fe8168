//! Chunks of zeros, of which an image of a disk can have far more than of any other.

use super::chunk::{ChunkEncoder, Position};
use super::{CompressedChunk, compressed};
use crate::gzip::{Error, Format};

/// The inner chunk of zeros that was compressed last.
#[derive(Default)]
pub(super) struct Zeros(Option<CompressedChunk>);

/// Compresses `count` zeros: verified once, and copied from then on.
pub(super) fn encode(
    encoder: &mut ChunkEncoder,
    count: usize,
    position: Position,
    format: Format,
) -> Result<CompressedChunk, Error> {
    let known = encoder.zeros.0.as_ref().filter(|chunk| chunk.plain == count as u64);
    if let (Some(chunk), Position::Inner) = (known, position) {
        return Ok(chunk.clone());
    }
    let chunk = compressed(encoder, &vec![0; count], position, format)?;
    if position == Position::Inner {
        encoder.zeros = Zeros(Some(chunk.clone()));
    }
    Ok(chunk)
}

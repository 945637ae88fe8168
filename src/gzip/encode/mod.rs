//! Compression: the input cut into chunks on a fixed grid, and the chunks made one member.

mod chunk;
mod cut;
mod files;
mod tiny;

pub(super) use files::{file, files};

use super::header::{self, Header, Trailer};
use super::index::Reserved;
use super::{GzipError, Level, Origin, Outcome, Settings, Totals};
use crate::io::buffer::Buffers;
use chunk::Encoder;
use crc32fast::Hasher;
use cut::{Chunk, Chunks};
use std::io::{Read, Write};

/// Compresses all of `input` into one member.
pub(super) fn compress(
    input: impl Read + Send,
    output: impl Write,
    settings: &Settings,
    origin: &Origin,
) -> Outcome {
    let buffers = &Buffers::new(settings.chunk);
    let mut member = Member::begin(output, settings.level, None, origin)?;
    settings.pool().run(
        |feeder| {
            for chunk in Chunks::new(input, buffers, settings.rsyncable) {
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

/// A compressed chunk, and what the member needs to know of it.
struct Piece {
    packed: Vec<u8>,
    plain: u64,
    crc: u32,
}

/// Compresses a chunk and gives its buffer back.
fn encode(encoder: &mut Encoder, chunk: Chunk, buffers: &Buffers) -> Result<Piece, GzipError> {
    let mut packed = Vec::with_capacity(chunk.plain.len() / 3 + 64);
    let crc = encoder.encode(&chunk.plain, chunk.position, &mut packed)?;
    let plain = chunk.plain.len() as u64;
    buffers.give(chunk.plain);
    Ok(Piece { packed, plain, crc })
}

/// A member being written, piece by piece.
struct Member<W> {
    output: W,
    reserved: Option<Reserved>,
    crc: Hasher,
    totals: Totals,
}

impl<W: Write> Member<W> {
    /// Writes the header. What is `reserved` is room for the index, for [`Finished::index`].
    fn begin(
        mut output: W,
        level: Level,
        reserved: Option<Reserved>,
        origin: &Origin,
    ) -> Result<Self, GzipError> {
        let extra = reserved.as_ref().map_or_else(Vec::new, Reserved::extra_field);
        let header = Header { extra, origin: origin.clone() };
        let packed = header::write(&header, level, &mut output).map_err(GzipError::Write)?;
        let overhead = packed + Trailer::LENGTH as u64;
        let out_of_range = origin.out_of_range;
        let totals = Totals { packed, overhead, out_of_range, ..Totals::default() };
        Ok(Self { output, reserved, crc: Hasher::new(), totals })
    }

    /// Writes the next piece.
    fn add(&mut self, piece: &Piece) -> Result<(), GzipError> {
        self.output.write_all(&piece.packed).map_err(GzipError::Write)?;
        self.crc.combine(&Hasher::new_with_initial_len(piece.crc, piece.plain));
        self.totals.plain += piece.plain;
        self.totals.packed += piece.packed.len() as u64;
        if let Some(reserved) = &mut self.reserved {
            reserved.add(piece.packed.len());
        }
        Ok(())
    }

    /// Writes the trailer.
    fn finish(mut self) -> Result<Finished<W>, GzipError> {
        self.totals.crc = self.crc.finalize();
        let trailer = Trailer::new(self.totals.crc, self.totals.plain).to_bytes();
        self.output
            .write_all(&trailer)
            .and_then(|()| self.output.flush())
            .map_err(GzipError::Write)?;
        self.totals.packed += trailer.len() as u64;
        let index = self.reserved.and_then(|reserved| reserved.filled(self.totals.plain));
        Ok(Finished { output: self.output, index, totals: self.totals })
    }
}

/// A member that is written, but for the index.
struct Finished<W> {
    output: W,
    /// The bytes that belong at [`header::EXTRA_OFFSET`] of the member.
    index: Option<Vec<u8>>,
    totals: Totals,
}

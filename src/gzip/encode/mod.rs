//! Compression: the input cut into chunks, and the chunks put together to one member.

mod chunk;
mod chunker;
mod engine;
#[cfg(unix)]
mod files;
mod pieces;
mod tiny;
mod zeros;

pub(super) use chunk::{ChunkEncoder, Position};
pub(super) use chunker::{Chunk, LONGEST_RSYNCABLE, Plain, content_cut};
#[cfg(unix)]
pub(super) use files::{file, files};

use super::header::{self, Header, Trailer};
use super::index::Reserved;
use super::settings::Checked;
use super::source::Source;
use super::{Error, Format, HeaderInfo, Totals, bgzf};
use crate::io::buffer::Buffers;
use crate::io::is_zero;
use chunker::Chunks;
use crc32fast::Hasher;
use std::io::{self, Write};
use std::mem;

/// Compresses all of `input` into one member. Calls `written` with the bytes of each compressed chunk
/// once they are written.
pub(super) fn compress(
    input: impl Source + Send,
    output: impl Write,
    settings: &Checked,
    header_info: &HeaderInfo,
    mut written: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<Totals, Error> {
    let buffers = &Buffers::new(settings.chunk_size);
    let mut member = Member::new(output, settings, None, header_info);
    settings.pool().run(
        |feeder| {
            let chunks = Chunks::new(input, buffers, settings.rsyncable);
            for chunk in chunks.flush_idle(settings.flush_idle) {
                if feeder.submit(chunk).is_err() {
                    break;
                }
            }
        },
        || {
            let mut encoder = ChunkEncoder::new(settings.level);
            move |chunk| encode(&mut encoder, chunk.map_err(Error::Read)?, settings.format, buffers)
        },
        |chunk| {
            let chunk = chunk?;
            member.add(&chunk)?;
            written(&chunk.packed).map_err(Error::Write)
        },
    )?;
    Ok(member.finish()?.totals)
}

/// A compressed chunk, and what the member needs to know about it.
#[derive(Clone)]
pub(super) struct CompressedChunk {
    packed: Vec<u8>,
    plain: u64,
    crc: u32,
    /// Whether to flush after it.
    flush: bool,
}

/// Compresses a chunk and gives its buffer back.
pub(super) fn encode(
    encoder: &mut ChunkEncoder,
    chunk: Chunk,
    format: Format,
    buffers: &Buffers,
) -> Result<CompressedChunk, Error> {
    let Chunk { plain, position, flush } = chunk;
    let plain = match plain {
        Plain::Bytes(plain) => plain,
        Plain::Zeros(count) => {
            let zeros = zeros::encode(encoder, count, position, format)?;
            return Ok(CompressedChunk { flush, ..zeros });
        }
    };
    let compressed = if plain.is_full() && is_zero(&plain) {
        zeros::encode(encoder, plain.len(), position, format)
    } else {
        compressed(encoder, &plain, position, format)
    };
    buffers.give(plain);
    Ok(CompressedChunk { flush, ..compressed? })
}

fn compressed(
    encoder: &mut ChunkEncoder,
    plain: &[u8],
    position: Position,
    format: Format,
) -> Result<CompressedChunk, Error> {
    let mut packed = Vec::with_capacity(plain.len() / 3 + 64);
    let crc = match format {
        Format::Gzip => encoder.encode(plain, position, &mut packed)?,
        Format::Bgzf => bgzf::encode(encoder, plain, &mut packed)?,
    };
    Ok(CompressedChunk { packed, plain: plain.len() as u64, crc, flush: false })
}

/// A member, or a file of BGZF's members, being written, chunk by chunk.
#[derive(Debug)]
pub(super) struct Member<W> {
    pub(super) output: W,
    format: Format,
    /// The header, until it is written.
    header: Vec<u8>,
    reserved: Option<Reserved>,
    crc: Hasher,
    pub(super) totals: Totals,
}

impl<W: Write> Member<W> {
    /// Writes nothing yet. What is `reserved` is room for the index, for [`Finished::index`].
    pub(super) fn new(
        output: W,
        settings: &Checked,
        reserved: Option<Reserved>,
        header_info: &HeaderInfo,
    ) -> Self {
        let format = settings.format;
        let mut totals = Totals::default();
        let header = match format {
            Format::Gzip => {
                let extra = reserved.as_ref().map_or_else(Vec::new, Reserved::extra_field);
                let header = Header { extra, info: header_info.clone() };
                let header = header::bytes(&header, settings.level);
                totals.compressed = header.len() as u64;
                totals.overhead = (header.len() + Trailer::LENGTH) as u64;
                totals.out_of_range = header_info.out_of_range;
                header
            }
            Format::Bgzf => {
                totals.overhead = (bgzf::HEADER + Trailer::LENGTH) as u64;
                Vec::new()
            }
        };
        let crc = Hasher::new();
        Self { output, format, header, reserved, crc, totals }
    }

    /// Writes the header, if it is not written yet.
    pub(super) fn begin(&mut self) -> Result<(), Error> {
        self.output.write_all(&mem::take(&mut self.header)).map_err(Error::Write)
    }

    /// Writes the next chunk.
    pub(super) fn add(&mut self, chunk: &CompressedChunk) -> Result<(), Error> {
        self.begin()?;
        self.output.write_all(&chunk.packed).map_err(Error::Write)?;
        self.crc.combine(&Hasher::new_with_initial_len(chunk.crc, chunk.plain));
        self.totals.uncompressed += chunk.plain;
        self.totals.compressed += chunk.packed.len() as u64;
        if let Some(reserved) = &mut self.reserved {
            reserved.add(chunk.packed.len());
        }
        if chunk.flush {
            self.output.flush().map_err(Error::Write)?;
        }
        Ok(())
    }

    /// Writes what comes at the end: the trailer, or the empty member.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        self.totals.crc = self.crc.clone().finalize();
        let trailer = Trailer::new(self.totals.crc, self.totals.uncompressed).to_bytes();
        let end = match self.format {
            Format::Gzip => &trailer[..],
            Format::Bgzf => &bgzf::END,
        };
        self.output.write_all(end).and_then(|()| self.output.flush()).map_err(Error::Write)?;
        self.totals.compressed += end.len() as u64;
        Ok(())
    }

    fn finish(mut self) -> Result<Finished<W>, Error> {
        self.end()?;
        let index = self.reserved.and_then(|reserved| reserved.filled(self.totals.uncompressed));
        Ok(Finished { output: self.output, index, totals: self.totals })
    }
}

/// A member that is written, except for the index.
struct Finished<W> {
    output: W,
    /// The bytes that belong at [`header::EXTRA_OFFSET`] of the member.
    index: Option<Vec<u8>>,
    totals: Totals,
}

//! The workers: inflate pieces, and compute checksums.

use super::guess::Meaning;
use crate::gzip::header::Trailer;
use crate::gzip::inflate::{Ending, Inflater};
use crate::gzip::{Error, bgzf, index};
use crate::io::buffer::{Buffer, Buffers};
use crate::sync::pool;
use std::mem;
use std::sync::Arc;

/// Something for a worker to do, or to pass on to the writer in order.
pub(super) enum DecodeJob {
    /// Inflated already.
    Plain(Buffer),
    /// The same, and where in it members end.
    Members(Buffer, Vec<MemberEnd>),
    /// Decoded to symbols, each of which stands for a byte.
    Symbols(Buffer<u16>, Arc<Meaning>),
    /// Some chunks of a member.
    Piece { packed: Vec<u8>, plain: usize, ending: Ending },
    /// Some whole members of a BGZF file.
    Blocks { packed: Vec<u8> },
    /// The member ends here.
    Check(Trailer),
    /// It ends here, without a checksum.
    End,
    /// The reader waits for the verdict on all the pieces so far.
    Ask,
}

/// Where a member ends, counted from the start of a buffer, and its trailer.
pub(super) struct MemberEnd {
    pub(super) at: usize,
    pub(super) trailer: Trailer,
}

/// Takes jobs to the workers.
pub(super) type Feeder<'f> = pool::Feeder<'f, DecodeJob, Decoded>;

/// Submits a job. Fails if the writer has ended.
pub(super) fn submit(feeder: &mut Feeder<'_>, job: DecodeJob) -> Result<(), Error> {
    feeder.submit(job).map_err(|_| Error::closed())
}

/// The result of a job.
pub(super) enum Decoded {
    Plain {
        plain: Buffer,
        crc: u32,
    },
    /// The checksum of what comes before each end, back to the one before it, and of the rest.
    Members {
        plain: Buffer,
        ends: Vec<MemberEnd>,
        crcs: Vec<u32>,
    },
    Piece {
        packed: Vec<u8>,
        plain: Option<Inflated>,
    },
    Check(Trailer),
    End,
    Ask,
}

/// An accepted piece.
pub(super) struct Inflated {
    pub(super) plain: Buffer,
    /// Its checksum, unless that was compared already.
    pub(super) crc: Option<u32>,
}

/// Returns the function that does a worker's jobs.
pub(super) fn worker<'a>(
    buffers: &'a Buffers,
    symbol_buffers: &'a Buffers<u16>,
) -> impl FnMut(DecodeJob) -> Decoded + 'a {
    let mut inflater = Inflater::new();
    move |job| match job {
        DecodeJob::Plain(plain) => Decoded::Plain { crc: crc32fast::hash(&plain), plain },
        DecodeJob::Members(plain, ends) => {
            let crcs = checksums(&plain, &ends);
            Decoded::Members { plain, ends, crcs }
        }
        DecodeJob::Symbols(symbols, meaning) => {
            let mut plain = buffers.take();
            meaning.resolve(&symbols, plain.space(symbols.len()));
            symbol_buffers.give(symbols);
            Decoded::Plain { crc: crc32fast::hash(&plain), plain }
        }
        DecodeJob::Piece { packed, plain, ending } => {
            let mut buffer = buffers.take();
            let good = index::inflate(&packed, plain, ending, &mut inflater, &mut buffer).is_some();
            let plain = accept(good, buffer, buffers);
            let plain = plain.map(|plain| Inflated { crc: Some(crc32fast::hash(&plain)), plain });
            Decoded::Piece { packed, plain }
        }
        DecodeJob::Blocks { packed } => {
            let mut buffer = buffers.take();
            let good = bgzf::inflate(&packed, &mut inflater, &mut buffer).is_some();
            let plain = accept(good, buffer, buffers);
            Decoded::Piece { packed, plain: plain.map(|plain| Inflated { plain, crc: None }) }
        }
        DecodeJob::Check(trailer) => Decoded::Check(trailer),
        DecodeJob::End => Decoded::End,
        DecodeJob::Ask => Decoded::Ask,
    }
}

/// The checksum of each part of `plain`: up to each end, and after the last.
fn checksums(plain: &[u8], ends: &[MemberEnd]) -> Vec<u32> {
    let mut start = 0;
    let ends = ends.iter().map(|end| end.at).chain([plain.len()]);
    ends.map(|end| crc32fast::hash(&plain[mem::replace(&mut start, end)..end])).collect()
}

fn accept(good: bool, buffer: Buffer, buffers: &Buffers) -> Option<Buffer> {
    if good {
        return Some(buffer);
    }
    buffers.give(buffer);
    None
}

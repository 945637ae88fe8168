//! Decompression: in parallel where the file says how, in order otherwise.
//!
//! Three roles on one [pool](crate::sync::pool): the [feeder](feed) reads the members and hands on
//! either pieces to be inflated or what it has inflated itself; the [workers](work) inflate pieces
//! and compute checksums; the [sink](write) writes, in order, and compares the checksums.
//!
//! What is no gzip is decoded by the feeder too, by [`legacy`](super::legacy), or copied.
//!
//! A piece is some chunks of a member with our [index](super::index), or some whole members of a
//! BGZF file (SAM/BAM specification, section 4.1). Where pieces begin, and how much is in them, is
//! only a hint. A worker accepts a piece only if decoding the whole stream in order would come to
//! the same: the piece's blocks end exactly where it ends, the final block is where it should be,
//! no distance reaches out of it, and it holds as many bytes as it should. If one is not accepted,
//! the sink asks the feeder to go back to where that piece began and to decode in order, and hints
//! are not followed any more. So a file that lies is decoded as `gzip` would, and what is corrupt
//! is found to be so by the decoder that follows no hints.

mod feed;
mod files;
mod outlet;
mod source;
mod work;
mod write;

pub(super) use files::{file, files};

use super::{Outcome, Settings};
use crate::io::buffer::Buffers;
use crossbeam_channel::unbounded;
use feed::Feed;
use source::Source;
use std::io::{Read, Write};
use std::sync::atomic::AtomicBool;
use write::Sink;

/// Decompresses all the members of `input`.
pub(super) fn decompress(
    input: impl Read + Send,
    output: impl Write,
    settings: &Settings,
) -> Outcome {
    let buffers = &Buffers::new(BLOCK);
    let doubt = &AtomicBool::new(false);
    let (sender, verdicts) = unbounded();
    let mut sink = Sink::new(output, doubt, buffers);
    let taking = &mut sink;
    let mut feed = Feed::new(Source::new(input), settings.foreign, verdicts, doubt, buffers);
    let mut end_of_input = Ok(());
    settings.pool().run(
        |feeder| end_of_input = feed.members(feeder),
        || work::worker(buffers),
        // Owns the sender: when the sink fails, the pool drops this, and a feeder that waits for a
        // verdict learns that none will come.
        move |done| taking.take(done, &sender),
    )?;
    end_of_input?;
    sink.flush()?;
    Ok(feed.totals(sink.plain(), sink.crc()))
}

/// Plain bytes to a job, and what a buffer holds unless a piece needs more.
const BLOCK: usize = 1 << 20;

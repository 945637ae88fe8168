//! Decompression: in parallel, by pieces where the file says where they are, by guesses otherwise.
//!
//! Three roles on one [pool](crate::sync::pool): the [reader](reader) reads the members and hands
//! on either pieces to be inflated or data that it has inflated itself; the [workers](worker)
//! inflate pieces and compute checksums; the [writer](writer) writes, in order, and compares the
//! checksums.
//!
//! The formats before gzip are decoded by the reader too, by [`legacy`](super::legacy), and what is
//! to pass through is copied by it.
//!
//! A piece is some chunks of a member with our [index](super::index), or some whole members of a
//! [BGZF](super::bgzf) file. Where pieces begin, and how many bytes they decode to, is only a hint.
//! A worker accepts a piece only if decoding the whole stream in order would give the same result:
//! the piece's blocks end exactly where it ends, the final block is where it should be, no distance
//! reaches out of it, and it decodes to as many bytes as it should. If one is not accepted, the
//! writer asks the reader to go back to where that piece began and to decode in order, and hints
//! are not followed any more. So a file with wrong hints is decoded as `gzip` would, and corrupt
//! data is reported by the decoder that follows no hints.
//!
//! In any other large file, threads of their own make [guesses](guess): each looks for a place further
//! on where a block may begin, and decodes from there. The reader decodes meanwhile. Where a block of
//! its own begins at just the bit at which a guess began, the rest does not depend on how it got there:
//! it takes over what the guess has, with the bytes that were missing filled in, and goes on after it.
//! A guess is never accepted for another reason; if its bit is passed by, it is discarded.

#[cfg(unix)]
mod files;
mod guess;
mod guesses;
mod outlet;
mod peek;
mod reader;
mod worker;
mod writer;

#[cfg(unix)]
pub(super) use files::{file, files};

use super::header::{self, Header};
use super::index::Index;
use super::settings::Checked;
use super::{Error, HeaderInfo, Totals, bgzf};
use crate::io::buffer::Buffers;
use crossbeam_channel::unbounded;
use guesses::{Guesses, Sizes};
use peek::PeekReader;
use reader::MemberReader;
use std::io::{Read, Write};
use std::sync::atomic::AtomicBool;
use std::thread;
use writer::MemberWriter;

/// Decompresses all the members of `input`.
pub(super) fn decompress(
    input: impl Read + Send,
    output: impl Write,
    settings: &Checked,
) -> Result<Totals, Error> {
    Opened::unread(PeekReader::new(input)).decompress(output, settings)
}

/// The same, and reads more ahead where that does not block.
pub(super) fn decompress_ahead<R: Read + Send>(
    input: R,
    is_ready: fn(&R) -> bool,
    output: impl Write,
    settings: &Checked,
) -> Result<Totals, Error> {
    Opened::unread(PeekReader::eager(input, is_ready)).decompress(output, settings)
}

/// An input and its first header, if that was read.
pub(super) struct Opened<R> {
    input: PeekReader<R>,
    /// The header that was taken from the input.
    header: Option<Result<Header, Error>>,
    /// Whether the input begins as BGZF does. Then the header was not taken.
    is_bgzf: bool,
}

impl<R: Read> Opened<R> {
    /// Reads the first header.
    pub(super) fn new(input: R) -> Self {
        Self::read(PeekReader::new(input))
    }

    fn unread(input: PeekReader<R>) -> Self {
        Self { input, header: None, is_bgzf: false }
    }

    fn read(mut input: PeekReader<R>) -> Self {
        let start = match input.peek(bgzf::HEADER) {
            Ok(start) => start,
            Err(error) => {
                return Self { header: Some(Err(Error::Read(error))), ..Self::unread(input) };
            }
        };
        let is_bgzf = bgzf::member_length(start).is_some();
        let header = (header::begins(start) && !is_bgzf).then(|| header::read(&mut input));
        Self { input, header, is_bgzf }
    }

    /// What the header says about the file; nothing if it is not a gzip header, which decompressing
    /// will report.
    pub(super) fn header_info(&mut self) -> HeaderInfo {
        match &self.header {
            Some(Ok(header)) => header.info.clone(),
            None if self.is_bgzf => {
                let start = self.input.peek(bgzf::HEADER).unwrap_or_default();
                header::read(start).unwrap_or_default().info
            }
            _ => HeaderInfo::default(),
        }
    }

    /// Whether the header says where pieces begin.
    fn has_pieces(&self) -> bool {
        let header = self.header.as_ref().and_then(|header| header.as_ref().ok());
        self.is_bgzf || header.is_some_and(|header| Index::parse(&header.extra).is_some())
    }
}

impl<R: Read + Send> Opened<R> {
    /// Decompresses all the members.
    fn decompress(self, output: impl Write, settings: &Checked) -> Result<Totals, Error> {
        self.decompress_by(Sizes::default(), output, settings)
    }

    /// The same, with guesses of these sizes.
    fn decompress_by(
        self,
        sizes: Sizes,
        output: impl Write,
        settings: &Checked,
    ) -> Result<Totals, Error> {
        let buffers = &Buffers::new(sizes.block);
        let doubt = &AtomicBool::new(false);
        let (sender, verdicts) = unbounded();
        let mut writer = MemberWriter::new(output, doubt, buffers);
        let taking = &mut writer;
        let symbol_buffers = &Buffers::new(sizes.block / 4);
        let pass_through = settings.pass_through;
        let mut found = Ok(<_>::default());
        let guessing = settings.threads.get() - 1;
        settings.pool().run(
            |feeder| {
                thread::scope(|scope| {
                    let guesses = Guesses::new(scope, guessing, sizes, buffers, symbol_buffers);
                    let near = sizes.near;
                    let reader = MemberReader::new(
                        self,
                        pass_through,
                        verdicts,
                        doubt,
                        buffers,
                        near,
                        guesses,
                    );
                    found = reader.read(feeder);
                });
            },
            || worker::worker(buffers, symbol_buffers),
            // Owns the sender: when the writer fails, the pool drops this, and a reader that waits
            // for a verdict learns that none will come.
            move |decoded| taking.take(decoded, &sender),
        )?;
        let (totals, is_gzip) = found?;
        writer.flush()?;
        let crc = if is_gzip { writer.crc() } else { u32::MAX };
        Ok(Totals { uncompressed: writer.plain(), crc, ..totals })
    }
}

/// Uncompressed bytes in a job, and a buffer's size unless a piece needs more.
const BLOCK: usize = 1 << 20;

#[cfg(test)]
mod tests;

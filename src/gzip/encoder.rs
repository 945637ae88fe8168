//! A writer that compresses.

use super::encode::{
    Chunk, ChunkEncoder, CompressedChunk, Member, Plain, Position, content_cut, encode,
};
use super::failure::Failure;
use super::settings::Checked;
use super::{Error, HeaderInfo, Settings};
use crate::io::buffer::{Buffer, Buffers};
use crate::sync::pool::MOST_THREADS;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::thread;

/// A [`Write`] that compresses all it is given into one gzip member, on all cores, and writes that
/// to another writer.
///
/// It can replace `flate2::write::GzEncoder`, and has its methods:
///
/// ```
/// use csp_toolkit::gzip::{Encoder, Settings};
/// use std::io::Write;
///
/// let mut encoder = Encoder::new(Vec::new(), Settings::default().level(9));
/// encoder.write_all(b"in the beginning was the word")?;
/// let compressed: Vec<u8> = encoder.finish()?;
/// # assert!(compressed.starts_with(&[0x1F, 0x8B]));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// A directory becomes a `.tar.gz`, with the crate `tar`:
///
/// ```
/// use csp_toolkit::gzip::{Encoder, Settings};
/// use std::fs::File;
///
/// # let scratch = tempfile::tempdir()?;
/// # let directory = scratch.path().join("texts");
/// # let archive = scratch.path().join("texts.tar.gz");
/// # std::fs::create_dir(&directory)?;
/// # std::fs::write(directory.join("a.txt"), "in the beginning was the word")?;
/// let encoder = Encoder::new(File::create(&archive)?, Settings::default());
/// let mut tar = tar::Builder::new(encoder);
/// tar.append_dir_all("texts", &directory)?;
/// tar.into_inner()?.finish()?;
/// # let status = std::process::Command::new("tar")
/// #     .arg("-xzf").arg(&archive).arg("-C").arg(scratch.path()).arg("--one-top-level=copy")
/// #     .status()?;
/// # assert!(status.success());
/// # let copy = scratch.path().join("copy/texts/a.txt");
/// # assert_eq!(std::fs::read(copy)?, b"in the beginning was the word");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Threads, memory and blocking
///
/// Threads of its own compress chunks, while the calling thread fills the next chunk and writes
/// those that are compressed, in order. So the writer never leaves the calling thread and needs to
/// be neither `Send` nor `'static`. Threads start as chunks come in; a stream of a single chunk
/// starts one. If the system starts none, the calling thread compresses. Calls block while there
/// are two chunks for each thread, and two more, that are not written yet; that bounds the memory.
/// They also block while the writer does. The output is the same as that of
/// [`compress`](super::compress), unless it was flushed.
///
/// # Errors
///
/// After an error, every later call returns an error. It may come some calls after the `write` it
/// belongs to, and at the latest from [`finish`](Self::finish). [Settings](Settings) that make no
/// sense are an error of the first call.
///
/// # Dropping
///
/// Dropped without [`finish`](Self::finish), it finishes the member and ignores errors, as
/// `flate2` does. It does not after an error, nor while the thread panics: then the member is left
/// incomplete, so that it cannot be mistaken for the whole.
pub struct Encoder<W: Write> {
    /// `None` once `finish` has returned the writer.
    member: Option<Member<W>>,
    workers: Workers,
    /// The chunk that is being filled, once there is any data.
    plain: Option<Buffer>,
    finished: bool,
    failure: Option<Failure>,
}

#[expect(clippy::missing_panics_doc, reason = "only `finish` takes the writer, and the encoder")]
impl<W: Write> Encoder<W> {
    /// Compresses with these [`Settings`], or a `flate2::Compression` (feature `flate2`). Writes
    /// nothing yet.
    pub fn new(writer: W, settings: impl Into<Settings>) -> Self {
        let checked = settings.into().check().map_err(io::Error::from);
        let failure = checked.as_ref().err().map(Failure::of);
        let settings = checked.unwrap_or_else(|_| Checked::default());
        Self {
            member: Some(Member::new(writer, &settings, None, &HeaderInfo::default())),
            workers: Workers::new(settings),
            plain: None,
            finished: false,
            failure,
        }
    }

    /// Compresses and writes the rest of the data, ends the member, flushes the writer and returns
    /// it. On an error, the writer is dropped.
    pub fn finish(mut self) -> io::Result<W> {
        self.try_finish()?;
        Ok(self.member.take().expect("only this takes it").output)
    }

    /// Compresses and writes the rest of the data, ends the member and flushes the writer. Writing
    /// after that is an error.
    pub fn try_finish(&mut self) -> io::Result<()> {
        if self.finished {
            return Ok(());
        }
        self.attempt(|encoder| {
            encoder.submit_all(Position::Last)?;
            encoder.write_chunks(0)?;
            encoder.member().end()?;
            encoder.finished = true;
            Ok(())
        })
    }

    /// The writer.
    pub fn get_ref(&self) -> &W {
        &self.member.as_ref().expect("finish consumes the encoder").output
    }

    /// The writer. Writing to it damages the output.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.member().output
    }

    fn member(&mut self) -> &mut Member<W> {
        self.member.as_mut().expect("finish consumes the encoder")
    }

    /// Does it, unless there was an error before.
    fn attempt<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Error>) -> io::Result<T> {
        if let Some(failure) = &self.failure {
            return Err(failure.error());
        }
        // Stays if the writer panics.
        self.failure = Some(Failure::new("the writer panicked"));
        let done = work(self).map_err(io::Error::from);
        self.failure = done.as_ref().err().map(Failure::of);
        done
    }

    /// Copies what there is room for; makes room first if there is none.
    fn fill(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        if self.plain.as_ref().is_some_and(Buffer::is_full) {
            let plain = self.cut();
            self.submit(plain, Position::Inner)?;
        }
        let plain = self.plain.get_or_insert_with(|| self.workers.buffer());
        let room = plain.room();
        let count = room.len().min(bytes.len());
        room[..count].copy_from_slice(&bytes[..count]);
        plain.grow(count);
        Ok(count)
    }

    /// The next chunk: all that is buffered, or what is before the first cut.
    fn cut(&mut self) -> Buffer {
        let mut plain = self.plain.take().unwrap_or_else(|| self.workers.buffer());
        if self.workers.settings.rsyncable {
            let cut = content_cut(&plain);
            if cut < plain.len() {
                let mut rest = self.workers.buffer();
                let count = plain.len() - cut;
                rest.room()[..count].copy_from_slice(&plain[cut..]);
                rest.grow(count);
                self.plain = Some(rest);
            }
            plain.truncate(cut);
        }
        plain
    }

    /// Has all that is buffered compressed; `end` is the position of its last chunk.
    fn submit_all(&mut self, end: Position) -> Result<(), Error> {
        loop {
            let plain = self.cut();
            if self.plain.is_none() {
                return self.submit(plain, end);
            }
            self.submit(plain, Position::Inner)?;
        }
    }

    fn submit(&mut self, plain: Buffer, position: Position) -> Result<(), Error> {
        self.write_chunks(self.workers.window() - 1)?;
        self.workers.submit(Chunk { plain: Plain::Bytes(plain), position, flush: false });
        Ok(())
    }

    /// Writes what is compressed, and waits until at most this many chunks are left.
    fn write_chunks(&mut self, most: usize) -> Result<(), Error> {
        while let Some(chunk) = self.workers.next(most) {
            self.member().add(&chunk?)?;
        }
        Ok(())
    }
}

impl<W: Write> Write for Encoder<W> {
    /// Takes at most a chunk; hands a full chunk on when there are more bytes.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.finished {
            return Err(io::Error::other("the gzip member is finished"));
        }
        self.attempt(|encoder| if bytes.is_empty() { Ok(0) } else { encoder.fill(bytes) })
    }

    /// Compresses and writes all that was written so far, and flushes the writer: a reader can
    /// decompress all of it then. Each flush after new data ends a chunk, which costs a few bytes
    /// and, if done often, compression.
    fn flush(&mut self) -> io::Result<()> {
        self.attempt(|encoder| {
            if encoder.plain.is_some() {
                encoder.submit_all(Position::Inner)?;
            }
            encoder.write_chunks(0)?;
            let member = encoder.member();
            member.begin()?;
            member.output.flush().map_err(Error::Write)
        })
    }
}

impl<W: Write> Drop for Encoder<W> {
    fn drop(&mut self) {
        if self.member.is_some() && self.failure.is_none() && !thread::panicking() {
            let _ = self.try_finish();
        }
    }
}

impl<W: Write> fmt::Debug for Encoder<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").field("settings", &self.workers.settings).finish_non_exhaustive()
    }
}

type Compressed = Result<CompressedChunk, Error>;

/// The threads that compress, and the chunks that they have, in order.
struct Workers {
    settings: Checked,
    buffers: Arc<Buffers>,
    jobs: Sender<(Chunk, Sender<Compressed>)>,
    to_do: Receiver<(Chunk, Sender<Compressed>)>,
    in_order: VecDeque<Receiver<Compressed>>,
    started: usize,
    /// How many threads can be started.
    most: usize,
    /// Compresses on the calling thread, if no other was started.
    own: Option<ChunkEncoder>,
}

impl Workers {
    fn new(settings: Checked) -> Self {
        let (jobs, to_do) = unbounded();
        Self {
            settings,
            buffers: Arc::new(Buffers::new(settings.chunk_size)),
            jobs,
            to_do,
            in_order: VecDeque::new(),
            started: 0,
            most: settings.threads.get().min(MOST_THREADS),
            own: None,
        }
    }

    /// How many chunks can be in progress.
    fn window(&self) -> usize {
        2 * self.most.max(self.started) + 2
    }

    fn buffer(&self) -> Buffer {
        let mut buffer = self.buffers.take();
        buffer.clear();
        buffer
    }

    fn submit(&mut self, chunk: Chunk) {
        let (slot, result) = bounded(1);
        self.in_order.push_back(result);
        if self.started < self.most {
            if self.start() {
                self.started += 1;
            } else {
                // The system is at its limit: those that are there do the work.
                self.most = self.started;
            }
        }
        if self.started > 0 {
            // Cannot fail, since a receiver is here.
            let _ = self.jobs.send((chunk, slot));
        } else {
            let own = self.own.get_or_insert_with(|| ChunkEncoder::new(self.settings.level));
            let _ = slot.send(encode(own, chunk, self.settings.format, &self.buffers));
        }
    }

    /// Starts a thread; returns whether the system let it.
    fn start(&self) -> bool {
        let Checked { level, format, .. } = self.settings;
        let buffers = Arc::clone(&self.buffers);
        let to_do = self.to_do.clone();
        thread::Builder::new()
            .spawn(move || {
                let mut encoder = ChunkEncoder::new(level);
                while let Ok((chunk, slot)) = to_do.recv() {
                    let _ = slot.send(encode(&mut encoder, chunk, format, &buffers));
                }
            })
            .is_ok()
    }

    /// The oldest chunk, if it is compressed or more than `most` are in progress. Then it blocks.
    fn next(&mut self, most: usize) -> Option<Compressed> {
        let oldest = self.in_order.front()?;
        let compressed = if self.in_order.len() > most {
            let panicked = |_| Err(Error::Write(io::Error::other("a compressing thread panicked")));
            oldest.recv().unwrap_or_else(panicked)
        } else {
            oldest.try_recv().ok()?
        };
        self.in_order.pop_front();
        Some(compressed)
    }
}

impl Drop for Workers {
    /// Drops the chunks that are not begun. The threads end with the last sender.
    fn drop(&mut self) {
        while self.to_do.try_recv().is_ok() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works_if_the_system_starts_no_thread() {
        let plain = b"in the beginning was the word ".repeat(10_000);
        let settings = Settings::default().chunk_size(64 << 10).threads(3);
        let mut expected = Vec::new();
        crate::gzip::compress(&plain[..], &mut expected, &settings).unwrap();
        let mut encoder = Encoder::new(Vec::new(), settings);
        encoder.workers.most = 0;
        encoder.write_all(&plain).unwrap();
        assert!(encoder.finish().unwrap() == expected);
    }

    #[test]
    fn threads_start_as_chunks_come_in() {
        let settings = Settings::default().chunk_size(64 << 10).threads(5);
        for (length, started) in [(0, 0), (10, 0), (2 << 16, 1), ((2 << 16) + 1, 2), (1 << 20, 5)] {
            let mut encoder = Encoder::new(Vec::new(), settings);
            encoder.write_all(&vec![0; length]).unwrap();
            assert_eq!(encoder.workers.started, started, "{length}");
        }
    }
}

//! How data is compressed and decompressed.

use super::encode::LONGEST_RSYNCABLE;
use super::index::CHUNK_SIZES;
use super::{Error, Format, Level, bgzf};
use crate::sync::pool::Pool;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

/// How to compress and decompress.
///
/// By default: level 6, a thread for each core that this process may use, chunks of 1 MiB.
/// The number of threads never changes the output.
///
/// A value that makes no sense is reported when the settings are used, as
/// [`Error::InvalidLevel`], [`Error::NoThreads`] or [`Error::InvalidChunkSize`].
///
/// ```
/// use csp_toolkit::gzip::{self, Error, Settings};
///
/// let settings = Settings::default().level(9).threads(4);
/// gzip::compress(&b"word"[..], Vec::new(), &settings)?;
///
/// let error = gzip::compress(&b"word"[..], Vec::new(), &settings.level(13)).unwrap_err();
/// assert_eq!(error.to_string(), "the compression level must be at most 12, not 13");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each has a setter of its own")]
pub struct Settings {
    level: u32,
    format: Format,
    threads: Option<usize>,
    chunk_size: usize,
    rsyncable: bool,
    flush_idle: bool,
    index: bool,
    pass_through: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            level: u32::from(Level::default().get()),
            format: Format::Gzip,
            threads: None,
            chunk_size: 1 << 20,
            rsyncable: false,
            flush_idle: false,
            index: true,
            pass_through: false,
        }
    }
}

impl Settings {
    /// Sets the compression level: 0 stores, 1 is the fastest, 6 the default, 9 what `gzip` calls
    /// best; 10 to 12 take many times longer for a few per cent more.
    #[must_use]
    pub fn level(self, level: u32) -> Self {
        Self { level, ..self }
    }

    /// Sets the container that is written, [`Format::Gzip`] by default.
    ///
    /// ```
    /// use csp_toolkit::gzip::{self, Format, Settings};
    ///
    /// let mut blocks = Vec::new();
    /// gzip::compress(&b"word"[..], &mut blocks, &Settings::default().format(Format::Bgzf))?;
    /// assert_eq!(&blocks[12..14], b"BC");
    /// # Ok::<(), gzip::Error>(())
    /// ```
    #[must_use]
    pub fn format(self, format: Format) -> Self {
        Self { format, ..self }
    }

    /// Sets the number of threads that compress, or decompress what can be decompressed in
    /// parallel. At least 1; more than 1024 count as 1024.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Sets how many bytes of the input are compressed at a time, from 64 KiB to 16 MiB. Each
    /// thread works on a chunk of its own, and matches do not cross chunks.
    #[must_use]
    pub fn chunk_size(self, chunk_size: usize) -> Self {
        Self { chunk_size, ..self }
    }

    /// Sets whether chunk boundaries are chosen by content, so that a change of the input changes
    /// the output near it only, and `rsync` can reuse the rest. Off by default. The chunks are from
    /// 32 to 256 KiB long, mostly 64 KiB, so the output is a few per cent larger, and such a file
    /// has no index.
    #[must_use]
    pub fn rsyncable(self, rsyncable: bool) -> Self {
        Self { rsyncable, ..self }
    }

    /// Sets whether [`compress`](super::compress) flushes where its input falls idle. Off by default.
    ///
    /// A read that fails with [`ErrorKind::WouldBlock`](std::io::ErrorKind::WouldBlock), as a
    /// socket's does after its read timeout, then is no error: what was read so far is compressed,
    /// written and flushed, so that a reader of the output can decompress all of it, and reading
    /// goes on. A read should wait a while before it fails so, since it is repeated until there is
    /// data.
    ///
    /// Each flush ends a chunk, so the output depends on when the input came. It costs a few bytes, and
    /// compression if there is little data between flushes.
    #[must_use]
    pub fn flush_idle(self, flush_idle: bool) -> Self {
        Self { flush_idle, ..self }
    }

    /// Sets whether the header of a file of more than one chunk lists the chunks, so that it can be
    /// decompressed in parallel. On by default; it is only written where the output can be written
    /// to in any order, so not by [`compress`](super::compress) and [`Encoder`](super::Encoder).
    ///
    /// The index is in an extra field (RFC 1952, section 2.3.1.1). Decompressors that do not
    /// support extra fields, such as the Linux kernel's, cannot read such a file.
    #[must_use]
    pub fn index(self, index: bool) -> Self {
        Self { index, ..self }
    }

    /// Sets whether decompression copies what it cannot decompress, as `gzip -cdf` does: an input
    /// in no supported format, and anything after the last member. Off by default: the former is
    /// [`Error::NotGzip`], the latter is ignored and [reported](super::Totals::trailing_garbage).
    #[must_use]
    pub fn pass_through(self, pass_through: bool) -> Self {
        Self { pass_through, ..self }
    }

    /// Checks the values.
    pub(super) fn check(&self) -> Result<Checked, Error> {
        let &Self { level, format, threads, chunk_size, rsyncable, .. } = self;
        let &Self { flush_idle, index, pass_through, .. } = self;
        let known = u8::try_from(level).ok().and_then(Level::new);
        if !CHUNK_SIZES.contains(&chunk_size) {
            return Err(Error::InvalidChunkSize(chunk_size));
        }
        let threads = match threads {
            None => available_parallelism().unwrap_or(NonZeroUsize::MIN),
            Some(threads) => NonZeroUsize::new(threads).ok_or(Error::NoThreads)?,
        };
        let level = known.ok_or(Error::InvalidLevel(level))?;
        let (level, chunk_size, index) = match format {
            Format::Gzip if rsyncable => (level, chunk_size.min(LONGEST_RSYNCABLE), index),
            Format::Gzip => (level, chunk_size, index),
            Format::Bgzf => (bgzf::level(level), bgzf::CHUNK, false),
        };
        Ok(Checked {
            level,
            format,
            threads,
            chunk_size,
            rsyncable,
            flush_idle,
            index,
            pass_through,
        })
    }
}

impl From<&Settings> for Settings {
    fn from(settings: &Settings) -> Self {
        *settings
    }
}

/// The level, with all else as by default, so that code written for `flate2` needs no other change
/// than that of a type.
#[cfg(feature = "flate2")]
#[cfg_attr(docsrs, doc(cfg(feature = "flate2")))]
impl From<flate2::Compression> for Settings {
    fn from(compression: flate2::Compression) -> Self {
        Self::default().level(compression.level())
    }
}

/// Settings that were checked.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "as in `Settings`")]
pub(super) struct Checked {
    pub(super) level: Level,
    pub(super) format: Format,
    pub(super) threads: NonZeroUsize,
    pub(super) chunk_size: usize,
    pub(super) rsyncable: bool,
    pub(super) flush_idle: bool,
    pub(super) index: bool,
    pub(super) pass_through: bool,
}

impl Default for Checked {
    fn default() -> Self {
        Settings::default().check().expect("the defaults make sense")
    }
}

impl Checked {
    pub(super) fn pool(&self) -> Pool {
        Pool::new(self.threads.get())
    }

    /// The same on one thread.
    pub(super) fn alone(self) -> Self {
        Self { threads: NonZeroUsize::MIN, ..self }
    }

    /// The same on the threads that each of so many tasks has for itself.
    pub(super) fn shared_by(self, tasks: usize) -> Self {
        let threads = NonZeroUsize::new(self.threads.get() / tasks);
        Self { threads: threads.unwrap_or(NonZeroUsize::MIN), ..self }
    }
}

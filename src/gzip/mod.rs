//! Gzip in parallel, with every block verified before it is written (technique 11, listings 3.3 and
//! 3.4).
//!
//! | for | there is |
//! |---|---|
//! | a reader and a writer | [`compress`], [`decompress`] |
//! | one file | [`compress_file`], [`decompress_file`], [`test_file`] |
//! | many files at once | [`compress_files`], [`decompress_files`], [`test_files`] |
//! | code that needs a [`Write`] or a [`Read`] | [`Encoder`], [`Decoder`] |
//! | some of the uncompressed bytes | [`decompress_range`], [`decompress_file_range`] |
//! | the intact parts of a damaged file | [`recover()`] |
//!
//! ```
//! use csp_toolkit::gzip::{self, Settings};
//!
//! let text = b"in the beginning was the word".repeat(100);
//! let mut compressed = Vec::new();
//! gzip::compress(&text[..], &mut compressed, &Settings::default())?;
//! assert!(compressed.len() < text.len() / 10);
//!
//! let mut back = Vec::new();
//! let totals = gzip::decompress(&compressed[..], &mut back, &Settings::default())?;
//! assert_eq!(back, text);
//! assert_eq!(totals.uncompressed, text.len() as u64);
//! # Ok::<(), gzip::Error>(())
//! ```
//!
//! # How it works
//!
//! The input is cut into chunks, each is compressed by itself, and together they become one member
//! (RFC 1952, section 2.3). Before a compressed chunk is written, it is decoded and compared with
//! the input. The header of a large file lists its chunks in an extra field, so that it can be
//! decompressed in parallel, too.
//!
//! Level 1 is an encoder of our own. The levels from 2 up are those of libdeflate; without the
//! feature `libdeflate`, nothing is in C, and zlib-rs serves them, with 9 as the highest. It does not
//! matter how young an encoder is, since every chunk is decoded again. Parts of a chunk that do not
//! compress, as a sample tells, are stored at every level.

// `encode` compresses chunks, verifies them and puts them together, `index` lists them in the
// header, `decode` decompresses them in parallel again, `inflate` is the decoder that both use,
// `deflate` is the encoder of level 1, `header` is RFC 1952, `bgzf` is another format with an index,
// `legacy` decodes the formats before gzip, `recover` reads a damaged file. They all know of readers
// and writers only; `files` knows of names, attributes and directories.
mod bgzf;
mod decode;
mod decoder;
mod deflate;
mod encode;
mod encoder;
mod error;
mod failure;
#[cfg(unix)]
mod files;
mod format;
mod gzi;
mod header;
mod index;
mod inflate;
mod legacy;
mod level;
mod range;
mod recover;
mod settings;
mod source;
mod totals;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use error::Error;
#[cfg(unix)]
pub use files::{
    FileOptions, FileReport, Sparse, compress_file, compress_files, decompress_file,
    decompress_file_range, decompress_files, test_file, test_files,
};
pub use format::Format;
pub use recover::{Missing, RecoverOptions, Recovered, recover};
pub use settings::Settings;
pub use totals::Totals;

#[cfg(unix)]
pub(crate) use files::{
    Action, FileResult, GziWriter, InputPath, OutputPath, Root, RunState, compress_from,
    copy_range, counted, counted_idle, decompress_from, open, process, recover_file, suffix, taken,
    verify,
};
pub(crate) use gzi::name as index_name;
pub(crate) use header::HeaderInfo;
pub(crate) use level::Level;
pub(crate) use range::ByteRange;
pub(crate) use source::Source;
pub(crate) use totals::Method;

use source::Unknown;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::ops::RangeBounds;

/// Compresses all of `input` into one gzip member (RFC 1952, section 2.3) without name and time, or
/// into the blocks of [`Format::Bgzf`].
///
/// Output begins as soon as the input's first chunk is compressed, and memory is bounded by the
/// number of threads, whatever the input's length. Blocks until the end of `input`.
///
/// `input` is read on another thread, `output` is written on this one. A locked standard input
/// cannot go to another thread; pass [`stdin()`](std::io::stdin) itself.
pub fn compress(
    input: impl Read + Send,
    output: impl Write,
    settings: &Settings,
) -> Result<Totals, Error> {
    let header_info = &HeaderInfo::default();
    encode::compress(Unknown(input), output, &settings.check()?, header_info, |_| Ok(()))
}

/// Decompresses all the members of `input` (RFC 1952, section 2.2), one after the other.
///
/// A member can also be the output of `pack`. The last one can be the output of `compress`, which
/// only ends with the input. Of a zip archive, the first entry is decompressed.
/// [`Settings::pass_through`] says what happens with anything else.
///
/// Members with our index and BGZF files are decompressed in parallel. So is any other large member,
/// which takes about half as much processor time again, as long as `input` fills a buffer of 512 KiB with
/// one read, as a file does and most pipes do not. Memory is bounded by the number of threads, about
/// 16 MiB each. On an error, all that comes before it has been
/// written. Blocks until the end of `input`, which is read on another thread.
pub fn decompress(
    input: impl Read + Send,
    output: impl Write,
    settings: &Settings,
) -> Result<Totals, Error> {
    decode::decompress(input, output, &settings.check()?)
}

/// Decompresses only a range of the uncompressed bytes, and returns how many there are: fewer than
/// the range has if the data ends within it, none if it ends before it.
///
/// Of a member with our index, and of a BGZF file, only what overlaps the range is decompressed, in
/// parallel; any other file is decompressed from its beginning, up to the end of the range. `file`
/// is read on another thread, from its beginning, whatever its position.
///
/// ```
/// use csp_toolkit::gzip::{self, Format, Settings};
/// use std::io::Cursor;
///
/// let text = b"in the beginning was the word ".repeat(100_000);
/// let mut compressed = Vec::new();
/// let settings = Settings::default().format(Format::Bgzf);
/// gzip::compress(&text[..], &mut compressed, &settings)?;
///
/// let mut part = Vec::new();
/// let file = Cursor::new(&compressed);
/// let length = gzip::decompress_range(file, 2_000_007..2_000_020, &mut part, &settings)?;
/// assert_eq!(part, &text[2_000_007..2_000_020]);
/// assert_eq!(length, 13);
/// # Ok::<(), gzip::Error>(())
/// ```
///
/// # What is verified
///
/// A block of a BGZF file must decompress to data with the checksum and the length in its trailer. A
/// chunk of a member with our index must end exactly where the index says, and decompress to as many
/// bytes as it says; the checksum is that of the whole member, so it is not compared, except with
/// the range `..`. What is skipped is not decompressed: damage there is not found, and where a
/// block or an index says that it decompresses to another length than it does, the wrong bytes
/// are written. If anything does not fit, the file is decompressed from its beginning, and errors
/// are those of [`decompress`].
///
/// On an error, all that comes before it in the range has been written. An error less than a few MiB
/// after the range may be found, too; any other is not.
pub fn decompress_range(
    file: impl Read + Seek + Send,
    range: impl RangeBounds<u64>,
    output: impl Write,
    settings: &Settings,
) -> Result<u64, Error> {
    let range = ByteRange::of(range);
    range::decompress(file, None::<File>, range, output, &settings.check()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;
    use std::fmt::Debug;
    use std::io::{self, ErrorKind};

    #[test]
    fn everything_public_is_debug_and_can_go_to_another_thread() {
        fn assert<T: Debug + Send>() {}
        assert::<Settings>();
        assert::<FileOptions>();
        assert::<Totals>();
        assert::<FileReport>();
        assert::<Error>();
        assert::<Encoder<Vec<u8>>>();
        assert::<Decoder<io::Empty>>();
    }

    #[test]
    fn an_error_does_not_repeat_its_source_and_becomes_an_io_error() {
        let refused = || io::Error::new(ErrorKind::PermissionDenied, "not for you");
        for error in [
            Error::Read(refused()),
            Error::Write(refused()),
            Error::Index(refused()),
            Error::Remove(refused()),
            Error::Attributes { target: "x".into(), source: refused() },
        ] {
            assert_eq!(error.source().unwrap().to_string(), "not for you");
            assert!(!error.to_string().contains("not for you"), "{error}");
            assert_eq!(io::Error::from(error).kind(), ErrorKind::PermissionDenied);
        }
        let error = io::Error::from(Error::Truncated);
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        assert_eq!(error.to_string(), "unexpected end of file");
    }
}

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
// `legacy` decodes the formats before gzip, `verify` reads a finished file with another decoder,
// `recover` reads a damaged one.
mod bgzf;
mod compressed;
mod decode;
mod decoder;
mod deflate;
mod encode;
mod encoder;
mod error;
mod failure;
mod files;
mod format;
mod gzi;
mod header;
mod header_info;
mod index;
mod inflate;
mod input;
mod legacy;
mod level;
mod options;
mod range;
mod recover;
mod report;
mod run;
mod settings;
pub(crate) mod suffix;
mod task;
mod totals;
mod tree;
mod verify;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use error::Error;
pub use format::Format;
pub use options::FileOptions;
pub use recover::{Missing, RecoverOptions, Recovered, recover};
pub use report::FileReport;
pub use settings::Settings;
pub use totals::Totals;

pub use crate::io::Sparse;

pub(crate) use files::process;
pub(crate) use gzi::{GziWriter, name as index_name};
pub(crate) use header_info::HeaderInfo;
pub(crate) use input::{InputPath, Root, Source, counted, counted_idle, open};
pub(crate) use level::Level;
pub(crate) use options::{Action, OutputPath};
pub(crate) use range::{ByteRange, copy_range};
pub(crate) use recover::recover_file;
pub(crate) use report::FileResult;
pub(crate) use run::RunState;
pub(crate) use task::taken;
pub(crate) use totals::Method;
pub(crate) use verify::verify;

use files::process_one;
use input::{CountedInput, Unknown};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::ops::RangeBounds;
use std::path::Path;

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
    compress_from(Unknown(input), output, settings, header_info, None).map(|(totals, _)| totals)
}

/// [`compress`], with what the header is to store, and the index of BGZF's blocks, which is returned.
pub(crate) fn compress_from(
    input: impl Source + Send,
    output: impl Write,
    settings: &Settings,
    header_info: &HeaderInfo,
    index: Option<GziWriter>,
) -> Result<(Totals, Option<GziWriter>), Error> {
    encode::compress(input, output, &settings.check()?, header_info, index)
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

/// [`decompress`], of a file or a pipe, of which as much is read ahead as is there.
pub(crate) fn decompress_from(
    input: CountedInput,
    output: impl Write,
    settings: &Settings,
) -> Result<Totals, Error> {
    decode::decompress_file(input, output, &settings.check()?)
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

/// [`decompress_range`] of a file, of which also a pipe's kind can be decompressed in order.
///
/// If there is an index `NAME.gzi` beside a BGZF file `NAME`, as `bgzip` and
/// [`FileOptions::block_index`] write it, the search for the range begins at the block that it lists
/// last before the range. An index that does not fit the file is ignored.
pub fn decompress_file_range(
    path: impl AsRef<Path>,
    range: impl RangeBounds<u64>,
    output: impl Write,
    settings: &Settings,
) -> Result<u64, Error> {
    let (path, run) = (path.as_ref(), RunState::default());
    let file = open(&path.into(), &run)?;
    copy_range(file, Some(path), ByteRange::of(range), output, settings)
}

/// Compresses a file into `NAME.gz` next to it.
///
/// The output appears under its name only when it is complete. On an error there is no output, and
/// a file that was there before is unchanged; except that with [`Error::Index`],
/// [`Error::Changed`] and [`Error::Remove`] the output is in place.
///
/// ```
/// use csp_toolkit::gzip::{self, FileOptions};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("a.txt");
/// # std::fs::write(&path, "in the beginning was the word")?;
/// let compressed = gzip::compress_file(&path, &FileOptions::default())?.output;
/// std::fs::remove_file(&path)?;
///
/// let report = gzip::decompress_file(&compressed, &FileOptions::default())?;
/// assert_eq!(report.output, path);
/// assert_eq!(report.totals.uncompressed, 29);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compress_file(path: impl AsRef<Path>, options: &FileOptions) -> Result<FileReport, Error> {
    process_one(Action::Compress, path.as_ref(), options)
}

/// Decompresses a file into one next to it, without the suffix. The output is put in place as
/// [`compress_file`] does it.
pub fn decompress_file(path: impl AsRef<Path>, options: &FileOptions) -> Result<FileReport, Error> {
    process_one(Action::Decompress, path.as_ref(), options)
}

/// Decompresses a file without writing anything: no error means that it is intact.
pub fn test_file(path: impl AsRef<Path>, options: &FileOptions) -> Result<FileReport, Error> {
    process_one(Action::Test, path.as_ref(), options)
}

/// Compresses each of the files as [`compress_file`] does, many at once.
///
/// `report` is called on this thread with each file's index and result, always in order. An error
/// of one file stops no other. Blocks until all files are done. Large files are compressed by all
/// threads together, small ones by a thread each, and no more files are open at a time than there
/// are threads, and two more; twice as many if [outputs are verified](FileOptions::verify_output).
///
/// Every file of a directory:
///
/// ```
/// use csp_toolkit::gzip::{self, FileOptions};
/// use std::{fs, io};
///
/// # let scratch = tempfile::tempdir()?;
/// # let directory = scratch.path();
/// # fs::write(directory.join("a.txt"), "in the beginning was the word")?;
/// let entries = fs::read_dir(directory)?.map(|entry| Ok(entry?.path()));
/// let paths = entries.collect::<io::Result<Vec<_>>>()?;
/// gzip::compress_files(&paths, &FileOptions::default(), |index, result| match result {
///     Ok(report) => println!("{} written", report.output.display()),
///     Err(error) => eprintln!("{}: {}", paths[index].display(), io::Error::from(error)),
/// });
/// # assert!(directory.join("a.txt.gz").exists());
/// # Ok::<(), io::Error>(())
/// ```
pub fn compress_files(
    paths: &[impl AsRef<Path>],
    options: &FileOptions,
    report: impl FnMut(usize, Result<FileReport, Error>),
) {
    process(Action::Compress, &inputs(paths), options, &RunState::default(), report);
}

/// Decompresses each of the files as [`decompress_file`] does, and reports as [`compress_files`]
/// does.
pub fn decompress_files(
    paths: &[impl AsRef<Path>],
    options: &FileOptions,
    report: impl FnMut(usize, Result<FileReport, Error>),
) {
    process(Action::Decompress, &inputs(paths), options, &RunState::default(), report);
}

/// Tests each of the files as [`test_file`] does, and reports as [`compress_files`] does.
pub fn test_files(
    paths: &[impl AsRef<Path>],
    options: &FileOptions,
    report: impl FnMut(usize, Result<FileReport, Error>),
) {
    process(Action::Test, &inputs(paths), options, &RunState::default(), report);
}

fn inputs(paths: &[impl AsRef<Path>]) -> Vec<InputPath> {
    paths.iter().map(|path| path.as_ref().into()).collect()
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

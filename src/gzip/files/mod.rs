//! Files by their names: how they are found and opened, and how outputs get their names, attributes
//! and places. It needs Unix.

mod compressed;
pub(super) mod gzi_writer;
pub(super) mod input;
pub(super) mod options;
mod process;
pub(super) mod report;
mod run;
mod stored;
mod streams;
pub(crate) mod suffix;
pub(super) mod task;
mod tree;
mod verify;

pub use crate::io::Sparse;
pub use options::FileOptions;
pub use report::FileReport;

pub(crate) use gzi_writer::GziWriter;
pub(crate) use input::{InputPath, Root, counted, counted_idle, open};
pub(crate) use options::{Action, OutputPath};
pub(crate) use process::{process, recover_file};
pub(crate) use report::FileResult;
pub(crate) use run::RunState;
pub(crate) use streams::{compress_from, copy_range, decompress_from};
pub(crate) use task::taken;
pub(crate) use verify::verify;

use super::{ByteRange, Error, Settings};
use process::process_one;
use std::io::Write;
use std::ops::RangeBounds;
use std::path::Path;

/// [`decompress_range`](super::decompress_range) of a file by its path. What cannot be read at an
/// offset, such as a pipe, is decompressed in order.
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

//! What to do with files.

use super::run::RunState;
use super::suffix;
use crate::gzip::settings::Checked;
use crate::gzip::{Error, Format, Settings};
use crate::io::{Existing, Sparse};
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Make `NAME.gz` from `NAME`.
    Compress,
    /// Make `NAME` from `NAME.gz`.
    Decompress,
    /// Decompress, and write nothing.
    Test,
}

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OutputPath {
    NextToInput,
    Directory(PathBuf),
    /// Links are followed, and what is not a regular file, such as `/dev/stdout`, is written to.
    File(PathBuf),
}

/// How files are compressed, decompressed or tested.
///
/// By default the output goes next to the input, `NAME` to `NAME.gz` or back; nothing is
/// overwritten and no input is removed.
///
/// ```
/// use csp_toolkit::gzip::{self, FileOptions, Settings};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("a.txt");
/// # std::fs::write(&path, "in the beginning was the word")?;
/// let options = FileOptions::default().settings(Settings::default().level(9)).overwrite(true);
/// let report = gzip::compress_file(&path, &options)?;
/// assert_eq!(report.output, path.with_extension("txt.gz"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each has a setter of its own")]
pub struct FileOptions {
    pub(crate) settings: Settings,
    pub(crate) overwrite: bool,
    pub(crate) keep_input: bool,
    pub(crate) output: OutputPath,
    pub(crate) suffix: OsString,
    pub(crate) force: bool,
    pub(crate) store_name: bool,
    pub(crate) store_time: bool,
    pub(crate) sync: bool,
    pub(crate) verify_output: bool,
    pub(crate) sparse: Sparse,
    pub(crate) skip_compressed: bool,
    pub(crate) block_index: bool,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            overwrite: false,
            keep_input: true,
            output: OutputPath::NextToInput,
            suffix: suffix::USUAL.into(),
            force: false,
            store_name: false,
            store_time: false,
            sync: false,
            verify_output: false,
            sparse: Sparse::default(),
            skip_compressed: false,
            block_index: false,
        }
    }
}

impl FileOptions {
    /// Sets how the data is compressed and decompressed.
    #[must_use]
    pub fn settings(self, settings: impl Into<Settings>) -> Self {
        Self { settings: settings.into(), ..self }
    }

    /// Sets whether an output that exists is replaced, atomically. Off by default: then it is
    /// [`Error::Exists`]. An output of the same call is never replaced.
    #[must_use]
    pub fn overwrite(self, overwrite: bool) -> Self {
        Self { overwrite, ..self }
    }

    /// Sets whether the input stays once the output is in place. On by default.
    ///
    /// Even when off, it stays if anything is in doubt: it has trailing data after the gzip stream,
    /// it was changed while it was read, or its output is not a regular file.
    #[must_use]
    pub fn keep_input(self, keep_input: bool) -> Self {
        Self { keep_input, ..self }
    }

    /// Writes the outputs to this directory instead of next to the inputs.
    #[must_use]
    pub fn output_dir(self, directory: impl Into<PathBuf>) -> Self {
        Self { output: OutputPath::Directory(directory.into()), ..self }
    }

    /// Writes the output to this file, whatever the input is called. Links are followed, and what
    /// is not a regular file, such as `/dev/stdout`, is written to. For one input only.
    #[must_use]
    pub fn output_file(self, path: impl Into<PathBuf>) -> Self {
        Self { output: OutputPath::File(path.into()), ..self }
    }

    /// Sets the suffix of compressed files' names, `.gz` by default. Decompression recognizes other
    /// usual suffixes as well. An empty one, or one with a `/`, is [`Error::InvalidSuffix`].
    #[must_use]
    pub fn suffix(self, suffix: impl Into<OsString>) -> Self {
        Self { suffix: suffix.into(), ..self }
    }

    /// Sets whether files are processed that are refused by default: symbolic links are followed,
    /// and a file is compressed even if it has other hard links or the sticky bit, or its name ends
    /// as a gzip file's does. Off by default.
    #[must_use]
    pub fn force(self, force: bool) -> Self {
        Self { force, ..self }
    }

    /// Sets whether the input's name is stored in the header, or the output gets the name that is
    /// stored there. Off by default.
    #[must_use]
    pub fn store_name(self, store_name: bool) -> Self {
        Self { store_name, ..self }
    }

    /// Sets whether the input's time of modification is stored in the header, or the output gets
    /// the time that is stored there. Off by default: then the output has the input's time. A time
    /// before 1970 or after 2106 is not stored.
    #[must_use]
    pub fn store_time(self, store_time: bool) -> Self {
        Self { store_time, ..self }
    }

    /// Sets whether each output, its name included, is on the disk before its input is removed and
    /// the file is reported. Off by default.
    #[must_use]
    pub fn sync(self, sync: bool) -> Self {
        Self { sync, ..self }
    }

    /// Sets whether each compressed output is verified once more as a whole: read back from the
    /// file and decoded by an independent decoder, that of the crate `flate2`. Only if its length
    /// and CRC-32 are those of the input does the output get its name and may the input be removed;
    /// otherwise it is [`Error::NotVerified`], and there is no output. Off by default.
    ///
    /// With [`sync`](Self::sync), it is read back from the disk, where the system allows that, and
    /// not from the system's cache. Decompression already compares what it writes with the file's
    /// own CRC-32; this does not change it.
    #[must_use]
    pub fn verify_output(self, verify_output: bool) -> Self {
        Self { verify_output, ..self }
    }

    /// Sets which zeros of a decompressed file are written as holes. By default, long runs of them.
    /// Compression skips the holes of its input in any case.
    #[must_use]
    pub fn sparse(self, sparse: Sparse) -> Self {
        Self { sparse, ..self }
    }

    /// Sets whether a file to compress that is compressed already is left alone, which is
    /// [`Error::AlreadyCompressed`]. It is recognized by what it is, not by its name: by how it
    /// begins, as archives, images, audio and video do, or by a sample that does not compress. Off
    /// by default.
    #[must_use]
    pub fn skip_compressed(self, skip_compressed: bool) -> Self {
        Self { skip_compressed, ..self }
    }

    /// Sets whether an index of the blocks is written beside each compressed file, to `NAME.gz.gzi`,
    /// as `bgzip` does it. Off by default; only for [`Format::Bgzf`](crate::gzip::Format::Bgzf), else it is
    /// [`Error::IndexFormat`]. The index is put in place after the compressed file and before the input
    /// is removed. An index that exists is overwritten only where the output would be.
    #[must_use]
    pub fn block_index(self, block_index: bool) -> Self {
        Self { block_index, ..self }
    }

    pub(crate) fn existing(&self) -> Existing {
        if self.overwrite { Existing::Replace } else { Existing::Keep }
    }

    /// Whether outputs are read back and verified.
    pub(crate) fn verifies(&self, action: Action) -> bool {
        self.verify_output && action == Action::Compress
    }

    /// Whether headers are read, or written, for what they say about the file.
    pub(in crate::gzip) fn stores(&self) -> bool {
        self.store_name || self.store_time
    }
}

/// An action, options that were checked, and the run that it belongs to.
#[derive(Clone, Copy, Debug)]
pub(in crate::gzip) struct Plan<'a> {
    pub(in crate::gzip) action: Action,
    pub(in crate::gzip) options: &'a FileOptions,
    pub(in crate::gzip) run: &'a RunState,
    pub(in crate::gzip) settings: Checked,
}

impl<'a> Plan<'a> {
    pub(in crate::gzip) fn new(
        action: Action,
        options: &'a FileOptions,
        run: &'a RunState,
    ) -> Result<Self, Error> {
        let suffix = &options.suffix;
        if suffix.is_empty() || suffix.as_bytes().contains(&b'/') {
            return Err(Error::InvalidSuffix(suffix.clone()));
        }
        let settings = options.settings.check()?;
        if options.block_index && action == Action::Compress && settings.format != Format::Bgzf {
            return Err(Error::IndexFormat);
        }
        Ok(Self { action, options, run, settings })
    }
}

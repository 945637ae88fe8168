//! How to count.

use super::table::Bounds;
use super::words::{Case, Normalization, Rules, Split};
use super::{Encoding, Error, Progress};
use std::path::{Path, PathBuf};
use std::thread;

/// How to count: threads, memory, and what a word is.
///
/// Settings are checked when they are used: what makes no sense is [`Error::Setting`] then.
///
/// ```
/// use csp_toolkit::tally::{Settings, count, words::Split};
///
/// let settings = Settings::default().threads(2).split(Split::Unicode);
/// assert_eq!(count(&b"to be, or not to be"[..], &settings)?.get("be"), 2);
///
/// let error = count(&b"to be"[..], &Settings::default().threads(0)).unwrap_err();
/// assert_eq!(error.to_string(), "threads must be at least 1");
/// # Ok::<(), csp_toolkit::tally::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    threads: usize,
    memory: usize,
    temporary_dir: PathBuf,
    encoding: Encoding,
    rules: Rules,
    segment_size: usize,
    progress: Progress,
}

impl Default for Settings {
    /// A thread for each core, no limit to memory, words split at white space and lower-cased.
    fn default() -> Self {
        Self {
            threads: thread::available_parallelism().map_or(1, usize::from),
            memory: usize::MAX,
            temporary_dir: PathBuf::from("/tmp"),
            encoding: Encoding::default(),
            rules: Rules::default(),
            segment_size: 512 << 10,
            progress: Progress::default(),
        }
    }
}

impl Settings {
    /// The least memory, 4 MiB.
    pub const MIN_MEMORY: usize = 4 << 20;
    /// Each thread has at least this much memory; otherwise fewer threads count.
    const MIN_MEMORY_PER_THREAD: usize = 2 << 20;

    /// Sets how many threads count, at most [default: as many as this process may use cores]. If the
    /// system cannot start that many, fewer count; one is always enough.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// Sets the memory in bytes for the tables of all threads together, and later for sorting
    /// [default: no limit]. What does not fit goes to temporary files. At least
    /// [`Settings::MIN_MEMORY`].
    ///
    /// A word longer than an eighth of the memory is an error of its source, since copies of it are
    /// made.
    #[must_use]
    pub fn memory(self, bytes: usize) -> Self {
        Self { memory: bytes, ..self }
    }

    /// Sets the directory for temporary files [default: `/tmp`]. The files have no names in it.
    #[must_use]
    pub fn temporary_dir(self, directory: impl Into<PathBuf>) -> Self {
        Self { temporary_dir: directory.into(), ..self }
    }

    /// Sets where words are split [default: at white space].
    #[must_use]
    pub fn split(mut self, split: Split) -> Self {
        self.rules.split = split;
        self
    }

    /// Sets whether words are lower-cased [default: they are].
    #[must_use]
    pub fn case(mut self, case: Case) -> Self {
        self.rules.case = case;
        self
    }

    /// Sets which characters that look the same are the same [default: none].
    #[must_use]
    pub fn normalization(mut self, normalization: Normalization) -> Self {
        self.rules.normalization = normalization;
        self
    }

    /// Sets whether typographic apostrophes are the same as `'` [default: they are not]: see
    /// [`Rules::fold_apostrophes`].
    #[must_use]
    pub fn fold_apostrophes(mut self, fold: bool) -> Self {
        self.rules.fold_apostrophes = fold;
        self
    }

    /// Sets the encoding of sources without a byte order mark [default: UTF-8].
    #[must_use]
    pub fn encoding(self, encoding: Encoding) -> Self {
        Self { encoding, ..self }
    }

    /// Sets how many bytes of a file a thread takes at a time [default: 512 KiB]. The result does
    /// not depend on it.
    #[must_use]
    pub fn segment_size(self, bytes: usize) -> Self {
        Self { segment_size: bytes, ..self }
    }

    /// Counts the bytes read into `progress`, of which the caller keeps a clone.
    #[must_use]
    pub fn progress(self, progress: Progress) -> Self {
        Self { progress, ..self }
    }

    /// Checks what the setters take as it comes.
    pub(super) fn validate(&self) -> Result<(), Error> {
        for (setting, value, minimum) in [
            ("threads", self.threads, 1),
            ("memory", self.memory, Self::MIN_MEMORY),
            ("segment_size", self.segment_size, 1),
        ] {
            if value < minimum {
                return Err(Error::Setting { setting, minimum });
            }
        }
        Ok(())
    }

    /// Returns how many threads count: fewer than set where each would have too little memory.
    pub(crate) fn workers(&self) -> usize {
        self.threads.min(self.memory / Self::MIN_MEMORY_PER_THREAD).max(1)
    }

    /// Returns how many bytes without the end of a word there can be.
    pub(super) fn longest_word(&self) -> usize {
        self.memory / 8
    }

    /// Returns what one of the threads may use.
    pub(super) fn bounds(&self) -> Bounds<'_> {
        Bounds { memory: self.memory / self.workers(), directory: &self.temporary_dir }
    }

    pub(super) fn thread_count(&self) -> usize {
        self.threads
    }

    pub(super) fn memory_limit(&self) -> usize {
        self.memory
    }

    pub(super) fn directory(&self) -> &Path {
        &self.temporary_dir
    }

    pub(super) fn rules(&self) -> Rules {
        self.rules
    }

    /// Returns the encoding of sources without a mark.
    pub(super) fn default_encoding(&self) -> Encoding {
        self.encoding
    }

    pub(super) fn segment(&self) -> usize {
        self.segment_size
    }

    /// Returns the progress that the bytes read are counted into.
    pub(crate) fn shared_progress(&self) -> &Progress {
        &self.progress
    }
}

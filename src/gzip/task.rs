//! One file on its way into another: opened and checked once, put in place, and then removed.

use super::file::{Action, Done, Options, Original, Outcome, Place};
use super::place::{Existing, Output};
use super::{GzipError, Origin, Totals, header, suffix};
use crate::io::Blocking;
use rustix::fs::OFlags;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SET_USER_ID: u32 = 0o4000;
const SET_GROUP_ID: u32 = 0o2000;
const STICKY: u32 = 0o1000;

/// An input that is open and an output that is begun.
pub(super) struct Task {
    pub(super) input: Counted,
    pub(super) output: BufWriter<Destination>,
    pub(super) source: Source,
}

impl Task {
    pub(super) fn begin(path: &Path, options: &Options) -> Result<Self, GzipError> {
        let (file, source) = Source::open(path, options)?;
        let target = &source.target;
        let output = if options.action == Action::Test {
            Destination::Nowhere
        } else {
            // Found out early, to spare the work; the commit is what makes sure.
            if options.existing == Existing::Keep && target.symlink_metadata().is_ok() {
                return Err(GzipError::Exists(target.clone()));
            }
            let output = Output::create(target, &options.unfinished);
            Destination::File(output.map_err(GzipError::Write)?)
        };
        let input = Counted::new(Blocking::new(file), options);
        Ok(Self { input, output: BufWriter::new(output), source })
    }
}

/// What an output was made from.
pub(super) struct Source {
    path: PathBuf,
    /// As it was when it was opened.
    pub(super) metadata: Metadata,
    pub(super) origin: Origin,
    target: PathBuf,
}

impl Source {
    fn open(path: &Path, options: &Options) -> Result<(File, Self), GzipError> {
        let (mut file, metadata) = open_as(path, options)?;
        let origin = match options.action {
            _ if !options.origin => Origin::default(),
            Action::Compress => Origin::of(path, &metadata),
            Action::Decompress | Action::Test => stored(&mut file, &metadata)?,
        };
        let target = name(path, &origin, options)?;
        Ok((file, Self { path: path.to_owned(), metadata, origin, target }))
    }

    /// Writes what is still in the buffer, puts the output in place and removes the input, each
    /// where that is asked for.
    pub(super) fn commit(
        self,
        output: BufWriter<Destination>,
        totals: Totals,
        options: &Options,
    ) -> Outcome {
        let output = output.into_inner().map_err(|failed| GzipError::Write(failed.into_error()))?;
        if let Destination::File(output) = output {
            let restored = (options.action == Action::Decompress).then_some(&self.origin);
            let modified = restored.and_then(Origin::modified);
            output.take_after(&self.metadata, modified).map_err(GzipError::Write)?;
            let flush = options.synchronous;
            output.commit(options.existing, flush).map_err(|error| match error.kind() {
                ErrorKind::AlreadyExists => GzipError::Exists(self.target.clone()),
                _ => GzipError::Write(error),
            })?;
        }
        let sure = options.action != Action::Test && !totals.trailing_garbage;
        let removed = sure && options.original == Original::Remove;
        if removed {
            self.remove(options)?;
        }
        let Self { origin, target, .. } = self;
        Ok(Done { totals, target, origin, removed })
    }

    /// Removes the input's name, if that still is the file that was read, and nobody wrote to it.
    fn remove(&self, options: &Options) -> Result<(), GzipError> {
        let identity = |of: &Metadata| (of.dev(), of.ino(), of.len(), of.mtime(), of.mtime_nsec());
        let now =
            if options.force { fs::metadata(&self.path) } else { self.path.symlink_metadata() };
        if identity(&now.map_err(GzipError::Remove)?) != identity(&self.metadata) {
            return Err(GzipError::Changed);
        }
        fs::remove_file(&self.path).map_err(GzipError::Remove)
    }
}

/// Opens an input and checks what it is. That is asked of the open file, so that nothing can be put
/// in its place in between, and a FIFO does not block the opening.
fn open_as(path: &Path, options: &Options) -> Result<(File, Metadata), GzipError> {
    if options.action == Action::Test {
        let file = open(path)?;
        let metadata = file.metadata().map_err(GzipError::Read)?;
        return Ok((file, metadata));
    }
    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    flags.set(OFlags::NOFOLLOW, !options.force);
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path);
    let file = file.map_err(GzipError::Read)?;
    let metadata = file.metadata().map_err(GzipError::Read)?;
    check(&metadata, options)?;
    Ok((file, metadata))
}

/// Refuses what is no ordinary file, in the order in which `gzip` looks at it.
fn check(metadata: &Metadata, options: &Options) -> Result<(), GzipError> {
    let has = |bit| metadata.mode() & bit != 0;
    let linked = metadata.nlink() > 1 && options.original == Original::Remove;
    match () {
        () if metadata.is_dir() => Err(GzipError::Directory),
        () if !metadata.is_file() => Err(GzipError::NotRegular),
        () if has(SET_USER_ID) => Err(GzipError::SetUserId),
        () if has(SET_GROUP_ID) => Err(GzipError::SetGroupId),
        () if options.force => Ok(()),
        () if has(STICKY) => Err(GzipError::Sticky),
        () if linked => Err(GzipError::Linked(metadata.nlink() - 1)),
        () => Ok(()),
    }
}

/// Opens whatever can be read, to go to standard output; only a directory is refused.
pub fn open(path: &Path) -> Result<File, GzipError> {
    let file = File::open(path).map_err(GzipError::Read)?;
    if file.metadata().map_err(GzipError::Read)?.is_dir() {
        return Err(GzipError::Directory);
    }
    Ok(file)
}

/// What the header says; none where it is not gzip, which decoding will tell.
fn stored(file: &mut File, metadata: &Metadata) -> Result<Origin, GzipError> {
    if !metadata.is_file() {
        return Ok(Origin::default());
    }
    let header = header::read(BufReader::new(&*file));
    file.rewind().map_err(GzipError::Read)?;
    Ok(header.unwrap_or_default().origin)
}

/// The name that a file's output is to have; an error if nothing would be made of the file.
pub fn target(path: &Path, options: &Options) -> Result<PathBuf, GzipError> {
    Source::open(path, options).map(|(_, source)| source.target)
}

/// The name of the output, which the input's name decides, and what the header stores if that is
/// asked for.
fn name(path: &Path, origin: &Origin, options: &Options) -> Result<PathBuf, GzipError> {
    if let Place::At(target) = &options.place {
        return Ok(target.clone());
    }
    let target = match options.action {
        Action::Compress if !options.force && suffix::of(path, &options.suffix).is_some() => {
            return Err(GzipError::HasSuffix);
        }
        Action::Compress => suffix::add(path, &options.suffix),
        Action::Decompress => suffix::strip(path, &options.suffix).ok_or(GzipError::NoSuffix)?,
        Action::Test => suffix::strip(path, &options.suffix).unwrap_or_else(|| path.to_owned()),
    };
    let target = match origin.file_name()? {
        Some(name) if options.action != Action::Compress => target.with_file_name(name),
        _ => target,
    };
    match (&options.place, target.file_name()) {
        (Place::In(directory), Some(name)) => Ok(directory.join(name)),
        _ => Ok(target),
    }
}

/// Where the plain or packed bytes go.
pub(super) enum Destination {
    File(Output),
    Nowhere,
}

impl Destination {
    /// Writes over bytes that were written before.
    pub(super) fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        match self {
            Self::File(output) => output.write_at(bytes, offset),
            Self::Nowhere => Ok(()),
        }
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(output) => output.write(bytes),
            Self::Nowhere => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(output) => output.flush(),
            Self::Nowhere => Ok(()),
        }
    }
}

/// An input whose bytes are counted as they are read.
#[derive(Debug)]
pub struct Counted {
    file: Blocking<File>,
    read: Arc<AtomicU64>,
}

impl Counted {
    /// Counts in the options' [`read`](Options::read).
    #[must_use]
    pub fn new(file: Blocking<File>, options: &Options) -> Self {
        Self { file, read: Arc::clone(&options.read) }
    }
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

//! The files to be done: found in directories that are held open, opened once, and checked.

use super::GzipError;
use super::file::{Action, Options, Original};
use crate::io::{Blocking, Dir, Dirs, split};
use rustix::fs::{FileType, Mode, OFlags};
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SET_USER_ID: u32 = 0o4000;
const SET_GROUP_ID: u32 = 0o2000;
const STICKY: u32 = 0o1000;

/// A file to be compressed or decompressed.
#[derive(Clone, Debug)]
pub struct Input {
    path: PathBuf,
    root: Option<Arc<Root>>,
}

/// A directory whose files are done, as `-r` does it. It is held open: what is found below it is
/// looked up from there, and no link to a directory is followed on the way, even one that was put
/// there since.
#[derive(Debug)]
pub struct Root {
    dir: Dir,
    path: PathBuf,
    below: Dirs,
}

impl Root {
    /// Opens the directory.
    pub fn open(path: PathBuf) -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self { dir: Dir::open(&path)?, path, below: Dirs::default() }))
    }

    /// Gives `found` all that is below it and is no directory, by name, and the directories that
    /// cannot be read, each with the reason.
    pub(crate) fn walk(self: &Arc<Self>, mut found: impl FnMut(Input, io::Result<()>)) {
        crate::io::walk(
            &self.dir,
            |_| true,
            |path, kind| {
                let path = crate::io::below(&self.path, path);
                found(Input { path, root: Some(Arc::clone(self)) }, kind.map(drop));
            },
        );
    }
}

impl<P: Into<PathBuf>> From<P> for Input {
    fn from(path: P) -> Self {
        Self { path: path.into(), root: None }
    }
}

impl Input {
    /// Its name, as it was given or found.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory that it is in, opened, and its name there.
    pub(super) fn find(&self, options: &Options) -> io::Result<(Arc<Dir>, OsString)> {
        let below = self.root.as_ref().and_then(|root| {
            let path = self.path.strip_prefix(&root.path).ok()?;
            Some((root, path.parent()?, path.file_name()?))
        });
        if let Some((root, parent, name)) = below {
            let dir = root.below.get(parent, || root.dir.open_below(parent))?;
            return Ok((dir, name.to_owned()));
        }
        let (parent, name) = split(&self.path);
        let dir = options.outputs.dirs().get(parent, || Dir::open(parent))?;
        Ok((dir, name.to_owned()))
    }

    /// Its length, if it is a regular file, as a hint of how to go about it: what is opened later may
    /// be another file.
    pub(super) fn length(&self, options: &Options) -> Option<u64> {
        let (dir, name) = self.find(options).ok()?;
        let stat = dir.follow(&name).ok()?;
        let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        is_file.then_some(u64::try_from(stat.st_size).unwrap_or(0))
    }
}

/// A file that is open, and where it was found.
pub(super) struct Found {
    pub(super) file: File,
    pub(super) metadata: Metadata,
    pub(super) dir: Arc<Dir>,
    pub(super) name: OsString,
}

impl Found {
    /// Opens an input and checks what it is. That is asked of the open file, so that nothing can be
    /// put in its place in between, and a FIFO does not block the opening.
    pub(super) fn open(input: &Input, options: &Options) -> Result<Self, GzipError> {
        let (dir, name) = input.find(options).map_err(GzipError::Read)?;
        let mut flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        flags.set(OFlags::NOFOLLOW, options.action != Action::Test && !options.force);
        let file = dir.open_file(&name, flags, Mode::empty()).map_err(GzipError::Read)?;
        let metadata = file.metadata().map_err(GzipError::Read)?;
        check(&metadata, options)?;
        Ok(Self { file, metadata, dir, name })
    }
}

/// Refuses what is no ordinary file, in the order in which `gzip` looks at it.
fn check(metadata: &Metadata, options: &Options) -> Result<(), GzipError> {
    let has = |bit| metadata.mode() & bit != 0;
    let linked = metadata.nlink() > 1 && options.original == Original::Remove;
    match () {
        () if metadata.is_dir() => Err(GzipError::Directory),
        () if options.action == Action::Test => Ok(()),
        () if !metadata.is_file() => Err(GzipError::NotRegular),
        () if has(SET_USER_ID) => Err(GzipError::SetUserId),
        () if has(SET_GROUP_ID) => Err(GzipError::SetGroupId),
        () if options.force => Ok(()),
        () if has(STICKY) => Err(GzipError::Sticky),
        () if linked => Err(GzipError::Linked(metadata.nlink() - 1)),
        () => Ok(()),
    }
}

/// Opens whatever can be read, to go to standard output; only a directory is refused. A FIFO does
/// not block the opening: one without a writer is empty.
pub fn open(input: &Input, options: &Options) -> Result<File, GzipError> {
    let (dir, name) = input.find(options).map_err(GzipError::Read)?;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = dir.open_file(&name, flags, Mode::empty()).map_err(GzipError::Read)?;
    if file.metadata().map_err(GzipError::Read)?.is_dir() {
        return Err(GzipError::Directory);
    }
    Ok(file)
}

/// Some pipes and sockets hand over packets, and drop what of one does not fit into a read. None is
/// larger than this.
const PACKET: usize = 64 << 10;

/// An input whose bytes are counted as they are read.
#[derive(Debug)]
pub struct Counted {
    /// Reads that are smaller than a packet go through its buffer, all others past it.
    file: BufReader<Blocking<File>>,
    read: Arc<AtomicU64>,
}

impl Counted {
    /// Counts in the options' [`read`](Options::read).
    #[must_use]
    pub fn new(file: File, options: &Options) -> Self {
        let file = BufReader::with_capacity(PACKET, Blocking::new(file));
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

//! The files to process: found in directories that are held open, opened once, and checked.

use super::options::{Action, Plan};
use super::run::RunState;
use crate::gzip::Error;
use crate::gzip::source::{Source, Unknown};
use crate::io::{Attributes, Blocking, Dir, Dirs, FileId, Holes, Idle, Metered, split};
use rustix::fs::{FileType, Mode, OFlags, Stat};
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const SET_USER_ID: u32 = 0o4000;
const SET_GROUP_ID: u32 = 0o2000;
const STICKY: u32 = 0o1000;

/// The name of a file to process.
#[derive(Clone, Debug)]
pub(crate) struct InputPath {
    path: PathBuf,
    root: Option<Arc<Root>>,
}

/// A directory that is processed recursively. It is held open: what is found below it is looked up
/// from there, and no link to a directory is followed on the way, even one that was created since.
#[derive(Debug)]
pub(crate) struct Root {
    dir: Dir,
    path: PathBuf,
    below: Dirs,
}

impl Root {
    /// Opens the directory.
    pub(crate) fn open(path: PathBuf) -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self { dir: Dir::open(&path)?, path, below: Dirs::default() }))
    }

    /// The name of the directory; empty if the path ends in `/`, `.` or `..` and has none.
    ///
    /// A slash after a name does not matter.
    pub(in crate::gzip) fn name(&self) -> &Path {
        let bytes = self.path.as_os_str().as_bytes();
        let end = bytes.iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
        let (_, name) = split(Path::new(OsStr::from_bytes(&bytes[..end])));
        match name.as_bytes() {
            _ if end == 0 => Path::new(""),
            bytes if bytes.contains(&b'/') || bytes == b"." || bytes == b".." => Path::new(""),
            _ => Path::new(name),
        }
    }

    /// The attributes of a directory below this one.
    pub(in crate::gzip) fn attributes(&self, below: &Path) -> io::Result<Attributes> {
        let dir = self.dir.open_below(below)?.to_file()?;
        let metadata = dir.metadata()?;
        Ok(Attributes::of(&dir, metadata))
    }

    /// Calls `found` with everything below the directory that is not a directory, sorted by name,
    /// and with the directories that cannot be read, each with the reason. What is in the directory
    /// `output` is left out.
    pub(crate) fn walk(
        self: &Arc<Self>,
        output: Option<&Path>,
        mut found: impl FnMut(InputPath, io::Result<()>),
    ) {
        let output = output.and_then(|path| Some(FileId::from(&path.metadata().ok()?)));
        let is_output = |path: &Path| {
            let same = |output| Some(FileId::from(&self.stat(path).ok()?) == output);
            output.and_then(same).unwrap_or(false)
        };
        crate::io::walk(
            &self.dir,
            |path| !is_output(path),
            |path, kind| {
                let path = crate::io::below(&self.path, path);
                found(InputPath { path, root: Some(Arc::clone(self)) }, kind.map(drop));
            },
        );
    }

    fn stat(&self, below: &Path) -> io::Result<Stat> {
        self.dir.open_below(below)?.follow(".".as_ref())
    }
}

impl<P: Into<PathBuf>> From<P> for InputPath {
    fn from(path: P) -> Self {
        Self { path: path.into(), root: None }
    }
}

impl InputPath {
    /// The path as it was given or found.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The directory that it was found below, and the path from there of the one that it is in.
    pub(in crate::gzip) fn below(&self) -> Option<(&Arc<Root>, &Path)> {
        let root = self.root.as_ref()?;
        Some((root, self.path.strip_prefix(&root.path).ok()?.parent()?))
    }

    /// The directory that the file is in, opened, and its name there.
    fn find(&self, run: &RunState) -> io::Result<(Arc<Dir>, OsString)> {
        if let (Some((root, parent)), Some(name)) = (self.below(), self.path.file_name()) {
            let dir = root.below.get(parent, || root.dir.open_below(parent))?;
            return Ok((dir, name.to_owned()));
        }
        let (parent, name) = split(&self.path);
        let dir = run.outputs.dirs().get(parent, || Dir::open(parent))?;
        Ok((dir, name.to_owned()))
    }

    /// The file's length, 0 unless it is a regular file. Only a hint of how to go about it: what is
    /// opened later may be another file.
    pub(in crate::gzip) fn length(&self, run: &RunState) -> u64 {
        let stat = self.find(run).and_then(|(dir, name)| dir.follow(&name));
        match stat {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile => {
                u64::try_from(stat.st_size).unwrap_or(0)
            }
            _ => 0,
        }
    }
}

/// A file that is open, and where it was found.
pub(in crate::gzip) struct OpenInput {
    pub(in crate::gzip) file: File,
    pub(in crate::gzip) metadata: Metadata,
    pub(in crate::gzip) dir: Arc<Dir>,
    pub(in crate::gzip) name: OsString,
}

impl OpenInput {
    /// Opens an input and checks what it is. That is asked of the open file, so that nothing can be
    /// put in its place in between, and a FIFO does not block the opening.
    pub(in crate::gzip) fn open(input: &InputPath, plan: &Plan<'_>) -> Result<Self, Error> {
        let (dir, name) = input.find(plan.run).map_err(Error::Read)?;
        let mut flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        flags.set(OFlags::NOFOLLOW, plan.action != Action::Test && !plan.options.force);
        let file = dir.open_file(&name, flags, Mode::empty()).map_err(Error::Read)?;
        let metadata = file.metadata().map_err(Error::Read)?;
        check(&metadata, plan)?;
        Ok(Self { file, metadata, dir, name })
    }
}

/// Refuses anything but ordinary files, in the order in which `gzip` checks it.
fn check(metadata: &Metadata, plan: &Plan<'_>) -> Result<(), Error> {
    let has = |bit| metadata.mode() & bit != 0;
    let linked = metadata.nlink() > 1 && !plan.options.keep_input;
    match () {
        () if metadata.is_dir() => Err(Error::Directory),
        () if plan.action == Action::Test => Ok(()),
        () if !metadata.is_file() => Err(Error::NotRegular),
        () if has(SET_USER_ID) => Err(Error::SetUserId),
        () if has(SET_GROUP_ID) => Err(Error::SetGroupId),
        () if plan.options.force => Ok(()),
        () if has(STICKY) => Err(Error::Sticky),
        () if linked => Err(Error::Linked(metadata.nlink() - 1)),
        () => Ok(()),
    }
}

/// Opens anything that can be read, to go to standard output; only a directory is refused. A FIFO
/// does not block the opening: one without a writer is empty.
pub(crate) fn open(input: &InputPath, run: &RunState) -> Result<File, Error> {
    let (dir, name) = input.find(run).map_err(Error::Read)?;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = dir.open_file(&name, flags, Mode::empty()).map_err(Error::Read)?;
    if file.metadata().map_err(Error::Read)?.is_dir() {
        return Err(Error::Directory);
    }
    Ok(file)
}

/// Some pipes and sockets hand over packets, and drop what does not fit into a read. No packet is
/// longer than this.
const PACKET: usize = 64 << 10;

/// An input whose bytes are counted as they are read. Reads shorter than a packet go through its
/// buffer, all others past it.
#[derive(Debug)]
pub(crate) struct CountedInput {
    bytes: Metered<BufReader<Blocking<File>>>,
    holes: Holes,
}

/// The same, and a read fails with [`ErrorKind::WouldBlock`](io::ErrorKind::WouldBlock) once nothing
/// has come for that long; see [`Idle`].
pub(crate) fn counted_idle(file: File, after: Duration, run: &RunState) -> impl Source + Send {
    let file = Idle::new(Blocking::new(file), after);
    Unknown(Metered::new(BufReader::with_capacity(PACKET, file), &run.bytes_read))
}

/// Counts in the run's count.
pub(crate) fn counted(file: File, run: &RunState) -> CountedInput {
    let file = BufReader::with_capacity(PACKET, Blocking::new(file));
    CountedInput { bytes: Metered::new(file, &run.bytes_read), holes: Holes::default() }
}

impl CountedInput {
    /// The file, from which nothing must have been read.
    pub(in crate::gzip) fn into_file(self) -> File {
        self.bytes.into_inner().into_inner().into_inner()
    }

    /// Returns whether a read returns at once.
    pub(in crate::gzip) fn is_ready(&self) -> bool {
        let buffered = self.bytes.get_ref();
        !buffered.buffer().is_empty() || buffered.get_ref().is_ready()
    }
}

impl Read for CountedInput {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(into)
    }
}

impl Source for CountedInput {
    /// Skips bytes in a hole of the file.
    fn skip_zeros(&mut self, count: usize) -> io::Result<bool> {
        let buffered = self.bytes.get_mut();
        let count = count as u64;
        // The file's offset is where the next byte is only if none is in the buffer.
        let in_hole =
            buffered.buffer().is_empty() && self.holes.skip(buffered.get_mut().get_mut(), count)?;
        if in_hole {
            self.bytes.add(count);
        }
        Ok(in_hole)
    }
}

//! An output file that is either complete or absent.
//!
//! An [`AtomicFile`] is written without a name, or under a temporary name if the file system does
//! not support files without names. It gets its name once it is complete. A reader of that name
//! finds all of the new file or none of it, even after `kill -9`.
//!
//! | the file system supports | the file gets its name by |
//! |---|---|
//! | files without names (`O_TMPFILE`) | `linkat`; to overwrite, also a rename |
//! | `RENAME_NOREPLACE` | a rename |
//! | hard links | `linkat` |
//! | none of these | creating an empty file of that name, and a rename over it |

use super::attributes::{Attributes, Owner};
use super::close::close;
use super::dir::{Dir, sync};
use super::holes::{HoleWriter, Sparse};
use super::outputs::{Outputs, claim, temporary_name};
use super::version::FileId;
use crate::io::fill;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RawMode, linkat, renameat};
use rustix::io::Errno;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::SystemTime;

/// What to do if the output's name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Keep the existing file, and fail.
    Keep,
    /// Replace it with the new file, atomically.
    Replace,
}

/// A file being written. Dropping it before [`commit`](Self::commit) removes it.
#[derive(Debug)]
pub(crate) struct AtomicFile {
    file: File,
    holes: HoleWriter,
    id: FileId,
    /// The owner it was created with.
    owner: Owner,
    /// Its name until it is in place.
    temporary: Option<OsString>,
    dir: Arc<Dir>,
    name: OsString,
    outputs: Outputs,
}

/// A file that is in place.
#[derive(Debug)]
pub(crate) struct Placed {
    dir: Arc<Dir>,
    name: OsString,
    id: FileId,
    /// Whether it replaced another file.
    replaced: bool,
}

impl AtomicFile {
    /// Creates the file that will become `name` in `dir`. Its mode is `mode` less the process's
    /// umask, unless [`apply`](Self::apply) sets another.
    pub(crate) fn create(
        dir: Arc<Dir>,
        name: OsString,
        mode: RawMode,
        outputs: &Outputs,
    ) -> io::Result<Self> {
        let mode = Mode::from_raw_mode(mode);
        let shared = outputs.share();
        let (file, metadata, temporary) = if let Some(file) = unnamed(&dir, mode) {
            let metadata = file.metadata()?;
            (file, metadata, None)
        } else {
            let (file, metadata, name) = outputs.create_named(&dir, mode)?;
            (file, metadata, Some(name))
        };
        drop(shared);
        let (id, owner, outputs) = ((&metadata).into(), (&metadata).into(), outputs.clone());
        let holes = HoleWriter::new(Sparse::Never);
        Ok(Self { file, holes, id, owner, temporary, dir, name, outputs })
    }

    /// Sets when zeros are written as holes; call it before anything is written. By default they
    /// never are. The file has its length after a flush.
    pub(crate) fn make_holes(&mut self, sparse: Sparse) {
        self.holes = HoleWriter::new(sparse);
    }

    /// Sets these attributes on the file; see [`Attributes::apply`].
    pub(crate) fn apply(
        &self,
        attributes: &Attributes,
        modified: Option<SystemTime>,
    ) -> io::Result<()> {
        attributes.apply(&self.file, self.owner, modified)
    }

    /// Gives the file the owner and the group of another. Returns whether it has both now.
    pub(crate) fn give_owner(&self, attributes: &Attributes) -> bool {
        attributes.give_owner(&self.file, self.owner) == (true, true)
    }

    /// Overwrites bytes that were written before.
    pub(crate) fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.file.write_all_at(bytes, offset)
    }

    /// Returns a reader of what was written, from its beginning. With `from_disk`, blocks until it is
    /// all on the disk and drops the system's copy of it, where the system supports that.
    pub(crate) fn read_back(&self, from_disk: bool) -> io::Result<impl Read> {
        if from_disk {
            sync(&self.file)?;
            drop_cache(&self.file);
        }
        let mut file = &self.file;
        file.rewind()?;
        Ok(file)
    }

    /// Puts the file in place. Fails with [`ErrorKind::AlreadyExists`] if there is a file of that
    /// name, even one created just now; with [`Existing::Replace`], only if this run made that
    /// file. With `flush`, blocks until the file and its name are on the disk.
    pub(crate) fn commit(mut self, existing: Existing, flush: bool) -> io::Result<Placed> {
        self.holes.end(&mut self.file)?;
        if flush {
            sync(&self.file)?;
        }
        // Before the file gets its name: after that, an error that only `close` reports is too
        // late.
        close(&self.file)?;
        let outputs = self.outputs.clone();
        let shared = outputs.share();
        let replaced = match existing {
            Existing::Keep => {
                self.take_name()?;
                outputs.made().insert(self.id);
                false
            }
            Existing::Replace => {
                // One at a time, so that no other is put in place between the check and the rename.
                let mut made = outputs.made();
                let replaced = self.replace(&made)?;
                made.insert(self.id);
                replaced
            }
        };
        drop(shared);
        if flush {
            self.dir.sync(&self.file)?;
        }
        Ok(Placed { dir: Arc::clone(&self.dir), name: self.name.clone(), id: self.id, replaced })
    }

    /// Overwrites the existing file and keeps its inode, for when a new file could not be given the
    /// same owner. Not atomic, but everything to be written is on this file system already.
    pub(crate) fn write_into(mut self, target: &File) -> io::Result<()> {
        self.holes.end(&mut self.file)?;
        self.file.rewind()?;
        let mut target = target;
        let length = io::copy(&mut self.file, &mut target)?;
        target.set_len(length)?;
        close(target)
    }

    /// Gives the file its name if that is free.
    fn take_name(&mut self) -> io::Result<()> {
        let Some(temporary) = self.temporary.clone() else {
            return match link(&self.file, &self.dir, &self.name) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    self.copy_to_named(error)?;
                    self.take_name()
                }
                result => result,
            };
        };
        let dir = &*self.dir;
        match rename_new(dir, &temporary, &self.name) {
            Ok(()) => {}
            Err(error @ (Errno::EXIST | Errno::NOTEMPTY)) => return Err(error.into()),
            Err(_) => match linkat(dir, &temporary, dir, &self.name, AtFlags::empty()) {
                // If this fails, the file keeps the temporary name as a second one; it is in place.
                Ok(()) => drop(dir.remove(&temporary)),
                Err(Errno::EXIST) => return Err(Errno::EXIST.into()),
                Err(_) => self.take_name_first(&temporary)?,
            },
        }
        self.forget_temporary();
        Ok(())
    }

    /// Creates an empty file of that name, and renames over it.
    fn take_name_first(&self, temporary: &OsStr) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        let taken = self.dir.open_file(&self.name, flags, Mode::from_raw_mode(0o600))?;
        let taken = FileId::from(&taken.metadata()?);
        renameat(&*self.dir, temporary, &*self.dir, &self.name).map_err(|error| {
            if self.dir.look(&self.name).is_ok_and(|stat| FileId::from(&stat) == taken) {
                let _ = self.dir.remove(&self.name);
            }
            error.into()
        })
    }

    /// Gives the file its name, replacing an existing file unless this run `made` that one.
    /// Returns whether there was one.
    fn replace(&mut self, made: &HashSet<FileId>) -> io::Result<bool> {
        match self.dir.look(&self.name) {
            Ok(stat) if made.contains(&FileId::from(&stat)) => return Err(Errno::EXIST.into()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => match self.take_name() {
                // Another process has created it since. It is overwritten too.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                result => return result.map(|()| false),
            },
            Err(error) => return Err(error),
        }
        if self.temporary.is_none() {
            self.link_temporary()?;
        }
        let temporary = self.temporary.as_deref().unwrap_or_default();
        renameat(&*self.dir, temporary, &*self.dir, &self.name)?;
        self.forget_temporary();
        Ok(true)
    }

    /// Gives the file without a name a temporary name.
    fn link_temporary(&mut self) -> io::Result<()> {
        self.outputs.sweep(&self.dir);
        claim(&self.file);
        let name = temporary_name();
        self.outputs.note(&self.dir, &name);
        match link(&self.file, &self.dir, &name) {
            Ok(()) => {
                self.temporary = Some(name);
                Ok(())
            }
            Err(error) => {
                self.outputs.forget(&name);
                self.copy_to_named(error)
            }
        }
    }

    /// Continues with a copy that has a temporary name, because `reason` kept the file without a
    /// name from getting one.
    fn copy_to_named(&mut self, reason: io::Error) -> io::Result<()> {
        let mode = Mode::from_raw_mode(0o600);
        // If this fails too, report the first error.
        let (mut copy, metadata, name) =
            self.outputs.create_named(&self.dir, mode).map_err(|_| reason)?;
        // From here on, `drop` removes it.
        self.temporary = Some(name);
        self.file.rewind()?;
        io::copy(&mut self.file, &mut copy)?;
        // What was verified is the file that is copied.
        if !same(&self.file, &copy)? {
            return Err(io::Error::other("the copy differs from the file"));
        }
        let owner = Owner::from(&metadata);
        Attributes::of(&self.file, self.file.metadata()?).apply(&copy, owner, None)?;
        close(&copy)?;
        (self.file, self.id, self.owner) = (copy, FileId::from(&metadata), owner);
        Ok(())
    }

    fn forget_temporary(&mut self) {
        if let Some(name) = self.temporary.take() {
            self.outputs.forget(&name);
        }
    }
}

impl Placed {
    /// Opens the file by its name and closes it. Fails if the name leads to another file, or if the
    /// system reports a late error. After a late error the file is removed, unless it replaced
    /// another.
    pub(crate) fn confirm(&self) -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        let found = match self.dir.open_file(&self.name, flags, Mode::empty()) {
            Ok(file) => {
                close(&file).inspect_err(|_| self.withdraw())?;
                FileId::from(&file.metadata()?)
            }
            // The mode of a file can forbid even its owner to read it.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                FileId::from(&self.dir.look(&self.name)?)
            }
            Err(error) => return Err(error),
        };
        if found == self.id { Ok(()) } else { Err(io::Error::other("another file took its place")) }
    }

    fn withdraw(&self) {
        if !self.replaced
            && self.dir.look(&self.name).is_ok_and(|stat| FileId::from(&stat) == self.id)
        {
            // The error that led here is reported; a second one would not help.
            let _ = self.dir.remove(&self.name);
        }
    }
}

/// Returns whether two files have the same contents.
fn same(mut a: &File, mut b: &File) -> io::Result<bool> {
    a.rewind()?;
    b.rewind()?;
    let (mut left, mut right) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        let count = fill(&mut a, &mut left)?;
        if fill(&mut b, &mut right)? != count || left[..count] != right[..count] {
            return Ok(false);
        }
        if count == 0 {
            return Ok(true);
        }
    }
}

/// Has the system forget what it holds of the file in memory. It may decline.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
fn drop_cache(file: &File) {
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
fn drop_cache(_: &File) {}

/// Creates a file without a name, if the file system supports that.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn unnamed(dir: &Dir, mode: Mode) -> Option<File> {
    dir.open_file(".".as_ref(), OFlags::TMPFILE | OFlags::RDWR, mode).ok()
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn unnamed(_: &Dir, _: Mode) -> Option<File> {
    None
}

/// Renames a file unless there is one of the new name. Fails where the system has no call for that.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_new(dir: &Dir, from: &OsStr, to: &OsStr) -> rustix::io::Result<()> {
    rustix::fs::renameat_with(dir, from, dir, to, rustix::fs::RenameFlags::NOREPLACE)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_new(_: &Dir, _: &OsStr, _: &OsStr) -> rustix::io::Result<()> {
    Err(Errno::NOSYS)
}

/// Gives a name to a file without one. Uses `/proc`, since older systems allow `AT_EMPTY_PATH` only
/// to root, and `AT_EMPTY_PATH` if there is no `/proc`.
fn link(file: &File, dir: &Dir, name: &OsStr) -> io::Result<()> {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    match linkat(CWD, path, dir, name, AtFlags::SYMLINK_FOLLOW) {
        Err(Errno::NOENT) => {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            return Ok(linkat(file, "", dir, name, AtFlags::EMPTY_PATH)?);
            #[cfg(not(any(target_os = "linux", target_os = "android")))]
            return Err(Errno::NOENT.into());
        }
        result => Ok(result?),
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.holes.write(&mut self.file, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.holes.end(&mut self.file)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(name) = self.temporary.take() {
            let _shared = self.outputs.share();
            self.outputs.forget(&name);
            // A drop cannot report an error; the next run in this directory tries again.
            let _ = self.dir.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn entries(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn begin(target: &Path, outputs: &Outputs) -> AtomicFile {
        let (dir, name) = Dir::of(target).unwrap();
        let mut file = AtomicFile::create(dir.into(), name, 0o600, outputs).unwrap();
        file.write_all(b"new").unwrap();
        file
    }

    /// Creates the file as on a file system that does not support files without names.
    fn begin_named(target: &Path, outputs: &Outputs) -> AtomicFile {
        let mut file = begin(target, outputs);
        file.copy_to_named(io::Error::other("no names")).unwrap();
        file
    }

    type Begin = fn(&Path, &Outputs) -> AtomicFile;

    #[test]
    fn is_not_visible_before_it_is_complete() {
        for begin in [begin as Begin, begin_named] {
            let directory = tempfile::tempdir().unwrap();
            let target = directory.path().join("x");
            let file = begin(&target, &Outputs::default());
            assert!(!target.exists());
            let placed = file.commit(Existing::Keep, true).unwrap();
            placed.confirm().unwrap();
            assert_eq!(fs::read(&target).unwrap(), b"new");
            assert_eq!(entries(directory.path()), ["x"]);
            placed.withdraw();
            assert!(entries(directory.path()).is_empty());
        }
    }

    #[test]
    fn replaces_an_existing_file_only_on_request() {
        for begin in [begin as Begin, begin_named] {
            let directory = tempfile::tempdir().unwrap();
            let target = directory.path().join("x");
            fs::write(&target, "old").unwrap();
            let kept = begin(&target, &Outputs::default()).commit(Existing::Keep, false);
            assert_eq!(kept.unwrap_err().kind(), ErrorKind::AlreadyExists);
            assert_eq!(fs::read(&target).unwrap(), b"old");
            begin(&target, &Outputs::default()).commit(Existing::Replace, false).unwrap();
            assert_eq!(fs::read(&target).unwrap(), b"new");
            assert_eq!(entries(directory.path()), ["x"]);
        }
    }

    #[test]
    fn does_not_replace_an_output_of_the_same_run() {
        for begin in [begin as Begin, begin_named] {
            let directory = tempfile::tempdir().unwrap();
            let target = directory.path().join("x");
            fs::write(&target, "old").unwrap();
            let outputs = Outputs::default();
            begin(&target, &outputs).commit(Existing::Replace, false).unwrap();
            let again = begin(&target, &outputs).commit(Existing::Replace, false);
            assert_eq!(again.unwrap_err().kind(), ErrorKind::AlreadyExists);
            assert_eq!(fs::read(&target).unwrap(), b"new");
            assert_eq!(entries(directory.path()), ["x"]);
            begin(&target, &Outputs::default()).commit(Existing::Replace, false).unwrap();
        }
    }

    #[test]
    fn creates_an_empty_file_first_if_nothing_better_is_supported() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("x");
        let mut file = begin_named(&target, &Outputs::default());
        let temporary = file.temporary.clone().unwrap();
        fs::write(&target, "old").unwrap();
        assert_eq!(file.take_name_first(&temporary).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&target).unwrap(), b"old");
        fs::remove_file(&target).unwrap();
        file.take_name_first(&temporary).unwrap();
        file.forget_temporary();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        fs::remove_file(&target).unwrap();
        assert!(file.take_name_first(&temporary).is_err());
        assert!(!target.exists());
    }

    #[test]
    fn leaves_nothing_behind_when_dropped_or_interrupted() {
        for begin in [begin as Begin, begin_named] {
            let directory = tempfile::tempdir().unwrap();
            let outputs = Outputs::default();
            drop(begin(&directory.path().join("x"), &outputs));
            assert!(entries(directory.path()).is_empty());
            let _interrupted = begin(&directory.path().join("y"), &outputs);
            drop(outputs.remove_unfinished());
            assert!(entries(directory.path()).is_empty());
        }
    }

    #[test]
    fn temporary_files_of_dead_processes_are_removed_and_others_are_kept() {
        let directory = tempfile::tempdir().unwrap();
        let alive = begin_named(&directory.path().join("x"), &Outputs::default());
        let left = temporary_name();
        fs::write(directory.path().join(&left), "left").unwrap();
        let other = begin_named(&directory.path().join("y"), &Outputs::default());
        let mut names = entries(directory.path());
        names.sort();
        let mut expected =
            [&alive, &other].map(|file| file.temporary.clone().unwrap().into_string().unwrap());
        expected.sort();
        assert_eq!(names, expected);
        alive.commit(Existing::Keep, false).unwrap();
    }
}

//! An output file that is whole or not there.
//!
//! An [`Output`] is written under a temporary name in the directory it is meant for, readable by
//! nobody else, and comes into place by a rename once it is complete. Whoever opens the final name
//! finds all of the new file or none of it, even after `kill -9`.

use rustix::fs::{Gid, Uid};
use std::collections::HashSet;
use std::fs::{File, FileTimes, Metadata, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::SystemTime;
use tempfile::{NamedTempFile, TempPath};

/// The temporary files under way, so that a signal handler can remove them. Clones share the set.
#[derive(Clone, Debug, Default)]
pub struct Unfinished(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Whoever begins a file or puts it in place shares it, whoever removes them all has it alone.
    /// Making a file can take the system a while, and threads should not wait for each other.
    gate: RwLock<()>,
    paths: Mutex<HashSet<PathBuf>>,
}

impl Unfinished {
    /// Removes them all. Until the returned guard is dropped, none is begun and none comes into
    /// place: whoever tries blocks.
    #[must_use = "dropping it lets the others go on"]
    pub fn remove_all(&self) -> impl Sized + '_ {
        let alone = self.0.gate.write().unwrap_or_else(PoisonError::into_inner);
        for path in self.paths().drain() {
            // Nothing better can be done on the way out.
            let _ = std::fs::remove_file(path);
        }
        alone
    }

    fn share(&self) -> RwLockReadGuard<'_, ()> {
        self.0.gate.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn paths(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.0.paths.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file being written; dropped before [`commit`](Self::commit), it is removed.
#[derive(Debug)]
pub struct Output {
    file: File,
    /// Taken when the file is put in place or removed.
    path: Option<TempPath>,
    target: PathBuf,
    unfinished: Unfinished,
}

impl Output {
    /// Begins the file that is to become `target`, beside it, with mode 0600.
    pub fn create(target: &Path, unfinished: &Unfinished) -> io::Result<Self> {
        let directory = directory_of(target);
        let shared = unfinished.share();
        let file =
            tempfile::Builder::new().prefix(".pgz-").suffix(".tmp").tempfile_in(directory)?;
        unfinished.paths().insert(file.path().to_owned());
        drop(shared);
        let (file, path) = NamedTempFile::into_parts(file);
        let (target, unfinished) = (target.to_owned(), unfinished.clone());
        Ok(Self { file, path: Some(path), target, unfinished })
    }

    /// Writes over bytes that were written before.
    pub(super) fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.file.write_all_at(bytes, offset)
    }

    /// Gives the file the owner, the permission bits and the times that another one has, or the
    /// given time of modification.
    ///
    /// The owner and the group only where that is allowed. A group that is not the other file's is
    /// granted nothing that is not granted to all.
    pub fn take_after(&self, other: &Metadata, modified: Option<SystemTime>) -> io::Result<()> {
        let own = self.file.metadata()?;
        let group = own.gid() == other.gid() || self.chown(None, Some(other.gid()));
        let mode = other.mode() & if group { 0o777 } else { 0o707 | (other.mode() & 0o7) << 3 };
        if own.uid() != other.uid() {
            // Not allowed to most; then the file is its maker's, as any other that he makes.
            self.chown(Some(other.uid()), None);
        }
        self.file.set_permissions(Permissions::from_mode(mode))?;
        let modified = modified.map_or_else(|| other.modified(), Ok)?;
        self.file.set_times(FileTimes::new().set_accessed(other.accessed()?).set_modified(modified))
    }

    /// Gives the file these permissions, for when it is in place.
    pub fn set_permissions(&self, permissions: Permissions) -> io::Result<()> {
        self.file.set_permissions(permissions)
    }

    fn chown(&self, user: Option<u32>, group: Option<u32>) -> bool {
        let (user, group) = (user.map(Uid::from_raw), group.map(Gid::from_raw));
        rustix::fs::fchown(&self.file, user, group).is_ok()
    }

    /// Puts the file in place. With [`Existing::Keep`] it fails with
    /// [`io::ErrorKind::AlreadyExists`] where there is a file of that name, at whatever moment that
    /// came to be. With `flush` it returns when the file and its name are on the disk.
    pub fn commit(mut self, existing: Existing, flush: bool) -> io::Result<()> {
        if flush {
            self.file.sync_all()?;
        }
        let Some(path) = self.path.take() else { return Ok(()) };
        let shared = self.unfinished.share();
        self.unfinished.paths().remove(&*path);
        // On an error the path comes back inside it and its drop removes the file.
        let placed = match existing {
            Existing::Keep => path.persist_noclobber(&self.target),
            Existing::Replace => path.persist(&self.target),
        };
        placed.map_err(|failed| failed.error)?;
        drop(shared);
        if flush {
            File::open(directory_of(&self.target))?.sync_all()?;
        }
        Ok(())
    }
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let _shared = self.unfinished.share();
            self.unfinished.paths().remove(&*path);
            drop(path);
        }
    }
}

/// What to do where the output's name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave the file that is there alone, and fail.
    Keep,
    /// Put the new file in its place, atomically.
    Replace,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn entries(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn begin(target: &Path, unfinished: &Unfinished) -> Output {
        let mut output = Output::create(target, unfinished).unwrap();
        output.write_all(b"new").unwrap();
        output
    }

    #[test]
    fn is_not_seen_before_it_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("x");
        let output = begin(&target, &Unfinished::default());
        assert!(!target.exists());
        output.commit(Existing::Keep, true).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(entries(directory.path()), ["x"]);
    }

    #[test]
    fn takes_after_another_file_but_for_the_bits_that_change_who_it_runs_as() {
        let directory = tempfile::tempdir().unwrap();
        let (other, target) = (directory.path().join("other"), directory.path().join("x"));
        fs::write(&other, "old").unwrap();
        fs::set_permissions(&other, Permissions::from_mode(0o6754)).unwrap();
        let output = begin(&target, &Unfinished::default());
        output.take_after(&fs::metadata(&other).unwrap(), None).unwrap();
        output.commit(Existing::Keep, false).unwrap();
        let [made, other] = [target, other].map(|path| fs::metadata(path).unwrap());
        assert_eq!(made.mode() & 0o7777, 0o754);
        assert_eq!(made.modified().unwrap(), other.modified().unwrap());
    }

    #[test]
    fn replaces_only_when_told_to() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("x");
        fs::write(&target, "old").unwrap();
        let kept = begin(&target, &Unfinished::default()).commit(Existing::Keep, false);
        assert_eq!(kept.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&target).unwrap(), b"old");
        begin(&target, &Unfinished::default()).commit(Existing::Replace, false).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(entries(directory.path()), ["x"]);
    }

    #[test]
    fn nothing_is_left_of_what_was_given_up() {
        let directory = tempfile::tempdir().unwrap();
        let unfinished = Unfinished::default();
        drop(begin(&directory.path().join("x"), &unfinished));
        assert!(entries(directory.path()).is_empty());
        let _interrupted = begin(&directory.path().join("y"), &unfinished);
        drop(unfinished.remove_all());
        assert!(entries(directory.path()).is_empty());
    }
}

//! The outputs of a run: those being written, and those in place.

use super::dir::Dir;
use super::dirs::Dirs;
use super::version::FileId;
use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::process::geteuid;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::hash::BuildHasher;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

/// The outputs of a run. Clones share them.
///
/// A signal handler can remove those being written. An output in place is never overwritten by
/// another output of the same run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outputs(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Read-locked while creating a file or putting it in place, write-locked while removing all.
    /// Creating a file can take the system long, and threads should not wait for each other.
    gate: RwLock<()>,
    /// The temporary names in use. They are random, so they are unique.
    named: Mutex<BTreeMap<OsString, Arc<Dir>>>,
    made: Mutex<HashSet<FileId>>,
    dirs: Dirs,
    /// The directories that were searched for temporary files of dead processes.
    swept: Mutex<HashSet<FileId>>,
}

impl Outputs {
    /// Removes all outputs that are being written. Until the returned guard is dropped, calls that
    /// create an output or put it in place block.
    #[must_use = "dropping it lets other threads continue"]
    pub(crate) fn remove_unfinished(&self) -> impl Sized + '_ {
        let alone = self.0.gate.write().unwrap_or_else(PoisonError::into_inner);
        for (name, dir) in std::mem::take(&mut *lock(&self.0.named)) {
            // The process is about to end and cannot report it.
            let _ = dir.remove(&name);
        }
        alone
    }

    /// Returns the directories that this run holds open.
    pub(crate) fn dirs(&self) -> &Dirs {
        &self.0.dirs
    }

    pub(super) fn share(&self) -> RwLockReadGuard<'_, ()> {
        self.0.gate.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks and returns the set of files in place.
    pub(super) fn made(&self) -> MutexGuard<'_, HashSet<FileId>> {
        lock(&self.0.made)
    }

    /// Records a temporary name, to be removed if the run is interrupted. The caller holds
    /// `share()`.
    pub(super) fn note(&self, dir: &Arc<Dir>, name: &OsStr) {
        lock(&self.0.named).insert(name.to_owned(), Arc::clone(dir));
    }

    /// Forgets a temporary name that is gone or has become an output's name.
    pub(super) fn forget(&self, name: &OsStr) {
        lock(&self.0.named).remove(name);
    }

    /// Creates a file with a temporary name and records it. The caller holds `share()`.
    pub(super) fn create_named(
        &self,
        dir: &Arc<Dir>,
        mode: Mode,
    ) -> io::Result<(File, Metadata, OsString)> {
        self.sweep(dir);
        loop {
            let name = temporary_name();
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
            let file = match dir.open_file(&name, flags, mode) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                file => file?,
            };
            self.note(dir, &name);
            claim(&file);
            match file.metadata() {
                // Another process took it for a file of a dead process before it was locked.
                Ok(metadata) if metadata.nlink() == 0 => self.forget(&name),
                Ok(metadata) => return Ok((file, metadata, name)),
                Err(error) => {
                    self.forget(&name);
                    let _ = dir.remove(&name);
                    return Err(error);
                }
            }
        }
    }

    /// Removes temporary files of dead processes from the directory, once per run.
    pub(super) fn sweep(&self, dir: &Dir) {
        let Ok(id) = dir.follow(".".as_ref()).map(|stat| FileId::from(&stat)) else { return };
        if lock(&self.0.swept).insert(id) {
            // Ignore errors: the run does not depend on it.
            let _ = remove_orphans(dir);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Locks a temporary file, which marks it as being written: if it is not locked, its owner is dead,
/// on this machine or another. Where locks are not supported, the file is never removed.
pub(super) fn claim(file: &File) {
    let _ = flock(file, FlockOperation::NonBlockingLockExclusive);
}

const PREFIX: &[u8] = b".csp-";
const SUFFIX: &[u8] = b".tmp";
const DIGITS: usize = 16;

/// Returns a random name that no other file has.
pub(super) fn temporary_name() -> OsString {
    let number = RandomState::new().hash_one(std::process::id());
    format!(".csp-{number:016x}.tmp").into()
}

/// Returns whether it is a name as from [`temporary_name`].
pub(crate) fn is_temporary(name: &OsStr) -> bool {
    let digits = name.as_bytes().strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.iter().all(u8::is_ascii_hexdigit))
}

fn remove_orphans(dir: &Dir) -> io::Result<()> {
    let flags = OFlags::DIRECTORY;
    let listed = dir.open_file(".".as_ref(), flags, Mode::empty())?;
    for entry in rustix::fs::Dir::new(listed)? {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if is_temporary(name) {
            remove_orphan(dir, name)?;
        }
    }
    Ok(())
}

/// Removes the file if it belongs to this user and is not locked.
fn remove_orphan(dir: &Dir, name: &OsStr) -> io::Result<()> {
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = dir.open_file(name, flags, Mode::empty())?;
    let metadata = file.metadata()?;
    let locked = || flock(&file, FlockOperation::NonBlockingLockExclusive) != Ok(());
    if !metadata.is_file() || metadata.uid() != geteuid().as_raw() || locked() {
        return Ok(());
    }
    match dir.look(name) {
        Ok(stat) if FileId::from(&stat) == FileId::from(&metadata) => dir.remove(name),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

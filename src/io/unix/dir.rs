//! Directories that are held open.
//!
//! Every system call looks up its path again, and a user who can write to a directory on the way
//! can make the path lead elsewhere between two calls. An open directory stays the same: every
//! operation on a file in it (open, create, rename, remove) happens in that directory.

use rustix::fs::{AtFlags, CWD, Mode, OFlags, Stat, fsync, mkdirat, openat, statat, unlinkat};
use rustix::io::{Errno, retry_on_intr};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

/// A directory that is held open.
#[derive(Debug)]
pub(crate) struct Dir(OwnedFd);

/// How to open a directory only to look up names in it, which needs no right to read it.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
const SEARCH: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
const SEARCH: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

/// The system accepts only paths shorter than this.
#[cfg(any(target_os = "linux", target_os = "android"))]
const PATH_MAX: usize = 4096;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const PATH_MAX: usize = 1024;

impl Dir {
    /// Opens a directory by its path, following links.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Self::open_from(CWD, path)
    }

    /// Opens the directory that contains a path's last component. Returns it and that component.
    ///
    /// If the path ends in a slash, in `.` or in `..`, the last component is the whole path: it is
    /// a directory, or looking it up fails.
    pub(crate) fn of(path: &Path) -> io::Result<(Self, OsString)> {
        let (parent, name) = split(path);
        Ok((Self::open(parent)?, name.to_owned()))
    }

    /// The same for a path relative to this directory.
    pub(crate) fn dir_of(&self, path: &Path) -> io::Result<(Self, OsString)> {
        let (parent, name) = split(path);
        Ok((Self::open_from(self.as_fd(), parent)?, name.to_owned()))
    }

    /// Opens a directory below this one without following links.
    pub(crate) fn open_below(&self, path: &Path) -> io::Result<Self> {
        self.open_below_as(path, SEARCH)
    }

    /// Lists a directory below this one without following links.
    pub(crate) fn list_below(&self, path: &Path) -> io::Result<rustix::fs::Dir> {
        let dir = self.open_below_as(path, OFlags::DIRECTORY | OFlags::CLOEXEC)?;
        Ok(rustix::fs::Dir::new(dir.0)?)
    }

    fn open_below_as(&self, path: &Path, flags: OFlags) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(opened) = self.open_below_at_once(path, flags) {
            return opened;
        }
        self.open_below_by_component(path, flags)
    }

    /// Opens it with one system call. Returns `None` if the system has no such call, or the path is
    /// too long for it.
    #[cfg(target_os = "linux")]
    fn open_below_at_once(&self, path: &Path, flags: OFlags) -> Option<io::Result<Self>> {
        use rustix::fs::{ResolveFlags, openat2};

        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let open = || openat2(&self.0, path, flags, Mode::empty(), resolve);
        match retry_on_intr(open) {
            Ok(dir) => Some(Ok(Self(dir))),
            Err(error @ (Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::ACCESS)) => {
                Some(Err(error.into()))
            }
            Err(_) => None,
        }
    }

    fn open_below_by_component(&self, path: &Path, last: OFlags) -> io::Result<Self> {
        let flags = SEARCH | OFlags::NOFOLLOW;
        let mut dir = retry_on_intr(|| openat(&self.0, ".", flags, Mode::empty()))?;
        for component in path.components() {
            match component {
                Component::CurDir => {}
                Component::Normal(name) => {
                    dir = retry_on_intr(|| openat(&dir, name, flags, Mode::empty()))?;
                }
                // `..` could lead out of this directory.
                _ => return Err(Errno::INVAL.into()),
            }
        }
        if last != SEARCH {
            dir = retry_on_intr(|| openat(&dir, ".", last, Mode::empty()))?;
        }
        Ok(Self(dir))
    }

    fn open_from(start: BorrowedFd<'_>, path: &Path) -> io::Result<Self> {
        let bytes = path.as_os_str().as_bytes();
        if bytes.len() < PATH_MAX {
            return Ok(Self(retry_on_intr(|| openat(start, path, SEARCH, Mode::empty()))?));
        }
        // Too long for one call: open a first part of the path, and continue from there.
        let cut = bytes[..PATH_MAX - 1].iter().rposition(|&byte| byte == b'/');
        let cut = cut.filter(|&cut| cut > 0).ok_or(Errno::NAMETOOLONG)?;
        let (start_of, rest) = (OsStr::from_bytes(&bytes[..cut]), &bytes[cut..]);
        let rest = &rest[rest.iter().take_while(|&&byte| byte == b'/').count()..];
        let dir = retry_on_intr(|| openat(start, start_of, SEARCH, Mode::empty()))?;
        Self::open_from(dir.as_fd(), Path::new(OsStr::from_bytes(rest)))
    }

    /// Opens a file in this directory.
    pub(crate) fn open_file(&self, name: &OsStr, flags: OFlags, mode: Mode) -> io::Result<File> {
        let flags = flags | OFlags::CLOEXEC;
        Ok(File::from(retry_on_intr(|| openat(&self.0, name, flags, mode))?))
    }

    /// Makes a directory in this one, which only its owner can use.
    pub(crate) fn make(&self, name: &OsStr) -> io::Result<()> {
        Ok(mkdirat(&self.0, name, Mode::RWXU)?)
    }

    /// Opens this directory as a file, to read it or to change its attributes.
    pub(crate) fn to_file(&self) -> io::Result<File> {
        self.open_file(".".as_ref(), OFlags::DIRECTORY, Mode::empty())
    }

    /// Returns the metadata of a name, without following a link.
    pub(crate) fn look(&self, name: &OsStr) -> io::Result<Stat> {
        Ok(statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// Returns the metadata of a name, following links.
    pub(crate) fn follow(&self, name: &OsStr) -> io::Result<Stat> {
        Ok(statat(&self.0, name, AtFlags::empty())?)
    }

    /// Removes the name of a file.
    pub(crate) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Syncs the names in this directory to the disk, among them the name of `file`.
    pub(crate) fn sync(&self, file: &File) -> io::Result<()> {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        match retry_on_intr(|| openat(&self.0, ".", flags, Mode::empty())) {
            Ok(readable) => sync(&readable),
            // This user may not read the directory. Sync the whole file system instead.
            Err(Errno::ACCESS) => sync_around(file),
            Err(error) => Err(error.into()),
        }
    }
}

impl AsFd for Dir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Opens a file for reading, by a path of any length.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    match File::open(path) {
        Err(error) if error.raw_os_error() == Some(Errno::NAMETOOLONG.raw_os_error()) => {
            let (dir, name) = Dir::of(path)?;
            dir.open_file(&name, OFlags::RDONLY, Mode::empty())
        }
        opened => opened,
    }
}

/// Syncs a file or directory to the disk. Does nothing if its file system does not support `fsync`,
/// as some FUSE and CIFS file systems do not.
pub(super) fn sync(file: &impl AsFd) -> io::Result<()> {
    match retry_on_intr(|| flush(file)) {
        Err(Errno::INVAL) => Ok(()),
        result => Ok(result?),
    }
}

/// `fsync`, which on Apple's systems leaves the data in the disk's own cache. There another call
/// writes that too, but not every file system supports it.
fn flush(file: &impl AsFd) -> rustix::io::Result<()> {
    #[cfg(target_vendor = "apple")]
    if rustix::fs::fcntl_fullfsync(file).is_ok() {
        return Ok(());
    }
    fsync(file)
}

/// Syncs the file system that contains the file. Fails where the system has no such call.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn sync_around(file: &File) -> io::Result<()> {
    Ok(rustix::fs::syncfs(file)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn sync_around(_: &File) -> io::Result<()> {
    Err(Errno::ACCESS.into())
}

/// Splits a path into its directory and its last component; see [`Dir::of`].
pub(crate) fn split(path: &Path) -> (&Path, &OsStr) {
    let bytes = path.as_os_str().as_bytes();
    let start = bytes.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    let (parent, name) = bytes.split_at(start);
    let (parent, name) = (OsStr::from_bytes(parent), OsStr::from_bytes(name));
    match (parent.is_empty(), name.as_bytes()) {
        (_, b"" | b"." | b"..") => (Path::new("."), path.as_os_str()),
        (true, _) => (Path::new("."), name),
        (false, _) => (Path::new(parent), name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    #[test]
    fn a_path_is_split_at_its_last_component() {
        for (path, parent, name) in [
            ("x", ".", "x"),
            ("d/x", "d/", "x"),
            ("/x", "/", "x"),
            ("d//x", "d//", "x"),
            ("d/", ".", "d/"),
            ("d/..", ".", "d/.."),
            (".", ".", "."),
            ("", ".", ""),
        ] {
            assert_eq!(split(Path::new(path)), (Path::new(parent), OsStr::new(name)), "{path}");
        }
    }

    #[test]
    fn an_open_directory_stays_the_same_when_its_name_leads_elsewhere() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir_all(at("d")).unwrap();
        fs::create_dir_all(at("e")).unwrap();
        fs::write(at("d/x"), "d").unwrap();
        fs::write(at("e/x"), "e").unwrap();
        let (dir, name) = Dir::of(&at("d/x")).unwrap();
        fs::rename(at("d"), at("gone")).unwrap();
        symlink("e", at("d")).unwrap();
        let file = dir.open_file(&name, OFlags::RDONLY, Mode::empty()).unwrap();
        assert_eq!(io::read_to_string(file).unwrap(), "d");
        dir.remove(&name).unwrap();
        assert!(at("e/x").exists() && !at("gone/x").exists());
    }

    #[test]
    fn does_not_follow_links_below_a_directory() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/b")).unwrap();
        symlink("a", root.path().join("l")).unwrap();
        let dir = Dir::open(root.path()).unwrap();
        assert!(dir.open_below(Path::new("a/b")).is_ok());
        assert!(dir.open_below(Path::new("")).is_ok());
        for path in ["l/b", "l", "/", "a/../..", "a/missing"] {
            assert!(dir.open_below(Path::new(path)).is_err(), "{path}");
            assert!(dir.open_below_by_component(Path::new(path), SEARCH).is_err(), "{path}");
        }
        assert!(dir.open_below_by_component(Path::new("a/b"), SEARCH).is_ok());
    }

    #[test]
    fn opens_paths_that_are_too_long_for_one_call() {
        let root = tempfile::tempdir().unwrap();
        let (mut path, mut dir) = (root.path().to_owned(), Dir::open(root.path()).unwrap());
        let name: PathBuf = "d".repeat(200).into();
        for _ in 0..50 {
            rustix::fs::mkdirat(&dir, &name, Mode::RWXU).unwrap();
            dir = dir.open_below(&name).unwrap();
            path.push(&name);
        }
        let flags = OFlags::CREATE | OFlags::WRONLY;
        drop(dir.open_file("x".as_ref(), flags, Mode::RUSR).unwrap());
        assert!(open(&path.join("x")).is_ok() && open(&path.join("y")).is_err());
        let opened = Dir::open(&path).unwrap();
        let [a, b] = [opened, dir].map(|dir| dir.follow(".".as_ref()).unwrap().st_ino);
        assert_eq!(a, b);
    }
}

//! The files below a directory.

use super::dir::Dir;
use rustix::fs::FileType;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Calls `found` for everything below `root` that is not a directory, with its path relative to
/// `root`, in the order of names; and for each directory that cannot be read, with the error. Does
/// not follow links. Skips directories for whose paths `enter` returns false.
///
/// The number of open files does not grow with the depth, and the depth is not limited by
/// `PATH_MAX`.
pub(crate) fn walk(
    root: &Dir,
    enter: impl Fn(&Path) -> bool,
    mut found: impl FnMut(&Path, io::Result<FileType>),
) {
    let mut path = PathBuf::new();
    let mut levels = Vec::new();
    match list(root, &path) {
        Ok(entries) => levels.push(entries.into_iter()),
        Err(error) => found(&path, Err(error)),
    }
    while let Some(level) = levels.last_mut() {
        let Some((name, kind)) = level.next() else {
            levels.pop();
            path.pop();
            continue;
        };
        path.push(&name);
        if kind != FileType::Directory {
            found(&path, Ok(kind));
        } else if enter(&path) {
            match list(root, &path) {
                Ok(entries) => {
                    levels.push(entries.into_iter());
                    continue;
                }
                Err(error) => found(&path, Err(error)),
            }
        }
        path.pop();
    }
}

/// Returns `root` joined with `path`; `root` itself if `path` is empty.
pub(crate) fn below(root: &Path, path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { root.to_owned() } else { root.join(path) }
}

/// Returns the entries of a directory below `root`, sorted by name.
fn list(root: &Dir, path: &Path) -> io::Result<Vec<(OsString, FileType)>> {
    let mut entries = Vec::new();
    for entry in root.list_below(path)? {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if name == "." || name == ".." {
            continue;
        }
        let kind = match entry.file_type() {
            // Some file systems do not store the type in the directory.
            FileType::Unknown => {
                let stat = root.open_below(path)?.look(name)?;
                FileType::from_raw_mode(stat.st_mode)
            }
            kind => kind,
        };
        entries.push((name.to_owned(), kind));
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{Mode, OFlags};
    use std::fs;
    use std::os::unix::fs::symlink;

    fn found(root: &Path) -> Vec<String> {
        let mut all = Vec::new();
        let dir = Dir::open(root).unwrap();
        walk(
            &dir,
            |path| path != Path::new(".git"),
            |path, kind| {
                all.push(format!("{} {:?}", path.display(), kind.unwrap()));
            },
        );
        all
    }

    #[test]
    fn finds_all_files_in_order_and_follows_no_links() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for dir in ["b/c", "b/e", ".git/x", "empty"] {
            fs::create_dir_all(at(dir)).unwrap();
        }
        for file in ["a", "b/c/d", "b/f", ".git/x/y", "z"] {
            fs::write(at(file), "").unwrap();
        }
        symlink("b", at("link")).unwrap();
        let expected = [
            "a RegularFile",
            "b/c/d RegularFile",
            "b/f RegularFile",
            "link Symlink",
            "z RegularFile",
        ];
        assert_eq!(found(root.path()), expected);
    }

    #[test]
    fn walks_deeper_than_the_limits_on_paths_and_open_files() {
        let root = tempfile::tempdir().unwrap();
        let mut dir = Dir::open(root.path()).unwrap();
        let name = PathBuf::from("d".repeat(100));
        for _ in 0..60 {
            rustix::fs::mkdirat(&dir, &name, Mode::RWXU).unwrap();
            dir = dir.open_below(&name).unwrap();
        }
        let flags = OFlags::CREATE | OFlags::WRONLY;
        drop(dir.open_file(OsStr::new("x"), flags, Mode::RUSR).unwrap());
        let found = found(root.path());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].len(), 60 * 101 + "x RegularFile".len());
    }
}

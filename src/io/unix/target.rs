//! Finding out what the path of an output stands for.

use super::dir::Dir;
use rustix::fs::{FileType, Mode, OFlags, readlinkat};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the path of an output stands for.
#[derive(Debug)]
pub(crate) enum Target {
    /// A stream of this process, such as `/dev/stdout`.
    Stream(File),
    /// The device, FIFO or socket of this name.
    Special(Arc<Dir>, OsString),
    /// A name in a directory. There is a regular file of that name, or nothing.
    Name(Arc<Dir>, OsString),
}

/// The number of links to follow at most, as in the kernel.
const LINKS: usize = 40;

impl Target {
    /// Finds out what a path stands for. Follows links, including links to files that do not exist.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let mut path = path.to_owned();
        // The directory that the path is relative to, if it comes from a link.
        let mut base: Option<Dir> = None;
        for _ in 0..=LINKS {
            if let Some(file) = stream(&path)? {
                return Ok(Self::Stream(file));
            }
            let (dir, name) = match &base {
                Some(base) => base.dir_of(&path)?,
                None => Dir::of(&path)?,
            };
            match dir.look(&name).map(|stat| FileType::from_raw_mode(stat.st_mode)) {
                Ok(FileType::Symlink) => {
                    let link = readlinkat(&dir, &name, Vec::new())?;
                    path = PathBuf::from(OsString::from_vec(link.into_bytes()));
                    base = Some(dir);
                }
                Ok(FileType::RegularFile) => return Ok(Self::Name(dir.into(), name)),
                Ok(FileType::Directory) => return Err(Errno::ISDIR.into()),
                Ok(_) => return Ok(Self::Special(dir.into(), name)),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    return Ok(Self::Name(dir.into(), name));
                }
                Err(error) => return Err(error),
            }
        }
        Err(Errno::LOOP.into())
    }
}

/// Returns whether the path is a name of this process's standard output, such as `/dev/stdout`.
pub(crate) fn is_standard_output(path: &Path) -> bool {
    use super::version::FileId;
    use rustix::fs::{Stat, fstat};

    let id = |stat: rustix::io::Result<Stat>| stat.map(|stat| FileId::from(&stat));
    match Target::of(path) {
        Ok(Target::Stream(file)) => {
            let own = id(fstat(rustix::stdio::stdout()));
            own.is_ok() && id(fstat(&file)) == own
        }
        _ => false,
    }
}

/// Opens a device or FIFO for writing. Blocks while a FIFO has no reader.
pub(crate) fn open_special(dir: &Dir, name: &OsStr) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NOCTTY;
    let file = dir.open_file(name, flags, Mode::empty())?;
    // Do not overwrite a regular file that replaced it in the meantime.
    if file.metadata()?.is_file() { Err(Errno::EXIST.into()) } else { Ok(file) }
}

/// Returns a duplicate of the stream of this process that the path names, if it names one.
fn stream(path: &Path) -> io::Result<Option<File>> {
    let bytes = path.as_os_str().as_bytes();
    let number = match bytes {
        b"/dev/stdout" => Some("1"),
        b"/dev/stderr" => Some("2"),
        _ => [&b"/dev/fd/"[..], b"/proc/self/fd/", b"/proc/thread-self/fd/"]
            .into_iter()
            .find_map(|directory| std::str::from_utf8(bytes.strip_prefix(directory)?).ok()),
    };
    match number.and_then(|number| number.parse().ok()) {
        None => Ok(None),
        Some(number) => duplicate(number).map(Some),
    }
}

/// Returns a duplicate of a stream, which continues at the stream's offset. Opening the path would
/// start at offset 0 and overwrite the output of others.
fn duplicate(number: i32) -> io::Result<File> {
    let file = match number {
        1 => File::from(rustix::io::dup(rustix::stdio::stdout())?),
        2 => File::from(rustix::io::dup(rustix::stdio::stderr())?),
        number => other(number)?,
    };
    Ok(file)
}

/// Duplicates any other stream, which only the system can find by its number.
#[cfg(target_os = "linux")]
fn other(number: i32) -> io::Result<File> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    let own = pidfd_open(getpid(), PidfdFlags::empty())?;
    match pidfd_getfd(own, number, PidfdGetfdFlags::empty()) {
        Ok(file) => Ok(File::from(file)),
        Err(Errno::BADF) => Err(Errno::BADF.into()),
        // Linux before 5.6, or forbidden here. Its end is the best guess for the offset.
        Err(_) => File::options().append(true).open(format!("/proc/self/fd/{number}")),
    }
}

#[cfg(not(target_os = "linux"))]
fn other(number: i32) -> io::Result<File> {
    File::options().append(true).open(format!("/dev/fd/{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn name(path: &Path) -> OsString {
        match Target::of(path).unwrap() {
            Target::Name(dir, name) => {
                let flags = OFlags::WRONLY | OFlags::CREATE;
                drop(dir.open_file(&name, flags, Mode::RUSR | Mode::WUSR).unwrap());
                name
            }
            target => panic!("{target:?}"),
        }
    }

    #[test]
    fn follows_links_to_existing_and_to_missing_files() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir(at("d")).unwrap();
        symlink("d/t", at("l")).unwrap();
        symlink("l", at("m")).unwrap();
        symlink(at("d/absolute"), at("a")).unwrap();
        assert_eq!(name(&at("m")), "t");
        assert_eq!(name(&at("a")), "absolute");
        assert!(at("d/t").exists() && at("d/absolute").exists());
        assert_eq!(name(&at("l")), "t");
        symlink("loop", at("loop")).unwrap();
        assert!(Target::of(&at("loop")).is_err());
        assert!(Target::of(&at("d")).is_err());
        assert!(Target::of(&at("missing/x")).is_err());
    }

    #[test]
    fn recognises_devices_and_streams() {
        let root = tempfile::tempdir().unwrap();
        let link = root.path().join("link");
        symlink("/dev/null", &link).unwrap();
        for path in [Path::new("/dev/null"), &link] {
            let Target::Special(dir, name) = Target::of(path).unwrap() else { panic!("{path:?}") };
            open_special(&dir, &name).unwrap();
        }
        assert!(matches!(Target::of(Path::new("/dev/stdout")).unwrap(), Target::Stream(_)));
        assert!(Target::of(Path::new("/proc/self/fd/987654")).is_err());
    }
}

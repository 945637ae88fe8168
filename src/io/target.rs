//! Where an output goes that is asked for by its path.

use super::dir::Dir;
use rustix::fs::{FileType, Mode, OFlags, readlinkat};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where an output goes.
#[derive(Debug)]
pub(crate) enum Target {
    /// Into a stream of this process, such as `/dev/stdout`.
    Stream(File),
    /// Into the device, FIFO or socket of this name.
    Special(Arc<Dir>, OsString),
    /// To this name in this directory. There is a regular file, or nothing.
    Name(Arc<Dir>, OsString),
}

/// As many links are followed as the kernel follows.
const LINKS: usize = 40;

impl Target {
    /// Finds what a path stands for. Links are followed, also to what is not there yet.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let mut path = path.to_owned();
        // What the path is relative to, once it came out of a link.
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

/// Whether the path is a name of this process's standard output, such as `/dev/stdout`.
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

/// Opens a device or FIFO to be written to. Blocks while a FIFO has no reader.
pub(crate) fn open_special(dir: &Dir, name: &OsStr) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NOCTTY;
    let file = dir.open_file(name, flags, Mode::empty())?;
    // Nothing of a file that took its place in between is overwritten.
    if file.metadata()?.is_file() { Err(Errno::EXIST.into()) } else { Ok(file) }
}

/// The stream of this process that a path is the name of.
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

/// A duplicate, which writes on where the stream is. A path would begin at the file's start, and
/// overwrite what others have written to it.
fn duplicate(number: i32) -> io::Result<File> {
    let file = match number {
        1 => File::from(rustix::io::dup(rustix::stdio::stdout())?),
        2 => File::from(rustix::io::dup(rustix::stdio::stderr())?),
        number => other(number)?,
    };
    Ok(file)
}

/// Any other stream, which only the system can find by its number.
#[cfg(target_os = "linux")]
fn other(number: i32) -> io::Result<File> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    let own = pidfd_open(getpid(), PidfdFlags::empty())?;
    match pidfd_getfd(own, number, PidfdGetfdFlags::empty()) {
        Ok(file) => Ok(File::from(file)),
        Err(Errno::BADF) => Err(Errno::BADF.into()),
        // Not before Linux 5.6, and not where it is forbidden: at its end is the best guess.
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
                drop(dir.open_file(&name, flags, Mode::RUSR).unwrap());
                name
            }
            target => panic!("{target:?}"),
        }
    }

    #[test]
    fn links_are_followed_to_what_is_there_and_to_what_is_not() {
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
    fn devices_and_streams_are_written_to() {
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

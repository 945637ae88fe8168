//! The identity of a file, and what changes when it is written to.

use rustix::fs::Stat;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

/// The device and inode number of a file: its identity, under any name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileId {
    device: u64,
    inode: u64,
}

/// The identity, length and times of a file, which stay the same as long as nobody writes to it.
///
/// The modification time can be set back, as `touch -d` and `cp -p` do; the change time cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    id: FileId,
    pub(crate) length: u64,
    modified: (i128, i128),
    changed: (i128, i128),
}

impl From<&Metadata> for FileId {
    fn from(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

#[allow(clippy::useless_conversion, reason = "the types of the fields differ between systems")]
impl From<&Stat> for FileId {
    fn from(stat: &Stat) -> Self {
        // Numbers that do not fit are all mapped to the same value, on both sides of a comparison.
        let number = |number: i128| u64::try_from(number).unwrap_or(u64::MAX);
        Self { device: number(stat.st_dev.into()), inode: number(stat.st_ino.into()) }
    }
}

impl From<&Metadata> for Version {
    fn from(metadata: &Metadata) -> Self {
        Self {
            id: metadata.into(),
            length: metadata.len(),
            modified: (metadata.mtime().into(), metadata.mtime_nsec().into()),
            changed: (metadata.ctime().into(), metadata.ctime_nsec().into()),
        }
    }
}

#[allow(clippy::useless_conversion, reason = "the types of the fields differ between systems")]
impl From<&Stat> for Version {
    fn from(stat: &Stat) -> Self {
        Self {
            id: stat.into(),
            length: u64::try_from(stat.st_size).unwrap_or(0),
            modified: (stat.st_mtime.into(), stat.st_mtime_nsec.into()),
            changed: (stat.st_ctime.into(), stat.st_ctime_nsec.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Dir;
    use std::fs::{self, File, FileTimes};

    #[test]
    fn setting_the_modification_time_back_does_not_hide_a_change() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        fs::write(&path, "one").unwrap();
        let before = fs::metadata(&path).unwrap();
        let (held, name) = Dir::of(&path).unwrap();
        let look = || Version::from(&held.look(&name).unwrap());
        assert_eq!(Version::from(&before), look());
        // The clock that stamps files does not tick at every write.
        while Version::from(&before).changed == look().changed {
            fs::write(&path, "two").unwrap();
            let times = FileTimes::new().set_modified(before.modified().unwrap());
            File::options().write(true).open(&path).unwrap().set_times(times).unwrap();
        }
        assert_eq!(look().modified, Version::from(&before).modified);
        assert_ne!(look(), Version::from(&before));
    }
}

//! What a header says of the file that the data was (RFC 1952, section 2.3.1).

use super::GzipError;
use super::file::Stored;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The name and time that a header may keep. By default it keeps neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The file's name, as far as it is kept, without the zero at its end.
    pub name: Option<Vec<u8>>,
    /// When the file was last modified, in seconds since 1970; 0 is unknown.
    pub time: u32,
    /// Whether the file has a time that a header has no room for, before 1970 or after 2106.
    pub out_of_range: bool,
}

impl Origin {
    /// A file's name, without the directories, and its time, where the header has room for it.
    #[must_use]
    pub fn of(path: &Path, metadata: &Metadata) -> Self {
        let name = path.file_name().map(|name| name.as_bytes().to_vec());
        Self { name, ..Self::timed(metadata) }
    }

    /// Only the time, as of an input that came without a name. Only a regular file has one.
    #[must_use]
    pub fn timed(metadata: &Metadata) -> Self {
        let time = u32::try_from(metadata.mtime()).unwrap_or(0);
        let is_file = metadata.is_file();
        Self {
            name: None,
            time: if is_file { time } else { 0 },
            out_of_range: is_file && time == 0,
        }
    }

    /// No more of it than is to be stored.
    #[must_use]
    pub fn only(self, stored: Stored) -> Self {
        Self {
            name: self.name.filter(|_| stored.name),
            time: if stored.time { self.time } else { 0 },
            out_of_range: stored.time && self.out_of_range,
        }
    }

    /// The last component of the stored name, where one is stored.
    ///
    /// Whoever made the file chose the name, so it may not lead to another directory: one that is
    /// empty, `.` or `..` is refused with [`GzipError::BadName`].
    pub fn file_name(&self) -> Result<Option<&OsStr>, GzipError> {
        let Some(name) = &self.name else { return Ok(None) };
        match name.rsplit(|&byte| byte == b'/').next() {
            None | Some(b"" | b"." | b"..") => Err(GzipError::BadName),
            Some(last) => Ok(Some(OsStr::from_bytes(last))),
        }
    }

    /// The time, if it is known.
    #[must_use]
    pub fn modified(&self) -> Option<SystemTime> {
        (self.time != 0).then(|| SystemTime::UNIX_EPOCH + Duration::from_secs(self.time.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_name_stays_in_its_directory() {
        let last = |name: &str| {
            let origin = Origin { name: Some(name.into()), ..Origin::default() };
            origin.file_name().map(|name| name.unwrap().to_str().unwrap().to_owned()).ok()
        };
        for (name, expected) in [
            ("x", Some("x")),
            ("../../x", Some("x")),
            ("/etc/x", Some("x")),
            ("", None),
            ("/", None),
            ("x/", None),
            (".", None),
            ("..", None),
            ("x/..", None),
        ] {
            assert_eq!(last(name).as_deref(), expected, "{name}");
        }
        assert!(Origin::default().file_name().unwrap().is_none());
    }
}

//! The name and time of a file, stored in the header and restored from it (RFC 1952, section 2.3.1).

use super::FileOptions;
use crate::gzip::{Error, HeaderInfo};
use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

impl HeaderInfo {
    /// A file's name, without the directories, and its time.
    pub(crate) fn of(path: &Path, metadata: &Metadata) -> Self {
        let name = path.file_name().map(|name| name.as_bytes().to_vec());
        Self { name, ..Self::timed(metadata) }
    }

    /// Only the time, for an input without a name. Only a regular file has one.
    pub(crate) fn timed(metadata: &Metadata) -> Self {
        let time = u32::try_from(metadata.mtime()).unwrap_or(0);
        let is_file = metadata.is_file();
        Self {
            name: None,
            time: if is_file { time } else { 0 },
            out_of_range: is_file && time == 0,
        }
    }

    /// Only what the options want stored or restored.
    pub(crate) fn filtered(self, options: &FileOptions) -> Self {
        Self {
            name: self.name.filter(|_| options.store_name),
            time: if options.store_time { self.time } else { 0 },
            out_of_range: options.store_time && self.out_of_range,
        }
    }

    /// The last component of the stored name, if one is stored.
    ///
    /// The name comes from the maker of the file, so it must not lead to another directory: an
    /// empty one, `.` and `..` are [`Error::BadName`].
    pub(super) fn file_name(&self) -> Result<Option<&OsStr>, Error> {
        let Some(name) = &self.name else { return Ok(None) };
        match name.rsplit(|&byte| byte == b'/').next() {
            None | Some(b"" | b"." | b"..") => Err(Error::BadName),
            Some(last) => Ok(Some(OsStr::from_bytes(last))),
        }
    }

    /// The time, if it is known.
    pub(super) fn modified(&self) -> Option<SystemTime> {
        (self.time != 0).then(|| SystemTime::UNIX_EPOCH + Duration::from_secs(self.time.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_name_stays_in_its_directory() {
        let last = |name: &str| {
            let header_info = HeaderInfo { name: Some(name.into()), ..HeaderInfo::default() };
            header_info.file_name().map(|name| name.unwrap().to_str().unwrap().to_owned()).ok()
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
        assert!(HeaderInfo::default().file_name().unwrap().is_none());
    }
}

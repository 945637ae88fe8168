//! The suffixes of gzip files' names.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The usual suffix.
pub(super) const USUAL: &str = ".gz";

/// The suffixes that are recognized besides the chosen one, in lower case.
const KNOWN: [&[u8]; 7] = [b".gz", b".z", b".taz", b".tgz", b"-gz", b"-z", b"_z"];

/// The suffix of a gzip file's name: the chosen one or another known one, in any case. `None` also
/// if nothing would be left without it.
pub(crate) fn of<'a>(path: &'a Path, chosen: &OsStr) -> Option<&'a OsStr> {
    let name = path.as_os_str().as_bytes();
    let ends = |suffix: &[u8]| {
        let start = name.len().checked_sub(suffix.len()).filter(|&start| start > 0)?;
        let fits = name[start - 1] != b'/' && name[start..].eq_ignore_ascii_case(suffix);
        fits.then(|| OsStr::from_bytes(&name[start..]))
    };
    let chosen = Some(chosen.as_bytes()).filter(|chosen| !chosen.is_empty());
    chosen.into_iter().chain(KNOWN).find_map(ends)
}

/// The name with the suffix.
pub(super) fn add(path: &Path, suffix: &OsStr) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The name without its suffix, `.tar` in place of `.tgz`; `None` if it has none.
pub(super) fn strip(path: &Path, chosen: &OsStr) -> Option<PathBuf> {
    let suffix = of(path, chosen)?;
    let mut name = path.as_os_str().as_bytes().to_vec();
    name.truncate(name.len() - suffix.len());
    if [".tgz", ".taz"].iter().any(|tar| suffix.eq_ignore_ascii_case(tar)) {
        name.extend(b".tar");
    }
    Some(OsString::from_vec(name).into())
}

/// Whether a symbolic link exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// It does, even if its target does not.
    Themselves,
    /// If its target does.
    Followed,
}

/// The gzip file that a name stands for: if there is no `NAME`, there may be a `NAME.gz`.
pub(crate) fn find(path: PathBuf, chosen: &OsStr, links: Links) -> PathBuf {
    let exists = |path: &Path| match links {
        Links::Themselves => path.symlink_metadata().is_ok(),
        Links::Followed => path.exists(),
    };
    if exists(&path) || of(&path, chosen).is_some() {
        return path;
    }
    let others = [".gz", ".z", "-z", ".Z"].map(OsStr::new);
    let mut names = [chosen].into_iter().chain(others).map(|suffix| add(&path, suffix));
    names.find(|name| exists(name)).unwrap_or_else(|| add(&path, chosen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_recognized_in_any_case() {
        let stripped = |name: &str| strip(Path::new(name), OsStr::new(".foo"));
        for (name, expected) in [
            ("x.gz", Some("x")),
            ("d/x.GZ", Some("d/x")),
            ("x.foo", Some("x")),
            ("x.Z", Some("x")),
            ("x-gz", Some("x")),
            ("x_z", Some("x")),
            ("x.tgz", Some("x.tar")),
            ("x.TAZ", Some("x.tar")),
            (".gz", None),
            ("d/.gz", None),
            ("x.gzip", None),
            ("gz", None),
        ] {
            assert_eq!(stripped(name), expected.map(PathBuf::from), "{name}");
        }
    }
}

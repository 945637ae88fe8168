//! The endings of gzip files' names.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The usual ending.
pub const USUAL: &str = ".gz";

/// The endings that are known beside the chosen one, in lower case.
const KNOWN: [&[u8]; 7] = [b".gz", b".z", b".taz", b".tgz", b"-gz", b"-z", b"_z"];

/// The ending of a gzip file's name: the chosen one or another that is known, in any case. `None`
/// also where nothing would be left without it.
#[must_use]
pub fn of<'a>(path: &'a Path, chosen: &OsStr) -> Option<&'a OsStr> {
    let name = path.as_os_str().as_bytes();
    let ends = |suffix: &[u8]| {
        let start = name.len().checked_sub(suffix.len()).filter(|&start| start > 0)?;
        let fits = name[start - 1] != b'/' && name[start..].eq_ignore_ascii_case(suffix);
        fits.then(|| OsStr::from_bytes(&name[start..]))
    };
    let chosen = Some(chosen.as_bytes()).filter(|chosen| !chosen.is_empty());
    chosen.into_iter().chain(KNOWN).find_map(ends)
}

/// The name with the ending.
pub(super) fn add(path: &Path, suffix: &OsStr) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The name without its ending, `.tar` in place of `.tgz`; `None` if it has none.
pub(super) fn strip(path: &Path, chosen: &OsStr) -> Option<PathBuf> {
    let suffix = of(path, chosen)?;
    let mut name = path.as_os_str().as_bytes().to_vec();
    name.truncate(name.len() - suffix.len());
    if [".tgz", ".taz"].iter().any(|tar| suffix.eq_ignore_ascii_case(tar)) {
        name.extend(b".tar");
    }
    Some(OsString::from_vec(name).into())
}

/// What counts of a symbolic link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// The link itself: it is there, even if what it points to is not.
    Themselves,
    /// What it points to.
    Followed,
}

/// The gzip file that is meant: where there is no `NAME` there may be a `NAME.gz`.
#[must_use]
pub fn find(path: PathBuf, chosen: &OsStr, links: Links) -> PathBuf {
    let is_there = |path: &Path| match links {
        Links::Themselves => path.symlink_metadata().is_ok(),
        Links::Followed => path.exists(),
    };
    if is_there(&path) || of(&path, chosen).is_some() {
        return path;
    }
    let others = [".gz", ".z", "-z", ".Z"].map(OsStr::new);
    let mut names = [chosen].into_iter().chain(others).map(|suffix| add(&path, suffix));
    names.find(|name| is_there(name)).unwrap_or_else(|| add(&path, chosen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_known_in_any_case() {
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

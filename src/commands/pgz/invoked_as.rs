//! The name that `pgz` was called by: under one of gzip's names, it behaves as that command does.

use crate::commands::common::arguments::Convention;
use std::ffi::OsStr;
use std::path::Path;

/// The command that the name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InvokedAs {
    /// `pgz`, or any name that is not gzip's: inputs are kept, headers store nothing.
    Pgz,
    /// `gzip`: inputs are removed, headers store name and time.
    Gzip,
    /// `gunzip`, `unpigz` or `uncompress`: as `gzip -d`.
    Gunzip(&'static str),
    /// `zcat` or `gzcat`: as `gzip -cd`.
    Zcat(&'static str),
}

impl InvokedAs {
    /// Determines it from the last component of the command's path.
    #[must_use]
    pub(super) fn of(command: &OsStr) -> Self {
        match Path::new(command).file_name().and_then(OsStr::to_str) {
            Some("gzip") => Self::Gzip,
            Some("gunzip") => Self::Gunzip("gunzip"),
            Some("unpigz") => Self::Gunzip("unpigz"),
            Some("uncompress") => Self::Gunzip("uncompress"),
            Some("zcat") => Self::Zcat("zcat"),
            Some("gzcat") => Self::Zcat("gzcat"),
            _ => Self::Pgz,
        }
    }

    /// Returns the name that messages begin with.
    #[must_use]
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pgz => "pgz",
            Self::Gzip => "gzip",
            Self::Gunzip(name) | Self::Zcat(name) => name,
        }
    }

    /// Whether it has GNU gzip's defaults and messages.
    #[must_use]
    pub(super) fn is_gnu(self) -> bool {
        self != Self::Pgz
    }

    /// Whether it decompresses by default.
    #[must_use]
    pub(super) fn decompresses(self) -> bool {
        self.is_zcat() || matches!(self, Self::Gunzip(_))
    }

    /// Whether it writes to standard output by default, and removes nothing.
    #[must_use]
    pub(super) fn is_zcat(self) -> bool {
        matches!(self, Self::Zcat(_))
    }

    /// Returns how it reports usage errors and its version.
    #[must_use]
    pub(super) fn convention(self) -> Convention {
        if self.is_gnu() { Convention::Gnu } else { Convention::Toolkit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_component_counts() {
        for (command, invoked_as) in [
            ("gzip", InvokedAs::Gzip),
            ("/usr/bin/gunzip", InvokedAs::Gunzip("gunzip")),
            ("unpigz", InvokedAs::Gunzip("unpigz")),
            ("uncompress", InvokedAs::Gunzip("uncompress")),
            ("./zcat", InvokedAs::Zcat("zcat")),
            ("gzcat", InvokedAs::Zcat("gzcat")),
            ("/gzip/pgz", InvokedAs::Pgz),
            ("parallel-gz", InvokedAs::Pgz),
            ("gzip2", InvokedAs::Pgz),
        ] {
            assert_eq!(InvokedAs::of(command.as_ref()), invoked_as, "{command}");
            assert!(!invoked_as.is_gnu() || command.ends_with(invoked_as.name()));
        }
    }
}

//! Whom `pgz` stands in for: called by the name of one of gzip's commands, it behaves as that does.

use crate::commands::common::exit::Exit;
use std::ffi::OsStr;
use std::path::Path;

/// The name that the process was called by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persona {
    /// Itself: originals stay, headers store nothing.
    Pgz,
    /// `gzip`: originals go away, headers store name and time.
    Gzip,
    /// `gunzip`, `unpigz` or `uncompress`: the same, the other way.
    Gunzip(&'static str),
    /// `zcat` or `gzcat`: decompresses to standard output.
    Zcat(&'static str),
}

impl Persona {
    /// By the last component of a command's name. By any other name it is itself.
    #[must_use]
    pub fn of(command: &OsStr) -> Self {
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

    /// The name that its messages begin with.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pgz => "pgz",
            Self::Gzip => "gzip",
            Self::Gunzip(name) | Self::Zcat(name) => name,
        }
    }

    /// Whether it has GNU gzip's defaults and words.
    #[must_use]
    pub fn is_gnu(self) -> bool {
        self != Self::Pgz
    }

    /// Whether it decompresses without being told to.
    #[must_use]
    pub fn decompresses(self) -> bool {
        self.is_zcat() || matches!(self, Self::Gunzip(_))
    }

    /// Whether it writes to standard output without being told to, and removes nothing.
    #[must_use]
    pub fn is_zcat(self) -> bool {
        matches!(self, Self::Zcat(_))
    }

    /// How options that make no sense end: `gzip` has 1 for it.
    #[must_use]
    pub fn usage(self) -> Exit {
        if self.is_gnu() { Exit::Failure } else { Exit::Warning }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_component_counts() {
        for (command, persona) in [
            ("gzip", Persona::Gzip),
            ("/usr/bin/gunzip", Persona::Gunzip("gunzip")),
            ("unpigz", Persona::Gunzip("unpigz")),
            ("uncompress", Persona::Gunzip("uncompress")),
            ("./zcat", Persona::Zcat("zcat")),
            ("gzcat", Persona::Zcat("gzcat")),
            ("/gzip/pgz", Persona::Pgz),
            ("parallel-gz", Persona::Pgz),
            ("gzip2", Persona::Pgz),
        ] {
            assert_eq!(Persona::of(command.as_ref()), persona, "{command}");
            assert!(!persona.is_gnu() || command.ends_with(persona.name()));
        }
    }
}

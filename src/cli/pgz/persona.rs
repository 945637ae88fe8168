//! Whom `pgz` stands in for: called by the name of one of gzip's commands, it behaves as that does.

use crate::cli::exit::Exit;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// The name that the process was called by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persona {
    /// Itself: originals stay, headers store nothing.
    Pgz,
    /// `gzip`: originals go away, headers store name and time.
    Gzip,
    /// `gunzip`: the same, the other way.
    Gunzip,
    /// `zcat`: decompresses to standard output.
    Zcat,
}

impl Persona {
    /// By the last component of a command's name. By any other name it is itself.
    #[must_use]
    pub fn of(command: &OsStr) -> Self {
        match Path::new(command).file_name().and_then(OsStr::to_str) {
            Some("gzip") => Self::Gzip,
            Some("gunzip") => Self::Gunzip,
            Some("zcat") => Self::Zcat,
            _ => Self::Pgz,
        }
    }

    /// The name that its messages begin with.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pgz => "pgz",
            Self::Gzip => "gzip",
            Self::Gunzip => "gunzip",
            Self::Zcat => "zcat",
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
        matches!(self, Self::Gunzip | Self::Zcat)
    }

    /// How options that make no sense end: `gzip` has 1 for it.
    #[must_use]
    pub fn usage(self) -> Exit {
        if self.is_gnu() { Exit::Failure } else { Exit::Warning }
    }

    /// The arguments of this process, with those from the variable `GZIP` before them where that
    /// counts; an error where it holds what it may not.
    pub fn arguments(self) -> Result<Vec<OsString>, String> {
        let mut arguments: Vec<_> = env::args_os().collect();
        let first = arguments.len().min(1);
        if let Some(variable) = env::var_os("GZIP").filter(|_| self.is_gnu()) {
            let variable = variable.to_string_lossy();
            let defaults = variable.split_ascii_whitespace().map(harmless);
            let defaults = defaults.collect::<Result<Vec<_>, _>>()?;
            arguments.splice(first..first, defaults);
        }
        Ok(arguments)
    }
}

/// An option that changes no more than how well or how safely it compresses.
fn harmless(option: &str) -> Result<OsString, String> {
    let long = ["--fast", "--best", "--rsyncable", "--synchronous"];
    let digits = option.strip_prefix('-').unwrap_or_default();
    let level = !digits.is_empty() && digits.bytes().all(|digit| (b'1'..=b'9').contains(&digit));
    if level || long.contains(&option) {
        return Ok(option.into());
    }
    let kind = if option.starts_with('-') { "option not valid" } else { "non-option" };
    Err(format!("{option}: {kind} in GZIP environment variable"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_component_counts() {
        for (command, persona) in [
            ("gzip", Persona::Gzip),
            ("/usr/bin/gunzip", Persona::Gunzip),
            ("./zcat", Persona::Zcat),
            ("/gzip/pgz", Persona::Pgz),
            ("parallel-gz", Persona::Pgz),
            ("gzip2", Persona::Pgz),
        ] {
            assert_eq!(Persona::of(command.as_ref()), persona, "{command}");
        }
    }

    #[test]
    fn the_environment_may_not_change_what_is_done() {
        for option in ["-1", "-9", "-19", "--best", "--rsyncable", "--synchronous"] {
            assert!(harmless(option).is_ok(), "{option}");
        }
        for option in ["-", "-c", "-1c", "-0", "--", "--stdout", "x", "-d", "--rm"] {
            assert!(harmless(option).is_err(), "{option}");
        }
    }
}

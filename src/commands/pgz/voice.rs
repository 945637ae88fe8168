//! How `pgz` tells what became of a file: in gzip's words.

use super::persona::Persona;
use crate::commands::common::Exit;
use crate::commands::common::message::{self, Name};
use crate::gzip::{Error, Totals, suffix};
use std::ffi::OsString;
use std::path::Path;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Warnings too.
    Usual,
    /// Every file, too.
    Verbose,
}

/// Who speaks, and how much.
#[derive(Clone, Debug)]
pub struct Voice {
    /// In whose name.
    pub persona: Persona,
    /// How much.
    pub verbosity: Verbosity,
    /// Whether directories are walked: that their files have the wrong ending is no news then.
    pub recursive: bool,
    /// What the names of gzip files end in.
    pub suffix: OsString,
}

impl Voice {
    /// Whether each file has a line of its own.
    #[must_use]
    pub fn is_verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    /// Whether only errors are told.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    /// Tells that a file or stream was done; `end` ends its line, where every file has one.
    pub(super) fn success(&self, file: &Path, of: &Totals, end: Option<String>) -> Exit {
        let warned = of.trailing_garbage || of.out_of_range;
        let name = Name(file);
        let is_stdin = file == Path::new("stdin");
        let (begin, end) = match end.filter(|_| self.is_verbose()) {
            None => Default::default(),
            // As in gzip, a warning is the last word on standard input.
            Some(_) if is_stdin && of.trailing_garbage && !of.more_entries => Default::default(),
            Some(end) if is_stdin => (String::new(), format!("{end}\n")),
            Some(end) => (format!("{name}:\t"), format!("{end}\n")),
        };
        let me = self.persona.name();
        let warning = match () {
            () if self.is_quiet() => String::new(),
            () if of.more_entries => {
                format!("{me}: {name} has more than one entry--rest ignored\n")
            }
            () if of.trailing_garbage => {
                let text = "decompression OK, trailing garbage ignored";
                format!("{}{me}: {name}: {text}\n", self.break_line())
            }
            () if of.out_of_range => {
                let text = "warning: file timestamp out of range for gzip format";
                format!("{me}: {name}: {text}\n")
            }
            () => String::new(),
        };
        // gzip begins the line of a file before it knows how it ends.
        let gnu = self.persona.is_gnu();
        let lines = if gnu { [begin, warning, end] } else { [warning, begin, end] };
        if lines.iter().any(|line| !line.is_empty()) {
            message::print(&lines.concat());
        }
        if warned { Exit::Warning } else { Exit::Success }
    }

    /// Tells why a file was not done.
    pub(super) fn failure(&self, file: &Path, error: &Error) -> Exit {
        let exit = match grade(error) {
            // As in `gzip`, it counts as a warning only if it is reported.
            Exit::Warning if matches!(error, Error::NoSuffix) && !self.wants(error) => {
                Exit::Success
            }
            exit => exit,
        };
        if exit == Exit::Failure || self.wants(error) {
            let in_data = matches!(error, Error::Truncated | Error::Corrupt(_) | Error::Zip(_));
            let is_stdin = file == Path::new("stdin");
            let begin = if in_data && !is_stdin && self.is_verbose() && self.persona.is_gnu() {
                format!("{}:\t", Name(file))
            } else {
                String::new()
            };
            let gap =
                if in_data || matches!(error, Error::NotGzip) { self.break_line() } else { "" };
            let text = self.words(file, error);
            message::print(&format!("{begin}{gap}{}: {text}\n", self.persona.name()));
        }
        exit
    }

    /// gzip writes complaints about data onto a line of their own, whether one was begun or not.
    fn break_line(&self) -> &'static str {
        if self.persona.is_gnu() { "\n" } else { "" }
    }

    fn wants(&self, error: &Error) -> bool {
        match error {
            Error::HasSuffix | Error::NoSuffix if self.recursive => self.is_verbose(),
            Error::Exists(_) => true,
            _ => !self.is_quiet(),
        }
    }

    /// gzip's words, which sometimes have a colon after the name and sometimes not.
    fn words(&self, file: &Path, error: &Error) -> String {
        let name = Name(file);
        match error {
            Error::Read(cause) => format!("{name}: {}", message::reason(cause)),
            Error::Write(cause) => {
                format!("{name}: cannot write the output: {}", message::reason(cause))
            }
            Error::Exists(target) => {
                let gap = if self.persona.is_gnu() { '\t' } else { ' ' };
                format!("{} already exists;{gap}not overwritten", Name(target))
            }
            Error::SizeChanged if self.persona.is_gnu() => {
                format!("{name}: file size changed while zipping")
            }
            Error::AlreadyWritten(target) => {
                format!("{} was already written by this run; not overwritten", Name(target))
            }
            Error::Attributes { target, source } => {
                format!("{}: cannot set mode or times: {}", Name(target), message::reason(source))
            }
            Error::NotKept(target) => {
                format!("{name}: not removed, since {} is not a regular file", Name(target))
            }
            Error::Changed => format!("{name}: changed while it was read -- not removed"),
            Error::Remove(cause) => {
                format!("{name}: cannot be removed: {}", message::reason(cause))
            }
            Error::HasSuffix => {
                let suffix = suffix::of(file, &self.suffix).unwrap_or_default();
                format!("{name} already has {} suffix -- unchanged", Name(Path::new(suffix)))
            }
            Error::NoSuffix => format!("{name}: unknown suffix -- ignored"),
            Error::BadName => format!("{name}: the stored name is empty, . or .. -- ignored"),
            Error::Directory => format!("{name} is a directory -- ignored"),
            Error::NotRegular => {
                format!("{name} is not a directory or a regular file - ignored")
            }
            Error::Linked(links) => {
                let s = if *links == 1 { "" } else { "s" };
                format!("{name} has {links} other link{s} -- file ignored")
            }
            Error::SetUserId => format!("{name} is set-user-ID on execution - ignored"),
            Error::SetGroupId => format!("{name} is set-group-ID on execution - ignored"),
            Error::Sticky => format!("{name} has the sticky bit set - file ignored"),
            Error::Corrupt(what) => format!("{name}: invalid compressed data--{what}"),
            Error::Unsupported(what) => format!("{name}: {what} -- not supported"),
            Error::Zip(what) => format!("{name}: {what} -- use unzip"),
            _ => format!("{name}: {}", message::reason(error)),
        }
    }
}

/// How grave an error is: what `gzip` leaves alone is a warning.
fn grade(error: &Error) -> Exit {
    match error {
        // Of a changed size gzip makes a message only.
        Error::HasSuffix | Error::SizeChanged => Exit::Success,
        Error::Exists(_)
        | Error::Directory
        | Error::NotRegular
        | Error::Linked(_)
        | Error::SetUserId
        | Error::SetGroupId
        | Error::Sticky
        | Error::NoSuffix
        | Error::NotKept(_)
        | Error::Attributes { .. } => Exit::Warning,
        _ => Exit::Failure,
    }
}

/// `63.2%`, right-aligned as gzip does it.
pub(super) fn saved(totals: &Totals) -> String {
    format!("{:5.1}%", totals.saved())
}

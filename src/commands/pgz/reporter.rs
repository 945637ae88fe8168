//! How `pgz` tells what became of a file: in gzip's words.

use super::invoked_as::InvokedAs;
use crate::commands::common::Exit;
use crate::commands::common::message::{self, Name};
use crate::gzip::{GzipError, Totals, suffix};
use std::ffi::OsString;
use std::path::Path;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verbosity {
    /// Errors only.
    Quiet,
    /// Warnings too.
    Usual,
    /// Every file, too.
    Verbose,
}

/// Who speaks, and how much.
#[derive(Clone, Debug)]
pub(super) struct Reporter {
    /// In whose name.
    pub(super) invoked_as: InvokedAs,
    /// How much.
    pub(super) verbosity: Verbosity,
    /// Whether directories are walked: that their files have the wrong ending is no news then.
    pub(super) recursive: bool,
    /// What the names of gzip files end in.
    pub(super) suffix: OsString,
}

impl Reporter {
    /// Whether each file has a line of its own.
    #[must_use]
    pub(super) fn is_verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    /// Whether only errors are told.
    #[must_use]
    pub(super) fn is_quiet(&self) -> bool {
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
        let me = self.invoked_as.name();
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
        let gnu = self.invoked_as.is_gnu();
        let lines = if gnu { [begin, warning, end] } else { [warning, begin, end] };
        if lines.iter().any(|line| !line.is_empty()) {
            message::print(&lines.concat());
        }
        if warned { Exit::Warning } else { Exit::Success }
    }

    /// Tells why a file was not done.
    pub(super) fn failure(&self, file: &Path, error: &GzipError) -> Exit {
        let exit = match grade(error) {
            // As in `gzip`, it counts as a warning only if it is reported.
            Exit::Warning if matches!(error, GzipError::NoSuffix) && !self.wants(error) => {
                Exit::Success
            }
            exit => exit,
        };
        if exit == Exit::Failure || self.wants(error) {
            let in_data =
                matches!(error, GzipError::Truncated | GzipError::Corrupt(_) | GzipError::Zip(_));
            let is_stdin = file == Path::new("stdin");
            let begin = if in_data && !is_stdin && self.is_verbose() && self.invoked_as.is_gnu() {
                format!("{}:\t", Name(file))
            } else {
                String::new()
            };
            let gap =
                if in_data || matches!(error, GzipError::NotGzip) { self.break_line() } else { "" };
            let text = self.words(file, error);
            message::print(&format!("{begin}{gap}{}: {text}\n", self.invoked_as.name()));
        }
        exit
    }

    /// gzip writes complaints about data onto a line of their own, whether one was begun or not.
    fn break_line(&self) -> &'static str {
        if self.invoked_as.is_gnu() { "\n" } else { "" }
    }

    fn wants(&self, error: &GzipError) -> bool {
        match error {
            GzipError::HasSuffix | GzipError::NoSuffix if self.recursive => self.is_verbose(),
            GzipError::Exists(_) => true,
            _ => !self.is_quiet(),
        }
    }

    /// gzip's words, which sometimes have a colon after the name and sometimes not.
    fn words(&self, file: &Path, error: &GzipError) -> String {
        let name = Name(file);
        let cause = message::reason(error);
        match error {
            GzipError::Exists(target) => {
                let gap = if self.invoked_as.is_gnu() { '\t' } else { ' ' };
                format!("{} already exists;{gap}not overwritten", Name(target))
            }
            GzipError::SizeChanged if self.invoked_as.is_gnu() => {
                format!("{name}: file size changed while zipping")
            }
            GzipError::AlreadyWritten(target) => {
                format!("{} was already written by this run; not overwritten", Name(target))
            }
            GzipError::Attributes { target, source } => {
                format!("{}: cannot set mode or times: {}", Name(target), message::reason(source))
            }
            GzipError::NotKept(target) => {
                format!("{name}: not removed, since {} is not a regular file", Name(target))
            }
            GzipError::HasSuffix => {
                let suffix = suffix::of(file, &self.suffix).unwrap_or_default();
                format!("{name} already has {} suffix -- unchanged", Name(Path::new(suffix)))
            }
            GzipError::Directory
            | GzipError::NotRegular
            | GzipError::Linked(_)
            | GzipError::SetUserId
            | GzipError::SetGroupId
            | GzipError::Sticky => format!("{name} {cause}"),
            _ => format!("{name}: {cause}"),
        }
    }
}

/// How grave an error is: what `gzip` leaves alone is a warning.
fn grade(error: &GzipError) -> Exit {
    match error {
        // Of a changed size gzip makes a message only.
        GzipError::HasSuffix | GzipError::SizeChanged => Exit::Success,
        GzipError::Exists(_)
        | GzipError::Directory
        | GzipError::NotRegular
        | GzipError::Linked(_)
        | GzipError::SetUserId
        | GzipError::SetGroupId
        | GzipError::Sticky
        | GzipError::NoSuffix
        | GzipError::NotKept(_)
        | GzipError::Attributes { .. } => Exit::Warning,
        _ => Exit::Failure,
    }
}

/// `63.2%`, right-aligned as gzip does it.
pub(super) fn saved(totals: &Totals) -> String {
    format!("{:5.1}%", totals.saved())
}

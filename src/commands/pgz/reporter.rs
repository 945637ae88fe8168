//! How `pgz` reports what was done with a file, and what was not: in gzip's words.

use super::invoked_as::InvokedAs;
use crate::commands::common::message::{self, Name};
use crate::commands::common::{Exit, stdio};
use crate::gzip::{Error, Totals, suffix};
use rustix::io::Errno;
use std::ffi::OsString;
use std::path::Path;

/// How much is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verbosity {
    /// Errors only.
    Quiet,
    /// Warnings too.
    Usual,
    /// A line for every file, too.
    Verbose,
}

/// Reports in the name of the command that was called.
#[derive(Clone, Debug)]
pub(super) struct Reporter {
    /// The name that the command was called by.
    pub(super) invoked_as: InvokedAs,
    /// How much is printed.
    pub(super) verbosity: Verbosity,
    /// Whether directories are walked, where a file with another suffix is not worth a message.
    pub(super) recursive: bool,
    /// Whether symbolic links are followed.
    pub(super) follows_links: bool,
    /// The suffix of compressed files.
    pub(super) suffix: OsString,
}

impl Reporter {
    /// Whether each file has a line of its own.
    #[must_use]
    pub(super) fn is_verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    /// Whether only errors are printed.
    #[must_use]
    pub(super) fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    /// Tells a user of `pgz` at a terminal that it waits for standard input.
    pub(super) fn announce_input(&self) {
        if !self.invoked_as.is_gnu() && !self.is_quiet() {
            stdio::announce_input(self.invoked_as.name());
        }
    }

    /// Reports a file or stream that succeeded; `end` is the end of its line with `-v`.
    pub(super) fn success(&self, file: &Path, of: &Totals, end: Option<String>) -> Exit {
        let warned = of.trailing_garbage || of.out_of_range;
        let name = Name(file);
        let is_stdin = file == Path::new("stdin");
        let (begin, end) = match end.filter(|_| self.is_verbose()) {
            None => Default::default(),
            // As in gzip, nothing follows a warning about standard input.
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
        // gzip begins a file's line before it knows how the file ends.
        let gnu = self.invoked_as.is_gnu();
        let lines = if gnu { [begin, warning, end] } else { [warning, begin, end] };
        if lines.iter().any(|line| !line.is_empty()) {
            message::print(&lines.concat());
        }
        if warned { Exit::Warning } else { Exit::Success }
    }

    /// Reports an error. Returns the exit status that it calls for.
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
            let begin = if in_data && !is_stdin && self.is_verbose() && self.invoked_as.is_gnu() {
                format!("{}:\t", Name(file))
            } else {
                String::new()
            };
            let gap =
                if in_data || matches!(error, Error::NotGzip) { self.break_line() } else { "" };
            let text = self.words(file, error);
            message::print(&format!("{begin}{gap}{}: {text}\n", self.invoked_as.name()));
        }
        exit
    }

    /// Reports how many files were left out since they are compressed already.
    pub(super) fn skipped(&self, count: usize) {
        if count > 0 && !self.is_quiet() {
            let files = if count == 1 { "file" } else { "files" };
            let text = format!("{count} {files} skipped: already compressed");
            message::line(self.invoked_as.name(), &text);
        }
    }

    /// gzip begins a new line for an error in the data, even if none was begun.
    fn break_line(&self) -> &'static str {
        if self.invoked_as.is_gnu() { "\n" } else { "" }
    }

    fn wants(&self, error: &Error) -> bool {
        match error {
            Error::HasSuffix | Error::NoSuffix if self.recursive => self.is_verbose(),
            Error::AlreadyCompressed => self.is_verbose(),
            Error::Exists(_) => true,
            _ => !self.is_quiet(),
        }
    }

    /// Returns what to print after the command's name.
    fn words(&self, file: &Path, error: &Error) -> String {
        let own = if self.invoked_as.is_gnu() { None } else { self.own_words(file, error) };
        own.unwrap_or_else(|| self.gzip_words(file, error))
    }

    /// Returns the sentence of `pgz` where it tells more than gzip's.
    fn own_words(&self, file: &Path, error: &Error) -> Option<String> {
        let name = Name(file);
        let is_loop = |error: &std::io::Error| {
            error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) && file.is_symlink()
        };
        match error {
            Error::Exists(target) => {
                Some(format!("{} already exists; not overwritten", Name(target)))
            }
            Error::SizeChanged => Some(format!("{name}: file size changed while it was read")),
            Error::Directory if !self.recursive => {
                Some(format!("{name} is a directory; -r processes the files in it"))
            }
            Error::Read(error) if is_loop(error) && !self.follows_links => {
                Some(format!("{name} is a symbolic link; -f follows it"))
            }
            _ => None,
        }
    }

    /// Returns gzip's sentence, which sometimes has a colon after the name and sometimes not.
    fn gzip_words(&self, file: &Path, error: &Error) -> String {
        let name = Name(file);
        match error {
            Error::Exists(target) => {
                format!("{} already exists;\tnot overwritten", Name(target))
            }
            Error::SizeChanged => format!("{name}: file size changed while zipping"),
            Error::AlreadyWritten(target) => {
                format!("{} was already written by this run; not overwritten", Name(target))
            }
            Error::Attributes { target, source } => {
                format!("{}: cannot set mode or times: {}", Name(target), message::reason(source))
            }
            Error::NotKept(target) => {
                format!("{name}: not removed, since {} is not a regular file", Name(target))
            }
            Error::Unverifiable(target) => {
                format!("{name}: cannot verify the output: {} is not a regular file", Name(target))
            }
            Error::HasSuffix => {
                let suffix = suffix::of(file, &self.suffix).unwrap_or_default();
                format!("{name} already has {} suffix -- unchanged", Name(Path::new(suffix)))
            }
            Error::Directory => format!("{name} is a directory -- ignored"),
            Error::NotRegular => {
                format!("{name} is not a directory or a regular file - ignored")
            }
            Error::Linked(1) => format!("{name} has 1 other link -- file ignored"),
            Error::Linked(links) => {
                format!("{name} has {links} other links -- file ignored")
            }
            Error::SetUserId => format!("{name} is set-user-ID on execution - ignored"),
            Error::SetGroupId => format!("{name} is set-group-ID on execution - ignored"),
            Error::Sticky => format!("{name} has the sticky bit set - file ignored"),
            _ => format!("{name}: {}", gzip_reason(error)),
        }
    }
}

/// Returns gzip's words for an error whose sentence begins with the file's name and a colon.
fn gzip_reason(error: &Error) -> String {
    match error {
        Error::Read(cause) => message::reason(cause),
        Error::Write(cause) => format!("cannot write the output: {}", message::reason(cause)),
        Error::Remove(cause) => format!("cannot be removed: {}", message::reason(cause)),
        Error::NoSuffix => "unknown suffix -- ignored".to_owned(),
        Error::BadName => "the stored name is empty, . or .. -- ignored".to_owned(),
        Error::ReadBack(cause) => {
            format!("cannot read the output back: {}", message::reason(cause))
        }
        Error::Changed => "changed while it was read -- not removed".to_owned(),
        Error::NotGzip => "not in gzip format".to_owned(),
        Error::AlreadyCompressed => "already compressed -- skipped".to_owned(),
        Error::Truncated => "unexpected end of file".to_owned(),
        Error::Corrupt(what) => format!("invalid compressed data--{what}"),
        Error::Unsupported(what) => format!("{what} -- not supported"),
        Error::Zip(what) => format!("{what} -- use unzip"),
        _ => message::reason(error),
    }
}

/// Returns how bad an error is: where `gzip` leaves a file alone, a warning.
fn grade(error: &Error) -> Exit {
    match error {
        // A changed size does not change gzip's exit status.
        Error::HasSuffix | Error::SizeChanged | Error::AlreadyCompressed => Exit::Success,
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

/// Returns `63.2%`, right-aligned as gzip does it.
pub(super) fn saved(totals: &Totals) -> String {
    format!("{:5.1}%", totals.saved())
}

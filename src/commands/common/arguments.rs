//! How every command reads its command line.
//!
//! Every option can be given more than once, and the last one counts: aliases and programs that call
//! a command add options of their own. Help goes to standard output, and failing to write it is an
//! error. A usage error is one sentence, with a hint where to look. The options' values are checked
//! by their parsers; what they cannot check, such as combinations, the command checks afterwards
//! and hands to [`Reader::refuse`].

use super::message::Escaped;
use super::{Exit, exit, generate, message, stdio, terminal};
use anyhow::Context;
use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, Command, CommandFactory, Error, FromArgMatches, Parser};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::ExitCode;

/// Reads the command line of one command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    /// The command's name, which messages begin with.
    pub name: &'static str,
    /// The sections of its man page that do not come from the definition of the command line, as roff.
    pub manual: &'static str,
    /// How it reports usage errors and its version.
    pub convention: Convention,
    /// Returns advice for an option that the command does not have.
    pub advice: fn(&str) -> Option<&'static str>,
}

/// How usage errors end, and what `--version` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Convention {
    /// Status 2, and `NAME 0.1.0 (csp-toolkit)`, with the name that the command was called by.
    Toolkit,
    /// GNU gzip's: status 1, a grave accent as the opening quote, and the version as the last word
    /// of its line.
    Gnu,
}

impl Reader {
    /// A command with the toolkit's convention and no advice of its own.
    #[must_use]
    pub(crate) fn new(name: &'static str, manual: &'static str) -> Self {
        Self { name, manual, convention: Convention::Toolkit, advice: |_| None }
    }

    /// Reads this process's arguments. The error is the status to exit with; its message has been
    /// printed.
    pub(crate) fn parse<T: Parser>(self) -> Result<T, ExitCode> {
        self.parse_from(T::command(), std::env::args_os().collect())
    }

    /// Reads these arguments, of which the first is the name that the command was called by. What
    /// they ask for in place of a run, such as help, is printed.
    pub(crate) fn parse_from<T: FromArgMatches>(
        self,
        command: Command,
        arguments: Vec<OsString>,
    ) -> Result<T, ExitCode> {
        let mut command = self.versioned(command.args_override_self(true), arguments.first());
        let matches = match command.try_get_matches_from_mut(&arguments) {
            Ok(matches) => matches,
            Err(error) => return Err(self.answer(error, &command, &arguments)),
        };
        if let Some(document) = self.document(&matches) {
            let name = plain(arguments.first()).unwrap_or(self.name);
            let printed =
                document.text(&command, name, self.manual).and_then(|text| stdio::print(&text));
            return Err(self.printed(printed));
        }
        T::from_arg_matches(&matches).map_err(|error| self.answer(error, &command, &arguments))
    }

    /// In gzip's place there is no `--generate`.
    fn document(self, matches: &ArgMatches) -> Option<generate::Document> {
        let offered = self.convention == Convention::Toolkit;
        if offered { generate::asked(matches) } else { None }
    }

    /// Reports a usage error. Returns the status to exit with.
    #[must_use]
    pub(crate) fn refuse(self, text: &str) -> ExitCode {
        let (open, exit) = match self.convention {
            Convention::Toolkit => ('\'', Exit::Warning),
            Convention::Gnu => ('`', Exit::Failure),
        };
        let help = format!("Try {open}{} --help' for more information.", self.name);
        message::line(self.name, &format!("{}\n{help}", Escaped(text)));
        ExitCode::from(exit.code())
    }

    fn versioned(self, command: Command, called: Option<&OsString>) -> Command {
        match self.convention {
            Convention::Toolkit => {
                let called = called.and_then(|path| Path::new(path).file_name()?.to_str());
                let called = Escaped(called.unwrap_or(self.name)).to_string();
                generate::offered(command)
                    .display_name(called)
                    .version(concat!(env!("CARGO_PKG_VERSION"), " (csp-toolkit)"))
            }
            Convention::Gnu => {
                let name = format!("{} (pgz of csp-toolkit)", self.name);
                command.display_name(name).version(env!("CARGO_PKG_VERSION"))
            }
        }
    }

    /// Prints the help that was asked for, or the usage error.
    fn answer(self, error: Error, command: &Command, arguments: &[OsString]) -> ExitCode {
        if error.use_stderr() {
            return self.refuse(&self.sentence(error, command, arguments));
        }
        let help = error.render();
        let help = match terminal::colour() {
            terminal::Colour::Ansi => help.ansi().to_string(),
            terminal::Colour::Plain => help.to_string(),
        };
        self.printed(stdio::print(&help))
    }

    /// Returns the status to exit with after printing what was asked for.
    fn printed(self, result: io::Result<()>) -> ExitCode {
        exit::finish(self.name, result.context("standard output").map(|()| Exit::Success))
    }

    /// The error in one line: what `clap` prints, without the usage.
    fn sentence(self, mut error: Error, command: &Command, arguments: &[OsString]) -> String {
        let unknown = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(argument)) => argument.clone(),
            _ => String::new(),
        };
        if let Some(advice) = (self.advice)(&unknown) {
            return format!("there is no {unknown}: {advice}");
        }
        if let Some(written) = attached(command, arguments, OsStr::new(&unknown)) {
            return format!("unexpected argument '{unknown}' found; write {written}");
        }
        escape(&mut error);
        let text = error.render().to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let ends =
            |line: &&str| line.starts_with("Usage: ") || line.starts_with("For more information");
        let lines = text.lines().map(str::trim).take_while(|line| !ends(line));
        // clap says this about everything that begins with a dash; it hardly ever helps.
        let of_use = |line: &&str| !line.is_empty() && !line.starts_with("tip: to pass ");
        let mut sentence = String::new();
        for line in lines.filter(of_use) {
            let (gap, line) = match line.strip_prefix("tip: ") {
                Some(tip) => ("; ", tip),
                None => (" ", line),
            };
            sentence.push_str(if sentence.is_empty() { "" } else { gap });
            sentence.push_str(line);
        }
        sentence
    }
}

/// Returns the name that the command was called by, if a shell takes it as it is.
fn plain(called: Option<&OsString>) -> Option<&str> {
    let name = Path::new(called?).file_name()?.to_str()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    name.bytes().all(fits).then_some(name)
}

/// How to write an option and `value`, if this process's arguments have `value` right after an option
/// that takes one only after `=`: `--chart=5` for `--chart 5`. For a file that is not found.
#[must_use]
pub(crate) fn attached_here<T: CommandFactory>(value: &OsStr) -> Option<String> {
    attached(&T::command(), &std::env::args_os().collect::<Vec<_>>(), value)
}

/// The same, of these arguments. `None` if the option would not take the value.
fn attached(command: &Command, arguments: &[OsString], value: &OsStr) -> Option<String> {
    let at = arguments.iter().skip(1).position(|argument| argument == value)?;
    let option = arguments[at].to_str()?;
    let name = option.strip_prefix("--")?;
    let arg = command.get_arguments().find(|arg| arg.get_long() == Some(name))?;
    let written = format!("{option}={}", value.to_str()?);
    let fits = arg.is_require_equals_set()
        && command.clone().try_get_matches_from(["", &*written]).is_ok();
    fits.then_some(written)
}

/// Escapes the arguments that an error quotes, before their line feeds and blanks are mixed with
/// those of `clap`'s own text.
fn escape(error: &mut Error) {
    let escaped = |text: &String| Escaped(text).to_string();
    let quoted: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(escaped(text)))),
            ContextValue::Strings(texts) => {
                Some((kind, ContextValue::Strings(texts.iter().map(escaped).collect())))
            }
            _ => None,
        })
        .collect();
    for (kind, value) in quoted {
        error.insert(kind, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, ArgAction};

    fn sentence(arguments: &[&str]) -> String {
        let mut command = Command::new("x")
            .arg(Arg::new("force").long("force").action(ArgAction::SetTrue))
            .arg(Arg::new("when").long("when").value_parser(["always", "never"]))
            .arg(
                Arg::new("chart")
                    .long("chart")
                    .num_args(0..=1)
                    .require_equals(true)
                    .value_parser(clap::value_parser!(u8)),
            );
        let mut reader = Reader::new("x", "");
        reader.advice = |argument| (argument == "-i").then_some("it is always so");
        let error = command.try_get_matches_from_mut(arguments).unwrap_err();
        let arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
        reader.sentence(error, &command, &arguments)
    }

    #[test]
    fn a_usage_error_is_one_line() {
        for (arguments, expected) in [
            ("-X", "unexpected argument '-X' found"),
            ("-i", "there is no -i: it is always so"),
            ("--forc", "unexpected argument '--forc' found; a similar argument exists: '--force'"),
            (
                "--when=now",
                "invalid value 'now' for '--when <when>' [possible values: always, never]",
            ),
            ("--\x1b[31m\nUsage: x", r"unexpected argument '--\u{1b}[31m\nUsage: x' found"),
        ] {
            assert_eq!(sentence(&["x", arguments]), expected);
        }
    }

    #[test]
    fn a_value_without_its_equals_sign_is_explained() {
        let joined = "unexpected argument '5' found; write --chart=5";
        assert_eq!(sentence(&["x", "--chart", "5"]), joined);
        for arguments in [["x", "--chart", "many"], ["x", "--force", "5"], ["x", "5", "--chart"]] {
            assert!(!sentence(&arguments).contains("write "), "{arguments:?}");
        }
    }
}

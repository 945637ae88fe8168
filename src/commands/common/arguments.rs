//! How every command reads its command line.
//!
//! Every option may be given more than once, and the last one counts: aliases and programs that
//! call a command add options of their own. Help goes to standard output, and it is an error if it
//! cannot be written. An unusable command line is reported in one sentence, with a hint where to look.

use super::message::Escaped;
use super::{Exit, exit, message, stdio, terminal};
use anyhow::Context;
use clap::error::{ContextKind, ContextValue};
use clap::{Command, Error, FromArgMatches, Parser};
use std::ffi::OsString;
use std::process::ExitCode;

/// The command whose command line it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    /// Its name, which errors begin with.
    pub name: &'static str,
    /// How it ends when its options are unusable.
    pub usage: Exit,
    /// What to say of an option that it does not have, in addition.
    pub advice: fn(&str) -> Option<&'static str>,
}

impl Reader {
    /// A command with nothing special about it: unusable options end it with status 2.
    #[must_use]
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, usage: Exit::Warning, advice: |_| None }
    }

    /// Reads this process's arguments. The error is the status to end with: all has been said.
    pub(crate) fn parse<T: Parser>(self) -> Result<T, ExitCode> {
        self.parse_from(T::command(), std::env::args_os().collect())
    }

    /// Reads these arguments.
    pub(crate) fn parse_from<T: FromArgMatches>(
        self,
        command: Command,
        arguments: Vec<OsString>,
    ) -> Result<T, ExitCode> {
        let parsed = command.args_override_self(true).try_get_matches_from(arguments);
        parsed.and_then(|matches| T::from_arg_matches(&matches)).map_err(|error| self.answer(error))
    }

    /// Says what is wrong with the command line.
    #[must_use]
    pub(crate) fn refuse(self, text: &str) -> ExitCode {
        // `gzip` has quotes of another age.
        let open = if self.usage == Exit::Failure { '`' } else { '\'' };
        let help = format!("Try {open}{} --help' for more information.", self.name);
        message::line(self.name, &format!("{}\n{help}", Escaped(text)));
        ExitCode::from(self.usage.code())
    }

    /// Prints the help that was asked for, or what is wrong.
    fn answer(self, error: Error) -> ExitCode {
        if error.use_stderr() {
            return self.refuse(&self.sentence(error));
        }
        let help = error.render();
        let help = match terminal::colour() {
            terminal::Colour::Ansi => help.ansi().to_string(),
            terminal::Colour::Plain => help.to_string(),
        };
        let printed = stdio::print(&help).context("standard output");
        exit::finish(self.name, printed.map(|()| Exit::Success))
    }

    /// What is wrong, in a line: what `clap` prints, without its usage.
    fn sentence(self, mut error: Error) -> String {
        let unknown = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(argument)) => argument.clone(),
            _ => String::new(),
        };
        if let Some(advice) = (self.advice)(&unknown) {
            return format!("there is no {unknown}: {advice}");
        }
        escape(&mut error);
        let text = error.render().to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let ends =
            |line: &&str| line.starts_with("Usage: ") || line.starts_with("For more information");
        let lines = text.lines().map(str::trim).take_while(|line| !ends(line));
        // That is said of everything that begins with a dash, and hardly ever meant.
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

/// Escapes the arguments that an error quotes: in lines and blanks of its own, `clap` would not
/// tell them from its own.
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
        let command = Command::new("x")
            .arg(Arg::new("force").long("force").action(ArgAction::SetTrue))
            .arg(Arg::new("when").long("when").value_parser(["always", "never"]));
        let mut reader = Reader::new("x");
        reader.advice = |argument| (argument == "-i").then_some("it is always so");
        reader.sentence(command.try_get_matches_from(arguments).unwrap_err())
    }

    #[test]
    fn what_is_wrong_is_a_line() {
        for (argument, expected) in [
            ("-X", "unexpected argument '-X' found"),
            ("-i", "there is no -i: it is always so"),
            ("--forc", "unexpected argument '--forc' found; a similar argument exists: '--force'"),
            (
                "--when=now",
                "invalid value 'now' for '--when <when>' [possible values: always, never]",
            ),
            ("--\x1b[31m\nUsage: x", r"unexpected argument '--\u{1b}[31m\nUsage: x' found"),
        ] {
            assert_eq!(sentence(&["x", argument]), expected);
        }
    }
}

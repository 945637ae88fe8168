//! Man pages and shell completions, made from the definition of the command line.
//!
//! `--generate` is an option of every command, except in gzip's place. What the definition does not
//! say, such as examples and files, is in `man/`, as roff.

use super::help::OTHER;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgMatches, Command, ValueEnum, value_parser};
use clap_complete::Shell;
use clap_mangen::Man;
use std::{io, mem};

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Document {
    /// The man page
    Man,
    /// Completions for bash
    Bash,
    /// Completions for zsh
    Zsh,
    /// Completions for fish
    Fish,
    /// Completions for elvish
    Elvish,
    /// Completions for PowerShell
    #[value(name = "powershell")]
    PowerShell,
}

const OPTION: &str = "generate";

/// When the text in `man/` last changed.
const DATE: &str = "2026-11-28";

/// Adds the option, beside `--help`.
#[must_use]
pub(super) fn offered(command: Command) -> Command {
    let help = command.get_arguments().find(|arg| arg.get_id() == "help");
    let (heading, order) = match help {
        Some(help) => (help.get_help_heading().map(|_| OTHER), help.get_display_order()),
        // clap adds it at the end.
        None => (None, usize::MAX),
    };
    let option = Arg::new(OPTION)
        .long(OPTION)
        .value_name("WHAT")
        .value_parser(value_parser!(Document))
        .exclusive(true)
        .hide_short_help(true)
        .display_order(order)
        .help_heading(heading)
        .hide_possible_values(true)
        .help("Print the man page (man), or completions for bash, zsh, fish, elvish or powershell");
    command.arg(option)
}

/// Returns what was asked for, if anything.
#[must_use]
pub(super) fn asked(matches: &ArgMatches) -> Option<Document> {
    matches.get_one(OPTION).copied()
}

impl Document {
    /// Returns the text, of a command with this name. `manual` is the rest of its man page.
    pub(super) fn text(self, command: &Command, name: &str, manual: &str) -> io::Result<String> {
        let mut command = shown(command.clone()).display_name(name).bin_name(name);
        let mut text = Vec::new();
        match self.shell() {
            Some(shell) => {
                if shell == Shell::Fish {
                    command = without_quotes(command);
                }
                clap_complete::generate(shell, &mut command, name, &mut text);
            }
            None => return Ok(page(command, name)? + manual),
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn shell(self) -> Option<Shell> {
        match self {
            Self::Man => None,
            Self::Bash => Some(Shell::Bash),
            Self::Zsh => Some(Shell::Zsh),
            Self::Fish => Some(Shell::Fish),
            Self::Elvish => Some(Shell::Elvish),
            Self::PowerShell => Some(Shell::PowerShell),
        }
    }
}

/// Shows what the help leaves out only to be short: subcommands, and options that `-h` hides.
fn shown(command: Command) -> Command {
    command
        .mut_args(|arg| arg.hide_short_help(false))
        .mut_subcommands(|command| shown(command).hide(false))
}

/// Replaces double quotes where values are described: `clap_complete` writes them as they are, between
/// double quotes of fish.
fn without_quotes(command: Command) -> Command {
    let plain = |value: PossibleValue| {
        let help = value.get_help().map(|help| help.to_string().replace('"', "'"));
        match help {
            Some(help) => value.help(help),
            None => value,
        }
    };
    command
        .mut_args(|arg| {
            let values = arg.get_possible_values();
            if values.is_empty() {
                return arg;
            }
            arg.value_parser(PossibleValuesParser::new(values.into_iter().map(plain)))
        })
        .mut_subcommands(without_quotes)
}

/// Returns the man page up to the options, a section for each step of a command that has some
/// included.
fn page(mut command: Command, name: &str) -> io::Result<String> {
    command.build();
    let steps: Vec<Command> = command.get_subcommands().cloned().collect();
    let man = Man::new(with_short_usage(command))
        .title(name.to_uppercase())
        .date(DATE)
        .source(concat!("csp-toolkit ", env!("CARGO_PKG_VERSION")))
        .manual("User Commands");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    let mut page = String::from_utf8_lossy(&page).into_owned();
    page += &rendered(|output| man.render_name_section(output))?;
    page += &rendered(|output| man.render_synopsis_section(output))?;
    page += &rendered(|output| man.render_description_section(output))?;
    page += ".SH OPTIONS\n";
    page += &options(&man)?;
    for step in steps {
        let called = step.get_bin_name().unwrap_or_default().to_uppercase();
        let man = Man::new(with_short_usage(step));
        let usage = rendered(|output| man.render_synopsis_section(output))?;
        let purpose = rendered(|output| man.render_description_section(output))?;
        page += &usage.replace(".SH SYNOPSIS", &format!(".SH \"{called}\""));
        page += &purpose.replace(".SH DESCRIPTION", ".PP");
        page += &options(&man)?;
    }
    Ok(page)
}

/// Replaces a usage that names every option by the one that `--help` begins with.
fn with_short_usage(mut command: Command) -> Command {
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    command.override_usage(usage)
}

/// Returns the options, with subheadings.
fn options(man: &Man) -> io::Result<String> {
    let options = rendered(|output| man.render_options_section(output))?;
    Ok(options.replace(".SH OPTIONS\n", "").replace(".SH ", ".SS "))
}

/// Returns what is rendered as part of a page: without the definition of an apostrophe, which the
/// title brings. Blank lines, and the breaks around them, become a macro each, as `mandoc` wants it.
fn rendered(render: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<String> {
    let mut output = Vec::new();
    render(&mut output)?;
    let (mut text, mut gap) = (String::new(), "");
    for line in String::from_utf8_lossy(&output).lines() {
        match line {
            "" => gap = ".sp\n",
            ".br" if gap.is_empty() => gap = ".br\n",
            ".br" => {}
            line if line.starts_with(".ie ") || line.starts_with(".el ") => {}
            line => text.extend([mem::take(&mut gap), line, "\n"]),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_around_a_blank_line_are_left_out() {
        let raw = ".ie x\n.el y\n.TP\nhelp\n\nmore\n\n.br\n\n.br\nvalues\n.br\nend\n";
        let text = rendered(|output| output.write_all(raw.as_bytes())).unwrap();
        assert_eq!(text, ".TP\nhelp\n.sp\nmore\n.sp\nvalues\n.br\nend\n");
    }
}

//! Help under headings.

use clap::{Arg, ArgAction, Command};

/// The heading of the options that belong to none of the others.
pub(crate) const OTHER: &str = "Other";

/// Moves `--help` and `--version` to the end of the help, under [`OTHER`], in subcommands too. clap
/// would put them before all headings.
#[must_use]
pub(crate) fn last(command: Command) -> Command {
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .help("Print help (see more with '--help')")
        .long_help("Print help (see a summary with '-h')")
        .help_heading(OTHER);
    let version = Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version)
        .help("Print version")
        .help_heading(OTHER)
        .hide_short_help(true);
    let has_version = command.get_version().is_some();
    let command = command.disable_help_flag(true).disable_version_flag(true).arg(help);
    let command = if has_version { command.arg(version) } else { command };
    command.mut_subcommands(last)
}

//! The options `-1` to `-9`, `--level` and `--ultra`, of which the last one counts, as in `gzip`.

use crate::gzip::Level;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};

/// The level that the command line asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LevelArgs {
    /// The last level given, or the default.
    pub level: Level,
}

const DIGITS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const ALL: [&str; 11] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "level", "ultra"];

impl Args for LevelArgs {
    fn augment_args(command: Command) -> Command {
        command
            .args((1..).zip(DIGITS).map(|(digit, id)| {
                let option = Arg::new(id)
                    .short(char::from(b'0' + digit))
                    .action(ArgAction::SetTrue)
                    .overrides_with_all(ALL);
                match digit {
                    1 => option.long("fast").help("Compress fastest"),
                    9 => {
                        option.long("best").help("Compress best (-2 to -8 lie between; default 6)")
                    }
                    _ => option.hide(true),
                }
            }))
            .arg(
                Arg::new("level")
                    .long("level")
                    .value_name("N")
                    .value_parser(value_parser!(u8).range(0..=12))
                    .overrides_with_all(ALL)
                    .help("Compress at level 0 (store) to 12 (smallest, very slow)"),
            )
            .arg(
                Arg::new("ultra")
                    .long("ultra")
                    .action(ArgAction::SetTrue)
                    .overrides_with_all(ALL)
                    .help("The same as --level 12"),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for LevelArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let digit = (1..).zip(DIGITS).find(|(_, id)| matches.get_flag(id)).map(|(digit, _)| digit);
        let number = matches.get_one("level").copied().or(digit);
        let level = if matches.get_flag("ultra") { Some(Level::ULTRA) } else { None };
        Ok(Self { level: level.or(number.and_then(Level::new)).unwrap_or_default() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_level_counts() {
        for (arguments, level) in [
            (&["x"][..], 6),
            (&["x", "-1"], 1),
            (&["x", "-91"], 1),
            (&["x", "-1", "-9"], 9),
            (&["x", "--best", "--fast"], 1),
            (&["x", "--ultra"], 12),
            (&["x", "--ultra", "-3"], 3),
            (&["x", "-3", "--level", "0"], 0),
        ] {
            let command = LevelArgs::augment_args(Command::new("x"));
            let matches = command.try_get_matches_from(arguments).unwrap();
            let given = LevelArgs::from_arg_matches(&matches).unwrap();
            assert_eq!(given.level, Level::new(level).unwrap(), "{arguments:?}");
        }
    }
}

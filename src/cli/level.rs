//! The options `-1` to `-9`, of which the last one counts, as in `gzip`.

use crate::gzip::Level;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

/// The level that the command line asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct LevelArgs {
    /// The last level given, or the default.
    pub level: Level,
}

const DIGITS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

impl Args for LevelArgs {
    fn augment_args(command: Command) -> Command {
        command.args((1..).zip(DIGITS).map(|(digit, id)| {
            let option = Arg::new(id)
                .short(char::from(b'0' + digit))
                .action(ArgAction::SetTrue)
                .overrides_with_all(DIGITS);
            match digit {
                1 => option.long("fast").help("Compress fastest"),
                9 => option.long("best").help("Compress best (-2 to -8 lie between; default 6)"),
                _ => option.hide(true),
            }
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for LevelArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = (1..).zip(DIGITS).filter(|(_, id)| matches.get_flag(id));
        let level = given.next().and_then(|(digit, _)| Level::new(digit)).unwrap_or_default();
        Ok(Self { level })
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
        ] {
            let command = LevelArgs::augment_args(Command::new("x"));
            let matches = command.try_get_matches_from(arguments).unwrap();
            let given = LevelArgs::from_arg_matches(&matches).unwrap();
            assert_eq!(given.level, Level::new(level).unwrap(), "{arguments:?}");
        }
    }
}

//! The options `-1` to `-9`, `--level` and `--ultra`, of which the last one counts, as in `gzip`; and
//! `-0` and `-10` to `-12`, which `gzip` does not have.

use crate::gzip::Level;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// The level that the command line asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LevelArgs {
    /// The last level given, or the default.
    pub(super) level: Level,
}

const DIGITS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const ALL: [&str; 11] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "level", "ultra"];

impl Args for LevelArgs {
    fn augment_args(command: Command) -> Command {
        let digits = (1..).zip(DIGITS).map(|(digit, id)| {
            let option = Arg::new(id)
                .short(char::from(b'0' + digit))
                .action(ArgAction::SetTrue)
                .overrides_with_all(ALL)
                .hide_short_help(true);
            match digit {
                1 => option.long("fast").help("Compress fastest; -2 to -8 are in between"),
                9 => option.long("best").help("Compress best, of -1 to -9"),
                _ => option.hide(true),
            }
        });
        let level = Arg::new("level")
            .long("level")
            .value_name("N")
            .value_parser(value_parser!(u8).range(0..=12))
            .overrides_with_all(ALL)
            .help("Compress at level 0 to 12, also -0 to -12 [default: 6]")
            .long_help(
                "Compress at level 0 to 12 [default: 6]. 0 only stores, 12 makes the smallest \
                 output. -0 to -12 are the same",
            );
        let ultra = Arg::new("ultra")
            .long("ultra")
            .action(ArgAction::SetTrue)
            .overrides_with_all(ALL)
            .hide_short_help(true)
            .help("Compress at level 12: many times slower, for a few per cent");
        command.arg(level).args(digits).arg(ultra)
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

/// Replaces `-0`, `-10`, `-11` and `-12` by `--level=N`, alone or among other short options: `-fk11`.
/// Other digits are options of one letter each, of which the last one counts: `-19` is `-9`.
pub(super) fn spell_out(command: &Command, arguments: Vec<OsString>) -> Vec<OsString> {
    let mut spelled = Vec::with_capacity(arguments.len());
    let mut arguments = arguments.into_iter();
    spelled.extend(arguments.next());
    for argument in arguments.by_ref() {
        match argument.as_bytes() {
            b"--" => {
                spelled.push(argument);
                break;
            }
            [b'-', letters @ ..] if letters.first() != Some(&b'-') => {
                spell_out_letters(command, letters, &mut spelled);
            }
            _ => spelled.push(argument),
        }
    }
    spelled.extend(arguments);
    spelled
}

fn spell_out_letters(command: &Command, letters: &[u8], spelled: &mut Vec<OsString>) {
    let mut others = vec![b'-'];
    let mut rest = letters;
    while let Some((&letter, after)) = rest.split_first() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if let number @ (b"0" | b"10" | b"11" | b"12") = &rest[..digits] {
            if others.len() > 1 {
                spelled.push(OsString::from_vec(std::mem::replace(&mut others, vec![b'-'])));
            }
            spelled.push(OsString::from_vec([&b"--level="[..], number].concat()));
            rest = &rest[digits..];
        } else if digits > 0 {
            others.extend_from_slice(&rest[..digits]);
            rest = &rest[digits..];
        } else {
            others.push(letter);
            // What follows is the value of this option.
            let taken = if takes_value(command, letter) { after.len() } else { 0 };
            others.extend_from_slice(&after[..taken]);
            rest = &after[taken..];
        }
    }
    if others.len() > 1 || letters.is_empty() {
        spelled.push(OsString::from_vec(others));
    }
}

fn takes_value(command: &Command, letter: u8) -> bool {
    let letter = char::from(letter);
    let mut options = command.get_arguments();
    let names =
        |arg: &Arg| arg.get_short_and_visible_aliases().is_some_and(|all| all.contains(&letter));
    let aliased = |arg: &Arg| arg.get_all_short_aliases().is_some_and(|all| all.contains(&letter));
    options.any(|arg| arg.get_action().takes_values() && (names(arg) || aliased(arg)))
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

    #[test]
    fn levels_of_two_digits_are_spelled_out() {
        let command = Command::new("x")
            .arg(Arg::new("force").short('f').action(ArgAction::SetTrue))
            .arg(Arg::new("threads").short('p').short_alias('j'));
        for (arguments, expected) in [
            ("-0", "--level=0"),
            ("-12 a -10", "--level=12 a --level=10"),
            ("-f11", "-f --level=11"),
            ("-11f", "--level=11 -f"),
            ("-19 -91 -13 -20", "-19 -91 -13 -20"),
            ("-p10 -j0 -fp12", "-p10 -j0 -fp12"),
            ("- --level=1 -- -0", "- --level=1 -- -0"),
        ] {
            let all = std::iter::once("x").chain(arguments.split(' ')).map(OsString::from);
            let spelled = spell_out(&command, all.collect());
            assert_eq!(spelled[1..].join(std::ffi::OsStr::new(" ")), expected);
        }
    }
}

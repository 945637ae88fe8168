//! A command line read as GNU gzip reads it, with `getopt_long`.
//!
//! What `gzip` refuses is refused in its words, which scripts look for. What it accepts is passed on
//! with long options in full, since one definition of the command line serves all names of `pgz`.

use crate::commands::common::message::Name;
use clap::{Arg, Command};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// The long options of GNU gzip. An abbreviation stands for one of these before one of ours.
const GNU: &str = "ascii best bits decompress fast force help keep license list lzw name no-name \
    quiet recursive rsyncable silent stdout suffix synchronous test to-stdout uncompress verbose \
    version";

/// The code length of the old `compress`. Accepted and ignored.
const BITS: &str = "bits";

/// The options that the variable `GZIP` can hold, abbreviated or not: those that change only the
/// compression, the header, and how much is printed.
const HARMLESS: [&str; 9] = [
    "--best",
    "--fast",
    "--name",
    "--no-name",
    "--quiet",
    "--rsyncable",
    "--silent",
    "--synchronous",
    "--verbose",
];

/// Returns the options in the value of `GZIP`; an error if it holds any other.
pub(super) fn from_variable(value: &OsStr) -> Result<Vec<OsString>, String> {
    let words = value.as_bytes().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.map(|word| harmless(OsStr::from_bytes(word))).collect()
}

fn harmless(word: &OsStr) -> Result<OsString, String> {
    let bytes = word.as_bytes();
    let fine = match bytes {
        [b'-', b'-', _, ..] => HARMLESS.iter().any(|option| option.as_bytes().starts_with(bytes)),
        [b'-', letters @ ..] if !letters.is_empty() => {
            letters.iter().all(|letter| matches!(letter, b'1'..=b'9' | b'n' | b'N' | b'q' | b'v'))
        }
        _ => false,
    };
    if fine {
        return Ok(word.to_owned());
    }
    let kind = if bytes.starts_with(b"-") { "option not valid" } else { "non-option" };
    Err(format!("{}: {kind} in GZIP environment variable", Name(Path::new(word))))
}

/// Checks arguments, of which the first is the command's name, against the command's options.
/// Returns them with long options in full and without those that are ignored.
pub(super) fn check(
    command: &mut Command,
    arguments: Vec<OsString>,
) -> Result<Vec<OsString>, String> {
    command.build();
    let mut arguments = arguments.into_iter();
    let mut checked: Vec<_> = arguments.next().into_iter().collect();
    while let Some(argument) = arguments.next() {
        let options = Getopt { command, next: &mut arguments, checked: &mut checked };
        match argument.as_bytes() {
            b"--" => {
                checked.push(argument);
                checked.extend(arguments);
                break;
            }
            [b'-', b'-', long @ ..] => options.long(long)?,
            [b'-', letters @ ..] if !letters.is_empty() => options.short(letters)?,
            _ => checked.push(argument),
        }
    }
    Ok(checked)
}

struct Getopt<'a> {
    command: &'a Command,
    next: &'a mut dyn Iterator<Item = OsString>,
    checked: &'a mut Vec<OsString>,
}

impl Getopt<'_> {
    /// `--NAME` or `--NAME=VALUE`.
    fn long(mut self, text: &[u8]) -> Result<(), String> {
        let mut parts = text.splitn(2, |&byte| byte == b'=');
        let (name, value) = (parts.next().unwrap_or_default(), parts.next());
        let name = self.full_name(name).map_err(|why| match why {
            Unclear::Unknown => format!("unrecognized option '--{}'", printable(text)),
            Unclear::Ambiguous(possible) => {
                format!("option '--{}' is ambiguous; possibilities: {possible}", printable(text))
            }
        })?;
        let takes_value = name == BITS || self.find(&name).is_some_and(takes_value);
        match (takes_value, value) {
            (false, Some(_)) => Err(format!("option '--{name}' doesn't allow an argument")),
            (false, None) if name == "lzw" => Err("-Z not supported in this version".to_owned()),
            (false, None) => {
                self.checked.push(format!("--{name}").into());
                Ok(())
            }
            (true, Some(value)) => self.value(&name, value),
            (true, None) => {
                let value = self.next.next();
                let missing = || format!("option '--{name}' requires an argument");
                self.value(&name, value.ok_or_else(missing)?.as_bytes())
            }
        }
    }

    /// `-X`, `-XYZ` or `-XVALUE`.
    fn short(mut self, letters: &[u8]) -> Result<(), String> {
        for (at, &letter) in letters.iter().enumerate() {
            let unknown = || format!("invalid option -- '{}'", printable(&[letter]));
            match letter {
                b'H' => self.checked.push("--help".into()),
                b'Z' => return Err("-Z not supported in this version".to_owned()),
                b'b' => return self.rest(BITS, letter, &letters[at + 1..]),
                _ => {
                    let is_it =
                        |arg: &&Arg| letter.is_ascii() && arg.get_short() == Some(letter.into());
                    let arg = self.command.get_arguments().find(is_it).ok_or_else(unknown)?;
                    if takes_value(arg) {
                        let name = arg.get_long().ok_or_else(unknown)?.to_owned();
                        return self.rest(&name, letter, &letters[at + 1..]);
                    }
                    self.checked.push(format!("-{}", char::from(letter)).into());
                }
            }
        }
        Ok(())
    }

    /// The value of a short option: what follows it in the same argument, or the next argument.
    fn rest(&mut self, name: &str, letter: u8, rest: &[u8]) -> Result<(), String> {
        if !rest.is_empty() {
            return self.value(name, rest);
        }
        let missing = || format!("option requires an argument -- '{}'", char::from(letter));
        let value = self.next.next().ok_or_else(missing)?;
        self.value(name, value.as_bytes())
    }

    fn value(&mut self, name: &str, value: &[u8]) -> Result<(), String> {
        if name != BITS {
            let written = [b"--", name.as_bytes(), b"=", value].concat();
            self.checked.push(OsString::from_vec(written));
        } else if !value.iter().all(u8::is_ascii_digit) {
            return Err("-b operand is not an integer".to_owned());
        }
        Ok(())
    }

    /// Returns the full name of an option that may be abbreviated.
    fn full_name(&self, text: &[u8]) -> Result<String, Unclear> {
        let text = std::str::from_utf8(text).map_err(|_| Unclear::Unknown)?;
        let ours = self.command.get_arguments().flat_map(names);
        let ours: Vec<&str> = ours.filter(|name| name.starts_with(text)).collect();
        let gnu: Vec<&str> = GNU.split(' ').filter(|name| name.starts_with(text)).collect();
        if let Some(name) = gnu.iter().chain(&ours).find(|&&name| name == text) {
            return Ok((*name).to_owned());
        }
        let possible = if gnu.is_empty() { ours } else { gnu };
        let first = *possible.first().ok_or(Unclear::Unknown)?;
        if possible.iter().all(|name| self.id(name) == self.id(first)) {
            return Ok(first.to_owned());
        }
        Err(Unclear::Ambiguous(format!("'--{}'", possible.join("' '--"))))
    }

    fn find(&self, name: &str) -> Option<&Arg> {
        self.command.get_arguments().find(|arg| names(arg).any(|other| other == name))
    }

    /// Returns an option's identity, the same for all its names.
    fn id<'n>(&'n self, name: &'n str) -> &'n str {
        self.find(name).map_or(name, |arg| arg.get_id().as_str())
    }
}

/// Why an abbreviation stands for no option.
enum Unclear {
    Unknown,
    /// It stands for several: these.
    Ambiguous(String),
}

fn names(arg: &Arg) -> impl Iterator<Item = &str> {
    arg.get_long().into_iter().chain(arg.get_all_aliases().unwrap_or_default())
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

fn printable(bytes: &[u8]) -> String {
    Name(Path::new(OsStr::from_bytes(bytes))).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ArgAction;

    fn checked(arguments: &[&str]) -> Result<String, String> {
        let flag = |name: &'static str, short: char| {
            Arg::new(name).long(name).short(short).action(ArgAction::SetTrue)
        };
        let mut command = Command::new("gzip")
            .arg(flag("stdout", 'c').alias("to-stdout"))
            .arg(flag("decompress", 'd').alias("uncompress"))
            .arg(flag("quiet", 'q').alias("silent"))
            .arg(flag("no-name", 'n'))
            .arg(flag("no-index", 'I'))
            .arg(Arg::new("suffix").long("suffix").short('S'))
            .arg(Arg::new("files").num_args(0..));
        let all = ["gzip"].iter().chain(arguments).map(OsString::from).collect();
        let checked = check(&mut command, all)?;
        Ok(checked[1..].join(OsStr::new(" ")).into_string().unwrap())
    }

    #[test]
    fn what_gzip_takes_is_written_out() {
        for (arguments, expected) in [
            (&["-cd", "a", "-q"][..], "-c -d a -q"),
            (&["--std", "--to", "--no", "--sil"], "--stdout --to-stdout --no-name --silent"),
            (&["--no-i"], "--no-index"),
            (&["-S.x", "-S", ".y", "-cS", "-"], "--suffix=.x --suffix=.y -c --suffix=-"),
            (&["--suf", ".z", "--suffix=", "-"], "--suffix=.z --suffix= -"),
            (&["-b", "12", "-cb12", "--bits=9", "--bits", "9"], "-c"),
            (&["-H"], "--help"),
            (&["-c", "--", "-d", "--x"], "-c -- -d --x"),
        ] {
            assert_eq!(checked(arguments).as_deref(), Ok(expected), "{arguments:?}");
        }
    }

    #[test]
    fn what_it_refuses_is_refused_in_its_words() {
        for (arguments, expected) in [
            (&["-cX"][..], "invalid option -- 'X'"),
            (&["-\x1b"], r"invalid option -- '\u{1b}'"),
            (&["--foo=3"], "unrecognized option '--foo=3'"),
            (&["--\x1b"], r"unrecognized option '--\u{1b}'"),
            (&["--stdout=3"], "option '--stdout' doesn't allow an argument"),
            (&["-S"], "option requires an argument -- 'S'"),
            (&["--suffix"], "option '--suffix' requires an argument"),
            (&["-b", "x"], "-b operand is not an integer"),
            (
                &["--s"],
                "option '--s' is ambiguous; possibilities: '--silent' '--stdout' '--suffix' \
                 '--synchronous'",
            ),
            (&["-Z"], "-Z not supported in this version"),
        ] {
            assert_eq!(checked(arguments).unwrap_err(), expected, "{arguments:?}");
        }
    }

    #[test]
    fn the_environment_may_not_change_what_is_done() {
        let options = |value: &str| from_variable(OsStr::new(value));
        for value in [
            "-1",
            "-9n",
            "-19",
            "--best",
            "--rsync",
            "--synchronous",
            "-v",
            "-qN",
            "--no-name",
            "",
            " -9\t -n ",
            "--silent",
        ] {
            assert!(options(value).is_ok(), "{value}");
        }
        for (value, word) in [
            ("-9 -c", "-c: option not valid"),
            ("-1c", "-1c: option not valid"),
            ("-0", "-0: option not valid"),
            ("--", "--: option not valid"),
            ("--stdout", "--stdout: option not valid"),
            ("-k", "-k: option not valid"),
            ("-", "-: option not valid"),
            ("x", "x: non-option"),
            ("\x1b[31m", r"\u{1b}[31m: non-option"),
        ] {
            let expected = format!("{word} in GZIP environment variable");
            assert_eq!(options(value), Err(expected), "{value}");
        }
    }
}

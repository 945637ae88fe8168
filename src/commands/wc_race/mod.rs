//! `wc-race`: tallies words over many files.

mod arguments;
mod comparison;
mod comparison_args;
mod comparison_report;
mod count;
mod counting;
mod listing;
mod merging;
mod names;
mod steps;
mod total;
mod values;

use super::common::arguments::Reader;
use super::common::{Exit, exit};
use arguments::Options;
use std::process::ExitCode;

/// The name that messages begin with.
const NAME: &str = "wc-race";

/// The end of its man page.
const MANUAL: &str = include_str!("../../../man/wc-race.roff");

/// Runs the command.
#[must_use]
pub fn main() -> ExitCode {
    let reader = Reader::new(NAME, MANUAL);
    let arguments = std::env::args_os().collect();
    let options: Options = match reader.parse_from(arguments::command(), arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    match options.validate() {
        Ok(()) => exit::finish(NAME, run(&options)),
        Err(reason) => reader.refuse(&reason),
    }
}

fn run(options: &Options) -> anyhow::Result<Exit> {
    match &options.step {
        Some(step) => steps::run(step),
        None if options.comparison.race => comparison::run(options),
        None if options.total.is_wanted() => total::run(options),
        None => count::run(options),
    }
}

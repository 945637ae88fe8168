//! The options of `--race` and `--strategy`.

use super::counting::ResourceArgs;
use super::listing::ListArgs;
use super::values::{Format, Strategy};
use crate::commands::common::output::is_standard;
use clap::Args;
use std::path::PathBuf;

/// Options of counting with one strategy, or with all of them.
#[derive(Args, Debug)]
#[command(next_help_heading = "Comparison")]
pub(super) struct ComparisonArgs {
    /// Choose how threads share what they count; all but private are there for comparison
    #[arg(long, value_name = "NAME", value_enum, default_value_t, hide_short_help = true)]
    pub strategy: Strategy,

    /// Count the same text with every strategy, and compare
    #[arg(
        long,
        hide_short_help = true,
        long_help = "Count the same text with every strategy, and compare. A short text is repeated, so that \
                     the times mean something. With -f json, write an object for each strategy",
        conflicts_with_all = [
            "strategy", "per_file", "partial", "chart", "top", "sort", "reverse", "exclude",
            "matching", "no_match", "min_length", "min_count", "csv_safe",
        ]
    )]
    pub race: bool,

    /// With --race, draw the comparison as SVG; - is standard output, in place of the table
    #[arg(long, value_name = "PATH", requires = "race", hide_short_help = true)]
    pub svg: Option<PathBuf>,
}

impl ComparisonArgs {
    /// Returns what is wrong with the combination of options.
    pub(super) fn validate(
        &self,
        list: &ListArgs,
        resources: &ResourceArgs,
    ) -> Result<(), &'static str> {
        if self.race && !matches!(list.format, Format::Text | Format::Json) {
            return Err("--race supports only --format text or json");
        }
        if self.draws_on_standard_output() && list.output.as_deref().is_some_and(is_standard) {
            return Err("--output and --svg cannot both write to standard output");
        }
        if self.strategy != Strategy::Private && resources.memory.is_some() {
            return Err("--memory limits only --strategy private");
        }
        Ok(())
    }

    /// Whether the picture takes the place of the table.
    pub(super) fn draws_on_standard_output(&self) -> bool {
        self.svg.as_deref().is_some_and(is_standard)
    }
}

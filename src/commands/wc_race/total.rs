//! `--total`: how many words, distinct words, lines and bytes there are, in place of a list.

use super::arguments::Options;
use super::listing::ListArgs;
use super::values::{Figure, Format};
use crate::commands::common::Exit;
use crate::tally::{Totals, total_sources};
use anyhow::Context;
use clap::Args;
use std::io::Write;

/// The option of totals.
#[derive(Args, Debug)]
#[command(next_help_heading = "List")]
pub(super) struct TotalArgs {
    /// Print totals instead: words, distinct, lines, bytes
    #[arg(
        long,
        value_name = "FIGURES",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "words,distinct,lines,bytes",
        value_delimiter = ',',
        value_enum,
        hide_possible_values = true,
        long_help = "Print totals instead of a list, in one line: words, distinct words, lines and bytes; or \
                     the FIGURES given, in that order, such as --total=words,lines. Without distinct, words \
                     are counted several times as fast. Without -n, words that appear once count too. \
                     Options that leave out words apply to words, not to lines and bytes",
        conflicts_with_all =
            ["partial", "per_file", "chart", "top", "sort", "reverse", "race", "strategy"]
    )]
    pub total: Option<Vec<Figure>>,
}

impl TotalArgs {
    /// Returns what is wrong with the combination of options.
    pub(super) fn validate(&self, list: &ListArgs) -> Result<(), &'static str> {
        if self.is_wanted() && list.format == Format::Uniq {
            return Err("--total does not support --format uniq");
        }
        Ok(())
    }

    /// Whether totals are printed in place of a list.
    pub(super) fn is_wanted(&self) -> bool {
        self.total.is_some()
    }

    /// Returns the figures to print, in order, each once.
    fn figures(&self) -> Vec<Figure> {
        let mut figures = Vec::new();
        for &figure in self.total.iter().flatten() {
            if !figures.contains(&figure) {
                figures.push(figure);
            }
        }
        figures
    }
}

/// Counts and prints the totals.
pub(super) fn run(options: &Options) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    let inputs = options.inputs(&mut exit)?;
    let settings = options.settings()?;
    let criteria = options.list.criteria(&settings)?;
    let mut output = options.list.open()?;
    output.refuse_inputs(&inputs)?;
    let figures = options.total.figures();
    let wanted: Vec<_> = figures.iter().map(|&figure| figure.into()).collect();
    let filter = options.list.kept(&criteria);
    let totals = options.read(inputs, &settings, &mut exit, |sources, failed| {
        total_sources(sources, &settings, &filter, &wanted, failed)
    })?;
    options.report_skipped(&settings);
    let text = text(&figures, &totals, options.list.format);
    output.write_all(text.as_bytes()).with_context(|| output.name())?;
    output.place()?;
    Ok(exit)
}

/// Returns the line of totals, with a header where the format has one.
fn text(figures: &[Figure], totals: &Totals, format: Format) -> String {
    let join = |between: &str, field: &dyn Fn(Figure) -> String| {
        figures.iter().map(|&figure| field(figure)).collect::<Vec<_>>().join(between)
    };
    let name = |figure: Figure| figure.name().to_owned();
    let number = |figure: Figure| totals.get(figure.into()).to_string();
    let member = |figure: Figure| format!("\"{}\":{}", figure.name(), number(figure));
    match format {
        Format::Text | Format::Uniq => format!("{}\n", join(" ", &number)),
        Format::Tsv => format!("{}\n", join("\t", &number)),
        Format::Csv => format!("{}\n{}\n", join(",", &name), join(",", &number)),
        Format::Json => format!("{{{}}}\n", join(",", &member)),
    }
}

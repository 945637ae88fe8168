//! `--race`: every strategy counts the same text, and the times are compared.

use super::arguments::Options;
use super::comparison_args::ComparisonArgs;
use super::comparison_report::{self as report, Report, Results, Text};
use crate::commands::common::inputs::Input;
use crate::commands::common::output::Destination;
use crate::commands::common::{Exit, message};
use crate::tally::Settings;
use crate::tally::race::{self, Measurement};
use anyhow::{Context, bail};
use std::io;
use std::time::Duration;

/// A slow strategy counts a prefix of the text that takes about this long.
const TIME_LIMIT: Duration = Duration::from_millis(1500);
/// A text is repeated until the fastest strategy takes about this long: less says little.
const FASTEST_TIME: Duration = Duration::from_millis(50);
/// Bytes of text, at most; they are held in memory.
const MOST_TEXT: usize = 256 << 20;

/// Where the results go.
struct Outputs {
    /// `None` where the picture takes standard output.
    rows: Option<Destination>,
    svg: Option<Destination>,
}

impl Outputs {
    fn open(options: &Options, inputs: &[Input]) -> anyhow::Result<Self> {
        let ComparisonArgs { svg, .. } = &options.comparison;
        let rows = options.list.output.is_some() || !options.comparison.draws_on_standard_output();
        let rows = rows.then(|| options.list.open()).transpose()?;
        let svg = svg.as_deref().map(|path| Destination::open(Some(path))).transpose()?;
        for output in rows.iter().chain(&svg) {
            output.refuse_inputs(inputs)?;
        }
        Ok(Self { rows, svg })
    }
}

/// Measures every strategy on the text of the inputs, and reports each as soon as it is done.
pub(super) fn run(options: &Options) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    let inputs = options.inputs(&mut exit)?;
    let settings = options.settings()?;
    let Outputs { mut rows, svg } = Outputs::open(options, &inputs)?;
    let text = load(options, &settings, inputs, &mut exit)?;
    let (text, private) = repeat(text, &settings)?;
    let report = Report { text: &text, settings: &settings, format: options.list.format };
    let results = measure_all(&report, private, rows.as_mut())?;
    if let Some(rows) = rows {
        rows.place()?;
    }
    if let Some(mut svg) = svg {
        report::picture(&results).write(&mut svg).with_context(|| svg.name())?;
        svg.place()?;
    }
    options.report_skipped(&settings);
    for one in results.measurements.iter().filter(|one| !one.is_sound()) {
        message::line(super::NAME, &format!("{} miscounted", one.strategy.name()));
        exit.worsen(Exit::Failure);
    }
    Ok(exit)
}

/// Reads the text of the inputs, and reports what could not be read.
fn load(
    options: &Options,
    settings: &Settings,
    inputs: Vec<Input>,
    exit: &mut Exit,
) -> anyhow::Result<Vec<u8>> {
    let text = options.read(inputs, settings, exit, |sources, failed| {
        race::load(sources, settings, MOST_TEXT, failed)
    })?;
    Ok(text)
}

/// Repeats the text until the fastest strategy takes long enough to be measured. Returns that
/// measurement too.
fn repeat(text: Vec<u8>, settings: &Settings) -> anyhow::Result<(Text, Measurement)> {
    let (original, mut bytes) = (text.len(), text);
    loop {
        let measured = race::measure(race::Strategy::Private, &bytes, settings, TIME_LIMIT)?;
        if measured.words == 0 {
            bail!("the input contains no words");
        }
        let time = measured.time.as_nanos().max(1);
        let times = (FASTEST_TIME.as_nanos() + time / 2) / time;
        let times = usize::try_from(times).unwrap_or(usize::MAX).min(MOST_TEXT / bytes.len());
        if times < 2 {
            return Ok((Text { bytes, original }, measured));
        }
        bytes = bytes.repeat(times);
    }
}

/// Measures the strategies that have not been, and writes the row of each.
fn measure_all(
    report: &Report<'_>,
    private: Measurement,
    mut rows: Option<&mut Destination>,
) -> anyhow::Result<Results> {
    let name = rows.as_ref().map(|rows| rows.name()).unwrap_or_default();
    let mut write = |write: &dyn Fn(&mut Destination) -> io::Result<()>| match &mut rows {
        Some(rows) => write(rows).with_context(|| name.clone()),
        None => Ok(()),
    };
    let measure =
        |strategy| race::measure(strategy, &report.text.bytes, report.settings, TIME_LIMIT);
    write(&|rows| report.begin(rows))?;
    let mutex = measure(race::Strategy::Mutex)?;
    let mut results = Results { mutex, private, measurements: Vec::new() };
    for strategy in race::Strategy::ALL {
        let measured = match strategy {
            race::Strategy::Mutex => mutex,
            race::Strategy::Private => private,
            _ => measure(strategy)?,
        };
        write(&|rows| report.row(&measured, &results, rows))?;
        results.measurements.push(measured);
    }
    write(&|rows| report.end(&results, rows))?;
    Ok(results)
}

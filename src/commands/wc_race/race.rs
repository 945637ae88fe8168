//! The race of the strategies: a table, data, or a picture.

use super::count::CountArgs;
use super::list::{self, ListArgs};
use crate::commands::common::inputs::Input;
use crate::commands::common::output::Destination;
use crate::commands::common::picture::{Anchor, FILLS, Picture, Place};
use crate::commands::common::{Exit, message};
use crate::tally::race::{self, Lap};
use crate::tally::report::{Format, bar};
use crate::tally::{Config, Strategy};
use anyhow::{Context, bail};
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

/// A slow strategy gets so much of the text that this is about what it takes.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Bytes of text that are raced on at most; they are held in memory.
const MOST_TEXT: usize = 256 << 20;
/// Columns of a bar in the table, which fits into 80.
const BAR: usize = 14;

/// Options of counting with one strategy, or with all of them.
#[derive(Args, Debug)]
pub(super) struct RaceArgs {
    /// How the threads share what they count; any but private is there for comparison
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    pub strategy: Strategy,

    /// Let all strategies count the same text, and compare; with -f json, an object for each
    #[arg(
        long,
        conflicts_with_all = [
            "strategy", "per_file", "partial", "chart", "top", "sort", "reverse", "exclude",
            "min_length", "min_count",
        ]
    )]
    pub race: bool,

    /// Draw the comparison as a picture, too
    #[arg(long, value_name = "PATH", requires = "race")]
    pub svg: Option<PathBuf>,
}

impl RaceArgs {
    /// Why these options make no sense together.
    #[must_use]
    pub(super) fn complaint(&self, list: &ListArgs, count: &CountArgs) -> Option<&'static str> {
        if self.race && !matches!(list.format, Format::Text | Format::Json) {
            Some("--race is told as text or json")
        } else if self.strategy != Strategy::Private && count.memory.is_some() {
            Some("--memory bounds only what --strategy private takes")
        } else {
            None
        }
    }
}

/// Runs the race on the text of the inputs and tells what came out.
pub(super) fn run(
    options: &RaceArgs,
    list: &ListArgs,
    config: &Config,
    inputs: Vec<Input>,
    quiet: bool,
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    let mut output = list.open()?;
    let svg = options.svg.as_deref().map(|path| Destination::open(Some(path))).transpose()?;
    for output in [Some(&output), svg.as_ref()].into_iter().flatten() {
        output.refuse_inputs(&inputs)?;
    }
    let (names, sources): (Vec<_>, Vec<_>) =
        inputs.into_iter().map(|input| (input.name, input.source)).unzip();
    let text = race::load(sources, config, MOST_TEXT, |number, error| {
        list::tell(quiet, &names[number], &error);
        exit.worsen(Exit::Failure);
    })?;
    let laps = race::race(&text, config, PATIENCE)?;
    if laps.iter().all(|lap| lap.words + lap.lost == 0) {
        bail!("there are no words to race for");
    }
    let name = output.name();
    let written = match list.format {
        Format::Json => json(&laps, &mut output),
        _ => table(&laps, text.len(), config, &mut output),
    };
    written.with_context(|| name)?;
    output.place()?;
    if let Some(mut svg) = svg {
        let name = svg.name();
        picture(&laps).write(&mut svg).with_context(|| name)?;
        svg.place()?;
    }
    for lap in laps.iter().filter(|lap| !lap.is_sound()) {
        message::line(super::NAME, &format!("{} miscounted", lap.strategy.name()));
        exit.worsen(Exit::Failure);
    }
    Ok(exit)
}

/// How many times as fast as the slowest.
fn speed(lap: &Lap, laps: &[Lap]) -> f64 {
    lap.rate() / laps.iter().map(Lap::rate).fold(f64::INFINITY, f64::min)
}

fn table(laps: &[Lap], bytes: usize, config: &Config, mut output: impl Write) -> io::Result<()> {
    let threads = config.workers();
    let s = if threads.get() == 1 { "" } else { "s" };
    writeln!(output, "{:.1} MB of text, {threads} thread{s}", mega(bytes))?;
    writeln!(output, "strategy  text MB  seconds    MB/s  speed       words       lost")?;
    let most = laps.iter().map(kilobytes_a_second).max().unwrap_or(0);
    for lap in laps {
        write!(
            output,
            "{:<8} {:>8.1} {:>8.3} {:>7.1} {:>5.1}x {:>11} {:>10} ",
            lap.strategy.name(),
            mega(lap.bytes),
            lap.time.as_secs_f64(),
            lap.rate() / 1e6,
            speed(lap, laps),
            lap.words,
            lap.lost,
        )?;
        writeln!(output, "{}", bar(kilobytes_a_second(lap), most, BAR))?;
    }
    if laps.iter().any(|lap| lap.bytes < bytes) {
        writeln!(output, "The slow ones got the beginning of the text only.")?;
    }
    output.flush()
}

fn json(laps: &[Lap], mut output: impl Write) -> io::Result<()> {
    for lap in laps {
        writeln!(
            output,
            "{{\"strategy\":\"{}\",\"bytes\":{},\"seconds\":{:.6},\"bytes_per_second\":{:.0},\
             \"speed\":{:.2},\"words\":{},\"lost\":{},\"agrees\":{}}}",
            lap.strategy.name(),
            lap.bytes,
            lap.time.as_secs_f64(),
            lap.rate(),
            speed(lap, laps),
            lap.words,
            lap.lost,
            lap.agrees,
        )?;
    }
    output.flush()
}

fn picture(laps: &[Lap]) -> Picture {
    const ROW: f64 = 34.0;
    let mut picture = Picture::new(760.0, 306.0, "Words counted by threads that share: MB/s");
    let most = laps.iter().map(Lap::rate).fold(0.0, f64::max) / 1e6;
    let area = Place { x: 90.0, y: 46.0, width: 480.0, height: ROW * 6.0 };
    picture.axis(area, most, "MB of text a second");
    let mut y = area.y + 5.0;
    for lap in laps {
        let rate = lap.rate() / 1e6;
        let fill = if lap.lost > 0 { FILLS[3] } else { FILLS[0] };
        let width = (area.width * rate / most).max(1.0);
        picture.bar(Place { x: area.x, y, width, height: ROW - 10.0 }, fill, lap.strategy.name());
        picture.text(area.x - 8.0, y + 17.0, Anchor::End, "", lap.strategy.name());
        let lost = match lap.lost {
            0 => String::new(),
            lost => format!(", {lost} of {} words lost", lap.words + lost),
        };
        let label = format!("{rate:.1}, {:.1}x{lost}", speed(lap, laps));
        picture.text(area.x + width + 8.0, y + 17.0, Anchor::Start, "small", &label);
        y += ROW;
    }
    picture.legend(area.x, 294.0, &[(FILLS[0], "every word counted"), (FILLS[3], "words lost")]);
    picture
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn mega(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "for a bar")]
fn kilobytes_a_second(lap: &Lap) -> u64 {
    (lap.rate() / 1e3) as u64
}

//! The results of `--race`: a table, JSON Lines, or a picture.

use super::values::Format;
use crate::commands::common::picture::{Anchor, FILLS, Picture, Place};
use crate::commands::common::{size, terminal};
use crate::tally::Settings;
use crate::tally::race::Measurement;
use crate::tally::report::bar;
use serde::Serialize;
use std::io::{self, Write};

/// Columns of a bar in the table, which fits into 80.
const BAR: usize = 14;

/// The measurements so far, and the two that the others are compared with.
pub(super) struct Results {
    /// Has the speed 1: the book's way.
    pub(super) mutex: Measurement,
    /// Has the longest bar of the table.
    pub(super) private: Measurement,
    pub(super) measurements: Vec<Measurement>,
}

impl Results {
    /// Returns how many times as fast as the mutex this is.
    fn speed(&self, one: &Measurement) -> f64 {
        one.rate() / self.mutex.rate()
    }
}

/// The text that is counted.
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    /// How long it was before it was repeated.
    pub(super) original: usize,
}

/// Writes the results, each as soon as it is known.
pub(super) struct Report<'r> {
    pub(super) text: &'r Text,
    pub(super) settings: &'r Settings,
    pub(super) format: Format,
}

impl Report<'_> {
    /// Writes what comes before the rows.
    pub(super) fn begin(&self, mut output: impl Write) -> io::Result<()> {
        if self.format == Format::Json {
            return Ok(());
        }
        let Text { bytes, original } = self.text;
        let threads = self.settings.workers();
        let s = if threads == 1 { "" } else { "s" };
        write!(output, "{:.1} MB of text", mega(bytes.len()))?;
        if bytes.len() > *original {
            let times = bytes.len() / original;
            let original = size::show(*original as u64);
            write!(output, " ({original} repeated {times} times)")?;
        }
        writeln!(output, ", {threads} thread{s}")?;
        writeln!(output, "strategy  text MB  seconds    MB/s  speed       words       lost")?;
        output.flush()
    }

    /// Writes the row of one strategy.
    pub(super) fn row(
        &self,
        one: &Measurement,
        results: &Results,
        mut output: impl Write,
    ) -> io::Result<()> {
        match self.format {
            Format::Json => object(one, results, &mut output)?,
            _ => line(one, results, &mut output)?,
        }
        output.flush()
    }

    /// Writes what comes after the rows.
    pub(super) fn end(&self, results: &Results, mut output: impl Write) -> io::Result<()> {
        let cut = results.measurements.iter().any(|one| one.bytes < self.text.bytes.len());
        if cut && self.format != Format::Json {
            let note =
                "Slow strategies were run on a prefix of the text (see the \"text MB\" column).";
            writeln!(output, "{note}")?;
        }
        output.flush()
    }
}

fn line(one: &Measurement, results: &Results, mut output: impl Write) -> io::Result<()> {
    let most = kilobytes_a_second(&results.private);
    writeln!(
        output,
        "{:<8} {:>8.1} {:>8.3} {:>7.1} {:>5.1}x {:>11} {:>10} {}",
        one.strategy.name(),
        mega(one.bytes),
        one.time.as_secs_f64(),
        one.rate() / 1e6,
        results.speed(one),
        one.words,
        one.lost,
        bar(kilobytes_a_second(one).min(most), most, BAR, terminal::charset().into()),
    )
}

/// A row as data.
#[derive(Serialize)]
struct Row {
    strategy: &'static str,
    bytes: usize,
    seconds: f64,
    bytes_per_second: f64,
    speed: f64,
    words: u64,
    lost: u64,
    agrees: bool,
}

fn object(one: &Measurement, results: &Results, mut output: impl Write) -> io::Result<()> {
    let row = Row {
        strategy: one.strategy.name(),
        bytes: one.bytes,
        seconds: rounded(one.time.as_secs_f64(), 1e6),
        bytes_per_second: one.rate().round(),
        speed: rounded(results.speed(one), 100.0),
        words: one.words,
        lost: one.lost,
        agrees: one.agrees,
    };
    serde_json::to_writer(&mut output, &row)?;
    writeln!(output)
}

/// The nearest multiple of one part of `parts`.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

/// Draws a bar for each strategy.
pub(super) fn picture(results: &Results) -> Picture {
    const ROW: f64 = 34.0;
    let mut picture = Picture::new(760.0, 306.0, "Words counted by threads that share: MB/s");
    let most = results.measurements.iter().map(Measurement::rate).fold(0.0, f64::max) / 1e6;
    let area = Place { x: 90.0, y: 46.0, width: 480.0, height: ROW * 6.0 };
    picture.axis(area, most, "MB of text per second");
    let mut y = area.y + 5.0;
    for one in &results.measurements {
        let rate = one.rate() / 1e6;
        let fill = if one.lost > 0 { FILLS[3] } else { FILLS[0] };
        let width = (area.width * rate / most).max(1.0);
        picture.bar(Place { x: area.x, y, width, height: ROW - 10.0 }, fill, one.strategy.name());
        picture.text(area.x - 8.0, y + 17.0, Anchor::End, "", one.strategy.name());
        let lost = match one.lost {
            0 => String::new(),
            lost => format!(", {lost} of {} words lost", one.words + lost),
        };
        let label = format!("{rate:.1}, {:.1}x{lost}", results.speed(one));
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
fn kilobytes_a_second(one: &Measurement) -> u64 {
    (one.rate() / 1e3) as u64
}

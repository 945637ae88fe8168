//! The comparison of locks: a table, a picture, data.

use crate::commands::common::picture::{Anchor, FILLS, Picture, Place};
use crate::commands::common::terminal::Charset;
use crate::locks::Kind;
use crate::locks::bench::{Case, Cost, LONG, Section};
use serde::Serialize;
use std::io::{self, Write};
use std::time::Duration;

/// The numbers of threads to compare.
const THREADS: [usize; 4] = [1, 2, 4, 8];

/// Returns the cases to measure, in the order in which they are shown.
#[must_use]
pub(super) fn cases(kinds: &[Kind]) -> Vec<Case> {
    let mut cases = Vec::new();
    for section in Section::ALL {
        for threads in THREADS {
            cases.extend(kinds.iter().map(|&kind| Case { kind, threads, section }));
        }
    }
    cases
}

/// Describes what is done inside the lock.
fn describe(section: Section, duration: impl Fn(Duration) -> String) -> String {
    match section {
        Section::Short => "Short sections: one addition inside the lock".to_owned(),
        Section::Long => format!("Long sections: {} inside the lock", duration(LONG)),
    }
}

/// Writes a row of the table, below the row `before`; with a heading if it is the first of its section.
pub(super) fn row(
    cost: &Cost,
    before: Option<&Cost>,
    charset: Charset,
    mut output: impl Write,
) -> io::Result<()> {
    let duration = |time| match charset {
        Charset::Unicode => duration(time),
        Charset::Ascii => duration(time).replace('µ', "u"),
    };
    let Case { kind, threads, section } = cost.case;
    let before = before.map(|before| before.case);
    if before.is_none_or(|before| before.section != section) {
        let gap = if before.is_some() { "\n" } else { "" };
        writeln!(output, "{gap}{}\n", describe(section, duration))?;
        writeln!(output, "threads  lock         acquisitions/s  99 % waited under  least/most")?;
    }
    let new = before.is_none_or(|before| (before.section, before.threads) != (section, threads));
    let threads = if new { threads.to_string() } else { String::new() };
    let rate = rate(cost.per_second());
    let wait = duration(cost.wait);
    let fairness = cost.fairness();
    writeln!(output, "{threads:>7}  {kind:<11}  {rate:>14}  {wait:>17}  {fairness:>10.2}")
}

#[derive(Serialize)]
struct Line {
    lock: &'static str,
    threads: usize,
    section: &'static str,
    nanoseconds: u64,
    acquisitions: u64,
    wait_99_nanoseconds: u64,
    least: u64,
    most: u64,
}

/// Writes the costs as data: JSON Lines, an object per case.
pub(super) fn data(all: &[Cost], mut output: impl Write) -> io::Result<()> {
    let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    for cost in all {
        let line = Line {
            lock: cost.case.kind.name(),
            threads: cost.case.threads,
            section: match cost.case.section {
                Section::Short => "short",
                Section::Long => "long",
            },
            nanoseconds: nanoseconds(cost.time),
            acquisitions: cost.acquisitions,
            wait_99_nanoseconds: nanoseconds(cost.wait),
            least: cost.least,
            most: cost.most,
        };
        serde_json::to_writer(&mut output, &line)?;
        writeln!(output)?;
    }
    Ok(())
}

/// Lengths in pixels.
const WIDTH: f64 = 900.0;
const LEFT: f64 = 90.0;
const CHART: f64 = 470.0;
const BAR: f64 = 15.0;
const GAP: f64 = 12.0;
/// Above the first chart, and around the bars of each.
const TOP: f64 = 70.0;
const FRAME: f64 = 80.0;

/// Draws a chart for each section: bars for the acquisitions a second, the rest beside them.
#[must_use]
pub(super) fn picture(all: &[Cost]) -> Picture {
    let charts: Vec<_> = all.chunk_by(|a, b| a.case.section == b.case.section).collect();
    let height: f64 = charts.iter().map(|chart| FRAME + bars(chart)).sum();
    let mut picture = Picture::new(WIDTH, TOP + height, "What a lock costs");
    let measured = |kind: &Kind| all.iter().any(|cost| cost.case.kind == *kind);
    let legend: Vec<_> =
        Kind::ALL.into_iter().filter(measured).map(|kind| (fill(kind), kind.name())).collect();
    picture.legend(LEFT, 56.0, &legend);
    let mut y = TOP;
    for chart in charts {
        draw(&mut picture, y, chart);
        y += FRAME + bars(chart);
    }
    picture
}

/// The colour of a kind.
fn fill(kind: Kind) -> &'static str {
    let place = Kind::ALL.iter().position(|&other| other == kind);
    FILLS[place.expect("one of all kinds")]
}

/// The height of all bars of a chart.
#[expect(clippy::cast_precision_loss, reason = "a few bars")]
fn bars(chart: &[Cost]) -> f64 {
    chart.len() as f64 * BAR + groups(chart).count() as f64 * GAP
}

/// The costs with equal numbers of threads.
fn groups(chart: &[Cost]) -> impl Iterator<Item = &[Cost]> {
    chart.chunk_by(|a, b| a.case.threads == b.case.threads)
}

fn draw(picture: &mut Picture, y: f64, chart: &[Cost]) {
    let most = chart.iter().map(Cost::per_second).fold(1.0, f64::max);
    let (unit, per) = if most < 1e6 { ("thousand", 1e3) } else { ("million", 1e6) };
    let section = describe(chart[0].case.section, duration);
    picture.text(16.0, y + 18.0, Anchor::Start, "", &section);
    let place = Place { x: LEFT, y: y + 28.0, width: CHART, height: bars(chart) };
    picture.axis(place, most / per, &format!("{unit} acquisitions a second"));
    let mut y = place.y;
    for group in groups(chart) {
        y += GAP / 2.0;
        let threads = match group[0].case.threads {
            1 => "1 thread".to_owned(),
            threads => format!("{threads} threads"),
        };
        picture.text(LEFT - 10.0, y + BAR, Anchor::End, "", &threads);
        for cost in group {
            let text = format!(
                "{}/s, 99 % waited under {}, least/most {:.2}",
                rate(cost.per_second()),
                duration(cost.wait),
                cost.fairness()
            );
            let width = CHART * cost.per_second() / most;
            let bar = Place { x: LEFT, y: y + 1.0, width, height: BAR - 2.0 };
            picture.bar(bar, fill(cost.case.kind), &format!("{}: {text}", cost.case.kind));
            picture.text(LEFT + width + 6.0, y + BAR - 3.5, Anchor::Start, "small", &text);
            y += BAR;
        }
        y += GAP / 2.0;
    }
}

/// A number with three digits: `1.23 M`.
fn rate(per_second: f64) -> String {
    match per_second {
        1e6.. => format!("{} M", three(per_second / 1e6)),
        1e3.. => format!("{} k", three(per_second / 1e3)),
        _ => three(per_second),
    }
}

/// A time with three digits: `1.23 µs`.
fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        1.0.. => format!("{} s", three(seconds)),
        1e-3.. => format!("{} ms", three(seconds * 1e3)),
        1e-6.. => format!("{} µs", three(seconds * 1e6)),
        _ => format!("{} ns", time.as_nanos()),
    }
}

/// A number with its first three digits, as far as they are fractions.
fn three(number: f64) -> String {
    match number {
        ..10.0 => format!("{number:.2}"),
        ..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    fn cost(case: Case) -> Cost {
        Cost {
            case,
            time: Duration::from_secs(1),
            acquisitions: 12_345_678,
            least: 1,
            most: 4,
            wait: Duration::from_nanos(1530),
        }
    }

    #[test]
    fn every_case_has_a_row_and_none_is_wider_than_a_terminal() {
        let (mut table, mut before) = (Vec::new(), None);
        let all: Vec<_> = cases(&Kind::ALL).into_iter().map(cost).collect();
        for cost in &all {
            row(cost, before, Charset::Unicode, &mut table).unwrap();
            before = Some(cost);
            let mut ascii = Vec::new();
            row(cost, None, Charset::Ascii, &mut ascii).unwrap();
            assert!(ascii.is_ascii() && ascii.windows(8).any(|text| text == b" 1.53 us"));
        }
        let table = String::from_utf8(table).unwrap();
        assert_eq!(table.matches("  12.3 M  ").count(), 48);
        assert!(table.contains("\n      8  channel"), "{table}");
        assert!(table.lines().all(|line| line.width() <= 80), "{table}");
        let mut drawn = Vec::new();
        picture(&all).write(&mut drawn).unwrap();
        let drawn = String::from_utf8(drawn).unwrap();
        assert_eq!(drawn.matches("99 % waited under 1.53 µs, least/most 0.25").count(), 96);
    }

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!([7.0, 999.0, 1234.0, 45.6e6].map(rate), ["7.00", "999", "1.23 k", "45.6 M"]);
        let times = [0, 999, 1_500, 20_000_000, 3_000_000_000];
        let times = times.map(|time| duration(Duration::from_nanos(time)));
        assert_eq!(times, ["0 ns", "999 ns", "1.50 µs", "20.0 ms", "3.00 s"]);
    }
}

//! A run as a picture: a bar for each span in which a worker waits for the lock or holds it.

use super::spans::{Schedule, State, milliseconds};
use crate::commands::common::picture::{Anchor, FILLS, Picture, Place};

const WAITS: &str = "#e3dccb";
const HOLDS: &str = FILLS[0];
const GIVES_UP: &str = FILLS[3];

/// Lengths in pixels.
const WIDTH: f64 = 900.0;
const LEFT: f64 = 70.0;
const TOP: f64 = 72.0;
const ROW: f64 = 20.0;
const BAR: f64 = 14.0;
/// A bar of at least this width, so that the shortest hold can be seen.
const LEAST: f64 = 1.0;

/// Draws a row for each worker.
#[must_use]
pub(super) fn draw(schedule: &Schedule, heading: &str) -> Picture {
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let height = schedule.by_worker.len() as f64 * ROW;
    let mut picture = Picture::new(WIDTH, TOP + height + 66.0, heading);
    picture.legend(LEFT, 54.0, &[(WAITS, "waits"), (HOLDS, "holds"), (GIVES_UP, "gives up")]);
    let chart = Place { x: LEFT, y: TOP, width: WIDTH - LEFT - 20.0, height };
    let end = milliseconds(schedule.end);
    picture.axis(chart, end, "milliseconds since the start");
    let at = |time| if end > 0.0 { chart.width * milliseconds(time) / end } else { 0.0 };
    let mut y = TOP;
    for (worker, row) in &schedule.by_worker {
        picture.text(LEFT - 10.0, y + 14.0, Anchor::End, "", &worker.to_string());
        let bar = |x, width| Place { x: LEFT + x, y: y + (ROW - BAR) / 2.0, width, height: BAR };
        for span in &row.spans {
            let length = milliseconds(span.to.saturating_sub(span.from));
            let (fill, does) = match span.state {
                State::Waits => (WAITS, "waits"),
                State::Holds => (HOLDS, "holds"),
            };
            let least = if span.state == State::Holds { LEAST } else { 0.0 };
            let width = (at(span.to) - at(span.from)).max(least);
            let tip = format!("{worker} {does} for {length:.3} ms");
            picture.bar(bar(at(span.from), width), fill, &tip);
        }
        if let Some(time) = row.gave_up {
            let tip = format!("{worker} gives up after {:.3} ms", milliseconds(time));
            picture.bar(bar((at(time) - 4.0).max(0.0), 4.0), GIVES_UP, &tip);
        }
        y += ROW;
    }
    if let Some(remark) = schedule.remark() {
        picture.text(LEFT, y + 31.0, Anchor::Start, "small", &remark);
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::super::spans::tests::run;
    use super::*;

    #[test]
    fn has_a_bar_for_each_span_and_says_how_many_rows_are_left_out() {
        let mut written = Vec::new();
        draw(&Schedule::of(&run(), 2), "Three workers").write(&mut written).unwrap();
        let written = String::from_utf8(written).unwrap();
        for text in
            ["Three workers", "2 waits for 20.000 ms", "2 holds for 20.000 ms", "and 1 more"]
        {
            assert!(written.contains(text), "{text}: {written}");
        }
        let three = draw(&Schedule::of(&run(), 3), "");
        let mut written = Vec::new();
        three.write(&mut written).unwrap();
        assert!(String::from_utf8(written).unwrap().contains("3 gives up after 25.000 ms"));
    }
}

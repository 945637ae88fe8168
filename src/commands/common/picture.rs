//! Pictures of measurements: bars, labels and an axis, as SVG.
//!
//! The text has the size and the fonts that a browser finds. The page is white, or dark where the
//! reader prefers that.

use std::io::{self, Write};
use svg::node::element::{Line, Rectangle, Style, Text, Title};
use svg::{Document, Node};

/// Six fills that the colour-blind can tell apart, too (Okabe and Ito, *Color Universal Design*).
pub(crate) const FILLS: [&str; 6] =
    ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"];

const STYLE: &str = "text { font: 13px system-ui, sans-serif; fill: #222 }
.title { font-size: 16px; font-weight: 600 }
.small { font-size: 11px; fill: #555 }
.grid { stroke: #ddd }
.page { fill: #fff }
@media (prefers-color-scheme: dark) {
text { fill: #ddd }
.small { fill: #aaa }
.grid { stroke: #444 }
.page { fill: #0d1117 }
}";

/// A picture being drawn. Lengths are pixels, from the upper left corner.
#[derive(Debug)]
pub(crate) struct Picture {
    document: Document,
}

/// Which point of a text its position means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The beginning.
    Start,
    /// The middle.
    Middle,
    /// The end.
    End,
}

/// The position and size of a bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

impl Picture {
    /// Begins a page with a heading.
    #[must_use]
    pub(crate) fn new(width: f64, height: f64, heading: &str) -> Self {
        let document = Document::new()
            .set("viewBox", (0, 0, width, height))
            .set("width", width)
            .set("height", height)
            .set("role", "img")
            .add(Title::new(heading))
            .add(Style::new(STYLE))
            .add(Rectangle::new().set("width", "100%").set("height", "100%").set("class", "page"));
        let mut picture = Self { document };
        picture.text(16.0, 28.0, Anchor::Start, "title", heading);
        picture
    }

    /// Draws a bar, with `tip` as its tool tip unless it is empty.
    pub(crate) fn bar(&mut self, at: Place, fill: &str, tip: &str) {
        let mut bar = Rectangle::new()
            .set("x", round(at.x))
            .set("y", round(at.y))
            .set("width", round(at.width))
            .set("height", round(at.height))
            .set("fill", fill);
        if !tip.is_empty() {
            bar.append(Title::new(tip));
        }
        self.document.append(bar);
    }

    /// Writes a line of text whose base line is at `y`. Classes are `title`, `small`, or none.
    pub(crate) fn text(&mut self, x: f64, y: f64, anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let mut element =
            Text::new(text).set("x", round(x)).set("y", round(y)).set("text-anchor", anchor);
        if !class.is_empty() {
            element.assign("class", class);
        }
        self.document.append(element);
    }

    /// Draws a scale from 0 to `end` below the area `at`, with a line across the area at each mark.
    pub(crate) fn axis(&mut self, at: Place, end: f64, unit: &str) {
        let below = at.y + at.height;
        for mark in marks(end) {
            let x = at.x + at.width * mark / end;
            let line = Line::new()
                .set("x1", round(x))
                .set("x2", round(x))
                .set("y1", round(at.y))
                .set("y2", round(below))
                .set("class", "grid");
            self.document.append(line);
            self.text(x, below + 15.0, Anchor::Middle, "small", &mark.to_string());
        }
        self.text(at.x + at.width, below + 31.0, Anchor::End, "small", unit);
    }

    /// Draws a legend of the fills, side by side from `x` on.
    pub(crate) fn legend(&mut self, x: f64, y: f64, entries: &[(&str, &str)]) {
        let mut x = x;
        for (fill, meaning) in entries {
            self.bar(Place { x, y: y - 10.0, width: 12.0, height: 12.0 }, fill, "");
            self.text(x + 18.0, y, Anchor::Start, "small", meaning);
            #[expect(clippy::cast_precision_loss, reason = "a few words")]
            let length = meaning.chars().count() as f64;
            x += 18.0 + 6.5 * length + 20.0;
        }
    }

    /// Writes the picture as SVG.
    pub(crate) fn write(&self, mut output: impl Write) -> io::Result<()> {
        svg::write(&mut output, &self.document)?;
        output.write_all(b"\n")
    }
}

/// Returns round numbers from 0 to `end`, five to twelve of them, in steps of 1, 2 or 5 times a power
/// of ten.
pub(crate) fn marks(end: f64) -> impl Iterator<Item = f64> {
    let power = 10_f64.powf((end / 10.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let step = steps.into_iter().find(|step| end / step <= 11.0).unwrap_or(end);
    let inverse = 1.0 / step;
    // Dividing by a whole number avoids rounding errors: 0.3, not 0.30…04.
    let mark =
        move |n: u32| if step < 1.0 { f64::from(n) / inverse.round() } else { f64::from(n) * step };
    (0..).map(mark).take_while(move |&mark| mark <= end && end > 0.0)
}

/// Rounds to tenths of a pixel, which are precise enough, and short.
fn round(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_few() {
        let of = |end| marks(end).collect::<Vec<_>>();
        assert_eq!(of(3.0), [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]);
        assert_eq!(of(0.7), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
        assert_eq!(of(999.0), [0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0, 800.0, 900.0]);
        assert!(of(0.0).is_empty());
        for end in (1..500).map(|n| f64::from(n) * 0.37) {
            assert!((5..=12).contains(&of(end).len()), "{end}: {:?}", of(end));
        }
    }

    #[test]
    fn what_is_written_is_escaped() {
        let mut picture = Picture::new(100.0, 50.0, "a < b & c");
        let place = Place { x: 0.0, y: 0.04, width: 12.345, height: 1.0 };
        picture.bar(place, FILLS[0], "<tip>");
        let mut written = Vec::new();
        picture.write(&mut written).unwrap();
        let written = String::from_utf8(written).unwrap();
        assert!(written.contains("a &lt; b &amp; c"), "{written}");
        assert!(written.contains("&lt;tip&gt;") && written.contains("width=\"12.3\""), "{written}");
    }
}

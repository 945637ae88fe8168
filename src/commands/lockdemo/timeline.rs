//! A run drawn as text: a row for each worker, over time.

use super::spans::{Schedule, Span, State, milliseconds};
use crate::commands::common::picture::marks;
use crate::commands::common::terminal::{Charset, Colour, Look};
use std::io::{self, Write};
use std::time::Duration;

/// What a column of a row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Nothing,
    Waits,
    Holds,
    GivesUp,
}

impl Cell {
    const fn glyph(self, charset: Charset) -> char {
        match (self, charset) {
            (Self::Nothing, _) => ' ',
            (Self::Waits, Charset::Unicode) => '·',
            (Self::Waits, Charset::Ascii) => '.',
            (Self::Holds, Charset::Unicode) => '█',
            (Self::Holds, Charset::Ascii) => '#',
            (Self::GivesUp, Charset::Unicode) => '×',
            (Self::GivesUp, Charset::Ascii) => 'x',
        }
    }

    /// The number of its colour: yellow, green, red.
    const fn colour(self) -> Option<u8> {
        match self {
            Self::Nothing => None,
            Self::Waits => Some(33),
            Self::Holds => Some(32),
            Self::GivesUp => Some(31),
        }
    }
}

/// Draws at most `width` columns, if that is at least 24.
pub(super) fn draw(
    schedule: &Schedule,
    width: usize,
    look: Look,
    mut output: impl Write,
) -> io::Result<()> {
    let Some(last) = schedule.by_worker.keys().last() else { return Ok(()) };
    let digits = last.to_string().len();
    let scale = Scale { end: schedule.end, columns: width.saturating_sub(digits + 1).max(20) };
    writeln!(output)?;
    for (worker, row) in &schedule.by_worker {
        let cells = scale.cells(&row.spans, row.gave_up);
        writeln!(output, "{worker:digits$} {}", paint(&cells, look))?;
    }
    writeln!(output, "{:digits$} {}", "", scale.axis())?;
    let legend = [(Cell::Waits, "waits"), (Cell::Holds, "holds"), (Cell::GivesUp, "gives up")]
        .map(|(cell, meaning)| format!("{} {meaning}", paint(&[cell], look)));
    writeln!(output, "{:digits$} {}", "", legend.join("   "))?;
    if let Some(remark) = schedule.remark() {
        writeln!(output, "{:digits$} {remark}", "")?;
    }
    Ok(())
}

/// The cells as text, with a colour for each run of equal ones.
fn paint(cells: &[Cell], look: Look) -> String {
    let mut text = String::new();
    for run in cells.chunk_by(PartialEq::eq) {
        let glyphs = run.iter().map(|cell| cell.glyph(look.charset));
        match run[0].colour() {
            Some(number) if look.colour == Colour::Ansi => {
                text.extend(["\x1b[", &number.to_string(), "m"]);
                text.extend(glyphs);
                text += "\x1b[0m";
            }
            _ => text.extend(glyphs),
        }
    }
    text.trim_end().to_owned()
}

/// Converts times to columns.
struct Scale {
    end: Duration,
    columns: usize,
}

impl Scale {
    /// The column, or the end of the last one, that is nearest to a time.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "between 0 and the number of columns"
    )]
    fn column(&self, at: f64) -> usize {
        let share = if self.end.is_zero() { 0.0 } else { at / self.end.as_secs_f64() };
        (share * self.columns as f64).round() as usize
    }

    /// Returns a worker's row. A hold has at least one column, however short it is.
    fn cells(&self, spans: &[Span], gave_up: Option<Duration>) -> Vec<Cell> {
        let mut cells = vec![Cell::Nothing; self.columns];
        for span in spans {
            let from = self.column(span.from.as_secs_f64()).min(self.columns - 1);
            let to = self.column(span.to.as_secs_f64());
            match span.state {
                State::Waits => cells[from..to.max(from)].fill(Cell::Waits),
                State::Holds => cells[from..to.max(from + 1)].fill(Cell::Holds),
            }
        }
        if let Some(at) = gave_up {
            let column = self.column(at.as_secs_f64()).saturating_sub(1);
            cells[column] = Cell::GivesUp;
        }
        cells
    }

    /// Returns the axis: round numbers of milliseconds, each beginning below its time, as far as there
    /// is room.
    fn axis(&self) -> String {
        let mut axis = String::new();
        let mut used = 0;
        for mark in marks(milliseconds(self.end)) {
            let column = self.column(mark / 1000.0);
            let label = if mark == 0.0 { "0 ms".to_owned() } else { mark.to_string() };
            let end = column + label.len();
            if (column == 0 || column > used) && end <= self.columns {
                axis.extend([" ".repeat(column - used), label]);
                used = end;
            }
        }
        axis
    }
}

#[cfg(test)]
mod tests {
    use super::super::spans::tests::run;
    use super::*;
    use unicode_width::UnicodeWidthStr;

    const PLAIN: Look = Look { colour: Colour::Plain, charset: Charset::Unicode };

    fn drawn(width: usize, colour: Colour) -> String {
        let mut output = Vec::new();
        let look = Look { colour, ..PLAIN };
        draw(&Schedule::of(&run(), 9), width, look, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn a_row_for_each_worker_and_a_scale_below() {
        assert_eq!(
            drawn(42, Colour::Plain),
            "
1 ████████████████████
2 ····················████████████████████
3           ··············×
  0 ms 5    10   15   20   25   30   35
  · waits   █ holds   × gives up
"
        );
    }

    #[test]
    fn in_ascii_it_looks_the_same() {
        let mut output = Vec::new();
        let look = Look { charset: Charset::Ascii, ..PLAIN };
        draw(&Schedule::of(&run(), 9), 42, look, &mut output).unwrap();
        let pairs = [('·', "."), ('█', "#"), ('×', "x")];
        let unicode = drawn(42, Colour::Plain);
        let expected = pairs.iter().fold(unicode, |text, (from, to)| text.replace(*from, to));
        assert_eq!(String::from_utf8(output).unwrap(), expected);
    }

    #[test]
    fn colours_only_colour() {
        let coloured = drawn(30, Colour::Ansi);
        assert!(coloured.contains("\x1b[32m██"), "{coloured}");
        let mut plain = coloured;
        for code in ["\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"] {
            plain = plain.replace(code, "");
        }
        assert_eq!(plain, drawn(30, Colour::Plain));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_the_last_hold_reaches_its_edge() {
        for width in [36, 80, 81, 200] {
            let drawn = drawn(width, Colour::Plain);
            assert_eq!(drawn.lines().map(UnicodeWidthStr::width).max(), Some(width), "{drawn}");
        }
    }

    #[test]
    fn the_shortest_hold_is_visible_and_an_empty_run_draws_nothing() {
        let mut events = run();
        events.last_mut().unwrap().at = Duration::from_secs(1000);
        let mut output = Vec::new();
        draw(&Schedule::of(&events, 9), 80, PLAIN, &mut output).unwrap();
        assert!(String::from_utf8(output).unwrap().contains("\n1 █\n2 █"));
        let mut output = Vec::new();
        draw(&Schedule::of(&[], 9), 80, PLAIN, &mut output).unwrap();
        assert_eq!(output, b"");
    }
}

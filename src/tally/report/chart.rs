//! A list of words as a bar chart.

use crate::tally::{Error, Ranking};
use std::io::{self, Write};
use unicode_width::UnicodeWidthChar;

/// A full column, and parts of one in eighths.
const BARS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const FULL: &str = "█";

/// Writes a line for each word: the word, cut if it is longer than a third of the width, its count,
/// and a bar.
pub(super) fn write(list: &mut Ranking<'_>, width: usize, output: impl Write) -> Result<(), Error> {
    let mut rows = Vec::new();
    while let Some((word, count)) = list.next()? {
        rows.push((label(word, (width / 3).max(4)), count));
    }
    draw(&rows, width, output).map_err(Error::Write)
}

/// A label, its width in columns, and a count.
type Row = ((String, usize), u64);

fn draw(rows: &[Row], width: usize, mut output: impl Write) -> io::Result<()> {
    let words = rows.iter().map(|((_, columns), _)| *columns).max().unwrap_or(0);
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let digits = most.to_string().len();
    let room = width.saturating_sub(words + digits + 2).max(1);
    for ((word, columns), count) in rows {
        let padding = words - columns;
        write!(output, "{word}{:padding$} {count:digits$} ", "")?;
        writeln!(output, "{}", bar(*count, most, room))?;
    }
    output.flush()
}

/// Returns a bar that is `room` columns wide for the value `most`.
#[must_use]
pub(crate) fn bar(value: u64, most: u64, room: usize) -> String {
    let eighths = u128::from(value) * room as u128 * 8 / u128::from(most.max(1));
    let eighths = usize::try_from(eighths).unwrap_or(usize::MAX);
    FULL.repeat(eighths / 8) + BARS[eighths % 8]
}

/// Returns the word as it can be shown, and its width in columns. Control characters, which would
/// control the terminal, become U+FFFD.
fn label(word: &[u8], most: usize) -> (String, usize) {
    let (mut label, mut columns) = (String::new(), 0);
    for c in String::from_utf8_lossy(word).chars() {
        let (c, wide) = c.width().map_or(('\u{FFFD}', 1), |wide| (c, wide));
        // One column is reserved for the ellipsis.
        if columns + wide > most - 1 {
            label.push('…');
            return (label, columns + 1);
        }
        label.push(c);
        columns += wide;
    }
    (label, columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::{Filter, Settings, Source, count_sources};

    fn chart(text: &'static str, width: usize) -> String {
        let settings = Settings::default().threads(1);
        let sources = vec![Source::reader(text.as_bytes())];
        let counts = count_sources(sources, &settings, |_, _| {}).unwrap();
        let mut output = Vec::new();
        write(&mut counts.rank(&Filter::default()).unwrap(), width, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn bars_are_as_long_as_the_counts_to_an_eighth_of_a_column() {
        assert_eq!(chart("aa b aa b aa aa b c", 15), "aa 4 ██████████\nb  3 ███████▌\nc  1 ██▌\n");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let text = "漢字漢字漢字漢字漢字 \u{1b}[2J e\u{301} a-very-long-word-indeed";
        for width in 12..40 {
            for line in chart(text, width).lines() {
                let columns: usize = line.chars().map(|c| c.width().unwrap()).sum();
                assert!(columns <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn no_words_make_an_empty_chart() {
        assert_eq!(chart(" ", 80), "");
    }
}

//! A list of words as a bar chart.

use crate::io::controls;
use crate::tally::{Error, Ranking};
use std::io::{self, Write};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What bars are made of, and what stands for characters that are not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bars {
    /// Blocks, precise to an eighth of a column; for terminals that show UTF-8.
    #[default]
    Blocks,
    /// ASCII. Words are written as they are.
    Ascii,
}

/// A full column, and parts of one in eighths.
const BLOCKS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const FULL: &str = "█";

impl Bars {
    fn of_eighths(self, eighths: usize) -> String {
        match self {
            Self::Blocks => FULL.repeat(eighths / 8) + BLOCKS[eighths % 8],
            Self::Ascii => "#".repeat(eighths / 8 + eighths % 8 / 4),
        }
    }

    /// Stands for a character that would control the terminal.
    fn replacement(self) -> &'static str {
        match self {
            Self::Blocks => "\u{FFFD}",
            Self::Ascii => "?",
        }
    }

    /// Stands for the rest of a word, in one column.
    fn ellipsis(self) -> char {
        match self {
            Self::Blocks => '…',
            Self::Ascii => '~',
        }
    }
}

/// Writes a line for each word: the word, cut if it is longer than a third of the width, its count,
/// and a bar.
pub(super) fn write(
    list: &mut Ranking<'_>,
    width: usize,
    bars: Bars,
    output: impl Write,
) -> Result<(), Error> {
    let mut rows = Vec::new();
    while let Some((word, count)) = list.next()? {
        rows.push((label(word, (width / 3).max(4), bars), count));
    }
    draw(&rows, width, bars, output).map_err(Error::Write)
}

fn draw(
    rows: &[(String, u64)],
    width: usize,
    bars: Bars,
    mut output: impl Write,
) -> io::Result<()> {
    let words = rows.iter().map(|(label, _)| label.width()).max().unwrap_or(0);
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let digits = most.to_string().len();
    let room = width.saturating_sub(words + digits + 2).max(1);
    for (label, count) in rows {
        let padding = words - label.width();
        write!(output, "{label}{:padding$} {count:digits$} ", "")?;
        writeln!(output, "{}", bar(*count, most, room, bars))?;
    }
    output.flush()
}

/// Returns a bar that is `room` columns wide for the value `most`.
#[must_use]
pub(crate) fn bar(value: u64, most: u64, room: usize, bars: Bars) -> String {
    let eighths = u128::from(value) * room as u128 * 8 / u128::from(most.max(1));
    bars.of_eighths(usize::try_from(eighths).unwrap_or(usize::MAX))
}

/// Returns the word as it can be shown, at most `most` columns wide. Characters that would control the
/// terminal are replaced. What a terminal draws as one, such as an emoji of several characters, is
/// measured as one and not cut.
fn label(word: &[u8], most: usize, bars: Bars) -> String {
    let word = String::from_utf8_lossy(word);
    let (mut label, mut columns) = (String::new(), 0);
    for cluster in word.graphemes(true) {
        let cluster = if cluster.contains(controls) { bars.replacement() } else { cluster };
        columns += cluster.width();
        // One column is reserved for the ellipsis.
        if columns > most - 1 {
            label.push(bars.ellipsis());
            return label;
        }
        label.push_str(cluster);
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::{Filter, Settings, Source, count_sources};

    fn chart(text: &'static str, width: usize) -> String {
        drawn(text, width, Bars::Blocks)
    }

    fn drawn(text: &'static str, width: usize, bars: Bars) -> String {
        let settings = Settings::default().threads(1);
        let sources = vec![Source::reader(text.as_bytes())];
        let counts = count_sources(sources, &settings, |_, _| {}).unwrap();
        let mut output = Vec::new();
        write(&mut counts.rank(&Filter::default()).unwrap(), width, bars, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn bars_are_as_long_as_the_counts_to_an_eighth_of_a_column() {
        assert_eq!(chart("aa b aa b aa aa b c", 15), "aa 4 ██████████\nb  3 ███████▌\nc  1 ██▌\n");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let text = "漢字漢字漢字漢字漢字 \u{1b}[2J e\u{301} a-very-long-word-indeed ❤\u{fe0f}❤\u{fe0f}❤\u{fe0f}❤\u{fe0f} \u{202e}لا";
        for width in 12..40 {
            for bars in [Bars::Blocks, Bars::Ascii] {
                for line in drawn(text, width, bars).lines() {
                    assert!(line.width() <= width, "{width}: {line}");
                    assert!(!line.contains(controls), "{line:?}");
                }
            }
        }
    }

    #[test]
    fn bars_begin_in_one_column_whatever_the_words_are_made_of() {
        // A heart that is wide only with what follows it, a family of seven characters, two flags.
        let text = "ab ❤\u{fe0f} 👩\u{200d}👩\u{200d}👧\u{200d}👦 🇩🇪🇫🇷 e\u{301}x";
        let chart = chart(text, 30);
        let begins = |line: &str| line.find('█').map(|at| line[..at].width());
        let begins: Vec<_> = chart.lines().map(begins).collect();
        assert_eq!(begins, [Some(7); 5], "{chart}");
    }

    #[test]
    fn in_ascii_a_bar_is_as_long_to_half_a_column() {
        let text = "aa b aa b aa aa b c \u{9b}-a-long-word";
        assert_eq!(
            drawn(text, 18, Bars::Ascii),
            "aa     4 #########\nb      3 #######\nc      1 ##\n?-a-l~ 1 ##\n"
        );
    }

    #[test]
    fn no_words_make_an_empty_chart() {
        assert_eq!(chart(" ", 80), "");
    }
}

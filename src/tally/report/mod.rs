//! A list of words as text, in the formats that people and programs read.

mod chart;
mod title;

pub use chart::Bars;
pub(crate) use chart::bar;
pub use title::Title;

use super::{Error, Ranking, partial};
use serde::Serialize;
use std::io::{self, Write};
use title::FileName;

/// How words and counts are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// The output of the book's program: a header, then `word: count`.
    #[default]
    Text,
    /// The word, a tab, the count. There is no tab in a word. In a file's name, `\t`, `\n`, `\r`,
    /// `\\` and `\xNN` (a byte) are escapes.
    Tsv,
    /// Comma-separated values (RFC 4180, except for the line ends) with a header. A file's name is
    /// written byte for byte.
    Csv,
    /// JSON Lines: one object per word. A file's name is a string or, if it is not UTF-8, an object
    /// with its bytes in base64: `{"bytes":"Y2Fm6Q=="}`.
    Json,
    /// The output of `uniq -c`: the count, right-aligned in seven columns, a space, the word.
    Uniq,
    /// A [partial tally](partial). The list must be sorted by
    /// [`SortKey::Word`](super::SortKey::Word).
    Partial,
    /// A bar chart. The list is held in memory, and words take up to a third of the width, so this is
    /// for short lists.
    Chart {
        /// The column where the longest bar ends.
        width: usize,
        /// What the bars are made of.
        bars: Bars,
    },
}

/// Writes lists of words, one or more.
///
/// ```
/// use csp_toolkit::tally::report::{Format, ListWriter};
/// use csp_toolkit::tally::{Error, Filter, Settings, Source, count_sources};
///
/// let sources = vec![Source::reader(&b"to be, or not to be"[..])];
/// let settings = Settings::default();
/// let counts = count_sources(sources, &settings, |_, error| panic!("{error}"))?;
/// let mut list = counts.rank(&Filter::default())?;
/// let mut output = Vec::new();
/// ListWriter::new(&mut output, Format::Csv).list(None, &mut list)?;
/// assert_eq!(output, b"word,count\nto,2\nbe,1\n\"be,\",1\nnot,1\nor,1\n");
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct ListWriter<W> {
    output: W,
    format: Format,
    min_count: u64,
    formulas: Formulas,
    lists: u64,
    /// The line being put together: one call to the output per line is cheaper than one per field.
    line: Vec<u8>,
}

impl<W: Write> ListWriter<W> {
    /// Returns a writer. Nothing is written yet.
    pub fn new(output: W, format: Format) -> Self {
        Self { output, format, min_count: 0, formulas: Formulas::Kept, lists: 0, line: Vec::new() }
    }

    /// Sets the least count in the lists, which the header of [`Format::Text`] states.
    #[must_use]
    pub fn min_count(self, count: u64) -> Self {
        Self { min_count: count, ..self }
    }

    /// Keeps a spreadsheet from taking a field of [`Format::Csv`] for a formula: a word or file name
    /// that begins with `=`, `+`, `-`, `@`, a tab or a line end is written in quotes, after an
    /// apostrophe.
    #[must_use]
    pub fn csv_safe(self) -> Self {
        Self { formulas: Formulas::Quoted, ..self }
    }

    /// Writes a list and flushes the output. A title makes it one of several lists: formats for people
    /// have a heading, formats for programs a column with the file's name.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if the output fails, [`Error::Temporary`] if the list does.
    pub fn list(&mut self, title: Option<Title<'_>>, list: &mut Ranking<'_>) -> Result<(), Error> {
        self.header(title).map_err(Error::Write)?;
        self.lists += 1;
        match self.format {
            Format::Chart { width, bars } => {
                return chart::write(list, width, bars, &mut self.output);
            }
            Format::Partial => return partial::write(list, &mut self.output).map(|_| ()),
            _ => {}
        }
        while let Some((word, count)) = list.next()? {
            self.row(title, word, count).map_err(Error::Write)?;
        }
        self.output.flush().map_err(Error::Write)
    }

    fn header(&mut self, title: Option<Title<'_>>) -> io::Result<()> {
        let output = &mut self.output;
        if let (Format::Text | Format::Uniq | Format::Chart { .. }, Some(Title { shown, .. })) =
            (self.format, title)
        {
            let between = if self.lists > 0 { "\n" } else { "" };
            writeln!(output, "{between}==> {shown} <==")?;
        }
        match (self.format, self.min_count) {
            (Format::Text, 0 | 1) => writeln!(output, "Words:"),
            (Format::Text, 2) => writeln!(output, "Words that appear more than once:"),
            (Format::Text, count) => {
                writeln!(output, "Words that appear more than {} times:", count - 1)
            }
            (Format::Csv, _) if self.lists == 0 => {
                let column = if title.is_some() { "file," } else { "" };
                writeln!(output, "{column}word,count")
            }
            _ => Ok(()),
        }
    }

    /// Writes a line.
    fn row(&mut self, title: Option<Title<'_>>, word: &[u8], count: u64) -> io::Result<()> {
        let output = &mut self.line;
        output.clear();
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(count);
        match self.format {
            Format::Text => {
                output.write_all(word)?;
                output.write_all(b": ")?;
                output.write_all(digits.as_bytes())?;
            }
            Format::Tsv => {
                if let Some(title) = title {
                    title.tsv(output)?;
                    output.write_all(b"\t")?;
                }
                output.write_all(word)?;
                output.write_all(b"\t")?;
                output.write_all(digits.as_bytes())?;
            }
            Format::Csv => {
                if let Some(title) = title {
                    field(output, title.name, self.formulas)?;
                    output.write_all(b",")?;
                }
                field(output, word, self.formulas)?;
                output.write_all(b",")?;
                output.write_all(digits.as_bytes())?;
            }
            Format::Json => {
                // Words are UTF-8, so this borrows them.
                let word = &*String::from_utf8_lossy(word);
                let file = title.map(|title| FileName::of(title.name));
                serde_json::to_writer(&mut *output, &Row { file, word, count })?;
            }
            Format::Uniq => {
                write!(output, "{digits:>7} ")?;
                output.write_all(word)?;
            }
            Format::Partial | Format::Chart { .. } => return Ok(()),
        }
        output.push(b'\n');
        self.output.write_all(output)
    }
}

/// A line of [`Format::Json`].
#[derive(Serialize)]
struct Row<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<FileName<'r>>,
    word: &'r str,
    count: u64,
}

/// What becomes of fields that a spreadsheet would take for a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Formulas {
    Kept,
    /// They become text.
    Quoted,
}

/// Writes a field, in quotes if it contains a character that would end it.
fn field(output: &mut impl Write, field: &[u8], formulas: Formulas) -> io::Result<()> {
    let is_formula = field.first().is_some_and(|byte| b"=+-@\t\r\n".contains(byte));
    if formulas == Formulas::Quoted && is_formula {
        return quoted(output, b"'", field);
    }
    if field.iter().any(|byte| b",\"\r\n".contains(byte)) {
        return quoted(output, b"", field);
    }
    output.write_all(field)
}

/// Writes a field in quotes, after `mark`.
fn quoted(output: &mut impl Write, mark: &[u8], field: &[u8]) -> io::Result<()> {
    output.write_all(b"\"")?;
    output.write_all(mark)?;
    for piece in field.split_inclusive(|&byte| byte == b'"') {
        output.write_all(piece)?;
        if piece.ends_with(b"\"") {
            output.write_all(b"\"")?;
        }
    }
    output.write_all(b"\"")
}

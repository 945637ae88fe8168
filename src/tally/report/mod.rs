//! A list of words as text, in the formats that people and programs read.

mod chart;
mod title;

pub use chart::bar;
pub use title::Title;

use super::{Ranking, TallyError, partial};
use std::io::{self, Write};

/// How words and counts are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Format {
    /// What the book's program prints: a header, then `word: count`.
    #[default]
    Text,
    /// The word, a tab, the count. There is no tab in a word. In a file's name, `\t`, `\n`, `\r`,
    /// `\\` and `\xNN` (a byte) are escapes.
    Tsv,
    /// Comma-separated values (RFC 4180, except for the line ends) with a header. A file's name is
    /// written byte for byte.
    Csv,
    /// JSON Lines: an object for each word. A file's name is a string or, if it is not UTF-8, an
    /// object with its bytes in base64: `{"bytes":"Y2Fm6Q=="}`.
    Json,
    /// As `uniq -c` has it: the count, right-aligned in seven columns, a space, the word.
    Uniq,
    /// A [partial tally](partial), for which the list is to be in the order of its words' bytes.
    #[cfg_attr(feature = "cli", value(skip))]
    Partial,
    /// A bar chart. The list is held in memory, and words take up to a third of the width, so this
    /// is for short ones.
    #[cfg_attr(feature = "cli", value(skip))]
    Chart {
        /// How many columns the longest bar ends from the left.
        width: usize,
    },
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The words could not be had.
    #[error(transparent)]
    Tally(#[from] TallyError),
    /// They could not be written.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}

/// Writes lists of words, one or more.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    format: Format,
    /// The least count that was asked for, which the header of [`Format::Text`] tells.
    least: u64,
    lists: u64,
}

impl<W: Write> Writer<W> {
    /// Nothing is written yet.
    pub fn new(output: W, format: Format, least: u64) -> Self {
        Self { output, format, least, lists: 0 }
    }

    /// Writes a list. With a title, as one of several: under the name as people see it or, where a
    /// line is a record, with the name in a column of its own.
    ///
    /// ```
    /// use csp_toolkit::tally::{Choice, Config, Source, count};
    /// use csp_toolkit::tally::report::{Format, Writer};
    /// use std::num::NonZeroUsize;
    ///
    /// let sources = vec![Source::Reader(Box::new(&b"to be, or not to be"[..]))];
    /// let config = Config::new(NonZeroUsize::MIN);
    /// let mut list = count(sources, &config, |_, _| {})?.choose(&Choice::default())?;
    /// let mut output = Vec::new();
    /// Writer::new(&mut output, Format::Csv, 0).list(None, &mut list)?;
    /// assert_eq!(output, b"word,count\nto,2\nbe,1\n\"be,\",1\nnot,1\nor,1\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list(
        &mut self,
        title: Option<Title<'_>>,
        list: &mut Ranking<'_>,
    ) -> Result<(), ReportError> {
        self.header(title)?;
        self.lists += 1;
        match self.format {
            Format::Chart { width } => return chart::write(list, width, &mut self.output),
            Format::Partial => return partial::write(list, &mut self.output).map(|_| ()),
            _ => {}
        }
        while let Some((word, count)) = list.next()? {
            match self.format {
                Format::Text => {
                    self.output.write_all(word)?;
                    writeln!(self.output, ": {count}")?;
                }
                Format::Tsv => {
                    if let Some(title) = title {
                        title.tsv(&mut self.output)?;
                        self.output.write_all(b"\t")?;
                    }
                    self.output.write_all(word)?;
                    writeln!(self.output, "\t{count}")?;
                }
                Format::Csv => {
                    if let Some(title) = title {
                        quoted(&mut self.output, title.name)?;
                        self.output.write_all(b",")?;
                    }
                    quoted(&mut self.output, word)?;
                    writeln!(self.output, ",{count}")?;
                }
                Format::Json => self.object(title, word, count)?,
                Format::Uniq => {
                    write!(self.output, "{count:7} ")?;
                    self.output.write_all(word)?;
                    self.output.write_all(b"\n")?;
                }
                Format::Partial | Format::Chart { .. } => {}
            }
        }
        Ok(self.output.flush()?)
    }

    fn header(&mut self, title: Option<Title<'_>>) -> io::Result<()> {
        let output = &mut self.output;
        if let (Format::Text | Format::Uniq | Format::Chart { .. }, Some(Title { shown, .. })) =
            (self.format, title)
        {
            let between = if self.lists > 0 { "\n" } else { "" };
            writeln!(output, "{between}==> {shown} <==")?;
        }
        match (self.format, self.least) {
            (Format::Text, 0 | 1) => writeln!(output, "Words:"),
            (Format::Text, 2) => writeln!(output, "Words that appear more than once:"),
            (Format::Text, least) => {
                writeln!(output, "Words that appear more than {} times:", least - 1)
            }
            (Format::Csv, _) if self.lists == 0 => {
                let column = if title.is_some() { "file," } else { "" };
                writeln!(output, "{column}word,count")
            }
            _ => Ok(()),
        }
    }

    fn object(&mut self, title: Option<Title<'_>>, word: &[u8], count: u64) -> io::Result<()> {
        self.output.write_all(b"{")?;
        if let Some(title) = title {
            self.output.write_all(b"\"file\":")?;
            title.json(&mut self.output)?;
            self.output.write_all(b",")?;
        }
        self.output.write_all(b"\"word\":")?;
        // Words are UTF-8; this borrows them.
        serde_json::to_writer(&mut self.output, &String::from_utf8_lossy(word))?;
        writeln!(self.output, ",\"count\":{count}}}")
    }
}

/// A field as it is or, if it would end there, in quotes.
fn quoted(output: &mut impl Write, field: &[u8]) -> io::Result<()> {
    if !field.iter().any(|byte| b",\"\r\n".contains(byte)) {
        return output.write_all(field);
    }
    output.write_all(b"\"")?;
    for piece in field.split_inclusive(|&byte| byte == b'"') {
        output.write_all(piece)?;
        if piece.ends_with(b"\"") {
            output.write_all(b"\"")?;
        }
    }
    output.write_all(b"\"")
}

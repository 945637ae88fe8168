//! A tally as text.

use super::Tally;
use std::io::{self, Write};

/// Writes what the book's program prints: a header, then `word: count` for every word that occurs
/// `least` times or more. The book's order is random; this is [`Tally::ranked`]'s.
pub fn write_text(tally: &Tally, least: u64, mut output: impl Write) -> io::Result<()> {
    writeln!(output, "Words that appear more than once:")?;
    for (word, count) in tally.ranked(least) {
        output.write_all(word)?;
        writeln!(output, ": {count}")?;
    }
    output.flush()
}

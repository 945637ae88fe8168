//! The values that options choose from, each with its help.
//!
//! The library's own enums know nothing of a command line; these turn into them.

use crate::commands::common::terminal::Charset;
use crate::tally::{self, SortKey, race, report, words};
use clap::ValueEnum;

/// The values of `--case`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Case {
    /// Fold words to lower case, letter by letter
    #[default]
    Lower,
    /// Fold words by all of Unicode's case folding: STRASSE and straße are one word, and so are ΟΔΟΣ and οδος
    Fold,
    /// Keep capital letters: Word and word are two words
    Keep,
}

impl From<Case> for words::Case {
    fn from(case: Case) -> Self {
        match case {
            Case::Lower => Self::Lower,
            Case::Fold => Self::Fold,
            Case::Keep => Self::Keep,
        }
    }
}

/// The values of `--normalize`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Normalize {
    /// A letter and its accent are the same as the accented letter
    Nfc,
    /// Ligatures, full-width letters and the like are the same as what they stand for, too
    Nfkc,
}

impl From<Normalize> for words::Normalization {
    fn from(form: Normalize) -> Self {
        match form {
            Normalize::Nfc => Self::Nfc,
            Normalize::Nfkc => Self::Nfkc,
        }
    }
}

/// The values of `--words`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Split {
    /// Split at white space: "end." and "end" are two words
    #[default]
    Space,
    /// Split at white space, then at Unicode word boundaries (UAX 29); ignore pieces without a letter or digit
    Unicode,
}

impl From<Split> for words::Split {
    fn from(split: Split) -> Self {
        match split {
            Split::Space => Self::Space,
            Split::Unicode => Self::Unicode,
        }
    }
}

/// The values of `--sort`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Sort {
    /// Most frequent first; equally frequent words by their bytes
    #[default]
    Count,
    /// By the bytes of the word
    Word,
    /// The cheapest order, always the same
    None,
}

impl From<Sort> for SortKey {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Count => Self::Count,
            // Comparing words costs no more than any other order that is always the same.
            Sort::Word | Sort::None => Self::Word,
        }
    }
}

/// The values of `--total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Figure {
    /// Words
    Words,
    /// Distinct words, which take several times as long to count
    Distinct,
    /// Line feeds
    Lines,
    /// Bytes, of a gzip file those of its text
    Bytes,
}

impl Figure {
    /// Returns its name, as on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Distinct => "distinct",
            Self::Lines => "lines",
            Self::Bytes => "bytes",
        }
    }
}

impl From<Figure> for tally::Figure {
    fn from(figure: Figure) -> Self {
        match figure {
            Figure::Words => Self::Words,
            Figure::Distinct => Self::Distinct,
            Figure::Lines => Self::Lines,
            Figure::Bytes => Self::Bytes,
        }
    }
}

/// The values of `--format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A header, then "word: count" per line, as the book's program prints it
    #[default]
    Text,
    /// Word, tab, count. In file names, \t, \n, \r, \\ and \xNN (a byte) are escapes
    Tsv,
    /// Comma-separated values (RFC 4180, but lines end in LF) with a header; file names byte for byte
    Csv,
    /// One JSON object per line; a file name that is not UTF-8 is an object with its bytes in base64:
    /// {"bytes":"Y2Fm6Q=="}
    Json,
    /// The format of uniq -c: count in seven columns, space, word
    Uniq,
}

impl From<Format> for report::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Tsv => Self::Tsv,
            Format::Csv => Self::Csv,
            Format::Json => Self::Json,
            Format::Uniq => Self::Uniq,
        }
    }
}

impl From<Charset> for report::Bars {
    fn from(charset: Charset) -> Self {
        match charset {
            Charset::Unicode => Self::Blocks,
            Charset::Ascii => Self::Ascii,
        }
    }
}

/// The values of `--strategy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Strategy {
    /// Shared counters without a lock, updated by a load and a store: loses updates (listing 3.5)
    Racy,
    /// One map behind one mutex, locked for every word (listing 3.6)
    Mutex,
    /// One map behind a readers-writer lock, write-locked for new words only
    #[value(name = "rwlock")]
    RwLock,
    /// Many maps, each behind its own mutex, chosen by hash
    Sharded,
    /// One map owned by one thread, to which the others send words
    Channel,
    /// One table per thread, merged at the end
    #[default]
    Private,
}

impl From<Strategy> for race::Strategy {
    fn from(strategy: Strategy) -> Self {
        match strategy {
            Strategy::Racy => Self::Racy,
            Strategy::Mutex => Self::Mutex,
            Strategy::RwLock => Self::RwLock,
            Strategy::Sharded => Self::Sharded,
            Strategy::Channel => Self::Channel,
            Strategy::Private => Self::Private,
        }
    }
}

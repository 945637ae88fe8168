//! The library's choices as values of options.

use crate::tally::race::Strategy;
use crate::tally::report::Format;
use crate::tally::words::{Case, Split};
use clap::ValueEnum;
use clap::builder::PossibleValue;

impl ValueEnum for Split {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Space, Self::Unicode]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Space => PossibleValue::new("space").help("At white space"),
            Self::Unicode => PossibleValue::new("unicode")
                .help("At white space and at the word boundaries of Unicode (UAX 29)"),
        })
    }
}

impl ValueEnum for Case {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Lower, Self::Keep]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Lower => PossibleValue::new("lower").help("Lower-case all words"),
            Self::Keep => PossibleValue::new("keep").help("Keep upper-case letters"),
        })
    }
}

/// The formats that `--format` takes; charts and partial tallies have options of their own.
impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Tsv, Self::Csv, Self::Json, Self::Uniq]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Text => PossibleValue::new("text").help("A header, then word: count"),
            Self::Tsv => PossibleValue::new("tsv").help("The word, a tab, the count"),
            Self::Csv => PossibleValue::new("csv").help("Comma-separated values with a header"),
            Self::Json => PossibleValue::new("json").help("One object per line"),
            Self::Uniq => PossibleValue::new("uniq").help("The format of uniq -c"),
            _ => return None,
        })
    }
}

impl ValueEnum for Strategy {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Racy => "Shared counters without a lock: loses updates (listing 3.5)",
            Self::Mutex => "One map behind one mutex, locked for every word (listing 3.6)",
            Self::RwLock => {
                "One map behind a readers-writer lock, write-locked only for a new word"
            }
            Self::Sharded => "Many maps, each behind a mutex of its own, chosen by hash",
            Self::Channel => "One thread owns the map, and the others send it words",
            Self::Private => "A table for each thread, added up at the end",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

//! The options that say what a word is, and what counting may take.

use crate::cli::{memory, size, threads};
use crate::tally::Config;
use crate::tally::words::{Case, Rules, Split};
use clap::Args;
use std::num::NonZeroUsize;

/// Options of every way to count words.
#[derive(Args, Debug)]
pub struct CountArgs {
    /// Whether capital letters count as small ones
    #[arg(long, value_enum, default_value_t)]
    pub case: Case,

    /// What is between words: white space, or also what Unicode's UAX 29 says
    #[arg(short, long, value_enum, default_value_t)]
    pub words: Split,

    /// How many threads count, 1024 at most [default: the cores this process may use]
    #[arg(short = 'j', long, value_name = "N", value_parser = threads::parse)]
    pub threads: Option<NonZeroUsize>,

    /// Memory for the words; what is more goes to temporary files in TMPDIR [default: half of
    /// what this process may use]
    #[arg(long, value_name = "SIZE", value_parser = enough_memory)]
    pub memory: Option<usize>,
}

impl CountArgs {
    /// How the library is to count.
    #[must_use]
    pub fn config(&self) -> Config {
        let half = || usize::try_from(memory::available() / 2).unwrap_or(usize::MAX);
        Config {
            memory: self.memory.unwrap_or_else(half).max(Config::LEAST_MEMORY),
            directory: std::env::temp_dir(),
            rules: Rules { split: self.words, case: self.case },
            ..Config::new(threads::or_default(self.threads))
        }
    }
}

fn enough_memory(text: &str) -> Result<usize, String> {
    let bytes = usize::try_from(size::parse(text)?).unwrap_or(usize::MAX);
    if bytes < Config::LEAST_MEMORY {
        return Err(format!("too small: it takes {} MiB at least", Config::LEAST_MEMORY >> 20));
    }
    Ok(bytes)
}

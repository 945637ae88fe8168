//! The options that say what a word is, and what counting may take.

use super::values::{Case, Split};
use crate::commands::common::{memory, size, threads};
use crate::tally::Config;
use crate::tally::words::Rules;
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Options of every way to count words.
#[derive(Args, Debug)]
pub(super) struct CountArgs {
    /// Whether capital letters count as small ones
    #[arg(long, value_enum, default_value_t)]
    pub case: Case,

    /// What is between words: white space, or also what Unicode's UAX 29 says
    #[arg(short = 'w', long = "words", value_enum, default_value_t)]
    pub split: Split,

    /// How many threads count, 1024 at most [default: the cores this process may use]
    #[arg(short = 'j', long, value_name = "N", value_parser = threads::parse)]
    pub threads: Option<NonZeroUsize>,

    /// Memory for the words; what is more goes to temporary files in TMPDIR [default: half of
    /// what this process may use; less, and fewer threads, under ulimit -v or -d]
    #[arg(long, value_name = "SIZE", value_parser = enough_memory)]
    pub memory: Option<usize>,
}

impl CountArgs {
    /// How the library is to count. Fails where there is too little memory to do so.
    pub(super) fn config(&self) -> anyhow::Result<Config> {
        let bytes = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        let limits = memory::Limits::read()?;
        let memory = self.memory.unwrap_or_else(|| bytes(memory::available() / 2));
        Ok(Config {
            memory: memory.min(bytes(limits.memory)).max(Config::LEAST_MEMORY),
            directory: temporary_directory(),
            rules: Rules { split: self.split.into(), case: self.case.into() },
            ..Config::new(threads::or_default(self.threads).min(limits.threads))
        })
    }
}

/// Where temporary files go. `TMPDIR` without a value is as good as none.
fn temporary_directory() -> PathBuf {
    let directory = std::env::temp_dir();
    if directory.as_os_str().is_empty() { PathBuf::from("/tmp") } else { directory }
}

fn enough_memory(text: &str) -> Result<usize, String> {
    let bytes = usize::try_from(size::parse(text)?).unwrap_or(usize::MAX);
    if bytes < Config::LEAST_MEMORY {
        return Err(format!("too small: it takes {} MiB at least", Config::LEAST_MEMORY >> 20));
    }
    Ok(bytes)
}

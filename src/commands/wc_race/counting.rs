//! The options that define a word, and those that limit what counting takes.

use super::values::{Case, Normalize, Split};
use crate::commands::common::threads::{self, ThreadsArgs};
use crate::commands::common::{memory, size};
use crate::tally::words::Normalization;
use crate::tally::{Encoding, Settings};
use clap::Args;
use std::path::PathBuf;

/// The options that define a word.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Words")]
pub(super) struct WordArgs {
    /// Split words at white space, or by Unicode rules
    #[arg(short = 'w', long = "words", value_name = "SPLIT", value_enum, default_value_t)]
    pub split: Split,

    /// Fold words to lower case, or keep their case
    #[arg(long, value_enum, default_value_t, hide_short_help = true)]
    pub case: Case,

    #[command(flatten)]
    pub text: TextArgs,
}

/// The options that say how text is read.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct TextArgs {
    /// Take characters that look the same for the same
    #[arg(long, value_name = "FORM", value_enum, hide_short_help = true)]
    normalize: Option<Normalize>,

    /// Take the apostrophes U+2019 and U+02BC for '
    #[arg(long, hide_short_help = true)]
    fold_apostrophes: bool,

    /// Read text in the encoding LABEL, such as latin1, utf-16le or koi8-r
    #[arg(
        long,
        value_name = "LABEL",
        value_parser = encoding,
        default_value = "auto",
        hide_short_help = true,
        long_help = "Read text in the encoding LABEL, such as latin1, utf-16le or koi8-r: any label of the \
                     Encoding Standard of the web. Text that begins with a byte order mark of UTF-8 or \
                     UTF-16 is in that, whatever LABEL says; auto takes all other text for UTF-8"
    )]
    encoding: Encoding,
}

fn encoding(label: &str) -> Result<Encoding, String> {
    let encoding = if label == "auto" { Some(Encoding::UTF_8) } else { Encoding::for_label(label) };
    encoding.ok_or_else(|| "not a known encoding (try latin1, utf-16le or koi8-r)".to_owned())
}

/// The options that limit what counting takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Resources")]
pub(super) struct ResourceArgs {
    #[command(flatten)]
    pub threads: ThreadsArgs,

    /// Limit the memory for words
    #[arg(
        long,
        value_name = "SIZE",
        value_parser = enough_memory,
        hide_short_help = true,
        long_help = "Limit the memory for words, at least 4M; the rest spills to temporary files in TMPDIR \
                     [default: half of what this process may use; less, and fewer threads, under \
                     ulimit -v or -d]. A single word takes an eighth of it at most"
    )]
    pub memory: Option<usize>,
}

impl ResourceArgs {
    /// Returns the settings for counting words. Fails if there is too little memory to do so.
    pub(super) fn settings(&self, words: &WordArgs) -> anyhow::Result<Settings> {
        let bytes = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        let limits = memory::Limits::read()?;
        let memory = self.memory.unwrap_or_else(|| bytes(memory::available() / 2));
        Ok(Settings::default()
            .threads(threads::or_default(self.threads.threads).min(limits.threads).get())
            .memory(memory.min(bytes(limits.memory)).max(Settings::MIN_MEMORY))
            .temporary_dir(temporary_directory())
            .split(words.split.into())
            .case(words.case.into())
            .normalization(words.text.normalize.map_or(Normalization::None, Into::into))
            .fold_apostrophes(words.text.fold_apostrophes)
            .encoding(words.text.encoding))
    }
}

/// Returns the directory for temporary files. An empty `TMPDIR` counts as unset.
fn temporary_directory() -> PathBuf {
    let directory = std::env::temp_dir();
    if directory.as_os_str().is_empty() { PathBuf::from("/tmp") } else { directory }
}

fn enough_memory(text: &str) -> Result<usize, String> {
    let bytes = usize::try_from(size::parse(text)?).unwrap_or(usize::MAX);
    if bytes < Settings::MIN_MEMORY {
        return Err(format!("must be at least {}M", Settings::MIN_MEMORY >> 20));
    }
    Ok(bytes)
}

//! The flags of the command line.

use super::count::CountArgs;
use super::list::{self, ListArgs};
use super::race::RaceArgs;
use super::steps::Step;
use crate::commands::common::progress;
use clap::Parser;
use std::io;
use std::path::{Path, PathBuf};

/// Counts the words of all files together and prints those that appear more than once.
///
/// Words are split at white space and lower-cased. The most frequent come first, equally frequent
/// ones in the order of their bytes. Gzip files are decompressed.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "A first file that is called as a command is goes as ./merge, or after --.\n\n\
        Exit status: 0, 1 if a file could not be read to its end (what was read counts), 2 on unusable \
        options."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(super) struct Options {
    #[command(subcommand)]
    pub(super) step: Option<Step>,

    /// Files to read; none, or -, is standard input
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) list: ListArgs,

    #[command(flatten)]
    pub(super) count: CountArgs,

    #[command(flatten)]
    pub(super) race: RaceArgs,

    /// Make a list for each file
    #[arg(long, conflicts_with = "partial")]
    pub(super) per_file: bool,

    /// Read the files in directories too; links in them are not followed
    #[arg(short, long)]
    pub(super) recursive: bool,

    /// With -r, hidden files too
    #[arg(long, requires = "recursive")]
    pub(super) hidden: bool,

    /// With -r, binary files too
    #[arg(long, requires = "recursive")]
    pub(super) binary: bool,

    /// Show on standard error how far it is
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    pub(super) progress: progress::When,

    /// Say nothing of files that cannot be read
    #[arg(short, long)]
    pub(super) quiet: bool,
}

impl Options {
    pub(super) fn tell(&self, file: &Path, error: &io::Error) {
        list::tell(self.quiet, file, error);
    }
}

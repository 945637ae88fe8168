//! The flags of the command line, and what they come to.

use super::level::LevelArgs;
use super::persona::Persona;
use super::voice::{Verbosity, Voice};
use super::{Work, pigz};
use crate::commands::common::message::Name;
use crate::commands::common::progress::When;
use crate::commands::common::{output, threads};
use crate::gzip::{Action, CHUNK_SIZES, FileOptions, OutputPath, Settings};
use anyhow::{Context, anyhow, ensure};
use clap::Parser;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Compresses each FILE into FILE.gz beside it, many at once. The originals stay.
///
/// Called as gzip, gunzip or zcat (or unpigz, uncompress, gzcat), it has their defaults: the
/// originals go away once the output is in place, and names and times are stored.
#[derive(Parser)]
#[command(
    version,
    infer_long_args = true,
    after_help = "Exit status: 0, 1 if a file failed (the others are done), 2 on a warning or unusable options."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(super) struct Options {
    /// Files to compress; none, or -, is standard input to standard output
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,

    /// Write to standard output; the originals stay
    #[arg(short = 'c', long, visible_alias = "to-stdout")]
    pub(super) stdout: bool,

    /// Decompress
    #[arg(short, long, visible_alias = "uncompress")]
    pub(super) decompress: bool,

    /// Replace outputs that exist, compress what links point to and what ends in .gz, use terminals
    #[arg(short, long)]
    pub(super) force: bool,

    /// Keep the originals [default, but for gzip]
    #[arg(short, long, overrides_with = "rm")]
    pub(super) keep: bool,

    /// Remove each original once its output is proved, complete and on the disk
    #[arg(long, overrides_with = "keep")]
    pub(super) rm: bool,

    /// List true sizes
    #[arg(short, long)]
    pub(super) list: bool,

    /// Say under which licence this comes
    #[arg(short = 'L', long)]
    pub(super) license: bool,

    /// Taken, with a word that it changes nothing: line ends are the same everywhere now
    #[arg(short, long, hide = true)]
    pub(super) ascii: bool,

    /// Neither store nor restore name and time [default, but for gzip]
    #[arg(short = 'n', long, overrides_with = "name")]
    pub(super) no_name: bool,

    /// Store name and time, or restore them
    #[arg(short = 'N', long, overrides_with = "no_name")]
    pub(super) name: bool,

    /// Neither store nor restore the time, as gzip takes it
    #[arg(short = 'm', hide = true, overrides_with = "time")]
    pub(super) no_time: bool,

    /// Store the time, or restore it, as gzip takes it
    #[arg(short = 'M', hide = true, overrides_with = "no_time")]
    pub(super) time: bool,

    /// Leave the index out of the header [default for gzip]
    #[arg(long)]
    pub(super) no_index: bool,

    /// Write each FILE's output to PATH, or into it if it is a directory; - is standard output
    #[arg(short, long, value_name = "PATH", conflicts_with = "stdout")]
    pub(super) output: Option<PathBuf>,

    /// No warnings
    #[arg(short, long, visible_alias = "silent", overrides_with = "verbose")]
    pub(super) quiet: bool,

    /// Do the files in directories
    #[arg(short, long)]
    pub(super) recursive: bool,

    /// Cut where the data says so, that a small change stays small for rsync
    #[arg(long, short_alias = 'R')]
    pub(super) rsyncable: bool,

    /// The ending of compressed files' names
    #[arg(short = 'S', long, value_name = "SUFFIX", default_value = ".gz")]
    pub(super) suffix: OsString,

    /// Have each output on the disk before the next step
    #[arg(long, short_alias = 'Y')]
    pub(super) synchronous: bool,

    /// Test whether files are whole
    #[arg(short, long)]
    pub(super) test: bool,

    /// Say what becomes of each file
    #[arg(short, long, overrides_with = "quiet")]
    pub(super) verbose: bool,

    /// How many threads work, 1024 at most [default: the cores this process may use]
    #[arg(short = 'p', long, alias = "processes", value_name = "N", value_parser = threads::parse)]
    pub(super) threads: Option<NonZeroUsize>,

    /// Compress in pieces of SIZE, 64K to 16M [default: 1M]
    #[arg(short = 'b', long, alias = "blocksize", value_name = "SIZE", value_parser = pigz::chunk)]
    pub(super) chunk: Option<u64>,

    /// Show how far it is on standard error
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) progress: When,

    #[command(flatten)]
    pub(super) level: LevelArgs,
}

impl Options {
    /// What the flags come to.
    pub(super) fn work(self, persona: Persona, inputs: usize) -> anyhow::Result<Work> {
        let gnu = persona.is_gnu();
        let action = match () {
            () if self.test || self.list => Action::Test,
            () if self.decompress || persona.decompresses() => Action::Decompress,
            () => Action::Compress,
        };
        let mut settings = Settings::default()
            .threads(threads::or_default(self.threads).get())
            .level(self.level.level.get().into())
            .index(!self.no_index && !gnu)
            .rsyncable(self.rsyncable)
            .pass_through(action == Action::Test && self.force && !self.list);
        if let Some(chunk) = self.chunk {
            let chunk = usize::try_from(chunk).ok().filter(|chunk| CHUNK_SIZES.contains(chunk));
            settings = settings.chunk_size(chunk.context("a chunk has from 64K to 16M")?);
        }
        let remove = self.rm || gnu && !self.keep && !persona.is_zcat();
        // Compressing, gzip stores the name unless told not to; the other way it must be told to.
        let both = self.name || gnu && !self.no_name && action == Action::Compress;
        let mut options = FileOptions::default()
            .settings(settings)
            .overwrite(self.force)
            .keep_input(!remove)
            .store_name(both)
            .store_time(self.time || both && !self.no_time)
            .sync(self.synchronous || self.rm)
            .force(self.force);
        let to_stdout = self.output.as_deref().map_or(persona.is_zcat(), output::is_standard);
        options.output = match self.output {
            None => OutputPath::NextToInput,
            Some(_) if to_stdout => OutputPath::NextToInput,
            Some(directory) if directory.is_dir() => OutputPath::Directory(directory),
            Some(_) if inputs > 1 || self.recursive => {
                return Err(anyhow!("-o takes the output of one file, or a directory"));
            }
            Some(target) => OutputPath::File(target),
        };
        let suffix = self.suffix.as_encoded_bytes();
        ensure!(
            !suffix.contains(&b'/') && (1..=30).contains(&suffix.len()),
            "invalid suffix '{}'",
            Name(Path::new(&self.suffix))
        );
        options.suffix.clone_from(&self.suffix);
        let verbosity = match () {
            () if self.quiet => Verbosity::Quiet,
            () if self.verbose => Verbosity::Verbose,
            () => Verbosity::Usual,
        };
        let (recursive, suffix) = (self.recursive, self.suffix);
        let voice = Voice { persona, verbosity, recursive, suffix };
        let stdout = (self.stdout || to_stdout) && action != Action::Test;
        Ok(Work { action, options, list: self.list, stdout, voice })
    }
}

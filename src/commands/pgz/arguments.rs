//! The options of the command line, and the plan that they make.

use super::bgzf::{self, FormatArgs};
use super::invoked_as::InvokedAs;
use super::level::LevelArgs;
use super::pigz;
use super::range;
use super::recover::RecoverArgs;
use super::reporter::{Reporter, Verbosity};
use super::{Files, Plan};
use crate::commands::common::dash::is_stdin;
use crate::commands::common::message::Name;
use crate::commands::common::output;
use crate::commands::common::progress::ProgressArgs;
use crate::commands::common::threads::{self, ThreadsArgs};
use crate::gzip::{Action, ByteRange, FileOptions, OutputPath, RunState, Settings, Sparse};
use clap::{Command, CommandFactory, Parser, ValueEnum};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Compress each FILE, or standard input, to FILE.gz on all cores; keep the input
///
/// Many files are compressed at once, and a large one in parallel. Every output is verified as it is
/// written, and appears under its name only when it is complete.
///
/// Called as gzip, gunzip or zcat (or unpigz, uncompress, gzcat), pgz has that command's defaults:
/// inputs are removed once their outputs are in place (except by zcat), and compressed files store
/// the input's name and time.
#[derive(Parser)]
#[command(version, infer_long_args = true, after_long_help = AFTER_HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(super) struct Arguments {
    /// Files to compress; without any, or for -, standard input to standard output
    #[arg(value_name = "FILE", hide_short_help = true)]
    pub(super) files: Vec<PathBuf>,

    /// Decompress
    ///
    /// Also --uncompress.
    #[arg(short, long, alias = "uncompress")]
    pub(super) decompress: bool,

    /// Check that files are intact
    #[arg(short, long)]
    pub(super) test: bool,

    /// List sizes and ratios
    ///
    /// The data is decompressed and counted, so that the sizes are right and damage is found.
    #[arg(short, long)]
    pub(super) list: bool,

    /// Decompress only LENGTH bytes from OFFSET on, to standard output or -o FILE
    ///
    /// With OFFSET: alone, decompress all from there on. Offsets count uncompressed bytes from 0; both
    /// numbers can have a unit, as in 4K:100. A range after the end is empty. Of a BGZF file, and of
    /// one with an index, only what overlaps the range is decompressed and verified.
    #[arg(
        long,
        value_name = "OFFSET:LENGTH",
        value_parser = range::parse,
        conflicts_with_all = ["test", "list", "rm", "index"],
        hide_short_help = true
    )]
    pub(super) range: Option<ByteRange>,

    #[command(flatten)]
    pub(super) recover: RecoverArgs,

    /// Process the files in directories
    ///
    /// Links in directories are not followed.
    #[arg(short, long)]
    pub(super) recursive: bool,

    /// Leave out files that are compressed already, whatever their names
    ///
    /// They are recognized by how they begin, as archives, images, audio and video do, or by a
    /// sample that does not compress, as of encrypted data.
    #[arg(long, hide_short_help = true)]
    pub(super) skip_compressed: bool,

    /// Process the files that FILE names, each name ended by a NUL byte
    ///
    /// As find -print0 writes them. - is standard input.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(super) files0_from: Option<PathBuf>,

    /// Print what was done with each file
    #[arg(short, long, overrides_with = "quiet")]
    pub(super) verbose: bool,

    /// Print no warnings and no summary
    ///
    /// Also --silent.
    #[arg(short, long, alias = "silent", overrides_with = "verbose", hide_short_help = true)]
    pub(super) quiet: bool,

    #[command(flatten)]
    pub(super) progress: ProgressArgs,

    /// Print the licence
    #[arg(short = 'L', long, hide_short_help = true)]
    pub(super) license: bool,

    /// Accepted for gzip's sake, with a message that it has no effect
    #[arg(short, long, hide = true)]
    pub(super) ascii: bool,

    /// Write to standard output; keep the inputs
    ///
    /// Also --to-stdout.
    #[arg(short = 'c', long, alias = "to-stdout", help_heading = "Output")]
    pub(super) stdout: bool,

    /// Write to this file, or into this directory
    ///
    /// A file takes the output of one input. - is standard output. With -r, the tree is made again
    /// in the directory, as cp -r does it: logs/a/b becomes PATH/logs/a/b.gz. PATH is made if it does
    /// not exist, and no link in it is followed.
    #[arg(short, long, value_name = "PATH", conflicts_with = "stdout", help_heading = "Output")]
    pub(super) output: Option<PathBuf>,

    /// Overwrite outputs, follow links, compress .gz files
    ///
    /// Overwrite existing outputs, follow symbolic links, compress files that end in .gz or have
    /// other hard links, and write compressed data to a terminal. With -cd, copy input that is not
    /// compressed as it is.
    #[arg(short, long, help_heading = "Output")]
    pub(super) force: bool,

    /// Keep the inputs [default, except when called as gzip]
    #[arg(short, long, overrides_with = "rm", hide_short_help = true, help_heading = "Output")]
    pub(super) keep: bool,

    /// Remove inputs once their outputs are verified and on disk
    #[arg(long, overrides_with = "keep", help_heading = "Output")]
    pub(super) rm: bool,

    /// Use SUFFIX in place of .gz
    #[arg(
        short = 'S',
        long,
        value_name = "SUFFIX",
        default_value = ".gz",
        hide_short_help = true,
        help_heading = "Output"
    )]
    pub(super) suffix: OsString,

    /// Write zeros as holes when decompressing to a file [default: auto, never when called as gzip]
    ///
    /// Holes take no space on the disk. The holes of a file that is compressed are never read.
    #[arg(long, value_name = "WHEN", value_enum, hide_short_help = true, help_heading = "Output")]
    pub(super) sparse: Option<SparseWhen>,

    /// Sync each output to disk before continuing
    #[arg(long, short_alias = 'Y', hide_short_help = true, help_heading = "Output")]
    pub(super) synchronous: bool,

    /// Read each output back and verify it with another decoder
    ///
    /// Each compressed file is decoded once more, by flate2 (zlib-rs). Only if that is the input does
    /// the file get its name, and may the input be removed. With --rm or --synchronous, it is read
    /// back from the disk, not from memory.
    #[arg(long, hide_short_help = true, help_heading = "Output")]
    pub(super) verify: bool,

    #[command(flatten, next_help_heading = "Compression")]
    pub(super) level: LevelArgs,

    #[command(flatten, next_help_heading = "Compression")]
    pub(super) threads: ThreadsArgs,

    /// Compress in chunks of SIZE, from 64K to 16M [default: 1M]
    #[arg(
        short = 'b',
        long,
        alias = "blocksize",
        value_name = "SIZE",
        value_parser = pigz::chunk,
        hide_short_help = true,
        help_heading = "Compression"
    )]
    pub(super) chunk: Option<u64>,

    #[command(flatten, next_help_heading = "Compression")]
    pub(super) format: FormatArgs,

    /// Choose chunk boundaries by content, so that rsync can reuse unchanged parts
    #[arg(long, short_alias = 'R', hide_short_help = true, help_heading = "Compression")]
    pub(super) rsyncable: bool,

    /// Flush a pipe that is idle for a second, so that its data can be read
    ///
    /// When nothing comes for a second, all that came before is compressed and written, so that zcat
    /// of the output shows it. The output then depends on when the input came.
    #[arg(long, hide_short_help = true, help_heading = "Compression")]
    pub(super) flush_idle: bool,

    /// Store the name and time, or restore them when decompressing
    #[arg(
        short = 'N',
        long,
        overrides_with = "no_name",
        hide_short_help = true,
        help_heading = "Header"
    )]
    pub(super) name: bool,

    /// Neither store nor restore the name and time [default, except when called as gzip]
    #[arg(
        short = 'n',
        long,
        overrides_with = "name",
        hide_short_help = true,
        help_heading = "Header"
    )]
    pub(super) no_name: bool,

    /// Neither store nor restore the time, as gzip's -m
    #[arg(short = 'm', hide = true, overrides_with = "time")]
    pub(super) no_time: bool,

    /// Store the time, or restore it, as gzip's -M
    #[arg(short = 'M', hide = true, overrides_with = "no_time")]
    pub(super) time: bool,

    /// Leave out the index, without which a file is decompressed on one core [default for gzip]
    #[arg(long, hide_short_help = true, help_heading = "Header")]
    pub(super) no_index: bool,
}

/// When to write zeros as holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SparseWhen {
    /// If there are at least 64 KiB of them
    Auto,
    /// If there are at least 4 KiB of them
    Always,
    /// Never
    Never,
}

impl From<SparseWhen> for Sparse {
    fn from(when: SparseWhen) -> Self {
        match when {
            SparseWhen::Auto => Self::Auto,
            SparseWhen::Always => Self::Always,
            SparseWhen::Never => Self::Never,
        }
    }
}

const AFTER_HELP: &str = "\
Examples:
  pgz *.txt                       compress each file, and keep it
  pgz -d notes.txt.gz             decompress
  pgz -t backup/*.gz              check that files are intact
  pgz -r --rm logs                compress all files in a directory in place
  pgz -9 -o backup *.csv          compress into another directory
  tar -cf - src | pgz >src.tgz    compress a stream

Exit status: 0 on success, 1 if a file failed (the others are done), 2 on a warning or a usage error.";

const AFTER_GZIP_HELP: &str = "\
The environment variable GZIP can hold options that come before those given.

Exit status: 0 on success, 1 if a file failed (the others are done) or on a usage error, 2 on a warning.";

/// Returns the command line's definition. In gzip's place, it is without what would mean something
/// else there.
pub(super) fn command(invoked_as: InvokedAs) -> Command {
    let name = invoked_as.name();
    let command = Arguments::command().name(name).bin_name(name);
    if !invoked_as.is_gnu() {
        return command;
    }
    let about = match invoked_as {
        InvokedAs::Zcat(_) => "Decompress each FILE, or standard input, to standard output",
        InvokedAs::Gunzip(_) => "Decompress each FILE, or standard input, and remove the input",
        _ => "Compress each FILE, or standard input, to FILE.gz, and remove the input",
    };
    command
        .about(about)
        .long_about(format!("{about}\n\nThis is pgz, a parallel gzip, in gzip's place."))
        .after_long_help(AFTER_GZIP_HELP)
        .mut_arg("chunk", |arg| arg.short(None))
        .mut_arg("level", |arg| {
            {
            arg.help("Compress at level 0 to 12 [default: 6]").long_help(
                "Compress at level 0 to 12 [default: 6]. 0 only stores, 12 makes the smallest output",
            )
        }
        })
}

impl Arguments {
    /// Returns what to do. The error is the sentence for a usage error.
    pub(super) fn plan(self, invoked_as: InvokedAs) -> Result<Plan, String> {
        if let (Some(_), Some(extra)) = (&self.files0_from, self.files.first()) {
            let extra = Name(extra);
            return Err(format!("extra operand '{extra}': --files0-from names all the files"));
        }
        let gnu = invoked_as.is_gnu();
        let action = match () {
            () if self.test || self.list => Action::Test,
            () if self.decompress || self.range.is_some() => Action::Decompress,
            () if self.recover.recover => Action::Decompress,
            () if invoked_as.decompresses() => Action::Decompress,
            () => Action::Compress,
        };
        let recover = self.recover.options();
        let keeps = self.range.is_some() || recover.is_some() || invoked_as.is_zcat();
        let keep = self.keep || keeps;
        let remove = self.rm || gnu && !keep;
        // Compressing, gzip stores the name by default; decompressing, it restores it only if asked.
        let both = self.name || gnu && !self.no_name && action == Action::Compress;
        let mut options = FileOptions::default()
            .settings(self.settings(action, gnu))
            .overwrite(self.force)
            .keep_input(!remove)
            .store_name(both)
            .store_time(self.time || both && !self.no_time)
            .sync(self.synchronous || self.rm)
            .verify_output(self.verify)
            .force(self.force)
            .skip_compressed(self.skip_compressed)
            .sparse(
                self.sparse.map_or(if gnu { Sparse::Never } else { Sparse::Auto }, Sparse::from),
            )
            .suffix(self.valid_suffix()?);
        options.output = self.output_path()?;
        let streams = invoked_as.is_zcat() || self.range.is_some();
        let to_stdout = self.output.as_deref().map_or(streams, output::is_standard);
        let stdout = (self.stdout || to_stdout) && action != Action::Test;
        if self.verify {
            self.check_verify(action, stdout)?;
        }
        options.block_index = bgzf::index(&self, action, stdout)?;
        let reporter = Reporter {
            invoked_as,
            verbosity: match () {
                () if self.quiet => Verbosity::Quiet,
                () if self.verbose => Verbosity::Verbose,
                () => Verbosity::Usual,
            },
            recursive: self.recursive,
            follows_links: self.force || action == Action::Test,
            suffix: self.suffix,
        };
        let files = match self.files0_from {
            Some(list) => Files::Listed(list),
            None => Files::Named(self.files),
        };
        let progress = self.progress.progress;
        let (run, range) = (RunState::default(), self.range);
        let (list, flush_idle) = (self.list, self.flush_idle);
        Ok(Plan {
            files,
            action,
            options,
            run,
            range,
            recover,
            list,
            flush_idle,
            stdout,
            progress,
            reporter,
        })
    }

    fn settings(&self, action: Action, gnu: bool) -> Settings {
        let settings = Settings::default()
            .threads(threads::or_default(self.threads.threads).get())
            .level(self.level.level.get().into())
            .format(self.format.format())
            .index(!self.no_index && !gnu)
            .rsyncable(self.rsyncable)
            .pass_through(action == Action::Test && self.force && !self.list);
        // The option's parser has checked it.
        let chunk = self.chunk.and_then(|chunk| usize::try_from(chunk).ok());
        chunk.map_or(settings, |chunk| settings.chunk_size(chunk))
    }

    /// Returns where the outputs go, as far as that is not standard output.
    fn output_path(&self) -> Result<OutputPath, String> {
        let Some(path) = self.output.as_ref().filter(|path| !output::is_standard(path)) else {
            return Ok(OutputPath::NextToInput);
        };
        let path = path.clone();
        let listed = self.files0_from.is_some();
        let several = self.recursive || listed || self.files.len() > 1;
        // The directory of a tree need not be there.
        let tree = self.recursive && (listed || self.files.iter().any(|file| file.is_dir()));
        if path.is_dir() || tree && !path.exists() {
            if self.range.is_some() {
                return Err("--range writes to standard output or one file".to_owned());
            }
            if self.reads_stdin() {
                let name = Name(&path);
                return Err(format!("standard input has no name in {name}; give -o a file's name"));
            }
            Ok(OutputPath::Directory(path))
        } else if several {
            Err("-o takes a file's name for one input only; for several, a directory".to_owned())
        } else {
            Ok(OutputPath::File(path))
        }
    }

    /// Refuses what `--verify` cannot be true to.
    fn check_verify(&self, action: Action, stdout: bool) -> Result<(), String> {
        let named = self.output.as_ref().is_some_and(|path| !output::is_standard(path));
        if action == Action::Decompress {
            return Err("--verify is for compressing; -t tests compressed files".to_owned());
        }
        if action == Action::Compress && (stdout || self.reads_stdin() && !named) {
            let text = "--verify cannot read standard output back; name a file with -o";
            return Err(text.to_owned());
        }
        Ok(())
    }

    pub(super) fn reads_stdin(&self) -> bool {
        let unnamed = self.files.is_empty() && self.files0_from.is_none();
        unnamed || self.files.iter().any(|file| is_stdin(file))
    }

    fn valid_suffix(&self) -> Result<&OsString, String> {
        let bytes = self.suffix.as_encoded_bytes();
        if bytes.contains(&b'/') || !(1..=30).contains(&bytes.len()) {
            return Err(format!("invalid suffix '{}'", Name(Path::new(&self.suffix))));
        }
        Ok(&self.suffix)
    }
}

//! The options for BGZF, the blocked gzip of SAM and BAM files.

use super::arguments::Arguments;
use crate::gzip::{Action, Format};
use clap::{Args, ValueEnum};

/// The container, and the index beside it.
#[derive(Args)]
pub(super) struct FormatArgs {
    /// Write gzip, or bgzf: the blocked gzip of SAM and BAM files, as bgzip does
    ///
    /// Every gzip reads a BGZF file, and tools that know the format can begin at any block. It stores
    /// no name and no time, and its blocks have a fixed size. Levels are like bgzip's.
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        hide_possible_values = true,
        default_value_t = Container::Gzip,
        hide_short_help = true
    )]
    format: Container,

    /// Write the offsets of a BGZF file's blocks to FILE.gz.gzi, as bgzip -i does
    #[arg(long, hide_short_help = true)]
    index: bool,
}

/// The names of the formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Container {
    Gzip,
    Bgzf,
}

impl FormatArgs {
    pub(super) fn format(&self) -> Format {
        match self.format {
            Container::Gzip => Format::Gzip,
            Container::Bgzf => Format::Bgzf,
        }
    }
}

/// Returns whether to write an index. The error is the sentence for a usage error.
pub(super) fn index(
    arguments: &Arguments,
    action: Action,
    to_stdout: bool,
) -> Result<bool, String> {
    let Arguments { format, chunk, name, output, .. } = arguments;
    let is_bgzf = format.format() == Format::Bgzf;
    let unnamed = to_stdout || output.is_none() && arguments.reads_stdin();
    let reason = match () {
        () if is_bgzf && chunk.is_some() => "the blocks of BGZF have a fixed size; leave out -b",
        () if is_bgzf && *name => "BGZF stores no name and no time; leave out -N",
        () if !format.index => return Ok(false),
        () if action != Action::Compress => "--index is for compression",
        () if !is_bgzf => "--index needs --format bgzf",
        () if unnamed => "--index needs an output with a name; give -o a file's name",
        () => return Ok(true),
    };
    Err(reason.to_owned())
}

//! Streams that are files or pipes, which know more than a reader does.

use super::gzi_writer::GziWriter;
use super::input::{CountedInput, open};
use super::run::RunState;
use crate::gzip::{
    ByteRange, Error, HeaderInfo, Settings, Source, Totals, decode, encode, gzi, range,
};
use crate::io::Blocking;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

/// [`compress`](crate::gzip::compress), with what the header is to store, and the index of BGZF's
/// blocks, which is returned.
pub(crate) fn compress_from(
    input: impl Source + Send,
    output: impl Write,
    settings: &Settings,
    header_info: &HeaderInfo,
    mut index: Option<GziWriter>,
) -> Result<(Totals, Option<GziWriter>), Error> {
    let totals = encode::compress(input, output, &settings.check()?, header_info, |blocks| {
        index.as_mut().map_or(Ok(()), |index| index.add(blocks))
    })?;
    Ok((totals, index))
}

/// [`decompress`](crate::gzip::decompress), of a file or a pipe, of which as much is read ahead as
/// is there.
pub(crate) fn decompress_from(
    input: CountedInput,
    output: impl Write,
    settings: &Settings,
) -> Result<Totals, Error> {
    decode::decompress_ahead(input, CountedInput::is_ready, output, &settings.check()?)
}

/// Writes a range of what an open file decompresses to, which can be a pipe. Its index is looked for
/// beside `path`. Returns the number of bytes.
pub(crate) fn copy_range(
    mut file: File,
    path: Option<&Path>,
    part: ByteRange,
    output: impl Write,
    settings: &Settings,
) -> Result<u64, Error> {
    let settings = &settings.check()?;
    // A stream that was read from continues there.
    let at_start = file.stream_position().is_ok_and(|position| position == 0);
    if !at_start || !file.metadata().map_err(Error::Read)?.is_file() {
        return range::decompress_in_order(Blocking::new(file), part, output, settings);
    }
    let index = path.and_then(|path| {
        let index = open(&PathBuf::from(gzi::name(path)).into(), &RunState::default());
        index.ok().filter(|index| index.metadata().is_ok_and(|metadata| metadata.is_file()))
    });
    range::decompress(file, index, part, output, settings)
}

//! Files compressed or decompressed, one or many at once.

use super::file::{Action, Input, Options, Outcome};
use super::{decode, encode};

/// Compresses or decompresses each of the files into the one beside it, on all the settings'
/// threads.
///
/// `report` is given every file's position and outcome as soon as it is known: when compressing,
/// in order; when decompressing, first the files that are decompressed in parallel each, in order,
/// then the other large ones, then the small ones. An error of one file stops no other.
///
/// No more files are open at a time than there are threads, and two more.
pub fn run(files: &[Input], options: &Options, report: impl FnMut(usize, Outcome)) {
    match options.action {
        Action::Compress => encode::files(files, options, report),
        Action::Decompress | Action::Test => decode::files(files, options, report),
    }
}

/// Compresses, on this thread, or decompresses one file into the one beside it.
///
/// On an error there is no output, and what was there before is as it was; unless the error is that
/// the original could not be removed, with the output in place.
pub fn run_one(input: impl Into<Input>, options: &Options) -> Outcome {
    let input = &input.into();
    match options.action {
        Action::Compress => encode::file(input, options),
        Action::Decompress | Action::Test => decode::file(input, options, &options.settings),
    }
}

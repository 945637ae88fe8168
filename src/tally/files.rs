//! Many inputs, one tally.

use super::Tally;
use crate::sync::pool::Pool;
use std::convert::Infallible;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Where words come from.
pub enum Source {
    /// A file, opened when its turn comes.
    File(PathBuf),
    /// Anything else, such as standard input.
    Reader(Box<dyn Read + Send>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Reader(_) => f.write_str("Reader"),
        }
    }
}

/// Counts the words of all the sources, up to `threads` of them at a time.
///
/// A source that cannot be read is given to `failed` with its position, in order, and the others
/// go on; what was read of it before counts.
pub fn tally_all(
    sources: Vec<Source>,
    threads: NonZeroUsize,
    mut failed: impl FnMut(usize, io::Error),
) -> Tally {
    let mut total = Tally::default();
    let Ok(()) = Pool::new(threads).run(
        |feeder| {
            for numbered in sources.into_iter().enumerate() {
                if feeder.submit(numbered).is_err() {
                    break;
                }
            }
        },
        || |(position, source)| (position, tally_one(source)),
        |(position, (tally, result))| {
            total.merge(tally);
            if let Err(error) = result {
                failed(position, error);
            }
            Ok::<(), Infallible>(())
        },
    );
    total
}

fn tally_one(source: Source) -> (Tally, io::Result<()>) {
    let mut tally = Tally::default();
    let result = match source {
        Source::File(path) => File::open(path).and_then(|file| tally.add_reader(file)),
        Source::Reader(reader) => tally.add_reader(reader),
    };
    (tally, result)
}

//! How many threads to use.

use super::number;
use crate::sync::pool::MOST_THREADS;
use clap::Args;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

/// The most that can be asked for.
const MOST: NonZeroUsize = NonZeroUsize::new(MOST_THREADS).unwrap();
/// More threads than this per core, or this many in all where there are few cores, only wait for
/// one another and take memory.
const USEFUL_PER_CORE: NonZeroUsize = NonZeroUsize::new(4).unwrap();
const USEFUL: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// The option `--threads`, shared by the commands.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct ThreadsArgs {
    /// Use N threads, 1024 at most [default: one per core]
    #[arg(
        short = 'p',
        short_alias = 'j',
        long,
        alias = "processes",
        value_name = "N",
        value_parser = parse,
        long_help = "Use N threads, 1024 at most [default: one per core that this process may use]. \
                     -j is the same"
    )]
    pub threads: Option<NonZeroUsize>,
}

/// Reads a number of threads.
pub(crate) fn parse(text: &str) -> Result<NonZeroUsize, String> {
    match number::parse(text) {
        Ok(number) if number > MOST => Err(format!("must be at most {MOST}")),
        parsed => parsed,
    }
}

/// Returns the number asked for, as far as more threads are of use; without one, the number of cores
/// that this process may use: processor affinity and control groups count.
#[must_use]
pub(crate) fn or_default(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    let cores = available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let useful = cores.saturating_mul(USEFUL_PER_CORE).max(USEFUL);
    asked.map_or(cores, |asked| asked.min(useful))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_refused() {
        for (text, number) in [("1", 1), ("64", 64), ("1024", 1024)] {
            assert_eq!(parse(text), Ok(NonZeroUsize::new(number).unwrap()));
        }
        assert_eq!(parse("0").unwrap_err(), "must be at least 1");
        assert_eq!(parse("1025").unwrap_err(), "must be at most 1024");
        for text in ["-1", "1000000000", "18446744073709551616", "x", ""] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_more_are_used_than_are_of_use() {
        assert!(or_default(Some(MOST)) >= USEFUL);
        assert_eq!(or_default(Some(NonZeroUsize::MIN)), NonZeroUsize::MIN);
        assert_eq!(or_default(Some(USEFUL)), USEFUL);
    }
}

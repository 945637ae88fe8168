//! How many threads to use.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

/// The most that can be asked for.
const MOST: NonZeroUsize = NonZeroUsize::new(1024).unwrap();
/// More threads than this for each core, or this many together where there are few cores, do
/// nothing but wait for one another and take memory.
const USEFUL_PER_CORE: NonZeroUsize = NonZeroUsize::new(4).unwrap();
const USEFUL: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// Reads a number of threads.
pub(crate) fn parse(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|&number| number <= MOST);
    number.ok_or_else(|| format!("not a number from 1 to {MOST}"))
}

/// As many as asked for, as far as they are of use, or as many as this process may use: processor
/// affinity and control groups count.
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
    fn numbers_without_reason_are_refused() {
        for (text, number) in [("1", 1), ("64", 64), ("1024", 1024)] {
            assert_eq!(parse(text), Ok(NonZeroUsize::new(number).unwrap()));
        }
        for text in ["0", "-1", "1025", "1000000000", "18446744073709551616", "x", ""] {
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

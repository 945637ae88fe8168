//! The order of a list.

use super::SortKey;
use std::cmp::Ordering;

/// The order of words. No two words are equal in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) key: SortKey,
    pub(super) reverse: bool,
}

impl Order {
    /// Compares counts, and words with `words`.
    #[inline]
    pub(super) fn compare(self, counts: (u64, u64), words: impl FnOnce() -> Ordering) -> Ordering {
        let ordering = match self.key {
            SortKey::Count => counts.1.cmp(&counts.0).then_with(words),
            SortKey::Word => words(),
        };
        if self.reverse { ordering.reverse() } else { ordering }
    }
}

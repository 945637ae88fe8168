//! Which words are listed, and in which order.

use super::{Order, Patterns};
use crate::tally::Tally;

/// Which words to list, and in which order. The default lists all words, the most frequent first.
///
/// ```
/// use csp_toolkit::tally::{Filter, SortKey};
///
/// let twenty_of_those_that_repeat = Filter::default().min_count(2).top(20);
/// let all_by_word = Filter::default().sort_by(SortKey::Word);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'e> {
    min_count: u64,
    min_length: usize,
    exclude: Option<&'e Tally>,
    matching: Option<&'e Patterns>,
    no_match: Option<&'e Patterns>,
    top: Option<usize>,
    order: Order,
}

/// What words are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// The counts, the greatest first; words of equal counts by their bytes.
    #[default]
    Count,
    /// The bytes of the words, which for UTF-8 is the order of the code points.
    Word,
}

impl<'e> Filter<'e> {
    /// Keeps words that occur at least `count` times.
    #[must_use]
    pub fn min_count(self, count: u64) -> Self {
        Self { min_count: count, ..self }
    }

    /// Keeps words of at least `length` characters.
    #[must_use]
    pub fn min_length(self, length: usize) -> Self {
        Self { min_length: length, ..self }
    }

    /// Leaves out the words in `words`.
    #[must_use]
    pub fn exclude(self, words: &'e Tally) -> Self {
        Self { exclude: Some(words), ..self }
    }

    /// Keeps words that match.
    #[must_use]
    pub fn matching(self, patterns: &'e Patterns) -> Self {
        Self { matching: Some(patterns), ..self }
    }

    /// Leaves out words that match.
    #[must_use]
    pub fn no_match(self, patterns: &'e Patterns) -> Self {
        Self { no_match: Some(patterns), ..self }
    }

    /// Keeps, of the words that are left, the `n` most frequent; of equally frequent words, the first
    /// in the order of their bytes.
    #[must_use]
    pub fn top(self, n: usize) -> Self {
        Self { top: Some(n), ..self }
    }

    /// Sets what the words are sorted by [default: the count].
    #[must_use]
    pub fn sort_by(mut self, key: SortKey) -> Self {
        self.order.key = key;
        self
    }

    /// Sets whether the order is reversed.
    #[must_use]
    pub fn reverse(mut self, reverse: bool) -> Self {
        self.order.reverse = reverse;
        self
    }

    /// Returns the order of the list.
    pub(super) fn order(&self) -> Order {
        self.order
    }

    /// Returns the order in which the top words are found, and their number.
    pub(super) fn first(&self) -> (Order, usize) {
        match self.top {
            Some(top) => (Order::default(), top),
            None => (self.order, usize::MAX),
        }
    }

    /// Returns whether no word is left out, except by the top.
    pub(in crate::tally) fn keeps_all(&self) -> bool {
        let patterns = self.matching.or(self.no_match);
        self.min_count <= 1 && self.min_length <= 1 && self.exclude.is_none() && patterns.is_none()
    }

    /// Returns whether the word is kept, if it is among the top.
    pub(super) fn keeps(&self, word: &[u8], count: u64) -> bool {
        count >= self.min_count
            && (self.min_length <= 1 || length(word) >= self.min_length)
            && self.exclude.is_none_or(|words| words.table().get(word) == 0)
            && self.matching.is_none_or(|patterns| patterns.match_word(word))
            && self.no_match.is_none_or(|patterns| !patterns.match_word(word))
    }
}

/// Returns the number of characters in the word, which is UTF-8.
fn length(word: &[u8]) -> usize {
    word.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

//! Which words are listed.

use super::{Order, Tally};

/// Which words to list, and how.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'e> {
    /// The least count.
    pub least: u64,
    /// The least length in characters.
    pub shortest: usize,
    /// Words to leave out.
    pub exclude: Option<&'e Tally>,
    /// How many of the words that are left: the most frequent and, of equally frequent ones, the
    /// first in the order of their bytes.
    pub top: Option<usize>,
    /// In which order they are listed.
    pub order: Order,
}

impl Default for Choice<'_> {
    /// All words, the most frequent first.
    fn default() -> Self {
        Self { least: 0, shortest: 0, exclude: None, top: None, order: Order::default() }
    }
}

impl Choice<'_> {
    /// The order in which the words are chosen, and how many.
    pub(super) fn first(&self) -> (Order, usize) {
        match self.top {
            Some(top) => (Order::default(), top),
            None => (self.order, usize::MAX),
        }
    }

    pub(super) fn has(&self, word: &[u8], count: u64) -> bool {
        count >= self.least
            && (self.shortest <= 1 || length(word) >= self.shortest)
            && self.exclude.is_none_or(|words| words.count(word) == 0)
    }
}

/// How many characters there are in the word, which is UTF-8.
fn length(word: &[u8]) -> usize {
    word.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

//! Which words have appeared before: finds equal words that are not adjacent.

use crate::tally::table::Hasher;
use std::collections::HashSet;

/// How many of the last words are remembered, and the size of the sample of all words: 65,536.
const MOST: usize = 1 << 16;

/// The hashes of past words, in bounded memory.
///
/// As long as words come in the order of their bytes, none can reappear, and nothing is looked up.
/// From the first word out of order on, a word that reappears is found if it is one of the last
/// [`MOST`] words, or if there were no more than that. Beyond, a sample of all words is kept: if many
/// reappear, as in several sorted files one after the other, one of them is in it.
pub(super) struct Past {
    hasher: Hasher,
    /// The last ones, in a ring.
    recent: Vec<u64>,
    oldest: usize,
    /// The same for lookup, from the first word out of order on.
    lookup: Option<HashSet<u64>>,
    /// Hashes up to the limit.
    sample: HashSet<u64>,
    limit: u64,
}

impl Past {
    pub(super) fn new() -> Self {
        Self {
            hasher: Hasher::random(),
            recent: Vec::new(),
            oldest: 0,
            lookup: None,
            sample: HashSet::new(),
            limit: u64::MAX,
        }
    }

    /// Takes a word that differs from the previous one, and returns whether it appeared before.
    /// `in_order` is whether it is greater than the previous one.
    pub(super) fn reappears(&mut self, word: &[u8], in_order: bool) -> bool {
        let hash = self.hasher.long(word);
        if !in_order && self.lookup.is_none() {
            self.lookup = Some(self.recent.iter().copied().collect());
        }
        let found = self.lookup.as_ref().is_some_and(|recent| {
            recent.contains(&hash) || hash <= self.limit && self.sample.contains(&hash)
        });
        self.note(hash);
        found
    }

    fn note(&mut self, hash: u64) {
        let mut gone = None;
        if self.recent.len() < MOST {
            self.recent.push(hash);
        } else {
            gone = Some(std::mem::replace(&mut self.recent[self.oldest], hash));
            self.oldest = (self.oldest + 1) % MOST;
        }
        if let Some(lookup) = &mut self.lookup {
            if let Some(gone) = gone {
                lookup.remove(&gone);
            }
            lookup.insert(hash);
        }
        if hash <= self.limit {
            self.sample.insert(hash);
        }
        while self.sample.len() > MOST {
            self.limit /= 2;
            self.sample.retain(|&hash| hash <= self.limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the first word that is found to reappear.
    fn first_again(words: impl IntoIterator<Item = usize>) -> Option<usize> {
        let mut past = Past::new();
        let mut before = 0;
        words.into_iter().position(|word| {
            let in_order = word > before;
            before = word;
            past.reappears(format!("word {word:09}").as_bytes(), in_order)
        })
    }

    #[test]
    fn any_order_is_accepted_if_no_word_reappears() {
        for words in [&[1, 2, 3][..], &[3, 2, 1], &[2, 3, 1], &[]] {
            assert_eq!(first_again(words.iter().copied()), None);
        }
        assert_eq!(first_again(1..300_000), None);
        assert_eq!(first_again((1..300_000).rev()), None);
        assert_eq!(first_again((1..300_000).map(|n| n * 7919 % 300_007)), None);
    }

    #[test]
    fn a_word_that_reappears_is_found() {
        assert_eq!(first_again([1, 2, 1]), Some(2));
        assert_eq!(first_again([2, 1, 3, 4, 2]), Some(4));
        // The first of as many words as are remembered, and one of the last of many more.
        assert_eq!(first_again((1..=MOST).chain([1])), Some(MOST));
        assert_eq!(first_again((1..=400_000).chain([400_000 - MOST + 1])), Some(400_000));
        assert_eq!(first_again((1..=400_000).rev().chain([MOST])), Some(400_000));
    }

    #[test]
    fn a_second_sorted_file_is_found_in_its_beginning() {
        let found = first_again((1..=400_000).chain(1..=400_000)).unwrap();
        assert!((400_000..401_000).contains(&found), "{found}");
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut past = Past::new();
        for n in (0..500_000_u32).rev() {
            past.reappears(&n.to_be_bytes(), false);
        }
        assert!(past.recent.len() == MOST && past.sample.len() <= MOST);
        assert_eq!(past.lookup.map(|lookup| lookup.len()), Some(MOST));
    }
}

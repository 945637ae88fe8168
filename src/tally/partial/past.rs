//! Which words have been there before: what shows that equal words are not adjacent.

use crate::tally::hash::Hasher;
use std::collections::HashSet;

/// How many of the last words are remembered, and how many in the sample of all: 65,536.
const MOST: usize = 1 << 16;

/// The hashes of words that are done with, in bounded memory.
///
/// As long as words come in the order of their bytes, none can come back, and nothing is looked up.
/// From the first that does not, a word that comes back is found if it is one of the last [`MOST`],
/// or if there were no more than that. Beyond, a sample is kept of all that there were: where many
/// come back, as in several sorted files one after the other, one of them is in it.
pub(super) struct Past {
    hasher: Hasher,
    /// The last ones, in a ring.
    recent: Vec<u64>,
    oldest: usize,
    /// The same, to be looked up, from the first word out of order on.
    lookup: Option<HashSet<u64>>,
    /// Hashes that are not above the limit.
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

    /// Takes a word that is another than the one before, and tells whether it has been there before
    /// that. `in_order` says whether it is greater than the one before.
    pub(super) fn came_back(&mut self, word: &[u8], in_order: bool) -> bool {
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

    /// The first word that is found to have come back.
    fn first_back(words: impl IntoIterator<Item = usize>) -> Option<usize> {
        let mut past = Past::new();
        let mut before = 0;
        words.into_iter().position(|word| {
            let in_order = word > before;
            before = word;
            past.came_back(format!("word {word:09}").as_bytes(), in_order)
        })
    }

    #[test]
    fn any_order_will_do_if_no_word_comes_back() {
        for words in [&[1, 2, 3][..], &[3, 2, 1], &[2, 3, 1], &[]] {
            assert_eq!(first_back(words.iter().copied()), None);
        }
        assert_eq!(first_back(1..300_000), None);
        assert_eq!(first_back((1..300_000).rev()), None);
        assert_eq!(first_back((1..300_000).map(|n| n * 7919 % 300_007)), None);
    }

    #[test]
    fn a_word_that_comes_back_is_found() {
        assert_eq!(first_back([1, 2, 1]), Some(2));
        assert_eq!(first_back([2, 1, 3, 4, 2]), Some(4));
        // The first one of as many as are remembered, and one of the last of many more.
        assert_eq!(first_back((1..=MOST).chain([1])), Some(MOST));
        assert_eq!(first_back((1..=400_000).chain([400_000 - MOST + 1])), Some(400_000));
        assert_eq!(first_back((1..=400_000).rev().chain([MOST])), Some(400_000));
    }

    #[test]
    fn a_second_sorted_file_is_found_in_its_beginning() {
        let found = first_back((1..=400_000).chain(1..=400_000)).unwrap();
        assert!((400_000..401_000).contains(&found), "{found}");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut past = Past::new();
        for n in (0..500_000_u32).rev() {
            past.came_back(&n.to_be_bytes(), false);
        }
        assert!(past.recent.len() == MOST && past.sample.len() <= MOST);
        assert_eq!(past.lookup.map(|lookup| lookup.len()), Some(MOST));
    }
}

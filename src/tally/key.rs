//! The part of a word that most comparisons are decided by.

/// The first bytes of a word and its length in one number. Keys compare as their words do, except for
/// longer words that begin with the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(u128);

/// The number of bytes of a word in its key.
const KEY: usize = size_of::<Key>() - 1;

impl Key {
    pub(super) fn of(word: &[u8]) -> Self {
        let mut bytes = [0; size_of::<Self>()];
        let length = word.len().min(KEY);
        bytes[..length].copy_from_slice(&word[..length]);
        Self(u128::from_be_bytes(bytes) | word.len().min(KEY + 1) as u128)
    }

    /// Returns the key of the first `length` of these bytes, at most [`KEY`].
    #[inline]
    pub(super) fn of_window(window: u128, length: usize) -> Self {
        let word = window & ((1 << (8 * length)) - 1);
        Self(word.swap_bytes() | length as u128)
    }

    /// The key that comes after all words.
    pub(super) const END: Self = Self(u128::MAX);

    /// Returns whether the word is longer than its key.
    #[inline]
    pub(super) fn is_cut(self) -> bool {
        self.0 & 0xFF == KEY as u128 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_compare_as_their_words_do() {
        let words = ["", "\0", "a", "a\0", "ab", "fifteen bytes..", "fifteen bytes..\0", "ÿ"];
        assert!(words.map(|word| Key::of(word.as_bytes())).is_sorted_by(|a, b| a < b));
        let keys = ["fifteen bytes..a", "fifteen bytes..b"].map(|word| Key::of(word.as_bytes()));
        assert!(keys[0] == keys[1] && keys[0].is_cut());
        assert!(!Key::of(b"fifteen bytes..").is_cut());
    }
}

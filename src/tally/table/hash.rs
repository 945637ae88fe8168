//! The seeded hash of words.

use std::hash::{BuildHasher, RandomState};

/// A folded multiplication: each half of a word is combined with a secret of 64 bits, the two are
/// multiplied, and the high half of the product is combined with the low half.
///
/// The secrets are drawn anew for every count, and the output reveals nothing about them: it is
/// sorted, never in the table's order. So the author of a text cannot choose words that collide.
#[derive(Clone, Copy)]
pub(in crate::tally) struct Hasher {
    low: u64,
    high: u64,
}

impl Hasher {
    pub(in crate::tally) fn random() -> Self {
        let state = RandomState::new();
        Self { low: state.hash_one(0), high: state.hash_one(1) }
    }

    /// Returns the hash of up to 16 bytes, padded with zeros. The caller distinguishes words that
    /// differ only in zeros at the end.
    #[inline]
    pub(in crate::tally) fn short(self, key: u128) -> u64 {
        let (low, high) = halves(key);
        fold(low ^ self.low, high ^ self.high)
    }

    /// Returns the hash of a word of any length.
    pub(in crate::tally) fn long(self, word: &[u8]) -> u64 {
        // Hashed too: if the length were used as it is, a word of another length could be made to
        // begin as if it had this one.
        let mut hash = fold(word.len() as u64 ^ self.high, self.low);
        for piece in word.chunks(16) {
            let mut key = [0; 16];
            key[..piece.len()].copy_from_slice(piece);
            let (low, high) = halves(u128::from_le_bytes(key));
            hash = fold(low ^ hash ^ self.low, high ^ self.high);
        }
        hash
    }
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let (low, high) = halves(u128::from(a) * u128::from(b));
    low ^ high
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves are what is wanted")]
fn halves(value: u128) -> (u64, u64) {
    (value as u64, (value >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first bits of a hash give the slot, and the very first the partition.
    #[test]
    fn similar_words_spread_over_the_first_bits() {
        let hasher = Hasher::random();
        let mut short = [0_u32; 256];
        let mut long = [0_u32; 256];
        for n in 0..25_600_u32 {
            let word = format!("word{n}");
            let mut key = [0; 16];
            key[..word.len()].copy_from_slice(word.as_bytes());
            short[(hasher.short(u128::from_le_bytes(key)) >> 56) as usize] += 1;
            let word = format!("{n} and much the same for ever after");
            long[(hasher.long(word.as_bytes()) >> 56) as usize] += 1;
        }
        // A hundred each on average; ten standard deviations to either side would be 0 to 200.
        for bucket in [short, long].as_flattened() {
            assert!((1..250).contains(bucket), "{bucket} of 25600 in one of 256");
        }
    }

    #[test]
    fn words_of_different_lengths_have_different_hashes() {
        let hasher = Hasher::random();
        // The first bytes differ as the lengths do.
        assert_ne!(hasher.long(b"b"), hasher.long(b"a\0"));
        assert_ne!(hasher.long(b"ab"), hasher.long(b"`b\0"));
    }

    #[test]
    fn no_two_tallies_have_the_same_secrets() {
        let (one, other) = (Hasher::random(), Hasher::random());
        assert_ne!(one.short(1), other.short(1));
    }
}

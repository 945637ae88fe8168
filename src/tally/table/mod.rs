//! The hash table that counts, built for millions of short words.
//!
//! Open addressing with linear probing. A slot is 32 bytes, so that looking at one touches one
//! cache line; words of up to 16 bytes are in it, longer ones in an [`Arena`]. The slots are in the
//! order of their hashes (except for collisions), so that all words of a hash partition are adjacent.
//!
//! A thread counts texts with a [`Counter`] into a [`Store`], which is a table and what was spilled
//! of it to a temporary file.

mod arena;
mod counter;
mod hash;
mod per_thread;
mod spill;
mod store;

pub(super) use hash::Hasher;
pub(super) use per_thread::PerThread;
pub(super) use spill::{Entries, Extent, Spill};
pub(super) use store::{Bounds, Store};

use arena::Arena;

/// The longest word that a slot holds, in bytes.
pub(super) const INLINE: usize = 16;
/// A tag's low bits: 0 in a free slot, the length of a word in the slot, or [`LONG`].
const KIND: u64 = 31;
const LONG: u64 = INLINE as u64 + 1;
const LEAST_SLOTS: usize = 1024;
/// Set in the key of a long word that is in the caller's text, not in the arena, so that it never
/// equals the key of a slot.
const ELSEWHERE: u128 = 1 << 127;
/// The number of words looked up together: enough that the first slot is there when the last has been
/// asked for, and few enough that all stay in the processor's first cache.
pub(super) const BATCH: usize = 64;
/// The number of partitions of the hashes, by their first bits.
pub(super) const PARTITIONS: usize = 1 << PARTITION_BITS;
const PARTITION_BITS: u32 = 8;

/// How often each word occurs.
#[derive(Clone)]
pub(super) struct Table {
    /// A power of two of them.
    slots: Vec<Slot>,
    /// The number of bits a hash is shifted by to get the number of its first slot.
    shift: u32,
    words: usize,
    arena: Arena,
    hasher: Hasher,
}

#[derive(Clone, Copy, Default)]
#[repr(align(32))]
struct Slot {
    /// The hash, without its low bits, and the kind of the word.
    tag: u64,
    count: u64,
    /// The word, padded with zeros, or its place in the arena and its length.
    key: [u8; INLINE],
}

/// A word to be looked up, as its slot would hold it. The key of a long word is its place in a text
/// of the caller's.
#[derive(Clone, Copy, Default)]
pub(super) struct Probe {
    tag: u64,
    key: u128,
}

impl Table {
    /// Returns an empty table. Tables with the same hasher have a word in the same partition.
    pub(super) fn new(hasher: Hasher) -> Self {
        let (slots, shift) = allocate(LEAST_SLOTS);
        Self { slots, shift, words: 0, arena: Arena::default(), hasher }
    }

    /// Returns the probe for a word of 1 to 16 bytes, padded with zeros.
    #[inline]
    pub(super) fn short_probe(&self, key: u128, length: usize) -> Probe {
        Probe { tag: self.hasher.short(key) & !KIND | length as u64, key }
    }

    /// Returns the probe for a word of more than 16 bytes that is at `at` in the caller's text.
    pub(super) fn long_probe(&self, word: &[u8], at: usize) -> Probe {
        let key = u128::from_le_bytes(long_key(at, word.len())) | ELSEWHERE;
        Probe { tag: self.hasher.long(word) & !KIND | LONG, key }
    }

    /// Returns the probe for any word except the empty one, which is at `at` in the caller's text.
    pub(super) fn probe(&self, word: &[u8], at: usize) -> Probe {
        if word.len() > INLINE {
            return self.long_probe(word, at);
        }
        let mut key = [0; INLINE];
        key[..word.len()].copy_from_slice(word);
        self.short_probe(u128::from_le_bytes(key), word.len())
    }

    /// Returns whether there is room for `more` words. At most three quarters of the slots are used.
    #[inline]
    pub(super) fn has_room(&self, more: usize) -> bool {
        self.words + more <= self.slots.len() / 4 * 3
    }

    /// Starts to fetch the word's slot from memory, so that it is there when the word is counted.
    #[inline]
    pub(super) fn prefetch(&self, probe: Probe) {
        let slot = &self.slots[self.home(probe.tag)];
        #[cfg(target_arch = "x86_64")]
        safe_arch::prefetch_t0(slot);
        #[cfg(not(target_arch = "x86_64"))]
        std::hint::black_box(slot.tag);
    }

    /// Adds 1 for each of the words. There must be room for all of them.
    #[inline]
    pub(super) fn count_all(&mut self, probes: &[Probe], text: &[u8]) {
        for probe in probes {
            let home = self.home(probe.tag);
            let slot = &mut self.slots[home];
            // Most words are short, have been seen before, and are in their first slot.
            if slot.tag == probe.tag && u128::from_le_bytes(slot.key) == probe.key {
                slot.count += 1;
            } else {
                self.count(*probe, 1, text);
            }
        }
    }

    /// Adds to the count of a word. There must be room for it.
    #[inline(never)]
    pub(super) fn count(&mut self, probe: Probe, count: u64, text: &[u8]) {
        let (home, at) = (self.home(probe.tag), self.find(probe, text));
        let slot = &mut self.slots[at];
        slot.count += count;
        if slot.tag != 0 {
            // Of two words with the same first slot, the more frequent gets it. The other is still
            // found, because no slot in between is free.
            if slot.count > self.slots[home].count {
                self.slots.swap(home, at);
            }
        } else {
            slot.tag = probe.tag;
            slot.key = probe.key.to_le_bytes();
            self.words += 1;
            if probe.tag & KIND == LONG {
                let (start, length) = long_parts(probe.key & !ELSEWHERE);
                slot.key = long_key(self.arena.push(&text[start..][..length]), length);
            }
        }
    }

    /// Adds to the count of a word. Grows if there is no room.
    pub(super) fn add(&mut self, word: &[u8], count: u64) {
        if !self.has_room(1) {
            self.grow();
        }
        self.count(self.probe(word, 0), count, word);
    }

    /// Returns the count of the word, 0 if it is not there.
    pub(super) fn get(&self, word: &[u8]) -> u64 {
        self.slots[self.find(self.probe(word, 0), word)].count
    }

    /// Returns the slot that the word is in, or the free one that it would get.
    #[inline]
    fn find(&self, probe: Probe, text: &[u8]) -> usize {
        let mut at = self.home(probe.tag);
        loop {
            let slot = &self.slots[at];
            let found = slot.tag == probe.tag
                && if probe.tag & KIND == LONG {
                    let (start, length) = long_parts(probe.key & !ELSEWHERE);
                    self.word(slot) == &text[start..][..length]
                } else {
                    u128::from_le_bytes(slot.key) == probe.key
                };
            if found || slot.tag == 0 {
                return at;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    #[inline]
    fn home(&self, tag: u64) -> usize {
        to_index(tag >> self.shift)
    }

    fn word<'a>(&'a self, slot: &'a Slot) -> &'a [u8] {
        match slot.tag & KIND {
            LONG => {
                let (at, length) = long_parts(u128::from_le_bytes(slot.key));
                self.arena.get(at, length)
            }
            length => &slot.key[..to_index(length)],
        }
    }

    /// Doubles the number of slots.
    pub(super) fn grow(&mut self) {
        let (slots, shift) = allocate(self.slots.len() * 2);
        let old = std::mem::replace(&mut self.slots, slots);
        self.shift = shift;
        for slot in old.into_iter().filter(|slot| slot.tag != 0) {
            let mut at = self.home(slot.tag);
            while self.slots[at].tag != 0 {
                at = (at + 1) & (self.slots.len() - 1);
            }
            self.slots[at] = slot;
        }
    }

    /// Removes all words but keeps the slots.
    pub(super) fn clear(&mut self) {
        self.slots.fill(Slot::default());
        self.arena.clear();
        self.words = 0;
    }

    /// Returns the number of words.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    /// Returns the bytes of memory in use.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.slots[..]) + self.arena.bytes()
    }

    /// Returns the bytes of memory in use while it grows: the current slots, and twice as many.
    pub(super) fn bytes_to_grow(&self) -> usize {
        3 * size_of_val(&self.slots[..]) + self.arena.bytes()
    }

    /// Returns all words and their counts.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], u64)> {
        self.slots.iter().filter(|slot| slot.tag != 0).map(|slot| (self.word(slot), slot.count))
    }

    /// Returns the words of one hash partition and their counts.
    pub(super) fn partition(&self, number: usize) -> impl Iterator<Item = (&[u8], u64)> {
        let width = self.slots.len() / PARTITIONS;
        let (start, end) = (number * width, (number + 1) * width);
        // Collisions can push a word past the end of its partition, but never past a free slot.
        let past = (0..self.slots.len() - width)
            .map(move |n| &self.slots[(end + n) & (self.slots.len() - 1)])
            .take_while(|slot| slot.tag != 0);
        self.slots[start..end]
            .iter()
            .chain(past)
            .filter(move |slot| {
                slot.tag != 0 && to_index(slot.tag >> (u64::BITS - PARTITION_BITS)) == number
            })
            .map(|slot| (self.word(slot), slot.count))
    }
}

fn allocate(slots: usize) -> (Vec<Slot>, u32) {
    (vec![Slot::default(); slots], u64::BITS - slots.ilog2())
}

fn long_key(at: usize, length: usize) -> [u8; INLINE] {
    (u128::from(at as u64) << 64 | u128::from(length as u64)).to_le_bytes()
}

fn long_parts(key: u128) -> (usize, usize) {
    #[expect(clippy::cast_possible_truncation, reason = "the low half holds the length")]
    let length = key as u64;
    (to_index((key >> 64) as u64), to_index(length))
}

/// For values that came from a `usize`, or were shifted to be less than the number of slots.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "see above")]
fn to_index(value: u64) -> usize {
    value as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// Words of every kind: some differ only in a NUL at the end, some only after the first sixteen
    /// bytes.
    fn some_words() -> Vec<Vec<u8>> {
        let numbered = (0..5000).map(|n| format!("{n:0width$}", width = n % 40 + 1).into_bytes());
        let padded = (1..=40).map(|length| vec![0; length]);
        numbered.chain(padded).collect()
    }

    #[test]
    fn counts_what_a_hash_map_counts() {
        let (mut table, mut map) = (Table::new(Hasher::random()), HashMap::<_, u64>::new());
        for (n, word) in some_words().into_iter().enumerate() {
            for count in [1, n] {
                table.add(&word, count as u64);
                *map.entry(word.clone()).or_default() += count as u64;
            }
        }
        assert_eq!(table.words(), map.len());
        for (word, &count) in &map {
            assert_eq!(table.get(word), count);
        }
        assert_eq!(table.get(b"not there"), 0);
        assert_eq!(table.get(b"not there, and longer than a slot"), 0);
        let all: HashMap<_, _> = table.iter().map(|(word, count)| (word.to_vec(), count)).collect();
        assert_eq!(all, map);
        table.clear();
        assert_eq!(table.iter().count(), 0);
    }

    #[test]
    fn every_word_is_in_one_partition_that_its_hash_decides() {
        let mut table = Table::new(Hasher::random());
        for word in some_words() {
            table.add(&word, 1);
            // Full to the last slot that may be used, where collisions are the longest.
            if !table.has_room(1) {
                let mut found: Vec<_> =
                    (0..PARTITIONS).flat_map(|number| table.partition(number)).collect();
                let mut all: Vec<_> = table.iter().collect();
                found.sort_unstable();
                all.sort_unstable();
                assert_eq!(found, all);
            }
        }
    }
}

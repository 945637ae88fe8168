//! Words and counts in memory, sorted.

use super::order::Order;
use crate::tally::table::INLINE;
use std::cmp::Ordering;

/// Rows in memory, to be sorted.
#[derive(Default)]
pub(super) struct Rows {
    rows: Vec<Row>,
    /// The words that do not fit their rows, each after its length.
    text: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Row {
    /// The first bytes of the word, padded with zeros.
    key: [u8; INLINE],
    count: u64,
    /// The length of the word or, if it does not fit `key`, its place in the text plus 1 plus the
    /// longest length that fits.
    place: usize,
}

const LENGTH: usize = size_of::<usize>();

impl Rows {
    pub(super) fn push(&mut self, word: &[u8], count: u64) {
        let mut key = [0; INLINE];
        let place = if word.len() <= INLINE {
            key[..word.len()].copy_from_slice(word);
            word.len()
        } else {
            key.copy_from_slice(&word[..INLINE]);
            let at = self.text.len();
            self.text.extend_from_slice(&word.len().to_ne_bytes());
            self.text.extend_from_slice(word);
            INLINE + 1 + at
        };
        self.rows.push(Row { key, count, place });
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the bytes of memory in use after one more row.
    pub(super) fn bytes_to_push(&self, word: &[u8]) -> usize {
        bytes_to_extend(&self.rows, 1) + bytes_to_extend(&self.text, word.len() + LENGTH)
    }

    pub(super) fn get(&self, number: usize) -> (&[u8], u64) {
        let row = &self.rows[number];
        (word(row, &self.text), row.count)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], u64)> {
        (0..self.len()).map(|number| self.get(number))
    }

    pub(super) fn sort(&mut self, order: Order) {
        let text = &self.text;
        self.rows.sort_unstable_by(|a, b| compare(order, a, b, text));
    }

    /// Keeps the first `first` rows, in no order.
    pub(super) fn keep(&mut self, first: usize, order: Order) {
        if first == 0 || first >= self.rows.len() {
            self.rows.truncate(first);
        } else {
            let text = &self.text;
            self.rows.select_nth_unstable_by(first - 1, |a, b| compare(order, a, b, text));
            self.rows.truncate(first);
        }
        let all = std::mem::take(self);
        for (word, count) in all.iter() {
            self.push(word, count);
        }
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.text.clear();
    }
}

fn bytes_to_extend<T>(vec: &Vec<T>, more: usize) -> usize {
    let wanted = vec.len() + more;
    // A vector that grows needs its current memory and twice as much.
    let items = if wanted <= vec.capacity() { vec.capacity() } else { wanted + 2 * vec.capacity() };
    items * size_of::<T>()
}

#[inline]
fn compare(order: Order, a: &Row, b: &Row, text: &[u8]) -> Ordering {
    order.compare((a.count, b.count), || {
        let keys = u128::from_be_bytes(a.key).cmp(&u128::from_be_bytes(b.key));
        keys.then_with(|| word(a, text).cmp(word(b, text)))
    })
}

fn word<'a>(row: &'a Row, text: &'a [u8]) -> &'a [u8] {
    match row.place.checked_sub(INLINE + 1) {
        None => &row.key[..row.place],
        Some(at) => {
            let (length, text) = text[at..].split_at(LENGTH);
            let length = length.try_into().map_or(0, usize::from_ne_bytes);
            &text[..length]
        }
    }
}

//! A worker's loop: the words of a text into a table.

use super::TallyError;
use super::scan::{PADDING, Scanner};
use super::store::Store;
use super::table::{INLINE, Probe};
use super::words::{self, Case, Rules, Split};
use std::ops::Range;

/// Words looked up together, so that their slots come from memory together.
const BATCH: usize = 32;

/// Counts the words of texts.
pub(super) struct Counter<'a> {
    rules: Rules,
    scanner: Scanner,
    batch: Batch<'a>,
}

impl<'a> Counter<'a> {
    pub(super) fn new(rules: Rules, store: Store<'a>) -> Self {
        let batch = Batch { store, probes: [Probe::default(); BATCH], filled: 0, text: Vec::new() };
        Self { rules, scanner: Scanner::default(), batch }
    }

    /// Counts the words of `buffer[text]`, which neither begins nor ends within a word. The buffer
    /// is scribbled over.
    pub(super) fn count(
        &mut self,
        buffer: &mut Vec<u8>,
        text: Range<usize>,
    ) -> Result<(), TallyError> {
        buffer.resize(buffer.len().max(text.end + PADDING), b' ');
        buffer[text.end..text.end + PADDING].fill(b' ');
        let (scanner, batch, case) = (&mut self.scanner, &mut self.batch, self.rules.case);
        match (self.rules.split, case) {
            (Split::Space, Case::Lower) => {
                scanner.words::<true, _>(buffer, text.start, text.end, |text, from, to| {
                    batch.word(text, from, to, case)
                })
            }
            (Split::Space, Case::Keep) => {
                scanner.words::<false, _>(buffer, text.start, text.end, |text, from, to| {
                    batch.word(text, from, to, case)
                })
            }
            (Split::Unicode, _) => {
                scanner.words::<false, _>(buffer, text.start, text.end, |text, from, to| {
                    words::unicode_words(&text[from..to])
                        .try_for_each(|word| batch.slow_word(word, case))
                })
            }
        }
    }

    /// The counts, when all texts have been counted.
    pub(super) fn finish(mut self) -> Result<Store<'a>, TallyError> {
        self.batch.flush()?;
        Ok(self.batch.store)
    }
}

/// Words on their way into the store.
struct Batch<'a> {
    store: Store<'a>,
    probes: [Probe; BATCH],
    filled: usize,
    /// The long ones among them.
    text: Vec<u8>,
}

impl Batch<'_> {
    /// Takes the word from a text whose ASCII letters are as they should be.
    #[inline]
    fn word(&mut self, text: &[u8], from: usize, to: usize, case: Case) -> Result<(), TallyError> {
        let length = to - from;
        if length <= INLINE {
            let mut key = [0; INLINE];
            key.copy_from_slice(&text[from..from + INLINE]);
            let key = u128::from_le_bytes(key) & (u128::MAX >> (u128::BITS as usize - 8 * length));
            if key & HIGH_BITS == 0 {
                return self.push(self.store.table.short_probe(key, length));
            }
        }
        self.slow_word(&text[from..to], case)
    }

    #[cold]
    #[inline(never)]
    fn slow_word(&mut self, word: &[u8], case: Case) -> Result<(), TallyError> {
        let at = self.text.len();
        case.apply(word, &mut self.text);
        let probe = self.store.table.probe(&self.text[at..], at);
        self.push(probe)
    }

    #[inline]
    fn push(&mut self, probe: Probe) -> Result<(), TallyError> {
        self.probes[self.filled] = probe;
        self.filled += 1;
        if self.filled == BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), TallyError> {
        self.store.reserve(self.filled)?;
        self.store.table.count_all(&self.probes[..self.filled], &self.text);
        self.filled = 0;
        self.text.clear();
        // One huge word should not be paid for ever after.
        self.text.shrink_to(LONG_TEXT);
        Ok(())
    }
}

const HIGH_BITS: u128 = u128::from_ne_bytes([0x80; 16]);
const LONG_TEXT: usize = 64 * 1024;

//! The inner loop of a worker: from the words of a text into a table.

use super::store::Store;
use super::{BATCH, INLINE, Probe, Table};
use crate::tally::Error;
use crate::tally::words::{self, Case, Rewriter, Rules, Scanner, Split};
use std::ops::Range;

/// Counts the words of texts.
pub(in crate::tally) struct Counter<'a> {
    rules: Rules,
    scanner: Scanner,
    batch: Batch<'a>,
    rewriter: Rewriter,
    rewritten: Vec<u8>,
}

impl<'a> Counter<'a> {
    pub(in crate::tally) fn new(rules: Rules, store: Store<'a>) -> Self {
        let batch = Batch { store, probes: [Probe::default(); BATCH], filled: 0, text: Vec::new() };
        let (rewriter, rewritten) = (Rewriter::new(rules), Vec::new());
        Self { rules, scanner: Scanner::default(), batch, rewriter, rewritten }
    }

    /// Counts the words of `buffer[text]`, which neither begins nor ends within a word. The buffer is
    /// overwritten.
    pub(in crate::tally) fn count(
        &mut self,
        buffer: &mut Vec<u8>,
        text: Range<usize>,
    ) -> Result<(), Error> {
        if self.rules.rewrite() && !buffer[text.clone()].is_ascii() {
            self.count_rewritten(&buffer[text])
        } else {
            self.count_cased(buffer, text, self.rules.case)
        }
    }

    /// Counts the words of a text that is rewritten first. It is in pieces, so that only a long word
    /// takes much memory.
    fn count_rewritten(&mut self, mut text: &[u8]) -> Result<(), Error> {
        let mut rewritten = std::mem::take(&mut self.rewritten);
        while !text.is_empty() {
            let end = words::find_space(text, PIECE).map_or(text.len(), |(at, length)| at + length);
            let (piece, rest) = text.split_at(end);
            rewritten.clear();
            self.rewriter.rewrite(piece, &mut rewritten);
            let length = rewritten.len();
            self.count_cased(&mut rewritten, 0..length, Case::Keep)?;
            text = rest;
        }
        rewritten.clear();
        rewritten.shrink_to(4 * PIECE);
        self.rewritten = rewritten;
        Ok(())
    }

    /// Counts the words of `buffer[text]`, in which only the case is left to be changed. If that is
    /// [`Case::Fold`], the text is ASCII.
    fn count_cased(
        &mut self,
        buffer: &mut Vec<u8>,
        text: Range<usize>,
        case: Case,
    ) -> Result<(), Error> {
        words::pad(buffer, text.end);
        let (scanner, batch) = (&mut self.scanner, &mut self.batch);
        match (self.rules.split, case) {
            (Split::Space, Case::Lower | Case::Fold) => {
                scanner.words::<true, _>(buffer, text.start, text.end, |text, edges| {
                    batch.words::<false>(text, edges, case)
                })
            }
            (Split::Space, Case::Keep) => {
                scanner.words::<false, _>(buffer, text.start, text.end, |text, edges| {
                    batch.words::<false>(text, edges, case)
                })
            }
            (Split::Unicode, Case::Lower | Case::Fold) => scanner.unicode_words::<true, _>(
                buffer,
                text.start,
                text.end,
                |text, edges, rest| batch.unicode_words(text, edges, rest, case),
            ),
            (Split::Unicode, Case::Keep) => scanner.unicode_words::<false, _>(
                buffer,
                text.start,
                text.end,
                |text, edges, rest| batch.unicode_words(text, edges, rest, case),
            ),
        }
    }

    /// Returns the counts, once all texts have been counted.
    pub(in crate::tally) fn finish(mut self) -> Result<Store<'a>, Error> {
        self.batch.flush()?;
        Ok(self.batch.store)
    }
}

/// Words on their way into the store.
struct Batch<'a> {
    store: Store<'a>,
    probes: [Probe; BATCH],
    filled: usize,
    /// The text of the long words among them.
    text: Vec<u8>,
}

impl Batch<'_> {
    /// Adds the words between the edges of a text, which are as they are counted, and those of the
    /// rest.
    fn unicode_words(
        &mut self,
        text: &[u8],
        edges: &[usize],
        rest: &[Range<usize>],
        case: Case,
    ) -> Result<(), Error> {
        self.words::<true>(text, edges, case)?;
        rest.iter()
            .flat_map(|range| words::unicode_words_of(&text[range.clone()]))
            .try_for_each(|word| self.word(word, case))?;
        self.flush()
    }

    /// Adds the words between the edges of a text whose ASCII letters are in the right case. If they
    /// are `READY`, so are the others, and the words are UTF-8.
    fn words<const READY: bool>(
        &mut self,
        text: &[u8],
        edges: &[usize],
        case: Case,
    ) -> Result<(), Error> {
        for edges in edges.chunks(2 * BATCH) {
            let table = &self.store.table;
            for (edge, probe) in edges.chunks_exact(2).zip(&mut self.probes) {
                let (from, to) = (edge[0], edge[1]);
                *probe = match short_key(text, from, to) {
                    Some(key) if READY || key & HIGH_BITS == 0 => table.short_probe(key, to - from),
                    None if READY => long_probe(table, &text[from..to], &mut self.text),
                    _ => slow_probe(table, &text[from..to], case, &mut self.text),
                };
                table.prefetch(*probe);
            }
            self.filled = edges.len() / 2;
            self.flush()?;
        }
        Ok(())
    }

    /// Adds one word.
    fn word(&mut self, word: &[u8], case: Case) -> Result<(), Error> {
        let probe = slow_probe(&self.store.table, word, case, &mut self.text);
        self.store.table.prefetch(probe);
        self.probes[self.filled] = probe;
        self.filled += 1;
        if self.filled == BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.store.reserve(self.filled)?;
        self.store.table.count_all(&self.probes[..self.filled], &self.text);
        self.filled = 0;
        self.text.clear();
        // The memory of one huge word is not kept.
        self.text.shrink_to(LONG_TEXT);
        Ok(())
    }
}

/// Returns the word, padded with zeros, if it is short.
#[inline]
fn short_key(text: &[u8], from: usize, to: usize) -> Option<u128> {
    let mask = MASKS.get(to - from)?;
    let bytes = text[from..].first_chunk()?;
    Some(u128::from_le_bytes(*bytes) & mask)
}

/// Returns the probe for a long word, which is appended to `long`.
#[inline(never)]
fn long_probe(table: &Table, word: &[u8], long: &mut Vec<u8>) -> Probe {
    let at = long.len();
    long.extend_from_slice(word);
    table.long_probe(word, at)
}

/// Returns the probe for any word, whose text is appended to `long`.
#[cold]
#[inline(never)]
fn slow_probe(table: &Table, word: &[u8], case: Case, long: &mut Vec<u8>) -> Probe {
    let at = long.len();
    case.apply(word, long);
    table.probe(&long[at..], at)
}

/// The mask of the bytes of a word, by its length.
const MASKS: [u128; INLINE + 1] = {
    let mut masks = [0; INLINE + 1];
    let mut length = 1;
    while length <= INLINE {
        masks[length] = masks[length - 1] << 8 | 0xFF;
        length += 1;
    }
    masks
};
const HIGH_BITS: u128 = u128::from_ne_bytes([0x80; 16]);
const LONG_TEXT: usize = 64 * 1024;
/// The bytes of text that are rewritten at a time.
const PIECE: usize = 64 * 1024;

//! Storage for long words, in pieces of memory that grow but never move.

/// Bytes in a piece, unless a word needs more. A full piece is not copied, so memory never peaks.
const PIECE: usize = 64 * 1024;

/// Words appended one after the other.
#[derive(Clone, Default)]
pub(in crate::tally) struct Arena {
    pieces: Vec<Vec<u8>>,
    bytes: usize,
}

impl Arena {
    /// Stores the word and returns its place. A word is never in two pieces.
    pub(in crate::tally) fn push(&mut self, word: &[u8]) -> usize {
        let full = |piece: &Vec<u8>| piece.len() + word.len() > PIECE;
        if self.pieces.last().is_none_or(full) {
            let piece = Vec::with_capacity(PIECE.max(word.len()));
            self.bytes += piece.capacity();
            self.pieces.push(piece);
        }
        let number = self.pieces.len() - 1;
        let piece = &mut self.pieces[number];
        // A piece longer than others has one word, at its start, so places stay unique.
        let at = number * PIECE + piece.len();
        piece.extend_from_slice(word);
        at
    }

    /// Returns the word at that place.
    #[inline]
    pub(in crate::tally) fn get(&self, at: usize, length: usize) -> &[u8] {
        &self.pieces[at / PIECE][at % PIECE..][..length]
    }

    /// Returns the bytes of memory in use.
    pub(in crate::tally) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(in crate::tally) fn clear(&mut self) {
        *self = Self::default();
    }
}

//! Where long words are kept: pieces of memory that only grow, and never move.

/// Bytes in a piece, unless a word needs more. Not copied when there is need for another, so that
/// memory never peaks.
const PIECE: usize = 64 * 1024;

/// Words appended one after the other.
#[derive(Default)]
pub(super) struct Arena {
    pieces: Vec<Vec<u8>>,
    bytes: usize,
}

impl Arena {
    /// Keeps the word and says where. A word is never in two pieces.
    pub(super) fn push(&mut self, word: &[u8]) -> usize {
        let full = |piece: &Vec<u8>| piece.len() + word.len() > PIECE;
        if self.pieces.last().is_none_or(full) {
            let piece = Vec::with_capacity(PIECE.max(word.len()));
            self.bytes += piece.capacity();
            self.pieces.push(piece);
        }
        let number = self.pieces.len() - 1;
        let piece = &mut self.pieces[number];
        // A piece that is longer than others has one word, at its start: this stays below its end.
        let at = number * PIECE + piece.len();
        piece.extend_from_slice(word);
        at
    }

    /// The word that was put there.
    #[inline]
    pub(super) fn get(&self, at: usize, length: usize) -> &[u8] {
        &self.pieces[at / PIECE][at % PIECE..][..length]
    }

    /// Bytes of memory in use.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

//! Bytes that are all zeros.

/// Bytes compared at a time.
const PIECE: usize = 4096;

/// Whether all the bytes are zeros.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    const ZEROS: [u8; PIECE] = [0; PIECE];
    // A comparison of slices is the system's fastest, and most data differs at once.
    bytes.chunks(PIECE).all(|piece| *piece == ZEROS[..piece.len()])
}

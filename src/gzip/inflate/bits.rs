//! The bits of a slice, the lowest of each byte first (section 3.1.1), and zeros without end after
//! them.

use super::InflateError;
use super::tables::Entry;

#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    data: &'a [u8],
    /// The rest of `data`, after the `left` bits.
    rest: &'a [u8],
    /// Bytes of zeros taken after the end of `data`.
    beyond: usize,
    /// The next bits, lowest first. Above the lowest `left` bits, some of the following ones may
    /// be there already.
    buffer: u64,
    left: u8,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, rest: data, beyond: 0, buffer: 0, left: 0 }
    }

    /// The same without the first `count` bits, fewer than eight.
    pub(super) fn from_bit(data: &'a [u8], count: u8) -> Self {
        let mut bits = Self::new(data);
        bits.refill();
        bits.drop(count);
        bits
    }

    /// Bits taken so far.
    pub(super) fn position(&self) -> usize {
        8 * (self.data.len() - self.rest.len() + self.beyond) - usize::from(self.left)
    }

    /// Whether some of the bits taken were after the end of the data.
    pub(super) fn is_beyond(&self) -> bool {
        self.position() > 8 * self.data.len()
    }

    /// Whether any few symbols that begin here end within the data: three literals, or two, a length
    /// and a distance, have at most 70 bits.
    #[inline]
    pub(super) fn has_plenty(&self) -> bool {
        self.rest.len() >= 16
    }

    /// Ensures that at least 56 bits can be taken.
    #[inline]
    pub(super) fn refill(&mut self) {
        if let Some(&bytes) = self.rest.first_chunk() {
            self.buffer |= u64::from_le_bytes(bytes) << (self.left & 63);
            let taken = usize::from((63 - (self.left & 63)) >> 3);
            self.rest = &self.rest[taken..];
            self.left |= 0b11_1000;
        } else {
            *self = self.refilled_at_end();
        }
    }

    /// By value, so that the fields can stay in registers in whatever loop this is called from.
    #[cold]
    #[inline(never)]
    fn refilled_at_end(mut self) -> Self {
        while self.left < 56 {
            if let Some((&byte, rest)) = self.rest.split_first() {
                self.buffer |= u64::from(byte) << self.left;
                self.rest = rest;
            } else {
                self.beyond += 1;
            }
            self.left += 8;
        }
        self
    }

    /// Whether there are this many bits.
    #[inline]
    pub(super) fn holds(&self, count: u8) -> bool {
        self.left >= count
    }

    /// The next `count` bits, which must be available.
    #[inline]
    pub(super) fn peek(&self, count: u32) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "an index takes few of them")]
        (self.buffer as usize & ((1 << count) - 1))
    }

    #[inline]
    pub(super) fn drop(&mut self, count: u8) {
        self.buffer >>= count & 63;
        self.left -= count;
    }

    #[inline]
    pub(super) fn take(&mut self, count: u8) -> usize {
        let taken = self.peek(count.into());
        self.drop(count);
        taken
    }

    /// Drops the bits that `entry` stands for; returns the buffer as it was before.
    #[inline]
    pub(super) fn drop_entry(&mut self, entry: Entry) -> u64 {
        let before = self.buffer;
        self.drop(entry.bits());
        before
    }

    /// The length of a stored block (section 3.2.4), after the three bits of its header. Its contents
    /// come next.
    pub(super) fn stored_length(&mut self) -> Result<usize, InflateError> {
        let start = self.position().div_ceil(8);
        let after = self.data.get(start..).ok_or(InflateError::Truncated)?;
        let (&[a, b, c, d], rest) = after.split_first_chunk().ok_or(InflateError::Truncated)?;
        let length = u16::from_le_bytes([a, b]);
        if length != !u16::from_le_bytes([c, d]) {
            return Err(InflateError::BadStored);
        }
        *self = Self { data: self.data, rest, beyond: 0, buffer: 0, left: 0 };
        Ok(length.into())
    }

    /// The next bytes of a stored block: `count` of them, fewer at the end of the data.
    pub(super) fn stored(&mut self, count: usize) -> &'a [u8] {
        debug_assert!(self.position() % 8 == 0 && !self.is_beyond());
        let start = self.position() / 8;
        let (bytes, rest) = self.data[start..].split_at(count.min(self.data.len() - start));
        *self = Self { data: self.data, rest, beyond: 0, buffer: 0, left: 0 };
        bytes
    }
}

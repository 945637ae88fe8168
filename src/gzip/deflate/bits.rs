//! Bits written to a slice, the first in the lowest place of each byte (RFC 1951, section 3.1.1).

pub(super) struct BitWriter<'a> {
    out: &'a mut [u8],
    position: usize,
    /// The bits that do not fill a byte yet: `count` of them, fewer than eight between calls.
    buffer: u64,
    count: u32,
}

impl<'a> BitWriter<'a> {
    /// Writes from the start of `out`, which has eight bytes more than are needed.
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self { out, position: 0, buffer: 0, count: 0 }
    }

    /// Appends the `count` bits of `bits`, at most 56; the others are zero.
    #[inline]
    pub(super) fn put(&mut self, bits: u64, count: u32) {
        debug_assert!(count <= 56 && bits >> count == 0);
        self.buffer |= bits << (self.count & 63);
        self.count += count;
        let out = self.out[self.position..].first_chunk_mut().expect("there is room");
        *out = self.buffer.to_le_bytes();
        self.position += (self.count >> 3) as usize;
        self.buffer >>= self.count & 0b11_1000;
        self.count &= 7;
    }

    /// Takes the writer out, so that a loop can work on a copy, which the compiler keeps in registers.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::new(&mut []))
    }

    /// Appends bytes from the next byte boundary on.
    pub(super) fn put_bytes(&mut self, bytes: &[u8]) {
        self.align();
        self.out[self.position..][..bytes.len()].copy_from_slice(bytes);
        self.position += bytes.len();
    }

    /// Appends zeros up to a byte boundary.
    pub(super) fn align(&mut self) {
        self.put(0, (8 - self.count) % 8);
    }

    /// Bits up to the next byte boundary.
    pub(super) fn padding(&self) -> u32 {
        (8 - self.count) % 8
    }

    /// The number of bytes written, the last filled with zeros.
    pub(super) fn finish(mut self) -> usize {
        self.align();
        self.position
    }
}

//! Where decoded bytes go: into a slice, or nowhere after they were compared.

use super::InflateError;
use std::fmt::Debug;

/// Takes the decoded bytes in order.
pub(super) trait Sink: Default {
    fn literal(&mut self, byte: u8) -> Result<(), InflateError>;

    /// Repeats `length` bytes (3 to 258) from `distance` bytes back (at least 1).
    fn copy(&mut self, distance: usize, length: usize) -> Result<(), InflateError>;

    /// The contents of a stored block.
    fn stored(&mut self, bytes: &[u8]) -> Result<(), InflateError>;

    /// Returns an error found so far. Called after each block, for checks that are not worth a branch
    /// within it.
    fn check(&self) -> Result<(), InflateError>;

    /// Returns an error unless the output is complete.
    fn finish(&self) -> Result<(), InflateError>;
}

/// Compares with the expected bytes.
#[derive(Default)]
pub(super) struct Compare<'a> {
    plain: &'a [u8],
    position: usize,
    /// Not zero once anything differed.
    differed: u64,
}

/// Bytes compared at once: few matches are longer, so the branch is seldom mispredicted.
const STEP: usize = 32;

/// From `STEP - n` on: `n` bytes of ones, then zeros, `STEP` bytes in all.
const MASKS: [u8; 2 * STEP] = {
    let mut masks = [0; 2 * STEP];
    let mut index = 0;
    while index < STEP {
        masks[index] = 0xff;
        index += 1;
    }
    masks
};

impl<'a> Compare<'a> {
    pub(super) fn new(plain: &'a [u8]) -> Self {
        Self { plain, position: 0, differed: 0 }
    }
}

impl Sink for Compare<'_> {
    #[inline]
    fn literal(&mut self, byte: u8) -> Result<(), InflateError> {
        let &plain = self.plain.get(self.position).ok_or(InflateError::WrongLength)?;
        self.differed |= u64::from(plain ^ byte);
        self.position += 1;
        Ok(())
    }

    #[inline]
    fn copy(&mut self, distance: usize, length: usize) -> Result<(), InflateError> {
        let from = self.position.checked_sub(distance).ok_or(InflateError::BadDistance)?;
        let mut source = &self.plain[from..];
        let mut target = &self.plain[self.position..];
        self.position += length;
        let mut left = length;
        // A match that reaches into itself needs no care, since nothing is written.
        while let (Some((first, after)), Some((second, behind))) =
            (source.split_first_chunk::<STEP>(), target.split_first_chunk::<STEP>())
        {
            let mask = MASKS[STEP - left.min(STEP)..].first_chunk().expect("STEP bytes are left");
            for index in (0..STEP).step_by(8) {
                self.differed |= (word(first, index) ^ word(second, index)) & word(mask, index);
            }
            if left <= STEP {
                return Ok(());
            }
            left -= STEP;
            (source, target) = (after, behind);
        }
        let target = target.get(..left).ok_or(InflateError::WrongLength)?;
        self.differed |= u64::from(&source[..left] != target);
        Ok(())
    }

    fn stored(&mut self, bytes: &[u8]) -> Result<(), InflateError> {
        let target =
            self.plain[self.position..].get(..bytes.len()).ok_or(InflateError::WrongLength)?;
        self.differed |= u64::from(target != bytes);
        self.position += bytes.len();
        Ok(())
    }

    fn check(&self) -> Result<(), InflateError> {
        if self.differed == 0 { Ok(()) } else { Err(InflateError::Mismatch) }
    }

    fn finish(&self) -> Result<(), InflateError> {
        if self.position == self.plain.len() { Ok(()) } else { Err(InflateError::WrongLength) }
    }
}

#[inline]
fn word(bytes: &[u8; STEP], index: usize) -> u64 {
    u64::from_le_bytes(*bytes[index..].first_chunk().expect("STEP is a multiple of eight"))
}

/// What is decoded: bytes, or symbols that can also stand for a byte that is not known yet.
pub(crate) trait Symbol: Copy + Default + Debug + From<u8> {}

impl Symbol for u8 {}

impl Symbol for u16 {}

/// Symbols copied at once.
const COPY: usize = 16;

/// Writes into a slice.
#[derive(Default)]
pub(super) struct Fill<'a, T = u8> {
    out: &'a mut [T],
    position: usize,
}

impl<'a, T> Fill<'a, T> {
    pub(super) fn new(out: &'a mut [T]) -> Self {
        Self { out, position: 0 }
    }

    /// Continues at `position`, which is in `out` or its end.
    pub(super) fn from_position(out: &'a mut [T], position: usize) -> Self {
        Self { out, position }
    }

    #[inline]
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Drops what was written after `position`.
    pub(super) fn go_back(&mut self, position: usize) {
        self.position = position;
    }

    /// How many symbols can still be written.
    #[inline]
    pub(super) fn room(&self) -> usize {
        self.out.len() - self.position
    }
}

impl<T: Symbol> Sink for Fill<'_, T> {
    #[inline]
    fn literal(&mut self, byte: u8) -> Result<(), InflateError> {
        *self.out.get_mut(self.position).ok_or(InflateError::WrongLength)? = byte.into();
        self.position += 1;
        Ok(())
    }

    #[expect(clippy::inline_always, reason = "several loops use it, and a call slows each")]
    #[inline(always)]
    fn copy(&mut self, distance: usize, length: usize) -> Result<(), InflateError> {
        let from = self.position.checked_sub(distance).ok_or(InflateError::BadDistance)?;
        let end = self.position + length;
        if distance >= COPY {
            // Symbols written beyond the end do no harm if there is room: they are overwritten next.
            if let Some(window) = self.out.get_mut(from..end + 2 * COPY) {
                self.position = end;
                // Two suffice for most matches, and are not worth a branch.
                step(window, distance, 0);
                step(window, distance, COPY);
                for at in (2 * COPY..length).step_by(COPY) {
                    step(window, distance, at);
                }
                return Ok(());
            }
        }
        let window = self.out.get_mut(from..end).ok_or(InflateError::WrongLength)?;
        self.position = end;
        repeat(window, distance);
        Ok(())
    }

    fn stored(&mut self, bytes: &[u8]) -> Result<(), InflateError> {
        let target =
            self.out[self.position..].get_mut(..bytes.len()).ok_or(InflateError::WrongLength)?;
        target.iter_mut().zip(bytes).for_each(|(symbol, &byte)| *symbol = byte.into());
        self.position += bytes.len();
        Ok(())
    }

    fn check(&self) -> Result<(), InflateError> {
        Ok(())
    }

    fn finish(&self) -> Result<(), InflateError> {
        if self.position == self.out.len() { Ok(()) } else { Err(InflateError::WrongLength) }
    }
}

/// Copies `COPY` symbols; at least this many follow `distance + at`.
#[inline]
fn step<T: Symbol>(window: &mut [T], distance: usize, at: usize) {
    let symbols: [T; COPY] = *window[at..].first_chunk().expect("they come before those");
    *window[distance + at..].first_chunk_mut().expect("the window is that long") = symbols;
}

/// Fills the window with its first `distance` symbols over and over.
#[inline(never)]
fn repeat<T: Symbol>(window: &mut [T], distance: usize) {
    if distance == 1 {
        let symbol = window[0];
        window.fill(symbol);
        return;
    }
    // The window repeats every `done` bytes, so twice as many can be copied each time.
    let mut done = distance;
    while done < window.len() {
        let more = done.min(window.len() - done);
        window.copy_within(..more, done);
        done += more;
    }
}

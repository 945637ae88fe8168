//! Where decoded bytes go: into a slice, or nowhere once they are compared.

use super::InflateError;

/// Takes the decoded bytes in order.
pub(super) trait Sink {
    fn literal(&mut self, byte: u8) -> Result<(), InflateError>;

    /// Repeats `length` bytes (3 to 258) from `distance` bytes back (at least 1).
    fn copy(&mut self, distance: usize, length: usize) -> Result<(), InflateError>;

    /// The contents of a stored block.
    fn stored(&mut self, bytes: &[u8]) -> Result<(), InflateError>;

    /// Whether all is well so far: called after each block, for what was not worth a branch within.
    fn check(&self) -> Result<(), InflateError>;

    /// Whether all of the output is there.
    fn finish(&self) -> Result<(), InflateError>;
}

/// Compares with the bytes that ought to come.
pub(super) struct Compare<'a> {
    plain: &'a [u8],
    position: usize,
    /// Bits that ever differed.
    differed: [u8; STEP],
}

/// Bytes compared at once: most matches are no longer.
const STEP: usize = 32;

/// From `STEP - n` on: `n` bytes that count, then as many as are left that do not.
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
        Self { plain, position: 0, differed: [0; STEP] }
    }
}

impl Sink for Compare<'_> {
    #[inline]
    fn literal(&mut self, byte: u8) -> Result<(), InflateError> {
        let &plain = self.plain.get(self.position).ok_or(InflateError::WrongLength)?;
        self.differed[0] |= plain ^ byte;
        self.position += 1;
        Ok(())
    }

    #[inline]
    fn copy(&mut self, distance: usize, length: usize) -> Result<(), InflateError> {
        let from = self.position.checked_sub(distance).ok_or(InflateError::BadDistance)?;
        let source = &self.plain[from..];
        let target = &self.plain[self.position..];
        self.position += length;
        if let (Some(source), Some(target)) =
            (source.first_chunk::<STEP>(), target.first_chunk::<STEP>())
        {
            let mask: &[u8; STEP] = MASKS[STEP - length.min(STEP)..].first_chunk().expect("");
            for index in 0..STEP {
                self.differed[index] |= (source[index] ^ target[index]) & mask[index];
            }
            if length <= STEP {
                return Ok(());
            }
        }
        if length > target.len() {
            return Err(InflateError::WrongLength);
        }
        self.differed[0] |= u8::from(source[..length] != target[..length]);
        Ok(())
    }

    fn stored(&mut self, bytes: &[u8]) -> Result<(), InflateError> {
        let target =
            self.plain[self.position..].get(..bytes.len()).ok_or(InflateError::WrongLength)?;
        self.differed[0] |= u8::from(target != bytes);
        self.position += bytes.len();
        Ok(())
    }

    fn check(&self) -> Result<(), InflateError> {
        if self.differed == [0; STEP] { Ok(()) } else { Err(InflateError::Mismatch) }
    }

    fn finish(&self) -> Result<(), InflateError> {
        if self.position == self.plain.len() { Ok(()) } else { Err(InflateError::WrongLength) }
    }
}

/// Writes into a slice.
pub(super) struct Fill<'a> {
    out: &'a mut [u8],
    position: usize,
}

impl<'a> Fill<'a> {
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self { out, position: 0 }
    }
}

impl Sink for Fill<'_> {
    #[inline]
    fn literal(&mut self, byte: u8) -> Result<(), InflateError> {
        *self.out.get_mut(self.position).ok_or(InflateError::WrongLength)? = byte;
        self.position += 1;
        Ok(())
    }

    #[inline]
    fn copy(&mut self, distance: usize, length: usize) -> Result<(), InflateError> {
        let from = self.position.checked_sub(distance).ok_or(InflateError::BadDistance)?;
        let end = self.position + length;
        let window = self.out.get_mut(from..end).ok_or(InflateError::WrongLength)?;
        self.position = end;
        // What is there repeats every `done` bytes, so that twice as much can be copied each time.
        let mut done = distance;
        while done < window.len() {
            let more = done.min(window.len() - done);
            window.copy_within(..more, done);
            done += more;
        }
        Ok(())
    }

    fn stored(&mut self, bytes: &[u8]) -> Result<(), InflateError> {
        let target =
            self.out[self.position..].get_mut(..bytes.len()).ok_or(InflateError::WrongLength)?;
        target.copy_from_slice(bytes);
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

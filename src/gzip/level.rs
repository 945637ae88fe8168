//! How hard to try.

/// A compression level: 0 stores, 1 is the fastest, 6 the default, 9 what `gzip` calls best; 10 to
/// 12 take many times longer for a few per cent more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// The level of that number, from 0 to 12.
    #[must_use]
    pub const fn new(level: u8) -> Option<Self> {
        match level {
            0..=12 => Some(Self(level)),
            _ => None,
        }
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Level {
    /// The smallest output there is: 12.
    pub const ULTRA: Self = Self(12);
}

impl Default for Level {
    fn default() -> Self {
        Self(6)
    }
}

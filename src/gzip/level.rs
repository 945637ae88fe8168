//! Compression levels.

/// A compression level, from 0 to 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Level(u8);

impl Level {
    /// Nothing is compressed: 0.
    pub(crate) const STORED: Self = Self(0);
    /// The smallest output: 12.
    pub(crate) const ULTRA: Self = Self(12);

    /// The level of that number, from 0 to 12.
    pub(crate) const fn new(level: u8) -> Option<Self> {
        match level {
            0..=12 => Some(Self(level)),
            _ => None,
        }
    }

    /// Its number.
    pub(crate) const fn get(self) -> u8 {
        self.0
    }
}

impl Default for Level {
    fn default() -> Self {
        Self(6)
    }
}

//! What `lockdemo` shows beside the workers' lines: a timeline, pictures, data, a comparison.

pub mod bench;
pub mod events;
pub mod picture;
pub mod spans;
pub mod timeline;

/// What errors begin with.
pub const NAME: &str = "lockdemo";

/// More workers than this would make a timeline that nobody reads.
pub const MOST_ROWS: usize = 64;

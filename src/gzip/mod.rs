//! Gzip files, made and read in parallel, and never lost (technique 11, listings 3.3 and 3.4).
//!
//! | module | what it is for |
//! |---|---|
//! | [`stream`] | a reader compressed or decompressed into a writer |
//! | [`file`] | a file compressed or decompressed into the one beside it |
//! | [`place`] | an output that is whole or not there |
//!
//! ```
//! use csp_toolkit::gzip::{Level, stream};
//!
//! let text = b"in the beginning was the word".repeat(100);
//! let mut packed = Vec::new();
//! stream::compress(&text[..], &mut packed, Level::default())?;
//! assert!(packed.len() < text.len() / 10);
//!
//! let mut unpacked = Vec::new();
//! let totals = stream::decompress(&packed[..], &mut unpacked)?;
//! assert_eq!(unpacked, text);
//! assert_eq!(totals.plain, text.len() as u64);
//! # Ok::<(), csp_toolkit::gzip::GzipError>(())
//! ```

mod error;
pub mod file;
mod level;
pub mod place;
pub mod stream;

pub use error::GzipError;
pub use level::Level;
pub use place::Unfinished;

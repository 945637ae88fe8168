//! Gzip files, made and read in parallel, and never lost (technique 11, listings 3.3 and 3.4).
//!
//! | module | what it is for |
//! |---|---|
//! | [`stream`] | a reader compressed or decompressed into a writer |
//! | [`batch`] | many files, each into the one beside it |
//! | [`mod@file`] | what is to be done with files, and what was done with one |
//! | [`suffix`] | the endings of their names |
//!
//! The input is cut into chunks, each is compressed on its own, and together they become one
//! member. The modules behind these: `encode` compresses chunks, proves them and puts them
//! together, `index` notes in the header where they are, `decode` decompresses them in parallel
//! again, `inflate` is the decoder that both use, `header` is RFC 1952, and `legacy` decodes the formats
//! before gzip.
//!
//! ```
//! use csp_toolkit::gzip::{Level, Settings, stream};
//! use std::thread::available_parallelism;
//!
//! let settings = Settings::new(available_parallelism()?).level(Level::default());
//! let text = b"in the beginning was the word".repeat(100);
//! let mut packed = Vec::new();
//! stream::compress(&text[..], &mut packed, &settings)?;
//! assert!(packed.len() < text.len() / 10);
//!
//! let mut unpacked = Vec::new();
//! let totals = stream::decompress(&packed[..], &mut unpacked, &settings)?;
//! assert_eq!(unpacked, text);
//! assert_eq!(totals.plain, text.len() as u64);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod batch;
mod decode;
mod encode;
mod error;
pub mod file;
mod header;
mod index;
mod inflate;
mod input;
mod legacy;
mod level;
mod origin;
mod settings;
pub mod stream;
pub mod suffix;
mod task;
mod totals;

pub use crate::io::{Existing, Outputs};
pub use error::GzipError;
pub use level::Level;
pub use origin::Origin;
pub use settings::{Foreign, Settings};
pub use totals::{Method, Outcome, Totals};

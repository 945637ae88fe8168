//! The formats before gzip that `gzip` decompresses too: `compress`, `pack`, and `zip` with one
//! entry. Nothing here makes them.
//!
//! Each decoder reads from where its magic bytes begin and hands on what it decodes piece by piece,
//! so that memory is bounded whatever the input says. What was decoded before an error is handed
//! on before the error is returned.

mod lzw;
mod pack;
mod zip;

pub(super) use lzw::decode as lzw;
pub(super) use pack::decode as pack;
pub(super) use zip::{Body, Entry, begins as zip_begins};

use super::Error;
use std::io::BufRead;

/// Takes what is decoded, a piece at a time.
pub(super) type Put<'a> = dyn FnMut(&[u8]) -> Result<(), Error> + 'a;

/// The next `N` bytes.
fn array<const N: usize>(input: &mut impl BufRead) -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes).map_err(Error::from_read)?;
    Ok(bytes)
}

#[cfg(test)]
mod encoders;
#[cfg(test)]
mod tests;

//! The older formats that `gzip` decompresses too: `compress`, `pack`, and `zip` with one entry. They
//! are only read.
//!
//! Each decoder reads from the format's magic bytes on and hands its output on piece by piece, so
//! that memory is bounded whatever the input says. Output before an error is handed on before the
//! error is returned.

mod lzw;
mod pack;
mod zip;

pub(super) use lzw::decode as lzw;
pub(super) use pack::decode as pack;
pub(super) use zip::{Body, Entry, begins as zip_begins};

use super::Error;
use std::io::BufRead;

/// Takes the output, a piece at a time.
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

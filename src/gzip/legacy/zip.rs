//! The first entry of a zip archive, from its local header (APPNOTE.TXT, section 4.3.7).
//!
//! The central directory at the archive's end is not read: the input may be a pipe.

use super::array;
use crate::gzip::header::Trailer;
use crate::gzip::{Error, Method};
use std::io::{self, BufRead, Read};

/// The first bytes of a local header.
const SIGNATURE: [u8; 4] = *b"PK\x03\x04";
/// The first bytes that a data descriptor can have.
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
const ENCRYPTED: u16 = 1;
/// The sizes and the checksum come after the data, in a data descriptor.
const DESCRIBED: u16 = 1 << 3;
/// The extra field that contains the sizes if 32 bits do not suffice, and makes those of the data
/// descriptor 64 bits long.
const ZIP64: u16 = 1;
const BAD_EXTRA: Error = Error::Corrupt("extra field too short");
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// How an entry's data is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gzip) enum Body {
    /// Uncompressed, with this length.
    Stored(u64),
    Deflated,
}

/// A local header.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::gzip) struct Entry {
    pub(in crate::gzip) body: Body,
    /// The CRC and the length, if the header contains them; otherwise they follow the data.
    trailer: Option<Trailer>,
    /// Bytes to a size in the data descriptor.
    size: usize,
}

/// Whether an entry begins here.
pub(in crate::gzip) fn begins(start: &[u8]) -> bool {
    start.starts_with(&SIGNATURE)
}

impl Entry {
    /// Reads a local header to its end.
    pub(in crate::gzip) fn read(input: &mut impl BufRead) -> Result<Self, Error> {
        let header: [u8; 30] = array(input)?;
        let short = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let long = |at: usize| u32::from(short(at)) | u32::from(short(at + 2)) << 16;
        let [flags, method, name, extra] = [6, 8, 26, 28].map(short);
        let crc = long(14);
        let mut sizes = [22, 18].map(|at| u64::from(long(at)));

        let skipped = io::copy(&mut input.take(name.into()), &mut io::sink());
        if skipped.map_err(Error::Read)? < name.into() {
            return Err(Error::Truncated);
        }
        let mut fields = vec![0; extra.into()];
        input.read_exact(&mut fields).map_err(Error::from_read)?;

        let wide = zip64(&fields);
        if let Some(mut wide) = wide {
            for size in sizes.iter_mut().filter(|size| **size == u64::from(u32::MAX)) {
                let (bytes, rest) = wide.split_first_chunk().ok_or(BAD_EXTRA)?;
                (*size, wide) = (u64::from_le_bytes(*bytes), rest);
            }
        }
        let [plain, packed] = sizes;
        let is_described = flags & DESCRIBED != 0;
        let body = match method {
            _ if flags & ENCRYPTED != 0 => return Err(Error::Zip("encrypted file")),
            STORED if packed != plain => return Err(Error::Corrupt("length mismatch")),
            STORED => Body::Stored(plain),
            DEFLATED => Body::Deflated,
            _ => return Err(Error::Zip("first entry not deflated or stored")),
        };
        let trailer = (!is_described).then(|| Trailer::new(crc, plain));
        Ok(Self { body, trailer, size: if wide.is_some() { 8 } else { 4 } })
    }

    pub(in crate::gzip) fn method(&self) -> Method {
        match self.body {
            Body::Stored(_) => Method::Stored,
            Body::Deflated => Method::Deflated,
        }
    }

    /// Reads the data descriptor, if there is one; returns the checksum and the length.
    pub(in crate::gzip) fn trailer(self, input: &mut impl BufRead) -> Result<Trailer, Error> {
        if let Some(trailer) = self.trailer {
            return Ok(trailer);
        }
        let mut crc = array(input)?;
        if crc == DESCRIPTOR {
            crc = array(input)?;
        }
        let mut sizes = [0; 16];
        let sizes = &mut sizes[..2 * self.size];
        input.read_exact(sizes).map_err(Error::from_read)?;
        // The lower 32 of 64 bits, as for gzip's length.
        let plain = &sizes[self.size..];
        let plain = u32::from_le_bytes([plain[0], plain[1], plain[2], plain[3]]);
        let crc = u32::from_le_bytes(crc);
        // The header gave no length, and what was taken for the descriptor may be data.
        if self.body == Body::Stored(0) && (crc, plain) != (0, 0) {
            return Err(Error::Zip("stored entry without a length"));
        }
        Ok(Trailer::new(crc, plain.into()))
    }
}

/// The extra field [`ZIP64`], if there is one.
fn zip64(mut fields: &[u8]) -> Option<&[u8]> {
    while let Some((&[k0, k1, l0, l1], rest)) = fields.split_first_chunk() {
        let field = rest.get(..u16::from_le_bytes([l0, l1]).into())?;
        if u16::from_le_bytes([k0, k1]) == ZIP64 {
            return Some(field);
        }
        fields = &rest[field.len()..];
    }
    None
}

//! The header and trailer of a gzip member (RFC 1952, section 2.3).

use super::{Error, Level};
use std::io::{BufRead, ErrorKind};

/// The first bytes of a member: `ID1`, `ID2`, and the only compression method.
const MAGIC: [u8; 3] = [0x1F, 0x8B, 8];
/// `ID2` of gzip before its version 1.
const OLD_ID2: u8 = 0x9E;
const FHCRC: u8 = 1 << 1;
const FEXTRA: u8 = 1 << 2;
const FNAME: u8 = 1 << 3;
const FCOMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;
/// The operating system it was made on: Unix.
const OS: u8 = 3;
/// The length that a longer stored name is cut to. No file system has longer names.
const NAME_KEPT: usize = 4096;

/// Where the extra field's bytes begin in a header that [`bytes`] made.
pub(super) const EXTRA_OFFSET: u64 = 12;

/// A header.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// The bytes of the extra field, all its subfields.
    pub(super) extra: Vec<u8>,
    /// What it says about the file.
    pub(super) info: HeaderInfo,
}

/// The name and time that a header can store. By default neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HeaderInfo {
    /// The file's name without the zero at its end; a very long one is cut.
    pub(crate) name: Option<Vec<u8>>,
    /// The time of the last modification, in seconds since 1970; 0 is unknown.
    pub(crate) time: u32,
    /// Whether the file has a time that a header has no room for, before 1970 or after 2106.
    pub(crate) out_of_range: bool,
}

/// A header's bytes.
///
/// # Panics
///
/// If the extra field is longer than 65,535 bytes.
pub(super) fn bytes(header: &Header, level: Level) -> Vec<u8> {
    let extra_flag = if header.extra.is_empty() { 0 } else { FEXTRA };
    let name_flag = if header.info.name.is_some() { FNAME } else { 0 };
    let mut bytes = MAGIC.to_vec();
    bytes.push(extra_flag | name_flag);
    bytes.extend(header.info.time.to_le_bytes());
    bytes.extend([extra_flags(level), OS]);
    if !header.extra.is_empty() {
        let length = u16::try_from(header.extra.len()).expect("the extra field is short");
        bytes.extend(length.to_le_bytes());
        bytes.extend(&header.extra);
    }
    if let Some(name) = &header.info.name {
        bytes.extend(name);
        bytes.push(0);
    }
    bytes
}

/// `XFL` as gzip sets it: 4 for its fastest, 2 for its slowest.
fn extra_flags(level: Level) -> u8 {
    match level.get() {
        0 | 1 => 4,
        2..=8 => 0,
        _ => 2,
    }
}

/// Whether a member begins here.
pub(super) fn begins(start: &[u8]) -> bool {
    matches!(start, [id1, id2, ..] if *id1 == MAGIC[0] && [MAGIC[1], OLD_ID2].contains(id2))
}

/// Reads a header to its end.
pub(super) fn read(input: impl BufRead) -> Result<Header, Error> {
    let mut input = Hashed { input, crc: crc32fast::Hasher::new() };
    // Before anything else is read: an input too short for a header may not be gzip at all.
    if !begins(&input.array::<2>()?) {
        return Err(Error::NotGzip);
    }
    // And before more than that: the header of an unknown method may be shorter.
    if input.array::<1>()? != MAGIC[2..] {
        return Err(Error::Unsupported("unknown compression method"));
    }
    let [flags, t0, t1, t2, t3, _xfl, _os] = input.array()?;
    if flags & RESERVED != 0 {
        return Err(Error::Unsupported("unknown flags"));
    }
    let mut header = Header::default();
    header.info.time = u32::from_le_bytes([t0, t1, t2, t3]);
    if flags & FEXTRA != 0 {
        let length = u16::from_le_bytes(input.array()?);
        header.extra = vec![0; length.into()];
        input.exact(&mut header.extra)?;
    }
    if flags & FNAME != 0 {
        header.info.name = Some(input.text()?);
    }
    if flags & FCOMMENT != 0 {
        input.text()?;
    }
    if flags & FHCRC != 0 {
        let [low, high, ..] = input.crc.clone().finalize().to_le_bytes();
        if input.array()? != [low, high] {
            return Err(Error::Corrupt("header checksum"));
        }
    }
    Ok(header)
}

/// The CRC-32 and the length modulo 2^32, which end a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trailer {
    pub(super) crc: u32,
    pub(super) length: u32,
}

#[expect(clippy::cast_possible_truncation, reason = "the length is modulo 2^32")]
impl Trailer {
    pub(super) const LENGTH: usize = 8;

    /// For data with this checksum and length.
    pub(super) fn new(crc: u32, length: u64) -> Self {
        Self { crc, length: length as u32 }
    }

    pub(super) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        bytes[..4].copy_from_slice(&self.crc.to_le_bytes());
        bytes[4..].copy_from_slice(&self.length.to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        let both = u64::from_le_bytes(bytes);
        let [crc, length] = [both & 0xFFFF_FFFF, both >> 32];
        Self { crc: crc as u32, length: length as u32 }
    }

    /// Compares with the checksum and length of the decoded data.
    pub(super) fn check(self, crc: u32, length: u64) -> Result<(), Error> {
        let decoded = Self::new(crc, length);
        if self.crc != decoded.crc {
            return Err(Error::Corrupt("crc error"));
        }
        if self.length != decoded.length {
            return Err(Error::Corrupt("length error"));
        }
        Ok(())
    }
}

/// A header being read, and the checksum of the bytes read so far.
struct Hashed<R> {
    input: R,
    crc: crc32fast::Hasher,
}

impl<R: BufRead> Hashed<R> {
    fn exact(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.input.read_exact(bytes).map_err(Error::from_read)?;
        self.crc.update(bytes);
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        self.exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads up to the terminating zero, however far that is, and keeps the beginning.
    fn text(&mut self) -> Result<Vec<u8>, Error> {
        let mut text = Vec::new();
        loop {
            let available = match self.input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Error::Read(error)),
                Ok([]) => return Err(Error::Truncated),
                Ok(available) => available,
            };
            let end = available.iter().position(|&byte| byte == 0);
            let part = &available[..end.unwrap_or(available.len())];
            let room = NAME_KEPT - text.len();
            text.extend(&part[..part.len().min(room)]);
            let used = end.map_or(part.len(), |end| end + 1);
            self.crc.update(&available[..used]);
            self.input.consume(used);
            if end.is_some() {
                return Ok(text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Read};

    fn named(name: &[u8]) -> Header {
        let info = HeaderInfo { name: Some(name.to_vec()), time: 7, ..HeaderInfo::default() };
        Header { extra: Vec::new(), info }
    }

    fn written(header: &Header) -> Vec<u8> {
        bytes(header, Level::default())
    }

    #[test]
    fn a_written_header_is_read_back() {
        for header in
            [Header::default(), named(b"name\xFF"), Header { extra: vec![1, 2, 3], ..named(b"") }]
        {
            let bytes = written(&header);
            assert_eq!(read(&bytes[..]).unwrap(), header);
            for length in 0..bytes.len() {
                assert!(matches!(read(&bytes[..length]), Err(Error::Truncated)), "{length}");
            }
        }
    }

    #[test]
    fn a_header_checksum_is_checked() {
        let mut bytes = written(&named(b"n"));
        bytes[3] |= FHCRC;
        let crc = crc32fast::hash(&bytes).to_le_bytes();
        bytes.extend(&crc[..2]);
        assert!(read(&bytes[..]).is_ok());
        bytes[10] = b'm';
        assert!(matches!(read(&bytes[..]), Err(Error::Corrupt(_))));
    }

    #[test]
    fn an_endless_name_takes_bounded_memory() {
        let mut bytes = written(&named(b""));
        bytes.pop();
        let endless = bytes.chain(io::repeat(b'x').take(10_000_000)).chain(&[0][..]);
        let header = read(io::BufReader::new(endless)).unwrap();
        assert_eq!(header.info.name.unwrap().len(), NAME_KEPT);
    }

    #[test]
    fn unsupported_headers_are_refused() {
        let good = written(&Header::default());
        for (position, bits) in [(0, 1), (1, 1), (2, 1), (3, 0x20), (3, 0x80)] {
            let mut bytes = good.clone();
            bytes[position] ^= bits;
            assert!(read(&bytes[..]).is_err(), "{position}");
        }
    }
}

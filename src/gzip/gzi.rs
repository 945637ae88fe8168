//! The index that `bgzip` keeps beside a BGZF file, in `FILE.gz.gzi` (bgzip(1), "GZI FORMAT").
//!
//! A count, and then for each block but the first its offset in the compressed file and in the
//! uncompressed data; all numbers have eight bytes and are little-endian. The empty block at the end
//! is left out.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Seek, SeekFrom};

const COUNT: u64 = 8;
const ENTRY: u64 = 16;

/// The name of a file's index.
pub(crate) fn name(file: impl AsRef<OsStr>) -> OsString {
    let mut name = file.as_ref().to_owned();
    name.push(".gzi");
    name
}

/// Where a block begins, in the compressed file and in the uncompressed data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Offsets {
    pub(super) packed: u64,
    pub(super) plain: u64,
}

/// Looks up the last block that begins at or before the offset `plain` in an index. Returns where it
/// and the block before it begin; `None` if that is the first block, or if this is no index.
///
/// A reader must not trust them.
pub(super) fn look_up(
    mut index: impl Read + Seek,
    plain: u64,
) -> io::Result<Option<(Offsets, Offsets)>> {
    let length = index.seek(SeekFrom::End(0))?;
    index.rewind()?;
    if length < COUNT {
        return Ok(None);
    }
    let entries = number(&mut index)?;
    if entries.checked_mul(ENTRY).and_then(|bytes| bytes.checked_add(COUNT)) != Some(length) {
        return Ok(None);
    }
    let mut entry = |position: u64| {
        // The first block is not listed.
        let Some(position) = position.checked_sub(1) else { return Ok(Offsets::default()) };
        index.seek(SeekFrom::Start(COUNT + ENTRY * position))?;
        Ok::<_, io::Error>(Offsets { packed: number(&mut index)?, plain: number(&mut index)? })
    };
    // The blocks up to `low` begin before the offset or at it, those from `high` on after it.
    let (mut low, mut high) = (0, entries + 1);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if entry(middle)?.plain <= plain {
            low = middle;
        } else {
            high = middle;
        }
    }
    if low == 0 { Ok(None) } else { Ok(Some((entry(low - 1)?, entry(low)?))) }
}

fn number(input: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    input.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn index(count: u64, entries: &[(u64, u64)]) -> Vec<u8> {
        let numbers = entries.iter().flat_map(|&(packed, plain)| [packed, plain]);
        [count].into_iter().chain(numbers).flat_map(u64::to_le_bytes).collect()
    }

    fn found(index: &[u8], plain: u64) -> Option<(u64, u64)> {
        let (before, block) = look_up(Cursor::new(index), plain).unwrap()?;
        Some((before.packed, block.packed))
    }

    #[test]
    fn the_last_block_at_or_before_an_offset_is_found() {
        let index = index(3, &[(10, 100), (20, 200), (30, 300)]);
        for (plain, expected) in [
            (0, None),
            (99, None),
            (100, Some((0, 10))),
            (199, Some((0, 10))),
            (200, Some((10, 20))),
            (300, Some((20, 30))),
            (u64::MAX, Some((20, 30))),
        ] {
            assert_eq!(found(&index, plain), expected, "{plain}");
        }
    }

    #[test]
    fn what_is_no_index_has_no_blocks() {
        assert_eq!(found(&index(0, &[]), 5), None);
        // As `bgzip` 1.16 writes it for an empty file.
        assert_eq!(found(&index(u64::MAX, &[]), 5), None);
        assert_eq!(found(&index(2, &[(10, 1)]), 5), None);
        let good = index(1, &[(10, 1)]);
        for length in 0..good.len() {
            assert_eq!(found(&good[..length], 5), None);
        }
    }
}

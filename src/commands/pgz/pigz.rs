//! What users of `pigz` expect.

use crate::commands::common::size;
use std::ops::RangeInclusive;

/// Returns what to do instead, for an option of `pigz` that `pgz` does not have.
#[must_use]
pub(super) fn advice(option: &str) -> Option<&'static str> {
    Some(match option {
        "-i" | "--independent" => "chunks never depend on one another; leave it out",
        "-z" | "--zlib" => "only gzip files are written; pigz -z writes zlib's",
        "-K" | "--zip" => "only gzip files are written; zip -q writes zip files",
        "-0" => "the levels are -0 to -12",
        "-F" | "--first" | "-I" | "--iterations" | "-J" | "--maxsplits" | "-O" | "--oneblock" => {
            "use --ultra for the smallest output"
        }
        "-H" | "--huffman" | "-U" | "--rle" => "use -1 to compress fastest",
        "-A" | "--alias" | "-C" | "--comment" => "a header holds a name and a time only; see -N",
        _ => return None,
    })
}

/// The sizes that a chunk can have.
const SIZES: RangeInclusive<u64> = (64 << 10)..=(16 << 20);
/// The same in words.
pub(super) const CHUNK_SIZES: &str = "must be between 64K and 16M";

/// Reads the size of a chunk. A bare number is bytes; `pigz` counts KiB.
pub(super) fn chunk(text: &str) -> Result<u64, String> {
    let size = size::parse(text)?;
    if SIZES.contains(&size) {
        return Ok(size);
    }
    let bare = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if bare && size.checked_mul(1024).is_some_and(|kibibytes| SIZES.contains(&kibibytes)) {
        return Err(format!("pigz counts KiB: use {text}K"));
    }
    Err(CHUNK_SIZES.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_may_be_meant_for_pigz() {
        assert_eq!(chunk("128K"), Ok(128 << 10));
        assert_eq!(chunk("131072"), Ok(128 << 10));
        assert_eq!(chunk("128").unwrap_err(), "pigz counts KiB: use 128K");
        for text in ["1K", "0", "63", "17M", "16385", "99999T", "x"] {
            assert!(!chunk(text).unwrap_err().contains("pigz"), "{text}");
        }
    }
}

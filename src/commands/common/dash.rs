//! The name `-`.

use std::path::Path;

/// Whether the name stands for standard input.
#[must_use]
pub(crate) fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

//! The directories that were opened last.

use super::dir::Dir;
use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How many are held. Files that follow one another are mostly in the same directory, or in that of
/// their neighbours; and there are threads in the middle of some, and ahead.
const HELD: usize = 8;

/// Directories by their paths, of which the last ones are held open.
#[derive(Debug, Default)]
pub(crate) struct Dirs(Mutex<VecDeque<(PathBuf, Arc<Dir>)>>);

impl Dirs {
    /// The directory of that path: the one that is held, or else what `open` opens.
    pub(crate) fn get(
        &self,
        path: &Path,
        open: impl FnOnce() -> io::Result<Dir>,
    ) -> io::Result<Arc<Dir>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Compared as they are written: equal paths of other spellings are opened once more.
        let found = held.iter().find(|(other, _)| other.as_os_str() == path.as_os_str());
        if let Some((_, dir)) = found {
            return Ok(Arc::clone(dir));
        }
        let dir = Arc::new(open()?);
        held.truncate(HELD - 1);
        held.push_front((path.to_owned(), Arc::clone(&dir)));
        Ok(dir)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_the_last_ones_and_no_more() {
        let dirs = Dirs::default();
        let get = |path: &str| dirs.get(Path::new(path), || Dir::open(Path::new("/"))).unwrap();
        let first = get("0");
        assert!(Arc::ptr_eq(&first, &get("0")));
        for number in 1..=HELD {
            get(&number.to_string());
        }
        assert!(!Arc::ptr_eq(&first, &get("0")));
        assert_eq!(dirs.0.lock().unwrap().len(), HELD);
        assert!(dirs.get(Path::new("missing"), || Dir::open(Path::new("/missing"))).is_err());
    }
}

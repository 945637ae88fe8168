//! A cache of open directories.

use super::dir::Dir;
use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The number of directories held open. Successive files are mostly in the same or a neighbouring
/// directory, and several threads are at different files.
const HELD: usize = 8;

/// Directories by their paths. The most recent ones are held open.
#[derive(Debug, Default)]
pub(crate) struct Dirs(Mutex<VecDeque<(PathBuf, Arc<Dir>)>>);

impl Dirs {
    /// Returns the directory of that path: the one held open, or else the result of `open`.
    pub(crate) fn get(
        &self,
        path: &Path,
        open: impl FnOnce() -> io::Result<Dir>,
    ) -> io::Result<Arc<Dir>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Compare the spelling: another spelling of the same path is opened again.
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
    fn holds_only_the_most_recent_directories() {
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

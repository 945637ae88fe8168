//! The directories of an output tree: those of the inputs, made again below another directory.

use super::input::Root;
use crate::gzip::Error;
use crate::io::{Attributes, Dir, Dirs, FileId};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The output trees of a run. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trees(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Held open, by their paths. Apart from those that were opened by other ways, since those may
    /// have followed links.
    dirs: Dirs,
    made: Mutex<Vec<Made>>,
}

/// A directory that was made, and what it becomes once all is in it.
#[derive(Debug)]
struct Made {
    /// The directory that was there before, and the path from there.
    top: PathBuf,
    below: PathBuf,
    id: FileId,
    attributes: Attributes,
}

/// Whether directories that are missing are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    Make,
    /// They are on the disk when they are opened.
    MakeAndSync,
    Fail,
}

impl Trees {
    /// Opens the directory below `top` for the outputs of the files in `parent`, a directory below
    /// `root`. No link below `top` is followed, so nothing gets out of it.
    pub(super) fn open(
        &self,
        top: &Path,
        root: &Root,
        parent: &Path,
        missing: Missing,
    ) -> io::Result<Arc<Dir>> {
        let below = root.name().join(parent);
        self.0.dirs.get(&crate::io::below(top, &below), || {
            let dir = Dir::open(top)?;
            match dir.open_below(&below) {
                Err(error) if error.kind() == ErrorKind::NotFound && missing != Missing::Fail => {
                    self.make(dir, top, root, &below, missing)
                }
                opened => opened,
            }
        })
    }

    /// Makes those of the directories that are missing, each after its original below `root`.
    fn make(
        &self,
        mut dir: Dir,
        top: &Path,
        root: &Root,
        below: &Path,
        missing: Missing,
    ) -> io::Result<Dir> {
        let mut path = PathBuf::new();
        for name in below {
            path.push(name);
            let made = match dir.make(name) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
                made => made.map(|()| true)?,
            };
            let next = dir.open_below(Path::new(name))?;
            if made && missing == Missing::MakeAndSync {
                dir.sync(&next.to_file()?)?;
            }
            if made {
                self.note(top, root, &path, &next)?;
            }
            dir = next;
        }
        Ok(dir)
    }

    /// Notes a directory that was made.
    fn note(&self, top: &Path, root: &Root, below: &Path, dir: &Dir) -> io::Result<()> {
        let original = below.strip_prefix(root.name()).unwrap_or(below);
        let id = FileId::from(&dir.follow(".".as_ref())?);
        let (top, below) = (top.to_owned(), below.to_owned());
        let made = Made { top, below, id, attributes: root.attributes(original)? };
        self.0.made.lock().unwrap_or_else(PoisonError::into_inner).push(made);
        Ok(())
    }

    /// Gives the directories the modes, times and so on of their originals, which new files in them
    /// would change. Returns [`Error::Attributes`] for each where that fails.
    pub(crate) fn finish(&self) -> Vec<Error> {
        let made = std::mem::take(&mut *self.0.made.lock().unwrap_or_else(PoisonError::into_inner));
        // Those below others first: a mode can forbid to reach them.
        let finished = made.into_iter().rev().filter_map(|made| {
            let source = made.finish().err()?;
            Some(Error::Attributes { target: made.top.join(made.below), source })
        });
        finished.collect()
    }
}

impl Made {
    fn finish(&self) -> io::Result<()> {
        let file = Dir::open(&self.top)?.open_below(&self.below)?.to_file()?;
        let metadata = file.metadata()?;
        if FileId::from(&metadata) != self.id {
            return Err(io::Error::other("another directory took its place"));
        }
        self.attributes.apply(&file, (&metadata).into(), None)
    }
}

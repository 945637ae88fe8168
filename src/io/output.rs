//! An output that is asked for by its path, as `-o` does it.

use super::atomic_file::{AtomicFile, Existing};
use super::attributes::Attributes;
use super::blocking::Blocking;
use super::close::close;
use super::dir::Dir;
use super::outputs::Outputs;
use super::target::{Target, open_special};
use super::version::FileId;
use rustix::fs::{Mode, OFlags};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

/// An output under way.
#[derive(Debug)]
pub(crate) enum Output {
    /// What is no regular file is written to as it is.
    Stream(Blocking<File>),
    /// A file is made aside. Until it is in place, there is the one that was there before.
    File(AtomicFile, Option<Box<Before>>),
}

/// The file whose place an output takes.
#[derive(Debug)]
pub(crate) struct Before {
    dir: Arc<Dir>,
    name: OsString,
    attributes: Attributes,
}

impl Output {
    /// Begins the output at `path`; links are followed. Blocks while a FIFO has no reader.
    pub(crate) fn open(path: &Path, outputs: &Outputs) -> io::Result<Self> {
        let (dir, name) = match Target::of(path)? {
            Target::Stream(file) => return Ok(Self::Stream(Blocking::new(file))),
            Target::Special(dir, name) => {
                return Ok(Self::Stream(Blocking::new(open_special(&dir, &name)?)));
            }
            Target::Name(dir, name) => (dir, name),
        };
        let before = Before::look(&dir, &name)?;
        let mode = if before.is_some() { 0o600 } else { 0o666 };
        Ok(Self::File(AtomicFile::create(dir, name, mode, outputs)?, before.map(Box::new)))
    }

    /// The file that is there already, and would be overwritten.
    pub(crate) fn before(&self) -> Option<FileId> {
        match self {
            Self::File(_, Some(before)) => Some(FileId::from(&before.attributes.metadata)),
            _ => None,
        }
    }

    /// Puts the output in place. What it takes the place of leaves it its owner, mode and ACL; where
    /// this user may not give them, that file is written to instead.
    ///
    /// With [`Existing::Replace`] it fails with [`ErrorKind::AlreadyExists`] where the file in its
    /// place was made by this run.
    pub(crate) fn commit(self, existing: Existing, flush: bool) -> io::Result<()> {
        let (file, before) = match self {
            Self::Stream(stream) => return close(&stream),
            Self::File(file, before) => (file, before),
        };
        if let Some(before) = before.filter(|_| existing == Existing::Replace) {
            if !file.give_owner(&before.attributes) {
                return file.write_into(&before.open()?);
            }
            // Its time is that of now, and what cannot be set is left out.
            let _ = file.apply(&before.attributes, Some(SystemTime::now()));
        }
        file.commit(existing, flush)?.confirm()
    }
}

impl Before {
    fn look(dir: &Arc<Dir>, name: &OsStr) -> io::Result<Option<Self>> {
        // To learn what it is takes no right to read it.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = match dir.open_file(name, flags, Mode::empty()) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                dir.open_file(name, OFlags::WRONLY | OFlags::NOFOLLOW, Mode::empty())?
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let attributes = Attributes::of(&file, file.metadata()?);
        Ok(Some(Self { dir: Arc::clone(dir), name: name.to_owned(), attributes }))
    }

    /// Opens it to be overwritten.
    fn open(&self) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = self.dir.open_file(&self.name, flags, Mode::empty())?;
        if FileId::from(&file.metadata()?) == FileId::from(&self.attributes.metadata) {
            Ok(file)
        } else {
            Err(io::Error::other("another file took its place"))
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stream(stream) => stream.write(bytes),
            Self::File(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stream(stream) => stream.flush(),
            Self::File(file, _) => file.flush(),
        }
    }
}

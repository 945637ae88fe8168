//! An output given by its path, as with `-o`.

use super::atomic_file::{AtomicFile, Existing};
use super::attributes::Attributes;
use super::blocking::Blocking;
use super::close::close;
use super::dir::Dir;
use super::holes::Sparse;
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

/// An output being written.
#[derive(Debug)]
pub(crate) enum Output {
    /// A stream, device or FIFO, which is written to directly.
    Stream(Blocking<File>),
    /// A new file, and the existing file that it will replace once it is complete.
    File(AtomicFile, Option<Box<Before>>),
}

/// The existing file that an output replaces.
#[derive(Debug)]
pub(crate) struct Before {
    dir: Arc<Dir>,
    name: OsString,
    attributes: Attributes,
}

impl Output {
    /// Creates the output at `path`, following links. Blocks while a FIFO has no reader.
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

    /// Sets when zeros are written as holes, if it is a new file; see [`AtomicFile::make_holes`].
    pub(crate) fn make_holes(&mut self, sparse: Sparse) {
        if let Self::File(file, _) = self {
            file.make_holes(sparse);
        }
    }

    /// Returns the existing file that would be overwritten.
    pub(crate) fn before(&self) -> Option<FileId> {
        match self {
            Self::File(_, Some(before)) => Some(FileId::from(&before.attributes.metadata)),
            _ => None,
        }
    }

    /// Returns the new file, unless the output is a stream.
    pub(crate) fn file(&self) -> Option<&AtomicFile> {
        match self {
            Self::Stream(_) => None,
            Self::File(file, _) => Some(file),
        }
    }

    /// Puts the output in place, with the owner, mode and ACL of the file that it replaces. If this
    /// user may not set that owner, overwrites the existing file in place instead.
    ///
    /// With [`Existing::Replace`], fails with [`ErrorKind::AlreadyExists`] if this run made the
    /// existing file.
    pub(crate) fn commit(self, existing: Existing, flush: bool) -> io::Result<()> {
        let (mut file, before) = match self {
            Self::Stream(stream) => return close(&stream),
            Self::File(file, before) => (file, before),
        };
        file.flush()?;
        if let Some(before) = before.filter(|_| existing == Existing::Replace) {
            if !file.give_owner(&before.attributes) {
                return file.write_into(&before.open()?);
            }
            // Its time is the current time, and attributes that cannot be set are left out.
            let _ = file.apply(&before.attributes, Some(SystemTime::now()));
        }
        file.commit(existing, flush)?.confirm()
    }
}

impl Before {
    fn look(dir: &Arc<Dir>, name: &OsStr) -> io::Result<Option<Self>> {
        // A file that may not be read can still be opened for writing.
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

    /// Opens the file to overwrite it.
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

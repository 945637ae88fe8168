//! One file on its way into another: opened and checked once, put in place, and then removed.
//!
//! All that is done to a file by its name is done in a directory that is held open from the
//! beginning to the end. So nobody can have another file removed, or one made elsewhere, by changing
//! where a name on the way leads.

use super::file::{Action, Done, Options, Original, Outcome, Place, Stored};
use super::input::{Counted, Found, Input};
use super::{Existing, GzipError, Origin, Totals, header, suffix};
use crate::io::{
    AtomicFile, Attributes, Blocking, Dir, FileId, Placed, Target, Version, close, open_special,
};
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, BufReader, BufWriter, ErrorKind, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An input that is open and an output that is begun.
pub(super) struct Task {
    pub(super) input: Counted,
    pub(super) output: BufWriter<Destination>,
    pub(super) source: Source,
}

impl Task {
    pub(super) fn begin(input: &Input, options: &Options) -> Result<Self, GzipError> {
        let (file, source) = Source::open(input, options)?;
        let output = source.begin(options)?;
        let input = Counted::new(file, options);
        Ok(Self { input, output: BufWriter::new(output), source })
    }
}

/// What an output is made from.
pub(super) struct Source {
    dir: Arc<Dir>,
    name: OsString,
    /// As they were when it was opened.
    attributes: Attributes,
    pub(super) origin: Origin,
    /// What the output is called.
    target: PathBuf,
}

impl Source {
    fn open(input: &Input, options: &Options) -> Result<(File, Self), GzipError> {
        let Found { mut file, metadata, dir, name } = Found::open(input, options)?;
        let path = input.path();
        let origin = match options.action {
            _ if options.stored == Stored::default() => Origin::default(),
            Action::Compress => Origin::of(path, &metadata),
            Action::Decompress | Action::Test => stored(&mut file, &metadata)?,
        };
        let origin = origin.only(options.stored);
        let target = output_path(path, &origin, options)?;
        let attributes = Attributes::of(&file, metadata);
        Ok((file, Self { dir, name, attributes, origin, target }))
    }

    /// The input as it was when it was opened.
    pub(super) fn metadata(&self) -> &Metadata {
        &self.attributes.metadata
    }

    /// Where the output goes.
    fn target(&self, options: &Options) -> io::Result<Target> {
        let name = || self.target.file_name().unwrap_or_default().to_owned();
        match &options.place {
            Place::Beside => Ok(Target::Name(Arc::clone(&self.dir), name())),
            Place::In(directory) => {
                let dir = options.outputs.dirs().get(directory, || Dir::open(directory))?;
                Ok(Target::Name(dir, name()))
            }
            Place::At(path) => Target::of(path),
        }
    }

    /// Begins the output. Whether its name is free is found out early, to spare the work; the commit
    /// is what makes sure.
    fn begin(&self, options: &Options) -> Result<Destination, GzipError> {
        if options.action == Action::Test {
            return Ok(Destination::Nowhere);
        }
        let destination = match self.target(options).map_err(GzipError::Write)? {
            Target::Stream(file) => Destination::Stream(Blocking::new(file)),
            Target::Special(dir, name) => {
                let file = open_special(&dir, &name).map_err(GzipError::Write)?;
                Destination::Stream(Blocking::new(file))
            }
            Target::Name(dir, name) => {
                match dir.look(&name) {
                    Ok(stat) if FileId::from(&stat) == FileId::from(self.metadata()) => {
                        return Err(GzipError::SameFile);
                    }
                    Ok(_) if options.existing == Existing::Keep => {
                        return Err(GzipError::Exists(self.target.clone()));
                    }
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        return Err(GzipError::Write(error));
                    }
                    _ => {}
                }
                let file = AtomicFile::create(dir, name, 0o600, &options.outputs);
                Destination::File(file.map_err(GzipError::Write)?)
            }
        };
        Ok(destination)
    }

    /// Writes what is still in the buffer, puts the output in place and removes the input, each
    /// where that is asked for.
    pub(super) fn commit(
        self,
        output: BufWriter<Destination>,
        totals: Totals,
        options: &Options,
    ) -> Outcome {
        let mut warnings = Vec::new();
        let output = output.into_inner().map_err(|failed| GzipError::Write(failed.into_error()))?;
        let placed = match output {
            Destination::File(file) => Some(self.place(file, options, &mut warnings)?),
            Destination::Stream(stream) => {
                close(&stream).map_err(GzipError::Write)?;
                None
            }
            Destination::Nowhere => None,
        };
        let wanted = options.action != Action::Test && options.original == Original::Remove;
        let removed = match &placed {
            Some(placed) if wanted && !totals.trailing_garbage => {
                self.remove(placed, options)?;
                true
            }
            None if wanted => {
                warnings.push(GzipError::NotKept(self.target.clone()));
                false
            }
            _ => false,
        };
        let expected = self.metadata().len();
        if options.action == Action::Compress && totals.plain != expected && expected > 0 {
            warnings.push(GzipError::SizeChanged);
        }
        let Self { origin, target, .. } = self;
        Ok(Done { totals, target, origin, removed, warnings })
    }

    fn place(
        &self,
        file: AtomicFile,
        options: &Options,
        warnings: &mut Vec<GzipError>,
    ) -> Result<Placed, GzipError> {
        let restored = (options.action == Action::Decompress).then_some(&self.origin);
        let target = &self.target;
        // The file systems of cameras and of other systems do not know all of them.
        if let Err(source) = file.apply(&self.attributes, restored.and_then(Origin::modified)) {
            warnings.push(GzipError::Attributes { target: target.clone(), source });
        }
        let placed = file.commit(options.existing, options.synchronous);
        placed.map_err(|error| match (error.kind(), options.existing) {
            (ErrorKind::AlreadyExists, Existing::Keep) => GzipError::Exists(target.clone()),
            (ErrorKind::AlreadyExists, Existing::Replace) => {
                GzipError::AlreadyWritten(target.clone())
            }
            _ => GzipError::Write(error),
        })
    }

    /// Removes the input's name, if that still is the file that was read, nobody wrote to it, and
    /// the output's name leads to the output.
    fn remove(&self, placed: &Placed, options: &Options) -> Result<(), GzipError> {
        let name = &self.name;
        let now = if options.force { self.dir.follow(name) } else { self.dir.look(name) };
        if Version::from(&now.map_err(GzipError::Remove)?) != Version::from(self.metadata()) {
            return Err(GzipError::Changed);
        }
        placed.confirm().map_err(GzipError::Write)?;
        self.dir.remove(name).map_err(GzipError::Remove)
    }
}

/// What the header says; none where it is not gzip, which decoding will tell.
fn stored(file: &mut File, metadata: &Metadata) -> Result<Origin, GzipError> {
    if !metadata.is_file() {
        return Ok(Origin::default());
    }
    let header = header::read(BufReader::new(&*file));
    file.rewind().map_err(GzipError::Read)?;
    Ok(header.unwrap_or_default().origin)
}

/// The file that is where an input's output is to go, if there is one and it would be overwritten;
/// an error if nothing would be made of the input.
pub fn taken(input: &Input, options: &Options) -> Result<Option<PathBuf>, GzipError> {
    let (_, source) = Source::open(input, options)?;
    let taken = match source.target(options).map_err(GzipError::Write)? {
        Target::Name(dir, name) => dir.look(&name).is_ok(),
        Target::Stream(_) | Target::Special(..) => false,
    };
    Ok(taken.then_some(source.target))
}

/// The path of the output, which the input's name decides, and what the header stores if that is
/// asked for.
fn output_path(path: &Path, origin: &Origin, options: &Options) -> Result<PathBuf, GzipError> {
    if let Place::At(target) = &options.place {
        return Ok(target.clone());
    }
    let target = match options.action {
        Action::Compress if !options.force && suffix::of(path, &options.suffix).is_some() => {
            return Err(GzipError::HasSuffix);
        }
        Action::Compress => suffix::add(path, &options.suffix),
        Action::Decompress => suffix::strip(path, &options.suffix).ok_or(GzipError::NoSuffix)?,
        Action::Test => suffix::strip(path, &options.suffix).unwrap_or_else(|| path.to_owned()),
    };
    let target = match origin.file_name()? {
        Some(name) if options.action != Action::Compress => target.with_file_name(name),
        _ => target,
    };
    match (&options.place, target.file_name()) {
        (Place::In(directory), Some(name)) => Ok(directory.join(name)),
        _ => Ok(target),
    }
}

/// Where the plain or packed bytes go.
pub(super) enum Destination {
    File(AtomicFile),
    /// What is no regular file.
    Stream(Blocking<File>),
    Nowhere,
}

impl Destination {
    /// Whether what is written can be written over later, with [`write_at`](Self::write_at).
    pub(super) fn can_write_at(&self) -> bool {
        !matches!(self, Self::Stream(_))
    }

    /// Writes over bytes that were written before.
    pub(super) fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        match self {
            Self::File(file) => file.write_at(bytes, offset),
            Self::Stream(_) | Self::Nowhere => Ok(()),
        }
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Stream(stream) => stream.write(bytes),
            Self::Nowhere => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Stream(stream) => stream.flush(),
            Self::Nowhere => Ok(()),
        }
    }
}

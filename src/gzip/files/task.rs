//! One file on its way into another: opened and checked once, put in place, and then removed.
//!
//! Everything that is done to a file by its name is done in a directory that is held open from the
//! beginning to the end. So nobody can have another file removed, or one created elsewhere, by
//! changing where a name on the way leads.

use super::compressed::is_compressed;
use super::gzi_writer::GziWriter;
use super::input::{CountedInput, InputPath, OpenInput, Root, counted};
use super::options::{Action, FileOptions, OutputPath, Plan};
use super::report::{FileReport, FileResult};
use super::run::RunState;
use super::suffix;
use super::tree::Missing;
use super::verify::verify;
use crate::gzip::{Error, HeaderInfo, Totals, decode, gzi};
use crate::io::{
    AtomicFile, Attributes, Blocking, Dir, Existing, FileId, Placed, Target, Version, close,
    open_special,
};
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An input file that is open, and what becomes of it.
pub(in crate::gzip) struct InputFile {
    dir: Arc<Dir>,
    name: OsString,
    /// As they were when it was opened.
    attributes: Attributes,
    /// What the header stores or restores.
    pub(in crate::gzip) header_info: HeaderInfo,
    /// The output's path.
    target: PathBuf,
    /// Where it was found, if that was in a directory that is processed recursively.
    below: Option<(Arc<Root>, PathBuf)>,
}

impl InputFile {
    /// Opens an input and decides where its output goes. Of a file to decompress, the header is
    /// still to be [restored](Self::restore).
    pub(in crate::gzip) fn open(
        input: &InputPath,
        plan: &Plan<'_>,
    ) -> Result<(CountedInput, Self), Error> {
        let OpenInput { file, metadata, dir, name } = OpenInput::open(input, plan)?;
        let path = input.path();
        let header_info = match plan.action {
            Action::Compress => HeaderInfo::of(path, &metadata).filtered(plan.options),
            Action::Decompress | Action::Test => HeaderInfo::default(),
        };
        let skips = plan.action == Action::Compress && plan.options.skip_compressed;
        if skips && is_compressed(&file, metadata.len()).map_err(Error::Read)? {
            return Err(Error::AlreadyCompressed);
        }
        let target = output_path(input, plan)?;
        let below = input.below().map(|(root, parent)| (Arc::clone(root), parent.to_owned()));
        let attributes = Attributes::of(&file, metadata);
        let file_input = counted(file, plan.run);
        Ok((file_input, Self { dir, name, attributes, header_info, target, below }))
    }

    /// Takes what the options want from the header of a file to decompress.
    pub(in crate::gzip) fn restore(
        &mut self,
        found: HeaderInfo,
        options: &FileOptions,
    ) -> Result<(), Error> {
        self.header_info = found.filtered(options);
        if let (Some(name), false) =
            (self.header_info.file_name()?, matches!(options.output, OutputPath::File(_)))
        {
            self.target.set_file_name(name);
        }
        Ok(())
    }

    /// The input as it was when it was opened.
    pub(in crate::gzip) fn metadata(&self) -> &Metadata {
        &self.attributes.metadata
    }

    /// Where the output goes.
    fn target(&self, plan: &Plan<'_>, missing: Missing) -> io::Result<Target> {
        let name = || self.target.file_name().unwrap_or_default().to_owned();
        match &plan.options.output {
            OutputPath::NextToInput => Ok(Target::Name(Arc::clone(&self.dir), name())),
            OutputPath::Directory(directory) => {
                let dir = match &self.below {
                    Some((root, below)) => plan.run.trees.open(directory, root, below, missing),
                    None => plan.run.outputs.dirs().get(directory, || Dir::open(directory)),
                };
                Ok(Target::Name(dir?, name()))
            }
            OutputPath::File(path) => Target::of(path),
        }
    }

    /// The same, with the directories that are missing made.
    fn made_target(&self, plan: &Plan<'_>) -> io::Result<Target> {
        let sync = plan.options.sync;
        self.target(plan, if sync { Missing::MakeAndSync } else { Missing::Make })
    }

    /// Begins the output. An early check whether its name is free can spare the work; only the commit
    /// makes sure.
    pub(in crate::gzip) fn begin_output(
        &self,
        plan: &Plan<'_>,
    ) -> Result<BufWriter<Destination>, Error> {
        if plan.action == Action::Test {
            return Ok(BufWriter::new(Destination::Nowhere));
        }
        let options = plan.options;
        let destination = match self.made_target(plan).map_err(Error::Write)? {
            Target::Stream(_) | Target::Special(..) if options.verifies(plan.action) => {
                return Err(Error::Unverifiable(self.target.clone()));
            }
            Target::Stream(file) => Destination::Stream(Blocking::new(file)),
            Target::Special(dir, name) => {
                let file = open_special(&dir, &name).map_err(Error::Write)?;
                Destination::Stream(Blocking::new(file))
            }
            Target::Name(dir, name) => {
                self.check_free(&dir, &name, self.target.clone(), plan)?;
                let file = AtomicFile::create(dir, name, 0o600, &plan.run.outputs);
                let mut file = file.map_err(Error::Write)?;
                if plan.action == Action::Decompress {
                    file.make_holes(options.sparse);
                }
                Destination::File(file)
            }
        };
        Ok(BufWriter::new(destination))
    }

    /// Begins the index beside the output, if the options want one. As with the output, an early
    /// check can spare the work.
    pub(in crate::gzip) fn begin_block_index(
        &self,
        plan: &Plan<'_>,
    ) -> Result<Option<GziWriter>, Error> {
        if !plan.options.block_index {
            return Ok(None);
        }
        let target = self.made_target(plan).map_err(Error::Write)?;
        if let Target::Name(dir, name) = &target {
            self.check_free(dir, &gzi::name(name), self.block_index_path(), plan)?;
        }
        let index = GziWriter::beside(target, 0o600, &plan.run.outputs);
        index.map(Some).map_err(Error::Write)
    }

    fn block_index_path(&self) -> PathBuf {
        gzi::name(&self.target).into()
    }

    /// Fails if the name of an output, with this path, is the input's, or is taken and must not be
    /// overwritten.
    fn check_free(
        &self,
        dir: &Dir,
        name: &OsStr,
        path: PathBuf,
        plan: &Plan<'_>,
    ) -> Result<(), Error> {
        match dir.look(name) {
            Ok(stat) if FileId::from(&stat) == FileId::from(self.metadata()) => {
                Err(Error::SameFile)
            }
            Ok(_) if !plan.options.overwrite => Err(Error::Exists(path)),
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::Write(error)),
            _ => Ok(()),
        }
    }

    /// Writes what is still in the buffer, puts the output in place and removes the input, each only
    /// if the options want it.
    pub(in crate::gzip) fn commit(
        self,
        output: BufWriter<Destination>,
        totals: Totals,
        plan: &Plan<'_>,
    ) -> FileResult {
        self.commit_with_index(output, None, totals, plan)
    }

    /// [`commit`](Self::commit), with the index that belongs beside the output.
    pub(in crate::gzip) fn commit_with_index(
        self,
        output: BufWriter<Destination>,
        index: Option<GziWriter>,
        totals: Totals,
        plan: &Plan<'_>,
    ) -> FileResult {
        let mut warnings = Vec::new();
        let output = output.into_inner().map_err(|failed| Error::Write(failed.into_error()))?;
        let index = index.map(GziWriter::finish).transpose().map_err(Error::Write)?;
        let placed = match output {
            Destination::File(file) => {
                if plan.options.verifies(plan.action) {
                    verify(&file, &totals, plan.options.sync)?;
                }
                let placed = self.place(file, &self.target, plan, &mut warnings)?;
                if let Some(index) = index {
                    let index = self.place(index, &self.block_index_path(), plan, &mut warnings);
                    let index = index.map_err(|error| Error::Index(error.into()))?;
                    index.confirm().map_err(Error::Index)?;
                }
                Some(placed)
            }
            Destination::Stream(stream) => {
                close(&stream).map_err(Error::Write)?;
                None
            }
            Destination::Nowhere => None,
        };
        let wanted = plan.action != Action::Test && !plan.options.keep_input;
        let input_removed = match &placed {
            Some(placed) if wanted && !totals.trailing_garbage => {
                self.remove(placed, plan.options)?;
                true
            }
            None if wanted => {
                warnings.push(Error::NotKept(self.target.clone()));
                false
            }
            _ => false,
        };
        let expected = self.metadata().len();
        if plan.action == Action::Compress && totals.uncompressed != expected && expected > 0 {
            warnings.push(Error::SizeChanged);
        }
        let Self { header_info, target: output, .. } = self;
        Ok(FileReport { totals, output, input_removed, warnings, header_info })
    }

    fn place(
        &self,
        mut file: AtomicFile,
        target: &Path,
        plan: &Plan<'_>,
        warnings: &mut Vec<Error>,
    ) -> Result<Placed, Error> {
        // Before its time is set, which changes with its length.
        file.flush().map_err(Error::Write)?;
        let restored = (plan.action == Action::Decompress).then_some(&self.header_info);
        let target = || target.to_owned();
        // The file systems of cameras and of other systems do not have all of them.
        if let Err(source) = file.apply(&self.attributes, restored.and_then(HeaderInfo::modified)) {
            warnings.push(Error::Attributes { target: target(), source });
        }
        let existing = plan.options.existing();
        let placed = file.commit(existing, plan.options.sync);
        placed.map_err(|error| match (error.kind(), existing) {
            (ErrorKind::AlreadyExists, Existing::Keep) => Error::Exists(target()),
            (ErrorKind::AlreadyExists, Existing::Replace) => Error::AlreadyWritten(target()),
            _ => Error::Write(error),
        })
    }

    /// Removes the input's name, if it still is the file that was read, nobody wrote to it, and the
    /// output's name leads to the output.
    fn remove(&self, placed: &Placed, options: &FileOptions) -> Result<(), Error> {
        let name = &self.name;
        let now = if options.force { self.dir.follow(name) } else { self.dir.look(name) };
        if Version::from(&now.map_err(Error::Remove)?) != Version::from(self.metadata()) {
            return Err(Error::Changed);
        }
        placed.confirm().map_err(Error::Write)?;
        self.dir.remove(name).map_err(Error::Remove)
    }
}

/// The file that would be overwritten by an input's output, if there is one; an error if the input
/// cannot be processed.
pub(crate) fn taken(
    action: Action,
    input: &InputPath,
    options: &FileOptions,
    run: &RunState,
) -> Result<Option<PathBuf>, Error> {
    let plan = &Plan::new(action, options, run)?;
    let (bytes, mut file) = InputFile::open(input, plan)?;
    if action != Action::Compress && options.stores() {
        file.restore(decode::Opened::new(bytes).header_info(), options)?;
    }
    Ok(match file.target(plan, Missing::Fail) {
        Ok(Target::Name(dir, name)) if dir.look(&name).is_ok() => Some(file.target),
        Ok(Target::Name(dir, name))
            if options.block_index && dir.look(&gzi::name(&name)).is_ok() =>
        {
            Some(file.block_index_path())
        }
        Ok(Target::Name(..) | Target::Stream(_) | Target::Special(..)) => None,
        // Nothing can be in a directory that is still to be made.
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(Error::Write(error)),
    })
}

/// Returns the output's path, which follows from the input's name.
fn output_path(input: &InputPath, plan: &Plan<'_>) -> Result<PathBuf, Error> {
    let path = input.path();
    let FileOptions { output, suffix, force, .. } = plan.options;
    if let OutputPath::File(target) = output {
        return Ok(target.clone());
    }
    let target = match plan.action {
        Action::Compress if !force && suffix::of(path, suffix).is_some() => {
            return Err(Error::HasSuffix);
        }
        Action::Compress => suffix::add(path, suffix),
        Action::Decompress => suffix::strip(path, suffix).ok_or(Error::NoSuffix)?,
        Action::Test => suffix::strip(path, suffix).unwrap_or_else(|| path.to_owned()),
    };
    match (output, target.file_name()) {
        (OutputPath::Directory(directory), Some(name)) => Ok(match input.below() {
            Some((root, parent)) => directory.join(root.name()).join(parent).join(name),
            None => directory.join(name),
        }),
        _ => Ok(target),
    }
}

/// Where the output goes.
pub(in crate::gzip) enum Destination {
    File(AtomicFile),
    /// Anything that is not a regular file.
    Stream(Blocking<File>),
    Nowhere,
}

impl Destination {
    /// Whether written bytes can be overwritten later, with [`write_at`](Self::write_at).
    pub(in crate::gzip) fn can_write_at(&self) -> bool {
        !matches!(self, Self::Stream(_))
    }

    /// Overwrites bytes that were written before.
    pub(in crate::gzip) fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
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

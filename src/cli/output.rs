//! Where a command's result goes: standard output, or a file that is whole or not there.

use super::{signals, stdio};
use crate::gzip::Unfinished;
use crate::gzip::place::{Existing, Output};
use crate::io::Blocking;
use anyhow::Context;
use rustix::fs::Mode;
use rustix::process::umask;
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Bytes written at a time.
const BUFFER: usize = 128 * 1024;

/// An output under way. It is buffered, so flush it.
#[derive(Debug)]
pub enum Sink {
    /// Standard output, or what is no regular file, such as a terminal or a pipe.
    Direct(BufWriter<Blocking<File>>, PathBuf),
    /// A file written aside. Until it is placed, there is the one that was there before.
    Aside(BufWriter<Output>, PathBuf, Permissions),
}

impl Sink {
    /// Begins the output at `path`, or on standard output.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else {
            let name = PathBuf::from("standard output");
            let file = stdio::output().with_context(|| name.display().to_string())?;
            return Ok(Self::Direct(BufWriter::with_capacity(BUFFER, file), name));
        };
        Self::to_file(path).with_context(|| super::message::Name(path).to_string())
    }

    fn to_file(path: &Path) -> io::Result<Self> {
        // What a link points to is replaced, not the link.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let permissions = match fs::metadata(&target) {
            Ok(metadata) if metadata.is_file() => metadata.permissions(),
            Ok(_) => {
                let file = Blocking::new(File::options().write(true).open(&target)?);
                return Ok(Self::Direct(BufWriter::with_capacity(BUFFER, file), path.to_owned()));
            }
            Err(_) => fresh_permissions(),
        };
        let output = Output::create(&target, &unfinished()?)?;
        Ok(Self::Aside(BufWriter::with_capacity(BUFFER, output), path.to_owned(), permissions))
    }

    /// What to call it in an error.
    #[must_use]
    pub fn name(&self) -> String {
        let (Self::Direct(_, name) | Self::Aside(_, name, _)) = self;
        super::message::Name(name).to_string()
    }

    /// Puts the output in its place.
    pub fn place(self) -> anyhow::Result<()> {
        let name = self.name();
        let placed = match self {
            Self::Direct(mut output, _) => output.flush(),
            Self::Aside(output, _, permissions) => {
                output.into_inner().map_err(io::IntoInnerError::into_error).and_then(|output| {
                    output.set_permissions(permissions)?;
                    output.commit(Existing::Replace, false)
                })
            }
        };
        placed.context(name)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Direct(output, _) => output.write(bytes),
            Self::Aside(output, ..) => output.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Direct(output, _) => output.flush(),
            Self::Aside(output, ..) => output.flush(),
        }
    }
}

/// The files under way of all outputs, which a signal removes together before it kills.
fn unfinished() -> io::Result<Unfinished> {
    static ALL: OnceLock<Unfinished> = OnceLock::new();
    if let Some(all) = ALL.get() {
        return Ok(all.clone());
    }
    let all = Unfinished::default();
    signals::clean_up_on_signals(&all)?;
    Ok(ALL.get_or_init(|| all).clone())
}

/// What is allowed with a new file.
///
/// The mask can only be read by setting it, so this must not run beside threads that make files.
pub(super) fn fresh_permissions() -> Permissions {
    let mask = umask(Mode::empty());
    umask(mask);
    Permissions::from_mode(0o666 & !mask.bits())
}

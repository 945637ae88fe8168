//! Fresh directories.

use super::{Ran, Running, as_gzip, command, program, shell, with_gzip};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A fresh directory, removed when dropped.
pub(crate) struct Dir(TempDir);

impl Dir {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A directory with files of these names and contents.
    pub(crate) fn with_files(files: &[(&str, &[u8])]) -> Self {
        let dir = Self::new();
        for (name, bytes) in files {
            dir.write(name, bytes);
        }
        dir
    }

    /// A directory in which a shell line has been run, with the installed gzip.
    #[track_caller]
    pub(crate) fn with(line: &str) -> Self {
        let dir = Self::new();
        dir.installed(line).assert_fine();
        dir
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.root().join(name.as_ref())
    }

    pub(crate) fn write(&self, name: impl AsRef<OsStr>, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    #[track_caller]
    pub(crate) fn read(&self, name: impl AsRef<OsStr>) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// The names of all that is in it, sorted, separated by blanks.
    pub(crate) fn list(&self) -> String {
        let entries = fs::read_dir(self.root()).unwrap();
        let mut names: Vec<OsString> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names.join(OsStr::new(" ")).to_string_lossy().into_owned()
    }

    /// One of this package's commands, to be run in it.
    pub(crate) fn command(&self, name: &str, arguments: &str) -> Command {
        let mut command = command(name, arguments);
        command.current_dir(self.root());
        command
    }

    /// The same, without root's right to read a file that nobody may read, such as `secret`.
    pub(crate) fn unprivileged(&self, name: &str, arguments: &str, secret: &str) -> Command {
        let command = self.command(name, arguments);
        if File::open(self.path(secret)).is_err() {
            return command;
        }
        let mut without = program("setpriv", &[]);
        without.args(["--bounding-set=-all", "--inh-caps=-all", "--"]);
        without.arg(command.get_program()).args(command.get_args()).current_dir(self.root());
        without
    }

    /// A shell script, to be run in it.
    pub(crate) fn shell(&self, script: &str) -> Command {
        let mut shell = shell(script);
        shell.current_dir(self.root());
        shell
    }

    /// A shell script in which `gzip` and the like are `pgz`, to be run in it.
    pub(crate) fn as_gzip(&self, script: &str) -> Command {
        let mut shell = as_gzip(script);
        shell.current_dir(self.root());
        shell
    }

    /// Runs a shell line in it, in which `gzip` and the like are `pgz`.
    pub(crate) fn run(&self, line: &str) -> Ran {
        Running::start(self.as_gzip(line).stdout(Stdio::piped())).finish(b"")
    }

    /// Runs a shell line in it, in which `gzip` and the like are those that are installed.
    pub(crate) fn installed(&self, line: &str) -> Ran {
        let mut shell = with_gzip(line);
        Running::start(shell.current_dir(self.root()).stdout(Stdio::piped())).finish(b"")
    }

    /// Runs a line with system calls that fail, as in `--inject`'s argument of strace, only those
    /// on the path where there is one; `None` where there is no strace that may do so.
    pub(crate) fn run_with_faults(
        &self,
        faults: &str,
        path: Option<&str>,
        line: &str,
    ) -> Option<Ran> {
        let path = path.map(|path| format!("-P \"$PWD/{path}\"")).unwrap_or_default();
        let strace = format!("strace -f -qq -o /dev/null {path} -e inject={faults}");
        if self.run(&format!("{strace} true")).code != Some(0) {
            eprintln!("skipped: strace cannot make calls fail here");
            return None;
        }
        Some(self.run(&format!("exec {strace} {line}")))
    }
}

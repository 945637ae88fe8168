//! Fresh directories, and shell lines run in them.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

/// Which commands the names `gzip`, `gunzip` and `zcat` stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tools {
    /// `pgz`, through links of those names.
    Ours,
    /// Those that are installed.
    Installed,
}

/// A directory that is removed at the end.
pub(crate) struct Dir(TempDir);

/// How a shell line ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Nothing was said and nothing went wrong.
    #[track_caller]
    pub(crate) fn silent(&self) {
        assert_eq!((self.code, &*self.out, &*self.err), (Some(0), "", ""));
    }

    #[track_caller]
    pub(crate) fn says(&self, code: i32, err: &str) {
        assert_eq!((self.code, &*self.err), (Some(code), err), "{}", self.out);
    }
}

/// Links to the commands under test, to `pgz` by gzip's names, too.
fn links() -> &'static Path {
    static LINKS: OnceLock<PathBuf> = OnceLock::new();
    LINKS.get_or_init(|| {
        let built = Path::new(env!("CARGO_BIN_EXE_pgz"));
        // In the build's own directory, where it is found again by the next run.
        let links =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("links-{}", std::process::id()));
        fs::create_dir_all(&links).unwrap();
        let tally = Path::new(env!("CARGO_BIN_EXE_wc-race"));
        let names = ["pgz", "gzip", "gunzip", "zcat"].map(|name| (name, built));
        for (name, command) in names.into_iter().chain([("wc-race", tally)]) {
            let link = links.join(name);
            let _ = fs::remove_file(&link);
            symlink(command, link).unwrap();
        }
        links
    })
}

fn path(tools: Tools) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let ours = (tools == Tools::Ours).then(|| links().to_owned());
    env::join_paths(ours.into_iter().chain(env::split_paths(&path))).unwrap()
}

impl Dir {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A directory in which a line has been run, with the installed tools.
    pub(crate) fn with(line: &str) -> Self {
        let dir = Self::new();
        let ran = dir.run_with(Tools::Installed, line);
        assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{line}");
        dir
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A shell that is to run a line here.
    pub(crate) fn shell(&self, tools: Tools, line: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).current_dir(self.path()).stdin(Stdio::null());
        shell.env("PATH", path(tools)).env("LC_ALL", "C").env("TZ", "UTC").env_remove("GZIP");
        shell
    }

    pub(crate) fn run_with(&self, tools: Tools, line: &str) -> Ran {
        let output = self.shell(tools, line).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs a line with the command under test as `pgz`, `gzip`, `gunzip` and `zcat`.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_with(Tools::Ours, line)
    }

    /// The names here, sorted.
    pub(crate) fn list(&self) -> String {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names.join(" ")
    }
}

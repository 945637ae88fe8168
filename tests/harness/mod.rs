//! What every suite needs to try the commands: fresh directories, commands that cannot hang, and
//! generated input.
#![allow(dead_code, reason = "no suite uses all of it")]

mod dir;
mod noise;
mod running;

pub(crate) use dir::Dir;
pub(crate) use noise::noise;
use rexpect::session::{PtySession, spawn_command};
pub(crate) use running::{LIMIT, Ran, Running};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{env, process};

/// The directory of this package's commands.
fn binaries() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_pgz")).parent().unwrap()
}

/// A program that finds `directories` first on its path, and nothing in its environment that would
/// change what the commands do.
fn program(program: impl AsRef<OsStr>, directories: &[&Path]) -> Command {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories = directories.iter().map(|&directory| directory.to_owned());
    let path = env::join_paths(directories.chain(env::split_paths(&path))).unwrap();
    let mut command = Command::new(program);
    command.env("PATH", path).env("LC_ALL", "C").env("TZ", "UTC");
    command.env_remove("GZIP").env_remove("NO_COLOR");
    command
}

/// One of this package's commands, with its arguments in one string.
pub(crate) fn command(name: &str, arguments: &str) -> Command {
    let mut command = program(binaries().join(name), &[]);
    command.args(arguments.split_whitespace());
    command
}

/// A shell script that finds this package's commands by their names.
pub(crate) fn shell(script: &str) -> Command {
    let mut shell = program("sh", &[binaries()]);
    shell.args(["-c", script]);
    shell
}

/// A shell script in which `gzip`, `gunzip`, `zcat` and the like are `pgz`.
pub(crate) fn as_gzip(script: &str) -> Command {
    let mut shell = program("sh", &[links(), binaries()]);
    shell.args(["-c", script]).stdin(Stdio::null());
    shell
}

/// A shell script in which `gzip` and the like are those that are installed.
pub(crate) fn with_gzip(script: &str) -> Command {
    let mut shell = program("sh", &[]);
    shell.args(["-c", script]).stdin(Stdio::null());
    shell
}

/// A directory of links to `pgz` by gzip's names, in the build's own directory.
fn links() -> &'static Path {
    static LINKS: OnceLock<PathBuf> = OnceLock::new();
    LINKS.get_or_init(|| {
        let links = Path::new(env!("CARGO_TARGET_TMPDIR")).join("links");
        fs::create_dir_all(&links).unwrap();
        for name in ["gzip", "gunzip", "zcat", "unpigz", "uncompress", "gzcat"] {
            // Another run of the tests may be using it.
            let fresh = links.join(format!("{name}-{}", process::id()));
            symlink(env!("CARGO_BIN_EXE_pgz"), &fresh).unwrap();
            fs::rename(fresh, links.join(name)).unwrap();
        }
        links
    })
}

/// A command in a terminal of its own.
pub(crate) fn terminal(command: Command) -> PtySession {
    let limit = LIMIT.as_millis().try_into().unwrap();
    spawn_command(command, Some(limit)).unwrap()
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Ran {
    Running::start(command.stdin(Stdio::piped()).stdout(Stdio::piped())).finish(input)
}

/// A name that is not UTF-8.
pub(crate) fn odd_name(suffix: &str) -> OsString {
    OsString::from_vec([b"caf\xE9 ", suffix.as_bytes()].concat())
}

/// A command of this package that the system lets start no thread.
///
/// The limit counts a user's processes and does not hold for root, so that root becomes another
/// user, who must be able to reach the command and the files: it is copied into the directory, and
/// all there is opened to everybody.
pub(crate) fn single_threaded(dir: &Dir, name: &str, arguments: &str) -> Command {
    with_threads(dir, 1, name, arguments)
}

/// The same, with at most so many threads, its first included.
pub(crate) fn with_threads(dir: &Dir, most: usize, name: &str, arguments: &str) -> Command {
    let copy = dir.path(name);
    if !copy.exists() {
        // By another process: a program that is open for writing cannot be run, and the processes that
        // other tests start meanwhile would inherit what this one has open.
        let copied = program("cp", &[]).arg(binaries().join(name)).arg(&copy).status().unwrap();
        assert!(copied.success());
    }
    fs::set_permissions(dir.root(), Permissions::from_mode(0o777)).unwrap();
    for entry in fs::read_dir(dir.root()).unwrap() {
        fs::set_permissions(entry.unwrap().path(), Permissions::from_mode(0o777)).unwrap();
    }
    let mut command = program("prlimit", &[]);
    if rustix::process::geteuid().is_root() {
        command = program("setpriv", &[]);
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "prlimit"]);
    }
    command.arg(format!("--nproc={most}")).arg(copy).args(arguments.split_whitespace());
    command.current_dir(dir.root());
    command
}

/// What takes half a second a megabyte to compress with `--ultra`: it has a match everywhere.
pub(crate) fn slow_to_compress(seed: u64, count: usize) -> Vec<u8> {
    noise(seed, count).into_iter().map(|byte| b'a' + byte % 2).collect()
}

/// Words that compress about as text does, the same for the same seed.
pub(crate) fn text(seed: u64, count: usize) -> Vec<u8> {
    let phrase = b"do not communicate by sharing memory; share memory by communicating\n";
    let starts = noise(seed, count / 3 + 1).into_iter().map(|byte| usize::from(byte) % 64);
    let text: Vec<u8> = starts.flat_map(|start| &phrase[start..start + 4]).copied().collect();
    text[..count].to_vec()
}

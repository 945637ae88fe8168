//! A fresh directory, and commands that cannot hang.

use rexpect::session::{PtySession, spawn_command};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// No command here takes nearly as long, on however busy a machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Where this package's commands are.
fn binaries() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_pgz")).parent().unwrap()
}

/// One of this package's commands, with its arguments in one string.
pub(crate) fn command(name: &str, arguments: &str) -> Command {
    let mut command = Command::new(binaries().join(name));
    command.args(arguments.split_whitespace());
    command
}

/// A shell script that finds this package's commands by their names.
pub(crate) fn shell(script: &str) -> Command {
    let mut path = binaries().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = Command::new("sh");
    command.args(["-c", script]).env("PATH", path);
    command
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

/// How a command ended, and what it wrote.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
    pub(crate) took: Duration,
}

impl Ran {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }

    /// Fails unless it exited with 0 and said nothing on standard error.
    #[track_caller]
    pub(crate) fn assert_fine(&self) {
        assert_eq!((self.code, &*self.err), (Some(0), ""));
    }

    /// Fails unless it exited with 1 after exactly one line on standard error, which begins so.
    #[track_caller]
    pub(crate) fn assert_one_complaint(&self, beginning: &str) {
        assert_eq!(self.code, Some(1), "{}", self.err);
        assert!(self.err.starts_with(beginning), "{}", self.err);
        assert_eq!(self.err.lines().count(), 1, "{}", self.err);
    }
}

/// A process under way, in a group of its own. Dropped, it is killed with all that it started.
pub(crate) struct Running {
    child: Child,
    started: Instant,
}

impl Running {
    /// Starts it. Its standard error can be had from `finish`; the rest is the caller's to set.
    pub(crate) fn start(command: &mut Command) -> Self {
        let started = Instant::now();
        let child = command.stderr(Stdio::piped()).process_group(0).spawn().unwrap();
        Self { child, started }
    }

    /// Starts it with pipes at both ends, and returns those.
    pub(crate) fn piped(command: &mut Command) -> (Self, ChildStdin, ChildStdout) {
        let mut running = Self::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
        let (stdin, stdout) = (running.child.stdin.take(), running.child.stdout.take());
        (running, stdin.unwrap(), stdout.unwrap())
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Writes `input` and reads what comes out, as far as these are pipes and still here, and
    /// waits for the end.
    pub(crate) fn finish(mut self, input: &[u8]) -> Ran {
        let (stdin, stdout, stderr) =
            (self.child.stdin.take(), self.child.stdout.take(), self.child.stderr.take());
        thread::scope(|scope| {
            scope.spawn(move || {
                // It may end without reading it all.
                let _ = stdin.map(|mut stdin| stdin.write_all(input));
            });
            let out = scope.spawn(|| stdout.map_or_else(Vec::new, read_all));
            let err = scope.spawn(|| stderr.map_or_else(Vec::new, read_all));
            let status = self.wait();
            let took = self.started.elapsed();
            let (out, err) = (out.join().unwrap(), String::from_utf8(err.join().unwrap()).unwrap());
            Ran { code: status.code(), signal: status.signal(), out, err, took }
        })
    }

    fn wait(&mut self) -> ExitStatus {
        while self.started.elapsed() < LIMIT {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            thread::sleep(Duration::from_millis(1));
        }
        self.kill();
        panic!("{:?} does not end", self.child);
    }

    fn kill(&mut self) {
        if !self.has_ended() {
            let _ = kill_process_group(self.pid(), Signal::KILL);
            self.child.wait().unwrap();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

fn read_all(mut from: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).unwrap();
    bytes
}

/// A fresh directory, removed when dropped.
pub(crate) struct Dir(TempDir);

impl Dir {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A directory with files of these names and contents.
    pub(crate) fn with(files: &[(&str, &[u8])]) -> Self {
        let dir = Self::new();
        for (name, bytes) in files {
            dir.write(name, bytes);
        }
        dir
    }

    pub(crate) fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.0.path().join(name.as_ref())
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
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<OsString> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names.join(OsStr::new(" ")).to_string_lossy().into_owned()
    }

    /// One of this package's commands, to be run in it.
    pub(crate) fn command(&self, name: &str, arguments: &str) -> Command {
        let mut command = command(name, arguments);
        command.current_dir(self.0.path());
        command
    }

    /// The same, without root's right to read a file that nobody may read, such as `secret`.
    pub(crate) fn unprivileged(&self, name: &str, arguments: &str, secret: &str) -> Command {
        let command = self.command(name, arguments);
        if File::open(self.path(secret)).is_err() {
            return command;
        }
        let mut without = Command::new("setpriv");
        without.args(["--bounding-set=-all", "--inh-caps=-all", "--"]);
        without.arg(command.get_program()).args(command.get_args()).current_dir(self.0.path());
        without
    }

    /// A shell script, to be run in it.
    pub(crate) fn shell(&self, script: &str) -> Command {
        let mut shell = shell(script);
        shell.current_dir(self.0.path());
        shell
    }

    /// Runs one of this package's commands in it.
    pub(crate) fn run(&self, name: &str, arguments: &str) -> Ran {
        run(&mut self.command(name, arguments), b"")
    }
}

/// Bytes of every value, the same for the same seed (`SplitMix64`).
pub(crate) fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed;
    let words = std::iter::repeat_with(|| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    });
    words.flat_map(u64::to_le_bytes).take(count).collect()
}

/// Words that compress about as text does, the same for the same seed.
pub(crate) fn text(seed: u64, count: usize) -> Vec<u8> {
    let phrase = b"do not communicate by sharing memory; share memory by communicating\n";
    let starts = noise(seed, count / 3 + 1).into_iter().map(|byte| usize::from(byte) % 64);
    let text: Vec<u8> = starts.flat_map(|start| &phrase[start..start + 4]).copied().collect();
    text[..count].to_vec()
}

/// A name that is not UTF-8.
pub(crate) fn odd_name(suffix: &str) -> OsString {
    OsString::from_vec([b"caf\xE9 ", suffix.as_bytes()].concat())
}

/// A command of this package that the system lets start no thread.
///
/// The limit counts a user's processes and does not hold for root, so that root becomes another
/// user, who must be able to reach the command: it is copied into a directory.
pub(crate) fn single_threaded(dir: &Dir, name: &str, arguments: &str) -> Command {
    let program = dir.path(name);
    if !program.exists() {
        fs::copy(binaries().join(name), &program).unwrap();
        fs::set_permissions(dir.0.path(), Permissions::from_mode(0o777)).unwrap();
    }
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "prlimit"]);
        command
    } else {
        Command::new("prlimit")
    };
    command.arg("--nproc=1").arg(program).args(arguments.split_whitespace());
    command.current_dir(dir.0.path());
    command
}

//! Commands that cannot hang, and how they ended.

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A command that runs longer hangs. None takes nearly as long, on however busy a machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(180);

/// How a command ended, and what it wrote.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
    pub(crate) took: Duration,
}

/// They are the same if they ended the same, however long they took.
impl PartialEq for Ran {
    fn eq(&self, other: &Self) -> bool {
        let end = |ran: &Self| (ran.code, ran.signal);
        end(self) == end(other) && self.out == other.out && self.err == other.err
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }

    /// What it wrote on standard error, without the warning of a benchmark that the machine is busy.
    pub(crate) fn complaints(&self) -> String {
        let lines = self.err.split_inclusive('\n');
        lines.filter(|line| !line.starts_with("lockdemo: this machine is busy (")).collect()
    }

    /// Fails unless it exited with 0 and said nothing on standard error.
    #[track_caller]
    pub(crate) fn assert_fine(&self) {
        assert_eq!((self.code, &*self.err), (Some(0), ""));
    }

    /// Fails unless it exited with 0 and wrote nothing.
    #[track_caller]
    pub(crate) fn silent(&self) {
        assert_eq!((self.code, self.text(), &*self.err), (Some(0), "", ""));
    }

    /// Fails unless it exited with this code after exactly this on standard error.
    #[track_caller]
    pub(crate) fn says(&self, code: i32, err: &str) {
        assert_eq!((self.code, &*self.err), (Some(code), err), "{self:?}");
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

    /// Sends it a signal, which does no harm if it has ended.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits until it has the file open.
    pub(crate) fn wait_until_open(&mut self, file: &Path) {
        let file = file.canonicalize().unwrap();
        let open = format!("/proc/{}/fd", self.pid().as_raw_nonzero());
        loop {
            let files = fs::read_dir(&open).into_iter().flatten();
            let mut files = files.filter_map(|open| fs::read_link(open.ok()?.path()).ok());
            if files.any(|open| open == file) {
                return;
            }
            assert!(!self.has_ended(), "it ended before it opened {}", file.display());
            assert!(self.started.elapsed() < LIMIT, "it does not open {}", file.display());
            thread::sleep(Duration::from_millis(1));
        }
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
            let (out, err) = (out.join().unwrap(), err.join().unwrap());
            let err = String::from_utf8(err).unwrap();
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

//! A line on standard error that shows the progress of a long run.

use super::size::show;
use super::{message, terminal};
use crate::sync::stop::{self, Stopper};
use clap::{Args, ValueEnum};
use nix::sys::signal::{SigSet, Signal};
use std::io::{self, IsTerminal};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The option `--progress`, shared by the commands.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct ProgressArgs {
    /// Show progress on standard error
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_short_help = true)]
    pub progress: When,
}

/// When to show progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// After a second, if standard error is a terminal and nobody is typing the input
    #[default]
    Auto,
    /// From the start, to a terminal or not
    Always,
    /// Never
    Never,
}

impl When {
    /// Returns when to show progress while these inputs are read: `Auto` becomes `Never` if one is a
    /// terminal, where the line would overwrite what is being typed.
    #[must_use]
    pub(crate) fn beside<'a>(self, inputs: impl IntoIterator<Item = &'a Path>) -> Self {
        let typed = |input: &Path| match input.to_str() {
            Some("-") => io::stdin().is_terminal(),
            _ => input.metadata().is_ok_and(|metadata| metadata.file_type().is_char_device()),
        };
        if self == Self::Auto && inputs.into_iter().any(typed) { Self::Never } else { self }
    }

    /// Returns how long to show nothing; `None` for good.
    fn delay(self) -> Option<Duration> {
        match self {
            Self::Always => Some(Duration::ZERO),
            Self::Auto if io::stderr().is_terminal() && terminal::can_draw() => Some(DELAY),
            Self::Auto | Self::Never => None,
        }
    }
}

const PERIOD: Duration = Duration::from_millis(200);
const DELAY: Duration = Duration::from_secs(1);
/// Between lines that stay, on a terminal that cannot go back.
const LINE_PERIOD: Duration = Duration::from_secs(5);

/// A line of progress that is being shown. Dropping it wipes it off the terminal.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    stopper: Option<Stopper>,
    drawing: Option<JoinHandle<()>>,
}

impl ProgressLine {
    /// Shows `done` five times a second, or on a dumb terminal in a new line every five seconds, and its
    /// relation to `total` where that is known; both are bytes. `total` is not called unless a line will
    /// be shown. Shows nothing where the system starts no thread.
    pub(crate) fn start(
        when: When,
        total: impl FnOnce() -> Option<u64>,
        done: impl Fn() -> u64 + Send + 'static,
    ) -> Self {
        let Some(delay) = when.delay() else { return Self { stopper: None, drawing: None } };
        let (stopper, stop) = stop::signal();
        let (start, total) = (Instant::now(), total());
        let draw = move || {
            // The terminal may go to another job between checking for that and writing. With this
            // signal blocked, such a write does not stop the process.
            let _ = SigSet::from(Signal::SIGTTOU).thread_block();
            let dumb = terminal::is_dumb();
            let (mut next, period) = (delay, if dumb { LINE_PERIOD } else { PERIOD });
            while !stop.wait_for(next) {
                let progress = Progress { done: done(), total, elapsed: start.elapsed() };
                if dumb {
                    message::print(&format!("{}\n", progress.fit(usize::MAX)));
                } else {
                    draw(&progress);
                }
                next = period;
            }
            message::wipe();
        };
        let drawing = thread::Builder::new().spawn(draw).ok();
        Self { stopper: Some(stopper), drawing }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        drop(self.stopper.take());
        if let Some(drawing) = self.drawing.take() {
            // Should it have panicked, the command's work is not affected.
            let _ = drawing.join();
        }
    }
}

/// Draws the line again, no wider than the terminal; not while another job is in the foreground.
fn draw(progress: &Progress) {
    let width = terminal::width_of(io::stderr()).map_or(usize::MAX, |width| width - 1);
    if !terminal::is_background(io::stderr()) {
        message::draw(&progress.fit(width));
    }
}

/// How far the work is.
struct Progress {
    done: u64,
    total: Option<u64>,
    elapsed: Duration,
}

impl Progress {
    /// Returns the longest wording that fits; the remaining time is the last to be left out. It is
    /// ASCII, so that bytes are columns.
    fn fit(&self, width: usize) -> String {
        let per_second = u128::from(self.done) * 1000 / self.elapsed.as_millis().max(1);
        let per_second = u64::try_from(per_second).unwrap_or(u64::MAX);
        let done = show(self.done);
        let rate = format!("{}/s", show(per_second));
        let wordings = match self.total.filter(|&total| total > 0 && self.done <= total) {
            None => vec![format!("{done}, {rate}"), done],
            // Nobody knows yet how long it takes.
            Some(total) if self.done == 0 => vec![format!("{done} of {}", show(total)), done],
            Some(total) => {
                let percent = u128::from(self.done) * 100 / u128::from(total);
                let left = (total - self.done).checked_div(per_second).unwrap_or(0);
                let of = format!("{done} of {}", show(total));
                vec![
                    format!("{of}, {percent}%, {rate}, {left} s left"),
                    format!("{of}, {percent}%, {left} s left"),
                    format!("{percent}%, {left} s left"),
                    format!("{left} s left"),
                    format!("{percent}%"),
                ]
            }
        };
        wordings.into_iter().find(|wording| wording.len() <= width).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(done: u64, total: Option<u64>, elapsed: Duration, width: usize) -> String {
        Progress { done, total, elapsed }.fit(width)
    }

    #[test]
    fn shows_what_is_known() {
        let two_seconds = Duration::from_secs(2);
        for (done, total, expected) in [
            (0, None, "0 B, 0 B/s"),
            (0, Some(0), "0 B, 0 B/s"),
            (0, Some(16_000_000), "0 B of 16.0 MB"),
            (4_000_000, None, "4.00 MB, 2.00 MB/s"),
            (4_000_000, Some(16_000_000), "4.00 MB of 16.0 MB, 25%, 2.00 MB/s, 6 s left"),
            // A file that has grown, or that was read twice.
            (4_000_000, Some(1), "4.00 MB, 2.00 MB/s"),
        ] {
            assert_eq!(fit(done, total, two_seconds, 80), expected);
        }
        assert_eq!(fit(5, None, Duration::ZERO, 80), "5 B, 5.00 kB/s");
    }

    #[test]
    fn a_narrow_terminal_shows_less() {
        let two_seconds = Duration::from_secs(2);
        let known = |width| fit(4_000_000, Some(16_000_000), two_seconds, width);
        assert_eq!(known(44), "4.00 MB of 16.0 MB, 25%, 2.00 MB/s, 6 s left");
        assert_eq!(known(39), "4.00 MB of 16.0 MB, 25%, 6 s left");
        assert_eq!(known(20), "25%, 6 s left");
        assert_eq!(known(10), "6 s left");
        assert_eq!(known(4), "25%");
        assert_eq!(known(2), "");
        assert_eq!(fit(4_000_000, None, two_seconds, 10), "4.00 MB");
    }
}

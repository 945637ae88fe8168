//! A line on standard error that says how far a long run is.

use super::size::show;
use super::{message, terminal};
use crate::sync::stop::{self, Stopper};
use clap::ValueEnum;
use nix::sys::signal::{SigSet, Signal};
use std::io::{self, IsTerminal};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// When there is such a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// If standard error is a terminal that can show it, and only after a second.
    #[default]
    Auto,
    /// From the start, wherever standard error goes.
    Always,
    /// Not at all.
    Never,
}

impl When {
    /// When there is to be a line while these inputs are read: not by itself if one is a terminal,
    /// where it would wipe what is being typed.
    #[must_use]
    pub(crate) fn beside<'a>(self, inputs: impl IntoIterator<Item = &'a Path>) -> Self {
        let typed = |input: &Path| match input.to_str() {
            Some("-") => io::stdin().is_terminal(),
            _ => input.metadata().is_ok_and(|metadata| metadata.file_type().is_char_device()),
        };
        if self == Self::Auto && inputs.into_iter().any(typed) { Self::Never } else { self }
    }

    /// How long nothing is shown; `None` if nothing ever is.
    fn patience(self) -> Option<Duration> {
        match self {
            Self::Always => Some(Duration::ZERO),
            Self::Auto if io::stderr().is_terminal() && terminal::can_draw() => Some(PATIENCE),
            Self::Auto | Self::Never => None,
        }
    }
}

const PERIOD: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(1);

/// A line that is being shown. Dropped, it is wiped away.
#[derive(Debug)]
pub(crate) struct Line {
    stopper: Option<Stopper>,
    drawing: Option<JoinHandle<()>>,
}

impl Line {
    /// Shows `done` now and again, and how it stands to `total` where that is known (in bytes).
    /// `total` is not called unless there is to be a line. Without a thread to draw it there is none.
    pub(crate) fn start(
        when: When,
        total: impl FnOnce() -> Option<u64>,
        done: impl Fn() -> u64 + Send + 'static,
    ) -> Self {
        let Some(wait) = when.patience() else { return Self { stopper: None, drawing: None } };
        let (stopper, stop) = stop::signal();
        let (start, total) = (Instant::now(), total());
        let draw = move || {
            // Between the look who has the terminal and the writing, it may go to another job. With
            // this signal blocked, that does not stop us.
            let _ = SigSet::from(Signal::SIGTTOU).thread_block();
            let mut next = wait;
            while !stop.wait_for(next) {
                draw(&text(done(), total, start.elapsed()));
                next = PERIOD;
            }
            message::wipe();
        };
        let drawing = thread::Builder::new().spawn(draw).ok();
        Self { stopper: Some(stopper), drawing }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        drop(self.stopper.take());
        if let Some(drawing) = self.drawing.take() {
            // It has nothing to say but what was to be seen.
            let _ = drawing.join();
        }
    }
}

/// Draws the line again, cut to the width of the terminal; nothing while another job is in front.
fn draw(text: &str) {
    let room = terminal::width_of(io::stderr()).map_or(usize::MAX, |width| width - 1);
    if !terminal::is_background(io::stderr()) {
        message::draw(&text[..text.len().min(room)]);
    }
}

/// Only ASCII, so that bytes are columns.
fn text(done: u64, total: Option<u64>, elapsed: Duration) -> String {
    let per_second = u128::from(done) * 1000 / elapsed.as_millis().max(1);
    let per_second = u64::try_from(per_second).unwrap_or(u64::MAX);
    let rate = format!("{}/s", show(per_second));
    match total.filter(|&total| done <= total && done > 0) {
        None => format!("{}, {rate}", show(done)),
        Some(total) => {
            let percent = u128::from(done) * 100 / u128::from(total);
            let left = (total - done).checked_div(per_second).unwrap_or(0);
            format!("{} of {}, {percent} %, {rate}, {left} s left", show(done), show(total))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_is_known() {
        let two_seconds = Duration::from_secs(2);
        for (done, total, expected) in [
            (0, None, "0 B, 0 B/s"),
            (0, Some(0), "0 B, 0 B/s"),
            (4_000_000, None, "4.00 MB, 2.00 MB/s"),
            (4_000_000, Some(16_000_000), "4.00 MB of 16.0 MB, 25 %, 2.00 MB/s, 6 s left"),
            // A file that has grown, or that was read twice.
            (4_000_000, Some(1), "4.00 MB, 2.00 MB/s"),
        ] {
            assert_eq!(text(done, total, two_seconds), expected);
        }
        assert_eq!(text(5, None, Duration::ZERO), "5 B, 5.00 kB/s");
    }
}

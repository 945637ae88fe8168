//! A line on standard error that says how far a long run is.

use super::message;
use super::size::show;
use crate::sync::stop::{self, Stopper};
use clap::ValueEnum;
use std::io::{self, IsTerminal};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// When there is such a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// If standard error is a terminal, and only after a second.
    #[default]
    Auto,
    /// From the start, wherever standard error goes.
    Always,
    /// Not at all.
    Never,
}

const PERIOD: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(1);

/// A line that is being shown. Dropped, it is wiped away.
#[derive(Debug)]
pub struct Line {
    stopper: Option<Stopper>,
    drawing: Option<JoinHandle<()>>,
}

impl Line {
    /// Shows `done` now and again, and how it stands to `total` where that is known (in bytes).
    pub fn start(when: When, total: Option<u64>, done: impl Fn() -> u64 + Send + 'static) -> Self {
        let wait = match when {
            When::Always => Duration::ZERO,
            When::Auto if io::stderr().is_terminal() => PATIENCE,
            _ => return Self { stopper: None, drawing: None },
        };
        let (stopper, stop) = stop::signal();
        let start = Instant::now();
        let drawing = thread::spawn(move || {
            let mut next = wait;
            while !stop.wait_for(next) {
                draw(&text(done(), total, start.elapsed()));
                next = PERIOD;
            }
            if start.elapsed() >= wait {
                draw("");
            }
        });
        Self { stopper: Some(stopper), drawing: Some(drawing) }
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

/// Draws over what was there. That standard error may be closed is nobody's to hear.
fn draw(text: &str) {
    message::print(&format!("\r{text}\x1b[K"));
}

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

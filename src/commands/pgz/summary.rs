//! The line that a run ends with.

use super::Plan;
use crate::commands::common::size::show;
use crate::commands::common::stdio;
use crate::gzip::{Action, Totals};
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

/// What was done with the files that succeeded.
pub(super) struct Summary {
    files: usize,
    plain: u64,
    packed: u64,
    start: Instant,
}

impl Summary {
    /// Begins an empty one. The time is measured from here.
    pub(super) fn begin() -> Self {
        Self { files: 0, plain: 0, packed: 0, start: Instant::now() }
    }

    /// Adds a file.
    pub(super) fn add(&mut self, totals: &Totals) {
        self.files += 1;
        self.plain += totals.uncompressed;
        self.packed += totals.compressed;
    }

    /// Prints it, except in gzip's place: to a terminal with sizes and time, elsewhere the line that
    /// the book's program prints.
    pub(super) fn print(&self, plan: &Plan) -> io::Result<()> {
        let compresses = match plan.action {
            Action::Compress => true,
            Action::Decompress => false,
            Action::Test => return Ok(()),
        };
        if plan.reporter.invoked_as.is_gnu() || plan.reporter.is_quiet() {
            return Ok(());
        }
        let mut text = self.count(compresses);
        if self.files > 0 && io::stdout().is_terminal() {
            text.push_str(&self.details(compresses, self.start.elapsed()));
        }
        stdio::print(&format!("{text}\n"))
    }

    fn count(&self, compresses: bool) -> String {
        let verb = if compresses { "Compressed" } else { "Decompressed" };
        let files = if self.files == 1 { "file" } else { "files" };
        format!("{verb} {} {files}", self.files)
    }

    /// `, 2.64 kB to 1.31 kB (50.4% saved) in 0.01 s`.
    fn details(&self, compresses: bool, elapsed: Duration) -> String {
        let (from, to) =
            if compresses { (self.plain, self.packed) } else { (self.packed, self.plain) };
        let saved = if compresses { saved(self.plain, self.packed) } else { String::new() };
        format!(", {} to {}{saved} in {:.2} s", show(from), show(to), elapsed.as_secs_f64())
    }
}

#[expect(clippy::cast_precision_loss, reason = "it is shown with one decimal")]
fn saved(plain: u64, packed: u64) -> String {
    let percent = |bytes: u64| 100.0 * bytes as f64 / plain as f64;
    match packed.checked_sub(plain) {
        _ if plain == 0 => String::new(),
        None => format!(" ({:.1}% saved)", percent(plain - packed)),
        Some(more) => format!(" ({:.1}% larger)", percent(more)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_from_input_to_output() {
        let elapsed = Duration::from_millis(14);
        for (plain, packed, compresses, expected) in [
            (2640, 1310, true, ", 2.64 kB to 1.31 kB (50.4% saved) in 0.01 s"),
            (2640, 1310, false, ", 1.31 kB to 2.64 kB in 0.01 s"),
            (10, 33, true, ", 10 B to 33 B (230.0% larger) in 0.01 s"),
            (0, 20, true, ", 0 B to 20 B in 0.01 s"),
        ] {
            let summary = Summary { files: 1, plain, packed, start: Instant::now() };
            assert_eq!(summary.details(compresses, elapsed), expected);
        }
    }
}

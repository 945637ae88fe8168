//! How busy the machine is with other programs.

use std::fs;
use std::thread::{available_parallelism, sleep};
use std::time::Duration;

/// The number of looks, and the time between them.
const LOOKS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(5);

/// Returns a warning if other programs use the processors. Takes 50 ms. Returns `None` where the
/// system does not say.
pub(super) fn warning() -> Option<String> {
    let mut others = 0;
    for _ in 0..LOOKS {
        others += runnable(&fs::read_to_string("/proc/loadavg").ok()?)?.saturating_sub(1);
        sleep(PAUSE);
    }
    let cores = available_parallelism().map_or(1, usize::from);
    describe(f64::from(others) / f64::from(LOOKS), cores)
}

/// Returns the number of threads that are running or ready to run, including this one: in the fourth
/// field, before the slash. (The averages in front of it are over minutes, and would count this
/// command's own last run.)
fn runnable(loadavg: &str) -> Option<u32> {
    loadavg.split(' ').nth(3)?.split_once('/')?.0.parse().ok()
}

/// One other thread now and then is the system's own work.
fn describe(others: f64, cores: usize) -> Option<String> {
    (others >= 0.5).then(|| {
        let cores = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
        format!(
            "this machine is busy ({others:.1} other threads are running on {cores}): \
             the figures may be far off"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_run_are_counted_as_linux_counts_them() {
        assert_eq!(runnable("3.56 2.15 1.80 4/106 24407\n"), Some(4));
        for text in ["", "3.56 2.15 1.80", "3.56 2.15 1.80 4 24407", "a b c d/e f"] {
            assert_eq!(runnable(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_busy_machine_is_warned_of() {
        assert_eq!(describe(0.4, 2), None);
        let warning = describe(7.71, 2).unwrap();
        assert!(warning.contains("(7.7 other threads are running on 2 cores)"), "{warning}");
    }
}

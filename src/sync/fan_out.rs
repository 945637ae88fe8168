//! One function on several threads, and a wait for all of them (technique 11, listing 3.4).
//!
//! This is the book's `WaitGroup` for threads that all do the same: nothing to add, nothing to count
//! down, and what the threads return is kept.

use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

/// Calls `work` on up to `threads` threads, this one among them, and returns their results in the
/// order of their numbers.
///
/// Each call gets its number, from 0; call 0 runs on this thread. Calls take their part of the work
/// from something they share: a queue, an iterator behind a mutex, an atomic counter. So their number
/// does not matter, and there may be fewer than asked for: where the system starts no more threads,
/// those that run do the work. Call 0 is always made, even if `threads` is 0.
///
/// Blocks until all calls have returned.
///
/// ```
/// use csp_toolkit::sync::fan_out;
/// use std::convert::Infallible;
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// let next = AtomicU32::new(0);
/// let sums = fan_out(4, |_| {
///     let mut sum = 0;
///     loop {
///         match next.fetch_add(1, Ordering::Relaxed) {
///             n @ 0..100 => sum += n,
///             _ => return Ok::<_, Infallible>(sum),
///         }
///     }
/// })?;
/// assert_eq!(sums.iter().sum::<u32>(), 4950);
/// # Ok::<(), Infallible>(())
/// ```
///
/// # Errors
///
/// The error of the call with the lowest number, after all calls have returned.
///
/// # Panics
///
/// When a call does, after all calls have ended.
pub fn fan_out<T: Send, E: Send>(
    threads: usize,
    work: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let work = &work;
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map_while(|number| {
                thread::Builder::new().spawn_scoped(scope, move || work(number)).ok()
            })
            .collect();
        let own = work(0);
        // All are joined before the first error is returned.
        let others: Vec<_> = others.into_iter().map(join).collect();
        std::iter::once(own).chain(others).collect()
    })
}

/// Returns a thread's result, or passes its panic on.
fn join<T>(handle: ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    #[test]
    fn returns_the_results_in_the_order_of_the_numbers() {
        for threads in 0..9 {
            let Ok(numbers) = fan_out(threads, Ok::<_, Infallible>);
            assert_eq!(numbers, (0..threads.max(1)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn returns_the_first_error_when_all_have_ended() {
        let work = |number| if number % 2 == 1 { Err(number) } else { Ok(()) };
        assert_eq!(fan_out(8, work), Err(1));
    }

    #[test]
    #[should_panic(expected = "number 2")]
    fn a_panic_is_passed_on() {
        let _ = fan_out(4, |number| {
            assert!(number != 2, "number {number}");
            Ok::<_, Infallible>(())
        });
    }
}

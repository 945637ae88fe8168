//! The strategies measured on the same text.

use super::counter::StrategyCounter;
use super::strategy::Strategy;
use crate::sync::fan_out;
use crate::tally::{Counts, Error, Filter, Settings};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The prefix of the text, in bytes, that a strategy is first tried on.
const TRIAL: usize = 1 << 20;
/// Shorter times are measured again, and the best is taken.
const SHORT: Duration = Duration::from_millis(300);
const REPEATS: usize = 5;

/// What one strategy did.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Measurement {
    /// The strategy.
    pub strategy: Strategy,
    /// The length of the prefix of the text that it counted, in bytes.
    pub bytes: usize,
    /// The time from the first word to the sorted list.
    pub time: Duration,
    /// The number of words it counted.
    pub words: u64,
    /// The number of words it missed.
    pub lost: u64,
    /// Whether its list is that of [`Strategy::Private`] for the same text.
    pub agrees: bool,
}

impl Measurement {
    /// Returns the bytes per second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "for people to read")]
    pub fn rate(&self) -> f64 {
        self.bytes as f64 / self.time.as_secs_f64().max(1e-9)
    }

    /// Returns whether the strategy kept its promise: all lists agree, except those of strategies
    /// that are not exact.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.agrees || !self.strategy.is_exact()
    }
}

/// Words and counts in order.
type List = Vec<(Vec<u8>, u64)>;

/// Measures every strategy, in the order of [`Strategy::ALL`]: see [`measure`].
///
/// # Errors
///
/// The first error of [`measure`].
pub fn compare(
    text: &[u8],
    settings: &Settings,
    time_limit: Duration,
) -> Result<Vec<Measurement>, Error> {
    let all = Strategy::ALL.into_iter();
    all.map(|strategy| measure(strategy, text, settings, time_limit)).collect()
}

/// Has a strategy count the words of `text`, or as long a prefix of it as takes about `time_limit`,
/// and compares its list with that of [`Strategy::Private`]. A short time is the best of several.
///
/// # Errors
///
/// [`Error::Setting`], and [`Error::Temporary`] if the memory of `settings` is not enough and a
/// temporary file fails.
pub fn measure(
    strategy: Strategy,
    text: &[u8],
    settings: &Settings,
    time_limit: Duration,
) -> Result<Measurement, Error> {
    settings.validate()?;
    let trial = slice(text, TRIAL);
    let (mut time, mut counts) = timed(strategy, trial, settings)?;
    let text = slice(text, fitting(trial.len(), time, time_limit).max(trial.len()));
    if text.len() > trial.len() {
        (time, counts) = timed(strategy, text, settings)?;
    }
    for _ in 1..REPEATS {
        if time > SHORT {
            break;
        }
        let (again, other) = timed(strategy, text, settings)?;
        if again < time {
            (time, counts) = (again, other);
        }
    }
    let (_, truth) = timed(Strategy::Private, text, settings)?;
    let words = total(&counts);
    let lost = total(&truth).saturating_sub(words);
    Ok(Measurement { strategy, bytes: text.len(), time, words, lost, agrees: counts == truth })
}

/// Returns how many bytes take `time_limit`, if `bytes` took `time`.
fn fitting(bytes: usize, time: Duration, time_limit: Duration) -> usize {
    let trials = time_limit.as_nanos() / time.as_nanos().max(1);
    bytes.saturating_mul(usize::try_from(trials).unwrap_or(usize::MAX))
}

/// Returns a prefix of the text of about that length, up to the end of a word.
fn slice(text: &[u8], bytes: usize) -> &[u8] {
    &text[..word_end(text, bytes)]
}

/// Returns where the word at `at`, if there is one, ends. White space of one byte is not part of any
/// other character.
fn word_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().position(u8::is_ascii_whitespace).map_or(text.len(), |length| at + length)
}

fn total(list: &List) -> u64 {
    list.iter().map(|(_, count)| count).sum()
}

/// Counts once, on all threads. Returns the time and the list.
fn timed(strategy: Strategy, text: &[u8], settings: &Settings) -> Result<(Duration, List), Error> {
    let begun = Instant::now();
    let counter = strategy.begin(settings);
    run(&*counter, text, settings)?;
    let mut ranking = Counts::new(settings, counter.finish()?).rank(&Filter::default())?;
    let time = begun.elapsed();
    let mut list = List::new();
    while let Some((word, count)) = ranking.next()? {
        list.push((word.to_vec(), count));
    }
    Ok((time, list))
}

/// Has threads count pieces of the text, one after the other.
fn run<'c>(
    counter: &(dyn StrategyCounter<'c> + 'c),
    text: &[u8],
    settings: &Settings,
) -> Result<(), Error> {
    let pieces = pieces(text, settings.segment());
    let next = AtomicUsize::new(0);
    let work = |_| {
        let mut buffer = Vec::new();
        while let Some(piece) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
            buffer.clear();
            buffer.extend_from_slice(piece);
            counter.count(&mut buffer, 0..piece.len())?;
        }
        Ok(())
    };
    fan_out(settings.workers(), work).map(drop)
}

/// Returns the text in pieces of about that many bytes, cut between words.
fn pieces(mut text: &[u8], bytes: usize) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let (piece, rest) = text.split_at(word_end(text, bytes));
        pieces.push(piece);
        text = rest;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    fn settings(threads: usize) -> Settings {
        Settings::default().threads(threads).segment_size(64)
    }

    #[test]
    fn all_but_the_race_agree_on_any_number_of_threads() {
        let words = (0..20_000).map(|n| format!("Word{} \u{e9}t\u{c9} ", n * n % 977));
        let text = words.collect::<String>().into_bytes();
        for threads in [1, 2, 7] {
            let measurements = compare(&text, &settings(threads), Duration::from_secs(5)).unwrap();
            for (one, strategy) in measurements.iter().zip(Strategy::ALL) {
                assert_eq!((one.strategy, one.bytes), (strategy, text.len()));
                assert_eq!(one.words + one.lost, 40_000, "{strategy:?}");
                assert!(one.is_sound() && (threads > 1 || one.agrees), "{strategy:?}");
                assert!(one.agrees || one.lost > 0);
            }
        }
    }

    #[test]
    fn the_race_loses_updates_sooner_or_later() {
        if thread::available_parallelism().map_or(1, usize::from) < 2 {
            eprintln!("skipped: with one processor threads hardly ever meet");
            return;
        }
        let text = b"again ".repeat(1 << 16);
        let settings = settings(4);
        let lost = (0..1000)
            .any(|_| measure(Strategy::Racy, &text, &settings, Duration::ZERO).unwrap().lost > 0);
        assert!(lost);
    }

    #[test]
    fn pieces_are_all_of_the_text_cut_between_words() {
        let text = b"one two  three\nfour five-hundred-and-fifty-five six";
        for bytes in 0..60 {
            let cut = pieces(text, bytes.max(1));
            assert_eq!(cut.concat(), text);
            assert!(cut.iter().skip(1).all(|piece| piece[0].is_ascii_whitespace()));
        }
        assert!(pieces(b"", 1).is_empty());
    }

    #[test]
    fn a_slow_strategy_counts_only_a_prefix() {
        let second = Duration::from_secs(1);
        assert_eq!(fitting(10, second, 2 * second), 20);
        assert_eq!(fitting(10, Duration::ZERO, Duration::MAX), usize::MAX);
        assert_eq!(slice(b"one two three", 5), b"one two");
        assert_eq!(slice(b"one two three", 50), b"one two three");
    }

    #[test]
    fn a_text_without_words_is_measured() {
        for one in compare(b" ", &settings(2), Duration::ZERO).unwrap() {
            assert_eq!((one.words, one.lost, one.agrees), (0, 0, true));
            assert!(one.rate().is_finite());
        }
    }
}

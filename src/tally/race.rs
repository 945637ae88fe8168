//! The strategies side by side on the same text.

use super::engine::take_all;
use super::store::Store;
use super::strategy::{Share, Strategy};
use super::{Choice, Config, Counted, Source, TallyError};
use crate::sync::fan_out;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The text that a strategy is first tried on, in bytes; and the unit of slices.
const TRIAL: usize = 1 << 20;
/// Times less than this are taken again, and the best counts.
const SHORT: Duration = Duration::from_millis(300);
const REPEATS: usize = 5;

/// What a strategy made of its text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lap {
    /// Which strategy.
    pub strategy: Strategy,
    /// Bytes of the text that it got: the first ones.
    pub bytes: usize,
    /// The time from the first word to the sorted list.
    pub time: Duration,
    /// How many words it counted.
    pub words: u64,
    /// How many words of its text it did not count.
    pub lost: u64,
    /// Whether its list is that of [`Strategy::Private`] for the same text.
    pub agrees: bool,
}

impl Lap {
    /// Bytes a second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "for people to read")]
    pub fn rate(&self) -> f64 {
        self.bytes as f64 / self.time.as_secs_f64().max(1e-9)
    }

    /// Whether the strategy did what it promises.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.agrees || !self.strategy.is_exact()
    }
}

/// The text of the sources, one after the other with white space between them, or the first `most`
/// bytes of it and some: what a race is run on.
///
/// A source that cannot be read is given to `failed` with its position.
pub fn load(
    sources: Vec<Source>,
    config: &Config,
    most: usize,
    mut failed: impl FnMut(usize, io::Error),
) -> Result<Vec<u8>, TallyError> {
    // One thread takes them in order.
    let config = Config { threads: std::num::NonZeroUsize::MIN, ..config.clone() };
    let text = Gathered { most, text: Mutex::default() };
    let failures = take_all(sources, &config, &text)?;
    // Those that had not been read when there was enough are not missed.
    if !text.is_full() {
        for (number, error) in failures {
            failed(number, error);
        }
    }
    Ok(text.text.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Keeps the text in place of counting its words.
struct Gathered {
    most: usize,
    text: Mutex<Vec<u8>>,
}

impl Gathered {
    fn text(&self) -> MutexGuard<'_, Vec<u8>> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'c> Share<'c> for Gathered {
    fn count(&self, buffer: &mut Vec<u8>, piece: Range<usize>) -> Result<(), TallyError> {
        let mut text = self.text();
        text.extend_from_slice(&buffer[piece]);
        text.push(b'\n');
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.text().len() >= self.most
    }

    fn finish(self: Box<Self>) -> Result<Vec<Store<'c>>, TallyError> {
        Ok(Vec::new())
    }
}

/// Words and counts in order.
type List = Vec<(Vec<u8>, u64)>;

/// Lets every strategy count the words of `text`, or of as much from its beginning as takes it
/// `patience`, and compares their lists with that of [`Strategy::Private`].
///
/// ```
/// use csp_toolkit::tally::{Config, race};
/// use std::num::NonZeroUsize;
/// use std::time::Duration;
///
/// let config = Config::new(NonZeroUsize::MIN);
/// let laps = race::race(b"to be, or not to be", &config, Duration::from_secs(1))?;
/// assert_eq!(laps.len(), 6);
/// // One thread has nobody to race with.
/// assert!(laps.iter().all(|lap| lap.words == 6 && lap.lost == 0 && lap.agrees));
/// # Ok::<(), csp_toolkit::tally::TallyError>(())
/// ```
pub fn race(text: &[u8], config: &Config, patience: Duration) -> Result<Vec<Lap>, TallyError> {
    Strategy::ALL.into_iter().map(|strategy| measure(strategy, text, config, patience)).collect()
}

/// Measures one strategy, as [`race`] does all of them.
pub fn measure(
    strategy: Strategy,
    text: &[u8],
    config: &Config,
    patience: Duration,
) -> Result<Lap, TallyError> {
    let trial = slice(text, TRIAL);
    let (mut time, mut counts) = timed(strategy, trial, config)?;
    let text = slice(text, fitting(trial.len(), time, patience).max(trial.len()));
    if text.len() > trial.len() {
        (time, counts) = timed(strategy, text, config)?;
    }
    for _ in 1..REPEATS {
        if time > SHORT {
            break;
        }
        let (again, other) = timed(strategy, text, config)?;
        if again < time {
            (time, counts) = (again, other);
        }
    }
    let (_, truth) = timed(Strategy::Private, text, config)?;
    let words = total(&counts);
    let lost = total(&truth).saturating_sub(words);
    Ok(Lap { strategy, bytes: text.len(), time, words, lost, agrees: counts == truth })
}

/// How many bytes take `patience`, if so many took so long.
fn fitting(bytes: usize, time: Duration, patience: Duration) -> usize {
    let trials = patience.as_nanos() / time.as_nanos().max(1);
    bytes.saturating_mul(usize::try_from(trials).unwrap_or(usize::MAX))
}

/// So much of the text from its beginning, and on to the end of a word.
fn slice(text: &[u8], bytes: usize) -> &[u8] {
    &text[..word_end(text, bytes)]
}

/// Where the word that goes on at `at`, if one does, is over. White space of one byte is no part
/// of any other character.
fn word_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().position(u8::is_ascii_whitespace).map_or(text.len(), |length| at + length)
}

fn total(list: &List) -> u64 {
    list.iter().map(|(_, count)| count).sum()
}

/// Counts once, on all threads.
fn timed(strategy: Strategy, text: &[u8], config: &Config) -> Result<(Duration, List), TallyError> {
    let begun = Instant::now();
    let share = strategy.begin(config);
    run(&*share, text, config)?;
    let mut ranking = Counted::new(config, share.finish()?).choose(&Choice::default())?;
    let time = begun.elapsed();
    let mut list = List::new();
    while let Some((word, count)) = ranking.next()? {
        list.push((word.to_vec(), count));
    }
    Ok((time, list))
}

/// Has threads take pieces of the text, one after the other, until there are none.
fn run<'c>(share: &(dyn Share<'c> + 'c), text: &[u8], config: &Config) -> Result<(), TallyError> {
    let pieces = pieces(text, config.segment.get());
    let next = AtomicUsize::new(0);
    let work = |_| {
        let mut buffer = Vec::new();
        while let Some(piece) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
            buffer.clear();
            buffer.extend_from_slice(piece);
            share.count(&mut buffer, 0..piece.len())?;
        }
        Ok(())
    };
    fan_out(config.workers().get(), work).map(drop)
}

/// The text in pieces of about that many bytes, cut between words.
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
    use std::num::NonZeroUsize;
    use std::thread;

    fn config(threads: usize) -> Config {
        let segment = NonZeroUsize::new(64).unwrap();
        Config { segment, ..Config::new(NonZeroUsize::new(threads).unwrap()) }
    }

    #[test]
    fn all_but_the_race_agree_whatever_the_threads() {
        let words = (0..20_000).map(|n| format!("Word{} \u{e9}t\u{c9} ", n * n % 977));
        let text = words.collect::<String>().into_bytes();
        for threads in [1, 2, 7] {
            let laps = race(&text, &config(threads), Duration::from_secs(5)).unwrap();
            for (lap, strategy) in laps.iter().zip(Strategy::ALL) {
                assert_eq!((lap.strategy, lap.bytes), (strategy, text.len()));
                assert_eq!(lap.words + lap.lost, 40_000, "{strategy:?}");
                assert!(lap.is_sound() && (threads > 1 || lap.agrees), "{strategy:?}");
                assert!(lap.agrees || lap.lost > 0);
            }
        }
    }

    #[test]
    fn updates_are_lost_sooner_or_later() {
        if thread::available_parallelism().map_or(1, NonZeroUsize::get) < 2 {
            eprintln!("skipped: with one processor threads hardly ever meet");
            return;
        }
        let text = b"again ".repeat(1 << 16);
        let config = config(4);
        let lost = (0..1000)
            .any(|_| measure(Strategy::Racy, &text, &config, Duration::ZERO).unwrap().lost > 0);
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
    fn a_slow_strategy_gets_the_beginning_only() {
        let second = Duration::from_secs(1);
        assert_eq!(fitting(10, second, 2 * second), 20);
        assert_eq!(fitting(10, Duration::ZERO, Duration::MAX), usize::MAX);
        assert_eq!(slice(b"one two three", 5), b"one two");
        assert_eq!(slice(b"one two three", 50), b"one two three");
    }

    #[test]
    fn no_words_are_no_trouble() {
        for lap in race(b" ", &config(2), Duration::ZERO).unwrap() {
            assert_eq!((lap.words, lap.lost, lap.agrees), (0, 0, true));
            assert!(lap.rate().is_finite());
        }
    }
}

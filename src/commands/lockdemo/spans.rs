//! What each worker was about, from when to when.

use crate::locks::demo::{Deed, Event};
use std::collections::BTreeMap;
use std::time::Duration;

/// What a worker was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It waited for the lock.
    Waits,
    /// It held it.
    Holds,
}

/// A while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// What in.
    pub state: State,
    /// Its beginning.
    pub from: Duration,
    /// Its end.
    pub to: Duration,
}

/// What a worker did, from the beginning to the end of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// One after the other.
    pub spans: Vec<Span>,
    /// When it gave up, if it did.
    pub gave_up: Option<Duration>,
}

/// A run as rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// By the workers' numbers, the first `most` of them.
    pub by_worker: BTreeMap<usize, Row>,
    /// How many workers have no row.
    pub hidden: usize,
    /// The end of the run.
    pub end: Duration,
}

impl Rows {
    /// Sorts the events, which are in the order of time, into at most `most` rows.
    #[must_use]
    pub(super) fn of(events: &[Event], most: usize) -> Self {
        let mut since: BTreeMap<usize, Duration> = BTreeMap::new();
        let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
        for &Event { worker, deed, at } in events {
            let from = since.insert(worker, at).unwrap_or(at);
            let row = rows.entry(worker).or_default();
            let state = match deed {
                Deed::Wants => continue,
                Deed::Releases => State::Holds,
                Deed::Has | Deed::GivesUp => State::Waits,
            };
            row.spans.push(Span { state, from, to: at });
            row.gave_up = (deed == Deed::GivesUp).then_some(at);
        }
        let hidden = rows.len().saturating_sub(most);
        while rows.len() > most {
            rows.pop_last();
        }
        Self {
            by_worker: rows,
            hidden,
            end: events.last().map_or(Duration::ZERO, |event| event.at),
        }
    }

    /// Says how many are not shown, if any.
    #[must_use]
    pub(super) fn remark(&self) -> Option<String> {
        match self.hidden {
            0 => None,
            1 => Some("and 1 more worker, not shown".to_owned()),
            hidden => Some(format!("and {hidden} more workers, not shown")),
        }
    }
}

/// Milliseconds, in parts.
#[must_use]
pub(super) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Two workers take turns with the lock, and a third gives up: all in milliseconds.
    pub(in crate::commands::lockdemo) fn run() -> Vec<Event> {
        [
            (1, Deed::Wants, 0),
            (2, Deed::Wants, 0),
            (1, Deed::Has, 0),
            (3, Deed::Wants, 10),
            (1, Deed::Releases, 20),
            (2, Deed::Has, 20),
            (3, Deed::GivesUp, 25),
            (2, Deed::Releases, 40),
        ]
        .map(|(worker, deed, at)| Event { worker, deed, at: Duration::from_millis(at) })
        .to_vec()
    }

    #[test]
    fn events_become_spans() {
        let rows = Rows::of(&run(), 9);
        let ms = Duration::from_millis;
        let span = |state, from, to| Span { state, from: ms(from), to: ms(to) };
        let (waits, holds) = (State::Waits, State::Holds);
        assert_eq!(rows.by_worker[&1].spans, [span(waits, 0, 0), span(holds, 0, 20)]);
        assert_eq!(rows.by_worker[&2].spans, [span(waits, 0, 20), span(holds, 20, 40)]);
        assert_eq!(rows.by_worker[&3].spans, [span(waits, 10, 25)]);
        assert_eq!(rows.by_worker[&3].gave_up, Some(ms(25)));
        assert_eq!((rows.end, rows.remark()), (ms(40), None));
    }

    #[test]
    fn what_is_too_much_is_counted() {
        let rows = Rows::of(&run(), 1);
        assert!(rows.by_worker.keys().eq([&1]));
        assert_eq!(rows.remark().unwrap(), "and 2 more workers, not shown");
        assert_eq!(Rows::of(&run(), 2).remark().unwrap(), "and 1 more worker, not shown");
    }
}

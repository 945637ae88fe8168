//! The spans of time in which each worker waited for the lock or held it.

use crate::locks::demo::{Event, EventKind};
use std::collections::BTreeMap;
use std::time::Duration;

/// What a worker did for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It waited for the lock.
    Waits,
    /// It held it.
    Holds,
}

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// What the worker did.
    pub state: State,
    /// Its beginning.
    pub from: Duration,
    /// Its end.
    pub to: Duration,
}

/// One worker, from the beginning to the end of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// In the order of time.
    pub spans: Vec<Span>,
    /// When it gave up, if it did.
    pub gave_up: Option<Duration>,
}

/// A run, by worker.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    /// The workers with the lowest numbers, at most `most`.
    pub by_worker: BTreeMap<usize, Row>,
    /// The number of workers that are left out.
    pub hidden: usize,
    /// The end of the run.
    pub end: Duration,
}

impl Schedule {
    /// Sorts the events, which are in the order of time, by worker. Keeps at most `most` workers.
    #[must_use]
    pub(super) fn of(events: &[Event], most: usize) -> Self {
        let mut since: BTreeMap<usize, Duration> = BTreeMap::new();
        let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
        for &Event { worker, kind, at } in events {
            let from = since.insert(worker, at).unwrap_or(at);
            let row = rows.entry(worker).or_default();
            let state = match kind {
                EventKind::Wants => continue,
                EventKind::Releases => State::Holds,
                EventKind::Has | EventKind::GivesUp => State::Waits,
            };
            row.spans.push(Span { state, from, to: at });
            row.gave_up = (kind == EventKind::GivesUp).then_some(at);
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

    /// Returns a remark about the workers that are left out, if any.
    #[must_use]
    pub(super) fn remark(&self) -> Option<String> {
        match self.hidden {
            0 => None,
            1 => Some("and 1 more worker, not shown".to_owned()),
            hidden => Some(format!("and {hidden} more workers, not shown")),
        }
    }
}

/// Returns a time as milliseconds.
#[must_use]
pub(super) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Two workers take turns with the lock, and a third gives up. Times are in milliseconds.
    pub(in crate::commands::lockdemo) fn run() -> Vec<Event> {
        [
            (1, EventKind::Wants, 0),
            (2, EventKind::Wants, 0),
            (1, EventKind::Has, 0),
            (3, EventKind::Wants, 10),
            (1, EventKind::Releases, 20),
            (2, EventKind::Has, 20),
            (3, EventKind::GivesUp, 25),
            (2, EventKind::Releases, 40),
        ]
        .map(|(worker, kind, at)| Event { worker, kind, at: Duration::from_millis(at) })
        .to_vec()
    }

    #[test]
    fn events_become_spans() {
        let schedule = Schedule::of(&run(), 9);
        let ms = Duration::from_millis;
        let span = |state, from, to| Span { state, from: ms(from), to: ms(to) };
        let (waits, holds) = (State::Waits, State::Holds);
        assert_eq!(schedule.by_worker[&1].spans, [span(waits, 0, 0), span(holds, 0, 20)]);
        assert_eq!(schedule.by_worker[&2].spans, [span(waits, 0, 20), span(holds, 20, 40)]);
        assert_eq!(schedule.by_worker[&3].spans, [span(waits, 10, 25)]);
        assert_eq!(schedule.by_worker[&3].gave_up, Some(ms(25)));
        assert_eq!((schedule.end, schedule.remark()), (ms(40), None));
    }

    #[test]
    fn workers_left_out_are_counted() {
        let schedule = Schedule::of(&run(), 1);
        assert!(schedule.by_worker.keys().eq([&1]));
        assert_eq!(schedule.remark().unwrap(), "and 2 more workers, not shown");
        assert_eq!(Schedule::of(&run(), 2).remark().unwrap(), "and 1 more worker, not shown");
    }
}

//! A run as data: JSON Lines, an object per event.

use crate::locks::demo::{Event, EventKind};
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Line {
    worker: usize,
    event: &'static str,
    nanoseconds: u64,
}

/// Writes `{"worker":1,"event":"wants","nanoseconds":5417}` and so on, in the order of time.
pub(super) fn write(events: &[Event], mut output: impl Write) -> io::Result<()> {
    for &Event { worker, kind, at } in events {
        let event = match kind {
            EventKind::Wants => "wants",
            EventKind::Has => "has",
            EventKind::Releases => "releases",
            EventKind::GivesUp => "gives up",
        };
        let nanoseconds = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX);
        serde_json::to_writer(&mut output, &Line { worker, event, nanoseconds })?;
        writeln!(output)?;
    }
    Ok(())
}

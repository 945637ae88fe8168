//! A run as data: an object a line.

use crate::locks::demo::{Deed, Event};
use std::io::{self, Write};

/// Writes `{"worker":1,"event":"wants","nanoseconds":5417}` and so on, in the order of time.
pub(super) fn write(events: &[Event], mut output: impl Write) -> io::Result<()> {
    for event in events {
        let name = match event.deed {
            Deed::Wants => "wants",
            Deed::Has => "has",
            Deed::Releases => "releases",
            Deed::GivesUp => "gives up",
        };
        let nanoseconds = u64::try_from(event.at.as_nanos()).unwrap_or(u64::MAX);
        writeln!(
            output,
            r#"{{"worker":{},"event":"{name}","nanoseconds":{nanoseconds}}}"#,
            event.worker
        )?;
    }
    Ok(())
}

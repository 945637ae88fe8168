//! Durations as people type them: `500ms`, `30s`, `2m`, `1.5`, `never`.

use std::str::FromStr;
use std::time::Duration;

/// A duration, or `never`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timeout(pub Option<Duration>);

impl FromStr for Timeout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "never" => Ok(Self(None)),
            _ => parse(text).map(|time| Self(Some(time))),
        }
    }
}

/// Reads a duration with its unit, or a bare number of seconds, whole or not.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds)
            .map_err(|_| "not a duration: out of range".to_owned());
    }
    humantime::parse_duration(text)
        .map_err(|_| "not a duration (try 500ms, 30s, 2m, or a bare number of seconds)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        let ms = |ms| Ok(Timeout(Some(Duration::from_millis(ms))));
        for (text, expected) in [
            ("500ms", ms(500)),
            ("30s", ms(30_000)),
            ("2m", ms(120_000)),
            ("1m 30s", ms(90_000)),
            ("7", ms(7_000)),
            ("0.25", ms(250)),
            ("0", ms(0)),
            ("never", Ok(Timeout(None))),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in
            ["", " ", "-1", "1e400", "nan", "inf", "abc", "3 parsecs", "99999999999999999999s"]
        {
            assert!(text.parse::<Timeout>().is_err(), "{text}");
        }
    }
}

//! Numbers on a command line.

use std::num::{IntErrorKind, ParseIntError};
use std::str::FromStr;

/// Reads a whole number; as a `NonZero` type, one from 1 up.
pub(crate) fn parse<N: FromStr<Err = ParseIntError>>(text: &str) -> Result<N, String> {
    text.parse().map_err(|error: ParseIntError| {
        let negative = text.strip_prefix('-').is_some_and(|rest| rest.parse::<u64>().is_ok());
        let reason = match error.kind() {
            IntErrorKind::Zero => "must be at least 1",
            IntErrorKind::PosOverflow => "too large",
            _ if negative => "must not be negative",
            _ => "not a number",
        };
        reason.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroUsize;

    #[test]
    fn errors_say_what_is_wrong() {
        assert_eq!(parse("0"), Ok(0_u64));
        assert_eq!(parse("7"), Ok(NonZeroUsize::new(7).unwrap()));
        let reason = |text| parse::<NonZeroUsize>(text).unwrap_err();
        assert_eq!(reason("0"), "must be at least 1");
        assert_eq!(reason("-1"), "must not be negative");
        assert_eq!(reason("99999999999999999999"), "too large");
        for text in ["", "x", "1.5", "-x"] {
            assert_eq!(reason(text), "not a number", "{text}");
        }
    }
}

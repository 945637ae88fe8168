//! Regular expressions that words match.

use regex::bytes::{RegexSet, RegexSetBuilder};

/// Regular expressions, in the syntax of the crate [`regex`](https://docs.rs/regex/#syntax). A word
/// matches if any of them is found anywhere in it: `^` and `$` are its beginning and end.
///
/// ```
/// use csp_toolkit::tally::{Filter, Patterns};
///
/// let numbers = Patterns::new(["^[0-9]+$", "^0x[0-9a-f]+$"])?;
/// let without_numbers = Filter::default().no_match(&numbers);
/// let error = Patterns::new(["(a"]).unwrap_err();
/// assert_eq!(error.to_string(), "unclosed group");
/// # Ok::<(), csp_toolkit::tally::PatternError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Patterns(RegexSet);

/// What is wrong with a regular expression, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

impl Patterns {
    /// Compiles the expressions.
    ///
    /// # Errors
    ///
    /// If one of them is malformed, or if they take too much memory.
    pub fn new<P: AsRef<str>>(patterns: impl IntoIterator<Item = P>) -> Result<Self, PatternError> {
        RegexSetBuilder::new(patterns).build().map(Self).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => PatternError("takes too much memory".to_owned()),
            error => PatternError(reason(&error.to_string())),
        })
    }

    /// Returns whether the word matches any of them.
    pub(super) fn match_word(&self, word: &[u8]) -> bool {
        self.0.is_match(word)
    }
}

/// Returns the last line of an error, which says what is wrong; those before it draw where.
fn reason(text: &str) -> String {
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_one_line() {
        for (pattern, expected) in [
            ("[z-a]", "invalid character class range, the start must be <= the end"),
            ("a\nb(", "unclosed group"),
            ("\\p{Nothing}", "Unicode property not found"),
            ("(\\pL{100}){100}{100}", "takes too much memory"),
        ] {
            assert_eq!(Patterns::new([pattern]).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn any_of_them_matches_anywhere_and_none_matches_nothing() {
        let patterns = |patterns: &[&str]| Patterns::new(patterns).unwrap();
        assert!(patterns(&["x", "^b"]).match_word(b"bc"));
        assert!(!patterns(&["x", "^c"]).match_word(b"bc"));
        assert!(!patterns(&[]).match_word(b"bc"));
        assert!(patterns(&["^.{2}$"]).match_word("éß".as_bytes()));
        assert!(patterns(&["b$"]).match_word(b"\xFFb"));
    }
}
